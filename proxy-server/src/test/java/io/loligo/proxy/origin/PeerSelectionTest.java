package io.loligo.proxy.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.access.Acl;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.config.Balancing;
import io.loligo.proxy.config.PeerConfig;
import io.loligo.proxy.config.SourceLocation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerSelectionTest {

    @DisplayName("the first comes first: peers in file order, each a name and what it is like")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                        | peers                        | tried
        no peer                                       | ''                           | ''
        the first one up                              | a b                          | a:FIRSTUP_PARENT b:ANY_OLD_PARENT
        a dead one is skipped                         | a,dead b c                   | b:FIRSTUP_PARENT c:ANY_OLD_PARENT
        one that access denies is skipped             | a,denied b                   | b:FIRSTUP_PARENT
        one that is full is skipped                   | a,full b                     | b:FIRSTUP_PARENT
        an idle connection is room                    | a,idle b                     | a:FIRSTUP_PARENT b:ANY_OLD_PARENT
        default does not demote                       | a,default b                  | a:FIRSTUP_PARENT b:ANY_OLD_PARENT
        round robin before the first one up           | a b,rr                       | b:ROUNDROBIN_PARENT a:ANY_OLD_PARENT
        the last listed wins the tie                  | a,rr b,rr c                  | b:ROUNDROBIN_PARENT a:ANY_OLD_PARENT c:ANY_OLD_PARENT
        a dead round robin peer is skipped            | a,rr b,rr,dead               | a:ROUNDROBIN_PARENT
        source hash before all others                 | a,rr b,user c,carp d,source  | d:SOURCEHASH_PARENT a:ANY_OLD_PARENT b:ANY_OLD_PARENT c:ANY_OLD_PARENT
        user hash needs a user                        | a b,user                     | a:FIRSTUP_PARENT b:ANY_OLD_PARENT
        carp before round robin                       | a,rr b,carp                  | b:CARP a:ANY_OLD_PARENT
        a dead carp peer is skipped                   | a,rr b,carp,dead             | a:ROUNDROBIN_PARENT
        weighted round robin is logged as the other   | a b,wrr                      | b:ROUNDROBIN_PARENT a:ANY_OLD_PARENT
        round robin before the weighted one           | a,rr b,wrr                   | a:ROUNDROBIN_PARENT b:ANY_OLD_PARENT
        the first one up when round robin has none    | a b,rr,dead                  | a:FIRSTUP_PARENT
        nobody                                        | a,dead b,denied c,full       | ''
        """)
    void order(String rule, String peers, String expected) {
        List<Candidate> candidates = new PeerSelection(peers(peers)).select(facts());

        assertThat(candidates.stream()
                        .map(candidate -> candidate.peer() + ":" + candidate.code())
                        .collect(Collectors.joining(" ")))
                .isEqualTo(expected);
    }

    @DisplayName("round-robin by weight: least turns by weight, the last listed wins ties")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # peers                   | who gets the first ones
        a,rr b,rr                 | b a b a b a
        c,rr d,rr,weight=3        | d c d d d c d d
        a,rr b,rr c,rr            | c b a c b a
        a,wrr b,wrr,weight=3 c,wrr | c b a c b a
        """)
    void turns(String peers, String expected) {
        PeerSelection selection = new PeerSelection(peers(peers));

        StringBuilder chosen = new StringBuilder();
        for (int i = 0; i < (expected.length() + 1) / 2; i++) {
            chosen.append(i == 0 ? "" : " ")
                    .append(selection.select(facts()).get(0).peer());
        }

        assertThat(chosen).hasToString(expected);
    }

    @Test
    void a_revived_peer_does_not_get_all_requests_until_it_has_caught_up() {
        List<Peer> peers = peers("a,rr b,rr,dead");
        PeerSelection selection = new PeerSelection(peers);
        for (int i = 0; i < 100; i++) {
            assertThat(selection.select(facts()).get(0).peer()).hasToString("a");
        }

        peers.get(1).connectSucceeded(peers.get(1).addresses().get(0));

        List<String> chosen = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            chosen.add(selection.select(facts()).get(0).peer().toString());
        }
        assertThat(chosen).containsExactly("b", "a", "b", "a");
    }

    @Test
    void a_dead_peer_that_is_looked_at_is_probed_once_a_second() {
        List<Peer> peers = peers("a,dead b,dead,denied c");
        List<Peer> probed = new ArrayList<>();
        peers.forEach(peer -> peer.probeWith(probed::add));
        PeerSelection selection = new PeerSelection(peers);

        for (int i = 0; i < 100; i++) {
            selection.select(facts());
        }

        assertThat(probed)
                .startsWith(peers.get(0))
                .doesNotContain(peers.get(1), peers.get(2))
                .hasSizeLessThan(50);
    }

    @DisplayName("the peers that may serve a request, whatever their state")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # peers                          | allowed
        a b                              | a,b
        a,denied b                       | b
        a,denied b,denied                | ''
        a,dead b,full                    | a,b
        b a                              | b,a
        """)
    void allowed(String peers, String expected) {
        assertThat(new PeerSelection(peers(peers)).allowed(facts())).isEqualTo(expected);
    }

    @Test
    void the_joined_names_are_remembered() {
        PeerSelection selection = new PeerSelection(peers("a b,denied c"));

        assertThat(selection.allowed(facts())).isEqualTo("a,c").isSameAs(selection.allowed(facts()));
    }

    @Test
    void more_than_sixty_four_peers_are_joined_too() {
        List<Peer> peers = new ArrayList<>();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 70; i++) {
            peers.addAll(peers("p" + i));
            expected.append(i == 0 ? "" : ",").append('p').append(i);
        }

        assertThat(new PeerSelection(peers).allowed(facts())).isEqualTo(expected.toString());
    }

    private static List<Peer> peers(String text) {
        List<Peer> peers = new ArrayList<>();
        for (String words : List.of(text.split(" ", -1))) {
            if (!words.isEmpty()) {
                peers.add(peer(List.of(words.split(",", -1))));
            }
        }
        return peers;
    }

    private static Peer peer(List<String> words) {
        boolean denied = words.contains("denied");
        boolean crowded = words.contains("full") || words.contains("idle");
        Peer peer = new Peer(new PeerConfig(
                words.get(0),
                "127.0.0.1",
                80,
                true,
                words.contains("default"),
                balancing(words),
                words.contains("weight=3") ? 3 : words.contains("weight=2") ? 2 : 1,
                PeerConfig.Login.NONE,
                null,
                PeerConfig.FrontEndHttps.OFF,
                crowded ? 1 : 0,
                Duration.ofSeconds(5),
                1,
                false,
                denied ? denyAll() : AccessList.empty("cache_peer_access", true),
                new SourceLocation("squid.conf", 1)));
        if (words.contains("dead")) {
            peer.connectFailed(peer.addresses().get(0));
        }
        if (crowded) {
            assertThat(peer.tryOpen()).isTrue();
        }
        if (words.contains("idle")) {
            peer.becameIdle();
        }
        return peer;
    }

    private static Balancing balancing(List<String> words) {
        Set<Balancing.CarpKey> parts = EnumSet.noneOf(Balancing.CarpKey.class);
        for (Balancing.CarpKey part : Balancing.CarpKey.values()) {
            if (words.contains("key=" + part.name().toLowerCase(Locale.ROOT))) {
                parts.add(part);
            }
        }
        return new Balancing(
                words.contains("source"),
                words.contains("user"),
                words.contains("carp"),
                parts,
                words.contains("rr"),
                words.contains("wrr"));
    }

    private static AccessList denyAll() {
        Acl all = new Acl() {
            @Override
            public String name() {
                return "all";
            }

            @Override
            public boolean matches(RequestFacts facts) {
                return true;
            }
        };
        return new AccessList(
                "cache_peer_access",
                List.of(new AccessList.Rule(false, List.of(new AccessList.Term(false, all)), "deny all")),
                true);
    }

    private static RequestFacts facts() {
        return new RequestFacts(
                new RequestHead("GET", "/", HttpVersion.HTTP_1_1, Fields.EMPTY),
                new EffectiveUri("http", "www.example", 80, "/"),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 80),
                "80");
    }
}
