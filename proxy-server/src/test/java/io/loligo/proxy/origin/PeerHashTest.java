package io.loligo.proxy.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.key.EffectiveUri;
import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.config.Balancing;
import io.loligo.proxy.config.Balancing.CarpKey;
import io.loligo.proxy.config.PeerConfig;
import io.loligo.proxy.config.SourceLocation;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Placement as Squid 5.7 has it: the expected peers are what that program chose. */
final class PeerHashTest {
    @DisplayName("the peer that Squid 5.7 chooses for a client or a user")
    @ParameterizedTest(name = "{0} for {1}")
    @CsvSource(delimiter = '|', textBlock = """
        # peers with their weights          | key        | chosen
        Peer0=3 Peer1=1 Peer2=2 Peer3=1     | 127.0.0.1  | Peer0
        Peer0=3 Peer1=1 Peer2=2 Peer3=1     | 127.0.0.77 | Peer2
        Peer0=3 LOCALHOST=1 Peer2=2         | alice      | LOCALHOST
        Peer0=3 LOCALHOST=1 Peer2=2         | bob        | Peer0
        Peer0=3 LOCALHOST=1 Peer2=2         | j\u00e9    | LOCALHOST
        """)
    void key(String peers, String key, String expected) {
        PeerConfig[] configs = configs(peers);
        int chosen = PeerHash.of(configs, balancing -> true).choose(key, all(configs));

        assertThat(configs[chosen].name()).isEqualTo(expected);
    }

    @DisplayName("the peer that Squid 5.7 chooses for a URL")
    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
        # peers with weights and carp-key=                                        | target          | chosen
        Peer0=3 Peer1=1 Peer2=2 Peer3=1                                           | /x              | Peer1
        Peer0=3 Peer1=1 Peer2=2 Peer3=1                                           | /y              | Peer0
        Aone=2=scheme,host,port,path,params btwo=1=params cthree=3                | /A/x0?q=1&\u00e9 | Aone
        Aone=2=scheme,host,port,path,params btwo=1=params cthree=3                | /nop            | cthree
        """)
    void url(String peers, String target, String expected) {
        PeerConfig[] configs = configs(peers);

        assertThat(configs[choose(configs, target, all(configs))].name()).isEqualTo(expected);
    }

    @Test
    void only_the_keys_of_a_dead_peer_move_and_they_move_back() {
        PeerConfig[] configs = configs("a=1 b=2 c=1 d=3");
        boolean[] withoutB = {true, false, true, true};
        for (int i = 0; i < 1000; i++) {
            String target = "/page/" + i;
            int before = choose(configs, target, all(configs));
            int meanwhile = choose(configs, target, withoutB);

            assertThat(meanwhile).isNotEqualTo(1);
            if (before != 1) {
                assertThat(meanwhile).isEqualTo(before);
            }
        }
    }

    @Test
    void keys_are_spread_by_weight() {
        PeerConfig[] configs = configs("a=1 b=2 c=1");
        PeerHash hash = PeerHash.of(configs, balancing -> true);
        int[] keys = new int[configs.length];
        for (int i = 0; i < 10_000; i++) {
            keys[hash.choose("10.1." + i / 250 + "." + i % 250, all(configs))]++;
        }

        assertThat(keys[0]).isBetween(2200, 2800);
        assertThat(keys[1]).isBetween(4600, 5400);
    }

    @Test
    void nobody_when_no_member_is_eligible() {
        PeerConfig[] configs = configs("a=1 b=2");

        assertThat(choose(configs, "/", new boolean[2])).isNegative();
        assertThat(PeerHash.of(configs, balancing -> true).choose("x", new boolean[2]))
                .isNegative();
    }

    private static int choose(PeerConfig[] configs, String target, boolean[] eligible) {
        return PeerHash.of(configs, balancing -> true)
                .choose(new EffectiveUri("http", "www.example.org", 80, target), eligible);
    }

    private static boolean[] all(PeerConfig[] configs) {
        boolean[] all = new boolean[configs.length];
        Arrays.fill(all, true);
        return all;
    }

    private static PeerConfig[] configs(String text) {
        return Arrays.stream(text.split(" ", -1))
                .map(word -> config(word.split("=", -1)))
                .toArray(PeerConfig[]::new);
    }

    private static PeerConfig config(String[] words) {
        Set<CarpKey> parts = EnumSet.noneOf(CarpKey.class);
        if (words.length > 2) {
            for (String part : words[2].split(",", -1)) {
                parts.add(CarpKey.valueOf(part.toUpperCase(Locale.ROOT)));
            }
        }
        return new PeerConfig(
                words[0],
                "127.0.0.1",
                80,
                true,
                false,
                new Balancing(false, false, true, parts, false, false),
                Integer.parseInt(words[1]),
                PeerConfig.Login.NONE,
                null,
                PeerConfig.FrontEndHttps.OFF,
                0,
                Duration.ofSeconds(5),
                10,
                false,
                AccessList.empty("cache_peer_access", true),
                new SourceLocation("squid.conf", 1));
    }
}
