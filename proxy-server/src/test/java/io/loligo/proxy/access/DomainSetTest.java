package io.loligo.proxy.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DomainSetTest {

    @DisplayName("acl dstdomain")
    @ParameterizedTest(name = "{0}: {2} in {1}")
    @CsvSource(delimiter = '|', textBlock = """
            a name                         | www.example.org          | www.example.org   | true
            and nothing below it           | example.org              | www.example.org   | false
            nor above it                   | www.example.org          | example.org       | false
            a dot means all below          | .example.org             | www.example.org   | true
            deep below                     | .example.org             | a.b.example.org   | true
            and the name itself            | .example.org             | example.org       | true
            whole labels only              | .example.org             | badexample.org    | false
            case does not count            | WWW.Example.ORG          | www.example.org   | true
            nor does a final dot           | www.example.org.         | www.example.org   | true
            one of several                 | a.example b.example      | b.example         | true
            none of several                | a.example b.example      | c.example         | false
            an IPv4 address                | 192.0.2.1                | 192.0.2.1         | true
            an IPv6 address, no brackets   | 2001:db8::1              | [2001:db8::1]     | true
            """)
    void contains(String rule, String domains, String host, boolean in) {
        assertThat(DomainSet.of(List.of(domains.split(" ", -1))).contains(host)).isEqualTo(in);
    }

    @Test
    @DisplayName("it agrees with comparing one by one")
    void agrees_with_the_plain_definition() {
        Random random = new Random(42);
        List<String> domains = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            domains.add((random.nextBoolean() ? "." : "") + name(random));
        }
        DomainSet set = DomainSet.of(domains);
        for (int i = 0; i < 5_000; i++) {
            String host = name(random);
            boolean expected = domains.stream()
                    .anyMatch(
                            d -> d.startsWith(".") ? host.equals(d.substring(1)) || host.endsWith(d) : host.equals(d));
            assertThat(set.contains(host)).as(host).isEqualTo(expected);
        }
    }

    private static String name(Random random) {
        StringBuilder name = new StringBuilder();
        int labels = 1 + random.nextInt(4);
        for (int i = 0; i < labels; i++) {
            name.append(i == 0 ? "" : ".").append("abcd".charAt(random.nextInt(4)));
            if (random.nextBoolean()) {
                name.append("abcd".charAt(random.nextInt(4)));
            }
        }
        return name.toString();
    }
}
