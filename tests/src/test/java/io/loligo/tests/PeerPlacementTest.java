package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The peer that each request goes to, compared with the real Squid: on the same file, also while a peer is away. */
final class PeerPlacementTest {
    /** Requests with each set of peers; enough for every one of them to be met often. */
    private static final int REQUESTS = 40;

    private final Map<String, NamedOrigin> origins = new LinkedHashMap<>();

    @BeforeAll
    static void needsSquid() {
        assumeTrue(SquidProcess.isInstalled(), "Squid is not installed here");
    }

    @AfterEach
    void closeOrigins() {
        origins.values().forEach(NamedOrigin::close);
    }

    @DisplayName("each request goes to the peer that Squid sends it to, before, while and after one is away")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        carp                                     | carp weight=3 | carp                    | carp weight=2
        carp with a key for each                 | carp          | carp carp-key=host,path | carp carp-key=params weight=4
        carp by scheme and port, the rest in it  | carp carp-key=scheme,port,params | carp carp-key=path | carp carp-key=scheme,host,port,path,params
        sourcehash                               | sourcehash    | sourcehash weight=2     | sourcehash
        sourcehash before carp and round-robin   | round-robin   | carp                    | sourcehash
        carp with one beside it                  | carp          | no-digest               | carp
        """)
    void placement(String rule, String a, String b, String c) throws IOException {
        for (String name : List.of("Alpha", "beta", "gamma-3")) {
            origins.put(name, new NamedOrigin(name, Ports.free()));
        }
        int squidPort = Ports.free();
        int port = Ports.free();
        String peers = peers(List.of(a, b, c));
        try (SquidProcess squid = SquidProcess.start(conf(squidPort, peers), squidPort);
                RunningServer loligo = RunningServer.start(SquidConf.of(conf(port, peers) + "admin_port 0\n", port))) {
            // Squid takes a peer for dead until it has connected to it once.
            await().untilAsserted(() -> assertThat(chosen(port, "first")).isEqualTo(chosen(squidPort, "first")));
            compare("all are up", squidPort, port);

            NamedOrigin beta = Objects.requireNonNull(origins.get("beta"));
            beta.close();
            // A dead peer is known by its failed connect, connect-fail-limit=1; from then on others have its keys.
            await().until(() -> isAway("beta", squidPort, "squid") && isAway("beta", port, "loligo"));
            compare("beta is away", squidPort, port);

            origins.put("beta", new NamedOrigin("beta", beta.port()));
            await().untilAsserted(() -> assertThat(chosen(port, "back")).isEqualTo(chosen(squidPort, "back")));

            await().untilAsserted(() -> assertThat(codes(loligo.accessLog(), "all"))
                    .hasSize(REQUESTS)
                    .isEqualTo(codes(squid.accessLog(), "all")));
        }
    }

    private static boolean isAway(String name, int port, String who) {
        return !chosen(port, "away-" + who).contains(name);
    }

    private static void compare(String when, int squidPort, int port) {
        String page = when.startsWith("all") ? "all" : "less";
        assertThat(chosen(port, page)).as(when).isEqualTo(chosen(squidPort, page));
    }

    /** Who answers each request: from clients of several addresses, for pages with and without a query. */
    private static List<String> chosen(int port, String page) {
        List<String> chosen = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            String target = "/" + page + "/" + i + (i % 3 == 0 ? "" : "?q=" + i * 7 + "&\u00e9=%C3");
            chosen.add(NamedOrigin.ask(port, "127.0.1." + (i + 1), target));
        }
        return chosen;
    }

    /** The hierarchy codes of the log's lines about one group of pages. */
    private static List<String> codes(List<String> log, String page) {
        return log.stream()
                .filter(line -> line.contains("/" + page + "/"))
                .map(line -> line.split(" +", -1)[8])
                .toList();
    }

    private String peers(List<String> options) {
        StringBuilder lines = new StringBuilder();
        int i = 0;
        for (NamedOrigin origin : origins.values()) {
            lines.append("cache_peer 127.0.0.1 parent ")
                    .append(origin.port())
                    .append(" 0 no-query no-digest originserver connect-fail-limit=1 name=")
                    .append(origin.name())
                    .append(' ')
                    .append(options.get(i++))
                    .append('\n');
        }
        return lines.toString();
    }

    private static String conf(int port, String peers) {
        return """
                http_port 127.0.0.1:%d accel vhost
                %s
                http_access allow all
                cache deny all
                access_log stdio:DIR/access.log squid
                buffered_logs off
                cache_log DIR/cache.log
                pid_filename none
                visible_hostname edge.example.org
                """.formatted(port, peers);
    }
}
