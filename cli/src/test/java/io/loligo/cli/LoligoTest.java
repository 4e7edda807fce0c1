package io.loligo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.loligo.cache.store.StoreStats;
import io.loligo.proxy.OfflineExplanation;
import io.loligo.proxy.admin.AdminActions;
import io.loligo.proxy.admin.AdminListener;
import io.loligo.proxy.admin.ExplainOrder;
import io.loligo.proxy.admin.Metrics;
import io.loligo.proxy.admin.PeerState;
import io.loligo.proxy.admin.PurgeReceipt;
import io.loligo.proxy.admin.ReloadResult;
import io.loligo.proxy.admin.ServerStats;
import io.loligo.proxy.admin.ServerStatus;
import io.loligo.proxy.config.Configuration.Admin;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoligoTest {
    @TempDir
    Path directory;

    private final AnyActions actions = new AnyActions();
    private final AnyServer server = new AnyServer();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private AdminListener listener;
    private String address;
    private String token;

    @BeforeEach
    void listen() throws IOException {
        token = directory.resolve("token").toString();
        listener = AdminListener.start(new Admin("127.0.0.1", 0, Path.of(token)), actions);
        address = "127.0.0.1:" + listener.address().getPort();
        server.admin = new Admin("127.0.0.1", listener.address().getPort(), Path.of(token));
    }

    @AfterEach
    void close() {
        listener.close();
    }

    @DisplayName("exit codes: 0 done, 1 refused, 2 a wrong command line or no server")
    @ParameterizedTest(name = "loligo {0} exits {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        version                                              | 0 | Java
        --help                                               | 0 | Exit codes
        purge --help                                         | 0 | every variant
        ''                                                   | 2 | Usage: loligo
        nonsense                                             | 2 | Unmatched argument
        run                                                  | 2 | Missing required option: '--file=FILE'
        run -f good.conf -N                                  | 0 |
        run -f bad.conf                                      | 1 | bad.conf:3: error: bungled
        check                                                | 2 | Missing required option
        check -f good.conf                                   | 0 | it can be run
        check -f bad.conf                                    | 1 | bad.conf:3: error: bungled (value)
        demo --port-base 0                                   | 2 | --port-base must be from 1
        demo --port-base x                                   | 2 | Invalid value for option '--port-base'
        stats --admin ADDRESS --token-file TOKEN             | 0 | objects stored
        stats -f good.conf                                   | 0 | objects stored
        stats -f bad.conf                                    | 1 | bad.conf:3: error: bungled
        stats -f off.conf                                    | 2 | admin_port 0
        stats --admin 127.0.0.1:1 --token-file TOKEN         | 2 | no server answers at 127.0.0.1:1
        stats --admin 127.0.0.1 --token-file TOKEN           | 2 | --admin takes HOST:PORT
        stats --admin 127.0.0.1:99999 --token-file TOKEN     | 2 | --admin takes HOST:PORT
        stats --admin :80 --token-file TOKEN                 | 2 | --admin takes HOST:PORT
        stats --admin ADDRESS --token-file /no/such/token    | 2 | no token file /no/such/token
        stats --admin ADDRESS --token-file WRONG             | 2 | does not know the token
        purge -f good.conf                                   | 2 | Missing required parameter: 'URL'
        purge -f good.conf http://a.example/x                | 0 | http://a.example/x
        purge -f good.conf http://a.example/x nonsense       | 1 | nonsense: not a URL
        purge -f good.conf bug                               | 1 | internal error
        explain                                              | 2 | a URL is needed
        explain -f good.conf http://a.example/x              | 0 | serve: fresh [RFC 9111 §4.2]
        explain -f good.conf http://a.example/x              | 0 | => hit 200 (Cache-Status: hit;ttl=7)
        explain -f good.conf http://a.example/x --json       | 0 | "cache_status" : "hit;ttl=7"
        explain -f good.conf http://a.example/x -H Foo:1     | 0 | GET http://a.example/x
        explain -f good.conf http://a.example/x --method PUT | 0 | PUT http://a.example/x
        explain -f good.conf http://a.example/x -H Foo       | 2 | -H takes 'Name: value'
        explain -f good.conf nonsense                        | 1 | expected a whole URL
        explain --admin 127.0.0.1:1 --token-file TOKEN http://a.example/ | 2 | no server answers
        explain -f good.conf --request /no/such              | 2 | are all needed
        explain -f good.conf http://a.example/ --response-time +1s | 2 | go with --request
        explain -f bad.conf http://a.example/x               | 1 | bad.conf:3: error: bungled
        reload -f good.conf                                  | 0 | in force
        stop -f good.conf                                    | 0 | stop
        stop -f good.conf --wait x                           | 2 | Invalid value for option '--wait'
        """)
    void exitCodes(String arguments, int code, String said) throws IOException {
        assertThat(loligo(arguments)).isEqualTo(code);
        if (said != null) {
            assertThat(out.toString() + err).contains(said);
        }
        assertThat(code == 0 ? err : out).asString().isEqualTo(code == 1 ? out.toString() : "");
    }

    @DisplayName("purge prints a receipt for each URL")
    @Test
    void purge() throws IOException {
        loligo("purge -f good.conf http://a.example/x http://a.example/longer");

        assertThat(out.toString().lines())
                .containsExactly(
                        "URL                      objects  bytes",
                        "http://a.example/x             2   4096",
                        "http://a.example/longer        2   4096");
    }

    @DisplayName("more URLs than one order takes are purged in several")
    @Test
    void purgeMany() {
        List<String> arguments = new ArrayList<>(List.of("purge", "--json", "-f", "good.conf"));
        IntStream.range(0, 1_200).forEach(i -> arguments.add("http://a.example/" + i));

        assertThat(execute(arguments)).isZero();
        assertThat(actions.purged).hasSize(1_200).doesNotHaveDuplicates();
    }

    @DisplayName("--json is JSON and nothing else")
    @ParameterizedTest(name = "loligo {0}")
    @CsvSource(delimiter = '|', textBlock = """
        stats -f good.conf --json                    | /stats/store/objects        | 32
        stats -f good.conf --json                    | /status/pid                 | 2147483647
        purge -f good.conf --json http://a.example/x | /0/objects                  | 2
        check -f bad.conf --json                     | /findings/0/line            | 3
        check -f good.conf --json                    | /usable                     | true
        """)
    void json(String arguments, String pointer, String value) throws IOException {
        loligo(arguments);

        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.at(pointer).asText()).isEqualTo(value);
    }

    @DisplayName("a reload that is refused prints the problems and exits 1")
    @Test
    void reloadRefused() throws IOException {
        actions.reloadResult = new ReloadResult(false, List.of("squid.conf:3: error: bungled"));

        assertThat(loligo("reload -f good.conf")).isEqualTo(1);
        assertThat(err.toString()).startsWith("squid.conf:3: error: bungled").contains("the old one stays in force");
    }

    @DisplayName("stop gives the order")
    @Test
    void stop() throws Exception {
        loligo("stop -f good.conf");

        actions.stopped.await();
    }

    @DisplayName("an address on the command line wins over the file's")
    @Test
    void addressWins() throws IOException {
        server.admin = new Admin("127.0.0.1", 1, Path.of(token));

        assertThat(loligo("stats -f good.conf")).isEqualTo(2);
        assertThat(loligo("stats -f good.conf --admin ADDRESS")).isZero();
    }

    private int loligo(String arguments) throws IOException {
        Path wrong = Files.writeString(directory.resolve("wrong"), "wrong");
        return execute(Stream.of(arguments.trim().split(" +", -1))
                .filter(word -> !word.isEmpty())
                .map(word ->
                        word.replace("ADDRESS", address).replace("TOKEN", token).replace("WRONG", wrong.toString()))
                .toList());
    }

    private int execute(List<String> arguments) {
        return Loligo.commandLine(server, new PrintWriter(out, true), new PrintWriter(err, true))
                .execute(arguments.toArray(String[]::new));
    }

    /** Knows three files: good.conf, bad.conf with an error in line 3, off.conf without an admin listener. */
    private static final class AnyServer implements ProxyServer {
        private Admin admin = new Admin("127.0.0.1", 0, Path.of("token"));

        @Override
        public Report check(Path file, boolean strict) {
            boolean usable = !file.toString().equals("bad.conf");
            return new Report(
                    usable ? List.of() : List.of(new Finding("bad.conf", 3, "error", "value", "bungled")),
                    file + (usable ? ": it can be run" : ": it cannot be run"),
                    usable);
        }

        @Override
        public Admin admin(Path file) throws Refused {
            refuseBad(file);
            return file.toString().equals("off.conf") ? new Admin("127.0.0.1", 0, Path.of("token")) : admin;
        }

        @Override
        public Map<String, Object> explain(Path file, OfflineExplanation exchange) throws Refused {
            return new LoligoServerHere().explain(file, exchange);
        }

        @Override
        public Running start(Path file, boolean strict) throws Refused {
            refuseBad(file);
            return new Running() {
                @Override
                public void awaitStopped() {}

                @Override
                public void stop() {}

                @Override
                public void reload() {}

                @Override
                public void rotate() {}
            };
        }

        private static void refuseBad(Path file) throws Refused {
            if (file.toString().equals("bad.conf")) {
                throw new Refused(List.of("bad.conf:3: error: bungled"));
            }
        }
    }

    /** A server that does what it is asked, or pretends to. */
    private static final class AnyActions implements AdminActions {
        private final CountDownLatch stopped = new CountDownLatch(1);
        private final List<String> purged = Collections.synchronizedList(new ArrayList<>());
        private volatile ReloadResult reloadResult = new ReloadResult(true, List.of());

        @Override
        public ServerStatus status() {
            PeerState peer = new PeerState("server_1", "127.0.0.1", 8081, List.of(), List.of(), true, 0, 0, 0, 0);
            // A process that cannot be: no wait for its end.
            return new ServerStatus(
                    "0.1.0",
                    "edge",
                    Integer.MAX_VALUE,
                    Instant.EPOCH,
                    "good.conf",
                    List.of("0.0.0.0:81"),
                    List.of(peer),
                    List.of("http_access is assumed"));
        }

        @Override
        public ServerStats stats() {
            Metrics metrics = new Metrics(0);
            return new ServerStats(
                    metrics.now(0),
                    metrics.ago(0, 5),
                    new StoreStats(32, 3 << 20, 256 << 20, false, 0, 0, 0, 0, List.of()),
                    1,
                    0,
                    0);
        }

        @Override
        public PurgeReceipt purge(String url) {
            if (url.equals("bug")) {
                throw new IllegalStateException("a bug");
            }
            purged.add(url);
            return url.startsWith("http://")
                    ? PurgeReceipt.done(url, 2, 4_096)
                    : PurgeReceipt.refused(url, "not a URL");
        }

        @Override
        public Map<String, Object> explain(ExplainOrder order) throws ExplainOrder.Refused {
            if (!order.url().startsWith("http://")) {
                throw new ExplainOrder.Refused("expected a whole URL", new IllegalArgumentException());
            }
            return Map.of(
                    "method", order.method(),
                    "url", order.url(),
                    "at", String.valueOf(order.at()),
                    "outcome", Map.of("verdict", "hit", "cache_status", "hit;ttl=7", "status", 200),
                    "steps",
                            List.of(Map.of(
                                    "step", "reuse",
                                    "verdict", "serve",
                                    "reason", "fresh",
                                    "basis", "RFC 9111 §4.2",
                                    "facts", Map.of("fields", order.toString()))));
        }

        @Override
        public void stop() {
            stopped.countDown();
        }

        @Override
        public ReloadResult reload() {
            return reloadResult;
        }
    }
}
