package io.loligo.proxy.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.config.Balancing;
import io.loligo.proxy.config.PeerConfig;
import io.loligo.proxy.config.SourceLocation;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerTest {

    @DisplayName("connect-fail-limit=3: f is a failed connect, s a successful one")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                  | connects | up    | revivals
        it is up until proven down              | ''       | true  | 0
        two failures are forgiven               | ff       | true  | 0
        three in a row make it dead             | fff      | false | 0
        a success restores the full count       | ffsff    | true  | 0
        more failures change nothing            | fffff    | false | 0
        one success revives                     | ffffs    | true  | 1
        and restores the full count             | fffsff   | true  | 1
        """)
    void life(String rule, String connects, boolean up, int revivals) {
        Peer peer = new Peer(config("127.0.0.1", 0));
        InetSocketAddress address = peer.addresses().get(0);

        connects.chars().forEach(connect -> {
            if (connect == 'f') {
                peer.connectFailed(address);
            } else {
                peer.connectSucceeded(address);
            }
        });

        assertThat(peer.isUp()).isEqualTo(up);
        assertThat(peer.revivals()).isEqualTo(revivals);
    }

    @DisplayName("which hosts need no name resolution")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # host              | address
        127.0.0.1           | 127.0.0.1
        192.0.2.255         | 192.0.2.255
        ::1                 | 0:0:0:0:0:0:0:1
        2001:db8::1         | 2001:db8:0:0:0:0:0:1
        localhost           | ''
        1.example           | ''
        256.1.1.1           | ''
        1.2.3               | ''
        1.2.3.4.5           | ''
        1..2.3              | ''
        12ab::zz            | ''
        """)
    void literal_addresses(String host, String expected) {
        InetSocketAddress address = PeerAddresses.literal(host, 80);

        assertThat(address == null ? "" : address.getAddress().getHostAddress()).isEqualTo(expected);
    }

    @Test
    void max_conn_bounds_what_is_open() {
        Peer peer = new Peer(config("127.0.0.1", 2));

        assertThat(peer.tryOpen()).isTrue();
        assertThat(peer.tryOpen()).isTrue();
        assertThat(peer.tryOpen()).isFalse();
        peer.closed();
        assertThat(peer.tryOpen()).isTrue();
    }

    @Test
    void the_address_that_worked_last_is_tried_first() {
        Peer peer = new Peer(config("origin.example", 0));
        InetSocketAddress first = new InetSocketAddress("192.0.2.1", 80);
        InetSocketAddress second = new InetSocketAddress("192.0.2.2", 80);
        InetSocketAddress third = new InetSocketAddress("192.0.2.3", 80);
        peer.resolvedTo(List.of(first, second, third));

        peer.connectSucceeded(second);

        assertThat(peer.addressesToTry()).containsExactly(second, third, first);
    }

    private static PeerConfig config(String host, int maxConnections) {
        return new PeerConfig(
                "p",
                host,
                80,
                true,
                false,
                Balancing.NONE,
                1,
                PeerConfig.Login.NONE,
                null,
                PeerConfig.FrontEndHttps.OFF,
                maxConnections,
                Duration.ofSeconds(5),
                3,
                false,
                AccessList.empty("cache_peer_access", true),
                new SourceLocation("squid.conf", 1));
    }
}
