package io.loligo.proxy.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.proxy.access.AccessList.Rule;
import io.loligo.proxy.access.AccessList.Term;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwardedForTest {
    /** Believed are 10.0.0.0/8, 127.0.0.0/8 and 2001:db8::/32. */
    private static final AccessList PROXIES = list("10.0.0.0/8", "127.0.0.0/8", "2001:db8::/32");

    @DisplayName("X-Forwarded-For is read from the right, as long as each address is believed; / parts field lines")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # rule                                       | connected   | X-Forwarded-For                        | client
            no field                                     | 10.0.0.1    | -                                      | -
            the proxy's client                           | 10.0.0.1    | 203.0.113.9                            | 203.0.113.9
            nobody believes a stranger                   | 192.0.2.1   | 203.0.113.9                            | -
            what the client wrote itself is not believed | 10.0.0.1    | 127.0.0.1, 203.0.113.9                 | 203.0.113.9
            two proxies, one behind the other            | 10.0.0.1    | 203.0.113.9, 10.0.0.2                  | 203.0.113.9
            the left end                                 | 10.0.0.1    | 10.0.0.3, 10.0.0.2                     | 10.0.0.3
            IPv6                                         | 2001:db8::1 | 2001:db9::9, 2001:db8::2               | 2001:db9:0:0:0:0:0:9
            IPv6 in brackets                             | 10.0.0.1    | [2001:db9::9]                          | 2001:db9:0:0:0:0:0:9
            IPv4 in an IPv6 address                      | 10.0.0.1    | ::ffff:203.0.113.9                     | 203.0.113.9
            several lines are one list                   | 10.0.0.1    | 203.0.113.9/10.0.0.3/10.0.0.2          | 203.0.113.9
            a line that is empty                         | 10.0.0.1    | 203.0.113.9//                          | 203.0.113.9
            empty members are passed over                | 10.0.0.1    | , 203.0.113.9, ,, 10.0.0.2 ,           | 203.0.113.9
            no blanks                                    | 10.0.0.1    | 203.0.113.9,10.0.0.2                   | 203.0.113.9
            nothing but commas                           | 10.0.0.1    | ,,                                     | -
            what is no address ends it                   | 10.0.0.1    | 203.0.113.9, unknown                   | -
            what is no address ends it further left      | 10.0.0.1    | 203.0.113.9, _hidden, 10.0.0.2         | 10.0.0.2
            a port is no part of an address              | 10.0.0.1    | 203.0.113.9:4711                       | -
            too large a number                           | 10.0.0.1    | 203.0.113.999                          | -
            a leading zero, which may mean octal         | 10.0.0.1    | 203.0.113.010                          | -
            a host name is not looked up                 | 10.0.0.1    | localhost                              | -
            a zone is no part of an address              | 10.0.0.1    | fe80::1%eth0                           | -
            """)
    void walk(String rule, String connected, @Nullable String field, @Nullable String client) {
        List<String> fields = new ArrayList<>();
        if (field != null) {
            Stream.of(field.split("/", -1)).forEach(line -> fields.addAll(List.of("X-Forwarded-For", line)));
        }

        InetAddress named = ForwardedFor.client(
                Requests.from(connected, "GET", "http://x.example/", fields.toArray(String[]::new)), PROXIES);

        assertThat(named == null ? null : named.getHostAddress()).isEqualTo(client);
    }

    @Test
    @DisplayName("no more than 64 addresses are looked at, whatever is believed")
    void bounded() {
        String field = String.join(
                ", ",
                IntStream.range(0, 1_000)
                        .mapToObj(i -> "10.1." + i / 250 + "." + i % 250)
                        .toList());

        InetAddress named = ForwardedFor.client(
                Requests.from("10.0.0.1", "GET", "http://x.example/", "X-Forwarded-For", field), PROXIES);

        int last = 1_000 - ForwardedFor.HOPS_MAX;
        assertThat(named).isEqualTo(Requests.address("10.1." + last / 250 + "." + last % 250));
    }

    @Test
    @DisplayName("a list on other things than the client is asked at each address")
    void other_acls() {
        AccessList onFavicons = new AccessList(
                "follow_x_forwarded_for",
                List.of(new Rule(true, List.of(new Term(false, new UrlWordsAcl("x", List.of("favicon")))), "allow")),
                false);

        assertThat(ForwardedFor.client(
                        Requests.get("http://x.example/favicon", "X-Forwarded-For", "192.0.2.7, 192.0.2.8"),
                        onFavicons))
                .isEqualTo(Requests.address("192.0.2.7"));
        assertThat(ForwardedFor.client(Requests.get("http://x.example/", "X-Forwarded-For", "192.0.2.7"), onFavicons))
                .isNull();
    }

    @DisplayName("acl src and the log look at the indirect client as their switches say")
    @ParameterizedTest(name = "in acls {0}, in logs {1}")
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void switches(boolean inAcls, boolean inLogs) {
        InetAddress behind = Requests.address("192.0.2.7");
        RequestFacts facts =
                Requests.get("http://x.example/").withIndirectClient(new IndirectClient(behind, inAcls, true, inLogs));
        Acl src = new AddressAcl("src", AddressAcl.Side.CLIENT, set("192.0.2.7"));
        Acl localip = new AddressAcl("localip", AddressAcl.Side.LOCAL, set("192.0.2.7"));

        assertThat(src.matches(facts)).isEqualTo(inAcls);
        assertThat(localip.matches(facts)).isFalse();
        assertThat(facts.loggedClient())
                .isEqualTo(inLogs ? behind : facts.client().getAddress());
        assertThat(facts.client().getAddress()).isEqualTo(Requests.address("203.0.113.9"));
    }

    private static AccessList list(String... addresses) {
        Acl acl = new AddressAcl("proxies", AddressAcl.Side.CLIENT, set(addresses));
        return new AccessList(
                "follow_x_forwarded_for",
                List.of(new Rule(true, List.of(new Term(false, acl)), "allow proxies")),
                false);
    }

    static AddressSet set(String... items) {
        AddressSet.Builder builder = AddressSet.builder();
        for (String item : items) {
            assertThat(builder.add(item)).isTrue();
        }
        return builder.build();
    }
}
