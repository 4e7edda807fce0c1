package io.loligo.proxy.origin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerAddressesTest {

    @DisplayName("which address is tried first: +a a connect worked, -a it failed, =abc the name has these now")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                                  | events        | to try
        the resolver's order at first                           | =abc          | abc
        the one that worked last comes first, then round        | =abc +b       | bca
        one that failed gives way to the next                   | =abc -a       | bca
        and so does that                                        | =abc -a -b    | cab
        and round                                               | =abc -a -b -c | abc
        a failure of another changes nothing                    | =abc -b       | abc
        the only one stays                                      | =a -a         | a
        another order of the same names nothing new             | =abc +b =cab  | bca
        the first stays first while it is there                 | =abc +b =db   | bd
        one that is not there any more gives way                | =abc +b =dc   | dc
        an address that is gone meanwhile is not brought back   | =abc =d +b    | d
        nothing is known                                        | ''            | ''
        """)
    void order(String rule, String events, String expected) {
        PeerAddresses addresses = PeerAddresses.UNKNOWN;
        for (String event : events.split(" ", -1)) {
            String names = event.isEmpty() ? "" : event.substring(1);
            addresses = switch (event.isEmpty() ? ' ' : event.charAt(0)) {
                case '=' ->
                    addresses.resolved(
                            names.chars().mapToObj(name -> address((char) name)).toList());
                case '+' -> addresses.worked(address(names.charAt(0)));
                case '-' -> addresses.failed(address(names.charAt(0)));
                default -> addresses;
            };
        }

        assertThat(names(addresses.toTry())).isEqualTo(expected);
        assertThat(Stream.of('a', 'b', 'c', 'd').filter(addressOf(addresses)).count())
                .isEqualTo(expected.length());
    }

    private static Predicate<Character> addressOf(PeerAddresses addresses) {
        return name -> addresses.has(address(name));
    }

    private static InetSocketAddress address(char name) {
        return new InetSocketAddress("192.0.2." + (int) name, 80);
    }

    private static String names(List<InetSocketAddress> addresses) {
        return addresses.stream()
                .map(address -> Character.toString((char) address.getAddress().getAddress()[3]))
                .collect(Collectors.joining());
    }
}
