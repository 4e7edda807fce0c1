package io.loligo.proxy.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressSetTest {

    @DisplayName("acl src: addresses, prefixes, masks, ranges")
    @ParameterizedTest(name = "{0}: {2} in {1}")
    @CsvSource(delimiter = '|', textBlock = """
            one address                   | 192.0.2.1                     | 192.0.2.1        | true
            and no other                  | 192.0.2.1                     | 192.0.2.2        | false
            a prefix                      | 192.0.2.0/28                  | 192.0.2.15       | true
            ends where it ends            | 192.0.2.0/28                  | 192.0.2.16       | false
            bits after the prefix are cut | 192.0.2.9/28                  | 192.0.2.1        | true
            a mask                        | 127.0.0.1/255.255.255.255     | 127.0.0.1        | true
            a shorter mask                | 10.0.0.0/255.0.0.0            | 10.9.8.7         | true
            a mask with a hole            | 10.0.0.1/255.0.0.255          | 10.7.7.1         | true
            and what it leaves out        | 10.0.0.1/255.0.0.255          | 10.7.7.2         | false
            a range                       | 192.0.2.10-192.0.2.20         | 192.0.2.20       | true
            above it                      | 192.0.2.10-192.0.2.20         | 192.0.2.21       | false
            a range of networks           | 10.1.0.0-10.3.0.0/16          | 10.3.255.255     | true
            everything                    | all                           | 2001:db8::1      | true
            everything, in old words      | 0.0.0.0/0.0.0.0               | 2001:db8::1      | true
            IPv4 is not IPv6              | ipv4                          | 2001:db8::1      | false
            IPv4                          | ipv4                          | 255.255.255.255  | true
            IPv6                          | ipv6                          | 2001:db8::1      | true
            IPv6 is not IPv4              | ipv6                          | 10.0.0.1         | false
            an IPv6 prefix                | 2001:db8::/32                 | 2001:db8:ffff::1 | true
            outside it                    | 2001:db8::/32                 | 2001:db9::1      | false
            IPv6 of the upper half        | fe80::/10                     | febf::1          | true
            a mapped address is IPv4      | 192.0.2.0/24                  | ::ffff:192.0.2.7 | true
            one of several                | 10.0.0.0/8 172.16.0.0/12 ::1  | ::1              | true
            overlapping ones              | 10.0.0.0/8 10.1.0.0/16 11.0.0.1 | 10.200.0.1     | true
            between several               | 10.0.0.0/8 172.16.0.0/12 ::1  | 172.32.0.0       | false
            """)
    void contains(String rule, String items, String address, boolean in) {
        AddressSet.Builder set = AddressSet.builder();
        for (String item : items.split(" ", -1)) {
            assertThat(set.add(item)).as(item).isTrue();
        }
        assertThat(set.build().contains(Requests.address(address))).isEqualTo(in);
    }

    @DisplayName("what is no address is no address")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1.2.3",
                "1.2.3.256",
                "1.2.3.4/33",
                "1.2.3.4/",
                "host.example",
                "1.2.3.4-",
                "4.0.0.0-3.0.0.0",
                "2001:db8::/129",
                "::1-1.2.3.4",
                "1.2.3.4/ffff::",
                ":",
                "::g",
                "01234.1.1.1",
                "/"
            })
    void refused(String item) {
        assertThat(AddressSet.builder().add(item)).isFalse();
    }
}
