package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The whole server, killed with SIGKILL under load and started again on what it left. {@code -Dkill.server.rounds=20} for
 * that many kills instead of {@value #ROUNDS}, {@code -Dkill.seed=N} for the requests of an earlier run.
 */
@ExtendWith(JarIsBuilt.class)
@DisplayName("The store after a crash")
class StoreCrashTest {
    private static final int ROUNDS = 3;
    private static final int PAGES = 120;
    private static final int CLIENTS = 3;
    private static final int PURGED_PERCENT = 8;
    private static final int ANSWERS_BEFORE_KILL_MAX = 800;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern PATH = Pattern.compile("/page/(\\d+)");

    private final long seed = Long.getLong("kill.seed", System.nanoTime() & 0xFFFFFF);
    /** By page: how often the origin has been asked, which is the version it last gave. */
    private final Map<Integer, Integer> versions = new ConcurrentHashMap<>();
    /** By page: the version that was the newest when it was last purged, and the purge acknowledged. */
    private final Map<Integer, Integer> purged = new ConcurrentHashMap<>();

    private final List<String> wrong = new ArrayList<>();

    /** A body of which every byte says of which page and version it is. */
    private static byte[] body(int page, int version) {
        var random = new Random(1_000_003L * page + version);
        int length = random.nextInt(page % 10 == 0 ? 700_000 : page % 3 == 0 ? 60_000 : 3_000);
        byte[] body = new byte[length];
        random.nextBytes(body);
        return body;
    }

    private RawOrigin origin() {
        return RawOrigin.with(exchange -> {
            Matcher path = PATH.matcher(exchange.path());
            if (!path.matches()) {
                exchange.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                return;
            }
            int page = Integer.parseInt(path.group(1));
            int version = versions.merge(page, 1, Integer::sum);
            byte[] body = body(page, version);
            exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=86400\r\nX-Version: " + version
                    + "\r\nContent-Length: " + body.length + "\r\n\r\n");
            exchange.send(body);
        });
    }

    @Test
    void serves_whole_pages_and_never_what_was_purged() throws Exception {
        System.out.println("kill.seed=" + seed);
        int rounds = Integer.getInteger("kill.server.rounds", ROUNDS);
        var random = new Random(seed);
        try (var origin = origin()) {
            var conf = SquidConf.inFrontOf(origin.port())
                    .and("cache_dir ufs DIR/cache 256 16 256", "maximum_object_size 8 MB");
            for (int round = 0; round < rounds; round++) {
                try (var loligo = LoligoProcess.start(conf)) {
                    // From the first moment on, while it repairs what the kill before left.
                    load(loligo, random.nextLong(), random.nextInt(ANSWERS_BEFORE_KILL_MAX));
                }
            }
            try (var loligo = LoligoProcess.start(conf)) {
                // While a shard is at its repair it stores nothing either.
                await("hits of all pages")
                        .atMost(PATIENCE)
                        .until(() -> IntStream.range(0, PAGES)
                                .filter(page -> !get(loligo.port(), page))
                                .findAny()
                                .isEmpty());
            }
        }
        assertThat(wrong).as("with -Dkill.seed=%d", seed).isEmpty();
    }

    /** Requests pages until the server is killed under them. */
    private void load(LoligoProcess loligo, long loadSeed, int answersBeforeKill) throws InterruptedException {
        var killing = new AtomicBoolean();
        var over = new AtomicBoolean();
        var answers = new AtomicInteger();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            int number = i;
            var random = new Random(loadSeed + i);
            var client = new Thread(() -> {
                while (!over.get()) {
                    // Each page is purged by one client only, so that it knows what came before.
                    int page = random.nextInt(PAGES);
                    try {
                        if (page % CLIENTS == number && random.nextInt(100) < PURGED_PERCENT) {
                            purge(loligo.port(), page);
                        } else {
                            get(loligo.port(), page);
                        }
                        answers.incrementAndGet();
                    } catch (UncheckedIOException e) {
                        if (!killing.get()) {
                            wrong("page " + page + ": " + e);
                        }
                    }
                }
            });
            clients.add(client);
            client.start();
        }
        await("answers").atMost(PATIENCE).until(() -> answers.get() >= answersBeforeKill);
        killing.set(true);
        loligo.signal("KILL");
        loligo.ended();
        over.set(true);
        for (Thread client : clients) {
            client.join();
        }
    }

    private void purge(int port, int page) {
        int before = versions.getOrDefault(page, 0);
        var answer = RawHttp.exchange(port, "PURGE", "/page/" + page);
        if (answer.status() == 200 || answer.status() == 404) {
            purged.merge(page, before, Math::max);
        }
    }

    /** Whether it was a hit. */
    private boolean get(int port, int page) {
        int after = purged.getOrDefault(page, 0);
        var answer = RawHttp.get(port, "/page/" + page);
        if (answer.status() != 200) {
            wrong("page " + page + ": " + answer.status());
            return false;
        }
        int version = Integer.parseInt(answer.field("X-Version").orElseThrow());
        byte[] body = body(page, version);
        if (!Arrays.equals(answer.body(), Arrays.copyOf(body, answer.body().length))) {
            wrong("page " + page + " version " + version + " has bytes that are not its own");
        }
        if (!answer.complete()) {
            throw new UncheckedIOException(new EOFException("cut after " + answer.body().length + " bytes"));
        }
        if (answer.body().length != body.length) {
            wrong("page " + page + " version " + version + " is not whole");
        }
        if (version <= after) {
            wrong("page " + page + " version " + version + " was purged when the newest was " + after);
        }
        return answer.isHit();
    }

    private void wrong(String what) {
        synchronized (wrong) {
            wrong.add(what);
        }
    }

    @Test
    void a_second_server_on_the_same_directory_refuses_and_leaves_the_first_alone() throws IOException {
        try (var origin = origin()) {
            var conf = SquidConf.inFrontOf(origin.port()).and("cache_dir ufs DIR/cache 64 16 256");
            try (var first = LoligoProcess.start(conf)) {
                get(first.port(), 1);
                var other = SquidConf.inFrontOf(origin.port())
                        .and("cache_dir ufs " + conf.directory().resolve("cache") + " 64 16 256");
                var second = LoligoProcess.launch(other).ended();

                assertThat(second.exitCode()).isNotZero();
                assertThat(second.output())
                        .contains("the store is in use")
                        .contains(conf.directory().resolve("cache").toString());
                assertThat(get(first.port(), 1)).as("a hit").isTrue();
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void files_that_cannot_be_used_are_named_and_kept_and_the_server_starts_without_them() throws IOException {
        try (var origin = origin()) {
            var conf = SquidConf.inFrontOf(origin.port()).and("cache_dir ufs DIR/cache 64 16 256");
            try (var first = LoligoProcess.start(conf)) {
                get(first.port(), 1);
            }
            Path store = conf.directory().resolve("cache/loligo-store");
            Path foreign = Files.writeString(conf.directory().resolve("cache/swap.state"), "squid's");
            Files.writeString(store.resolve("store.properties"), "format=99\n");
            try (var second = LoligoProcess.start(conf)) {
                assertThat(get(second.port(), 1)).as("a hit").isFalse();
                assertThat(get(second.port(), 1)).as("a hit").isTrue();
                assertThat(second.cacheLog())
                        .anySatisfy(line -> assertThat(line)
                                .contains(store.toString())
                                .contains("store.properties cannot be used: format 99, this server knows"));
            }
            assertThat(foreign).hasContent("squid's");
            try (Stream<Path> files = Files.list(store)) {
                assertThat(files.filter(file -> file.getFileName().toString().startsWith("set-aside-"))
                                .findFirst()
                                .orElseThrow())
                        .isDirectoryContaining("glob:**/store.properties");
            }
        }
        assertThat(wrong).isEmpty();
    }
}
