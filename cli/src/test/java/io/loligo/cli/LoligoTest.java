package io.loligo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgePreview;
import io.loligo.cache.store.PurgeReceipt;
import io.loligo.cache.store.PurgeRefused;
import io.loligo.cache.store.PurgeTarget;
import io.loligo.cache.store.StoreStats;
import io.loligo.proxy.OfflineExplanation;
import io.loligo.proxy.admin.AdminActions;
import io.loligo.proxy.admin.AdminListener;
import io.loligo.proxy.admin.ExplainOrder;
import io.loligo.proxy.admin.Metrics;
import io.loligo.proxy.admin.PeerState;
import io.loligo.proxy.admin.ProcessMemory;
import io.loligo.proxy.admin.ReloadResult;
import io.loligo.proxy.admin.ServerStats;
import io.loligo.proxy.admin.ServerStatus;
import io.loligo.proxy.config.Configuration.Admin;
import io.loligo.proxy.log.PurgeWords;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
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
import org.jspecify.annotations.Nullable;
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
        --help                                               | 0 | Make an archive of the server
        purge --help                                         | 0 | every variant
        archive                                              | 2 | only the launcher
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
        purge -f good.conf                                   | 2 | what is to be purged?
        purge -f good.conf --tag a --all                     | 2 | one kind at a time
        purge -f good.conf --tag a http://a.example/x        | 2 | one kind at a time
        purge -f good.conf --all --list                      | 2 | one kind at a time
        purge -f good.conf --status x                        | 2 | Invalid value for option '--status'
        purge -f good.conf --status 1 --soft                 | 2 | --status and --list order nothing
        purge -f good.conf --list --wait                     | 2 | --wait goes with an order
        purge -f good.conf --all --dry-run --soft            | 2 | --dry-run changes nothing
        purge -f good.conf --from /no/such                   | 2 | --from /no/such cannot be read
        purge -f good.conf --status 4711                     | 1 | no purge 4711 is known
        purge -f good.conf --list                            | 0 | state
        purge -f good.conf --prefix /x                       | 1 | no URL begins with /x
        purge -f good.conf --prefix http://a.example/        | 0 | http://a.example/
        purge -f good.conf --host A.example                  | 0 | a.example
        purge -f good.conf --glob */x                        | 0 | */x
        purge -f good.conf --pattern ^http                   | 0 | in force, being swept
        purge -f good.conf --pattern ^http --wait            | 0 | done
        purge -f good.conf --pattern (                       | 1 | missing closing )
        purge -f good.conf --all                             | 0 | all
        purge -f good.conf --tag a --tag b --soft            | 0 | done
        purge -f good.conf --tag a --dry-run                 | 0 | http://a.example/y%07
        purge -f good.conf http://a.example/x                | 0 | http://a.example/x
        purge -f good.conf http://a.example/x nonsense       | 1 | nonsense: expected a whole URL
        purge -f good.conf http://a.example/bug              | 1 | internal error
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
                        "id  kind  target                   objects  bytes  state",
                        " 1  url   http://a.example/x             2   4096  done",
                        " 2  url   http://a.example/longer        2   4096  done");
    }

    @DisplayName("what became of earlier purges")
    @Test
    void purgeList() throws IOException {
        loligo("purge -f good.conf --tag news --soft");
        loligo("purge -f good.conf --all");
        out.getBuffer().setLength(0);

        loligo("purge -f good.conf --list");

        assertThat(out.toString().lines())
                .containsExactly(
                        "id                  time  how   kind  target  objects  bytes  state",
                        " 2  1970-01-01T00:00:00Z  hard  all                 2   4096  done",
                        " 1  1970-01-01T00:00:00Z  soft  tag   news          2   4096  done");
    }

    @DisplayName("URLs from a file: one in each line, those of the command line first")
    @Test
    void purgeFrom() throws IOException {
        Path file = Files.writeString(
                directory.resolve("urls"), "# pages\n\n  http://a.example/1  \r\nhttp://a.example/2\n# end");

        assertThat(execute(List.of("purge", "-f", "good.conf", "http://a.example/0", "--from", file.toString())))
                .isZero();
        assertThat(actions.purged)
                .extracting(receipt -> PurgeWords.of(receipt.order().target()).text())
                .containsExactly("http://a.example/0", "http://a.example/1", "http://a.example/2");
    }

    @DisplayName("URLs from standard input")
    @Test
    void purgeFromStandardInput() {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream("http://a.example/1\n".getBytes(StandardCharsets.UTF_8)));
        try {
            assertThat(execute(List.of("purge", "-f", "good.conf", "--from", "-")))
                    .isZero();
        } finally {
            System.setIn(before);
        }
        assertThat(actions.purged).hasSize(1);
    }

    @DisplayName("an empty file is nothing to do")
    @Test
    void purgeFromNothing() throws IOException {
        Path file = Files.writeString(directory.resolve("urls"), "");

        assertThat(execute(List.of("purge", "-f", "good.conf", "--from", file.toString())))
                .isZero();
        assertThat(actions.purged).isEmpty();
    }

    @DisplayName("URLs that are too long together for one order are purged in several")
    @Test
    void purgeLong() {
        List<String> arguments = new ArrayList<>(List.of("purge", "--json", "-f", "good.conf"));
        IntStream.range(0, 300).forEach(i -> arguments.add("http://a.example/" + i + "/" + "x".repeat(5_000)));

        assertThat(execute(arguments)).isZero();
        assertThat(actions.purged).hasSize(300);
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
        purge -f good.conf --json --tag a            | /0/kind                     | tag
        purge -f good.conf --json --all --dry-run    | /0/sample/0                 | http://a.example/x
        purge -f good.conf --json --list             |                             | ''
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
        String[] words = arguments.toArray(String[]::new);
        return Loligo.commandLine(server, new PrintWriter(out, true), new PrintWriter(err, true), words)
                .execute(words);
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
        private final List<PurgeReceipt> purged = Collections.synchronizedList(new ArrayList<>());
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
                    new StoreStats(
                            32,
                            3 << 20,
                            256 << 20,
                            new StoreStats.Places(2 << 20, 512 << 10, 256 << 10, 256 << 10, 270 << 20),
                            false,
                            0,
                            0,
                            0,
                            0,
                            0,
                            List.of()),
                    new ProcessMemory(500 << 20, 60 << 20, 256 << 20, 20 << 20),
                    1,
                    0,
                    0);
        }

        @Override
        public PurgeReceipt purge(PurgeOrder order) throws PurgeRefused {
            String text = PurgeWords.of(order.target()).text();
            if (text.endsWith("/bug")) {
                throw new IllegalStateException("a bug");
            }
            if (text.equals("(")) {
                throw new PurgeRefused("missing closing )");
            }
            PurgeReceipt receipt = new PurgeReceipt(
                    purged.size() + 1,
                    order,
                    Instant.EPOCH,
                    2,
                    4_096,
                    !(order.target() instanceof PurgeTarget.Pattern));
            purged.add(receipt);
            return receipt;
        }

        @Override
        public PurgePreview preview(PurgeTarget target, int sampleMax) throws PurgeRefused {
            return new PurgePreview(3, 9_000, List.of("http://a.example/x", "http://a.example/y\u0007"));
        }

        @Override
        public @Nullable PurgeReceipt receipt(long id) {
            return purged.stream()
                    .filter(receipt -> receipt.id() == id)
                    .map(receipt -> new PurgeReceipt(id, receipt.order(), receipt.time(), 5, 5_000, true))
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public List<PurgeReceipt> receipts() {
            List<PurgeReceipt> latestFirst = new ArrayList<>(purged);
            Collections.reverse(latestFirst);
            return latestFirst;
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
