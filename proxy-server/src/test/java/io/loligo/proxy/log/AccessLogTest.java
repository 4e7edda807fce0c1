package io.loligo.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.access.Acl;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.config.Configuration.AccessLogConfig;
import io.loligo.proxy.config.Configuration.Logs;
import io.loligo.proxy.config.LogFormat.BuiltIn;
import io.loligo.proxy.config.SourceLocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessLogTest {
    private static final AccessList ALL = AccessList.empty("access_log", true);

    private static final long BYTES = 16 << 20;

    @TempDir
    Path directory;

    @DisplayName("lines are in the file, in order, as soon as nothing more waits")
    @Test
    void flushes() throws IOException {
        try (AccessLog log = open(logs(0, to("access.log", BuiltIn.SQUID, ALL)))) {
            for (int i = 0; i < 100; i++) {
                log.record(Exchange.hit().took(i).build());
            }
            log.awaitWritten();

            assertThat(read("access.log")).hasSize(100);
            assertThat(read("access.log").get(42)).contains(" 42 127.0.0.1 ");
        }
    }

    @DisplayName("buffered_logs holds lines back until the buffer is full or the log is closed")
    @Test
    void buffered() throws IOException {
        try (AccessLog log =
                open(new Logs(List.of(to("access.log", BuiltIn.SQUID, ALL)), null, true, true, false, 0))) {
            log.record(Exchange.hit().build());
            log.awaitWritten();

            assertThat(read("access.log")).isEmpty();
        }
        assertThat(read("access.log")).hasSize(1);
    }

    @DisplayName("every line of the configuration that matches logs, and none ends the search")
    @Test
    void acls() throws IOException {
        AccessList local = only(facts -> facts.client().getAddress().isLoopbackAddress());
        AccessList health = only(facts -> facts.head().fields().has("X-Health"));
        try (AccessLog log = open(logs(
                0,
                to("local.log", BuiltIn.SQUID, local),
                to(null, BuiltIn.SQUID, health),
                to("rest.log", BuiltIn.COMMON, ALL)))) {
            log.record(Exchange.hit().build());
            log.record(Exchange.hit().client("192.0.2.1").build());
            log.record(Exchange.hit().request("X-Health", "1").build());
            log.record(Exchange.hit().unreadable().build());
        }

        assertThat(read("local.log")).hasSize(2);
        assertThat(read("rest.log")).hasSize(3);
    }

    @DisplayName("acls see the status and the type of the answer")
    @Test
    void replies() throws IOException {
        AccessList found = only(facts -> facts.reply() != null && facts.reply().status() == 200);
        AccessList text = only(facts -> facts.reply() != null
                && "text/plain".equals(facts.reply().fields().first("Content-Type")));
        try (AccessLog log =
                open(logs(0, to("found.log", BuiltIn.SQUID, found), to("text.log", BuiltIn.SQUID, text)))) {
            log.record(Exchange.hit().build());
            log.record(Exchange.hit().status(404).build());
            log.record(Exchange.hit().status(503).contentType(null).build());
        }

        assertThat(read("found.log")).hasSize(1);
        assertThat(read("text.log")).hasSize(2);
    }

    @DisplayName("what could not be read is logged where the acl is all, or there is none")
    @Test
    void unreadable() throws IOException {
        try (AccessLog log = open(logs(
                0,
                to("all.log", BuiltIn.SQUID, only("all", facts -> true)),
                to("some.log", BuiltIn.SQUID, only(facts -> true))))) {
            log.record(Exchange.hit().unreadable().build());
        }

        assertThat(read("all.log")).hasSize(1);
        assertThat(read("some.log")).isEmpty();
    }

    @DisplayName("two lines may write to one file")
    @Test
    void shared() throws IOException {
        try (AccessLog log =
                open(logs(0, to("one.log", BuiltIn.SQUID, ALL), to("./one.log", BuiltIn.USERAGENT, ALL)))) {
            log.record(Exchange.hit().build());
        }

        assertThat(read("one.log")).hasSize(2);
    }

    @DisplayName("a full queue drops and counts, and the one who records never waits")
    @Test
    void overflow() throws Exception {
        try (AccessLog log = held(8, 1 << 20)) {
            log.record(Exchange.hit().build());
            writerHeld.await();
            for (int i = 0; i < 11; i++) {
                log.record(Exchange.hit().build());
            }

            assertThat(log.dropped()).isEqualTo(3);
            release.countDown();
            log.awaitWritten();
            log.record(Exchange.hit().build());
        }
        assertThat(read("access.log")).hasSize(1 + 8 + 1);
    }

    @DisplayName("a queue that is full of bytes drops large lines, and goes on with small ones")
    @Test
    void overflow_of_bytes() throws Exception {
        String long20k = "x".repeat(20 << 10);
        // Room for three of 20 KB and the small ones.
        try (AccessLog log = held(64, 80 << 10)) {
            log.record(Exchange.hit().build());
            writerHeld.await();
            for (int i = 0; i < 5; i++) {
                log.record(Exchange.hit().request("X-Long", long20k).build());
                log.record(Exchange.hit().response("X-Long", long20k).build());
                log.record(Exchange.hit().build());
            }

            assertThat(log.dropped()).isEqualTo(10 - 3);
            release.countDown();
            log.awaitWritten();
            for (int i = 0; i < 3; i++) {
                log.record(Exchange.hit().request("X-Long", long20k).build());
            }
            assertThat(log.dropped()).as("the bytes are given back").isEqualTo(10 - 3);
        }
        assertThat(read("access.log")).hasSize(1 + 3 + 5 + 3);
    }

    @DisplayName("dropped lines are said once when it begins and once, with the count, when it is over")
    @Test
    void drops_are_said() throws Exception {
        try (AccessLog log = held(8, 1 << 20)) {
            log.record(Exchange.hit().build());
            writerHeld.await();
            for (int i = 0; i < 8 + 42; i++) {
                log.record(Exchange.hit().build());
            }
            assertThat(warnings.lines())
                    .containsExactly(
                            "WARNING access_log: lines are dropped, the queue of 16384 lines and log_queue_max_size bytes is full");
            release.countDown();
            log.awaitWritten();
            warnings.advance(RecurringWarning.QUIET);

            assertThat(warnings.lines())
                    .hasSize(2)
                    .endsWith("INFO access_log: lines were dropped: over, 42 times in 1 s");
        }
    }

    private final SteppedWarnings warnings = new SteppedWarnings();
    private final CountDownLatch writerHeld = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    /** A log whose writer waits at the first line until {@link #release}. */
    private AccessLog held(int lines, long bytes) throws IOException {
        AccessList holding = only(facts -> {
            writerHeld.countDown();
            try {
                release.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            return true;
        });
        return AccessLog.open(logs(0, to("access.log", BuiltIn.SQUID, holding)), lines, bytes, warnings.warning());
    }

    @DisplayName("many threads record: nothing is lost, torn or doubled")
    @Test
    void threads() throws Exception {
        try (AccessLog log = open(logs(0, to("access.log", BuiltIn.SQUID, ALL)))) {
            List<Thread> threads = IntStream.range(0, 4)
                    .mapToObj(n -> new Thread(() -> IntStream.range(0, 2_000)
                            .forEach(i -> log.record(Exchange.hit()
                                    .url("http://a.example/" + n + "/" + i)
                                    .build()))))
                    .toList();
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(log.dropped()).isZero();
        }

        assertThat(read("access.log")).hasSize(8_000).doesNotHaveDuplicates();
    }

    @DisplayName("logfile_rotate keeps so many old files, the youngest is .0")
    @Test
    void rotates() throws IOException {
        try (AccessLog log = open(logs(2, to("access.log", BuiltIn.SQUID, ALL)))) {
            for (int i = 1; i <= 4; i++) {
                log.record(Exchange.hit().took(i).build());
                log.rotate();
            }
            log.record(Exchange.hit().took(5).build());
        }

        assertThat(read("access.log")).singleElement().asString().contains(" 5 127.0.0.1");
        assertThat(read("access.log.0")).singleElement().asString().contains(" 4 127.0.0.1");
        assertThat(read("access.log.1")).singleElement().asString().contains(" 3 127.0.0.1");
        assertThat(directory.resolve("access.log.2")).doesNotExist();
    }

    @DisplayName("logfile_rotate 0 reopens: a file that logrotate renamed is left alone")
    @Test
    void reopens() throws IOException {
        try (AccessLog log = open(logs(0, to("access.log", BuiltIn.SQUID, ALL)))) {
            log.record(Exchange.hit().build());
            log.awaitWritten();
            Files.move(directory.resolve("access.log"), directory.resolve("access.log.1"));
            log.record(Exchange.hit().build());
            log.rotate();
            log.record(Exchange.hit().build());
        }

        assertThat(read("access.log.1")).hasSize(2);
        assertThat(read("access.log")).hasSize(1);
        assertThat(directory.resolve("access.log.0")).doesNotExist();
    }

    @DisplayName("a file that cannot be written is an error at start that names it")
    @Test
    void unwritableAtStart() {
        assertThatThrownBy(() -> open(logs(0, to("no/such/access.log", BuiltIn.SQUID, ALL))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no/such/access.log")
                .hasMessageContaining("no such directory");
    }

    @DisplayName("a file that becomes unwritable is a counted fault, and logging goes on in the others")
    @Test
    void unwritableLater() throws IOException {
        Files.createDirectory(directory.resolve("sub"));
        try (AccessLog log =
                open(logs(0, to("sub/access.log", BuiltIn.SQUID, ALL), to("other.log", BuiltIn.SQUID, ALL)))) {
            Files.delete(directory.resolve("sub/access.log"));
            Files.delete(directory.resolve("sub"));
            log.rotate();
            log.record(Exchange.hit().build());
            log.awaitWritten();

            assertThat(log.faults()).isPositive();
            assertThat(read("other.log")).hasSize(1);
        }
    }

    @DisplayName("a new configuration keeps what is open, opens and closes the rest, and a bad one changes nothing")
    @Test
    void reconfigures() throws IOException {
        AccessLogConfig kept = to("kept.log", BuiltIn.SQUID, ALL);
        try (AccessLog log = open(logs(0, kept, to("old.log", BuiltIn.SQUID, ALL)))) {
            log.record(Exchange.hit().build());
            assertThatThrownBy(() -> log.reconfigure(logs(0, to("no/such/file", BuiltIn.SQUID, ALL)), BYTES))
                    .isInstanceOf(IOException.class);
            log.record(Exchange.hit().build());
            log.reconfigure(logs(0, kept, to("new.log", BuiltIn.SQUID, ALL)), BYTES);
            log.record(Exchange.hit().build());
        }

        assertThat(read("kept.log")).hasSize(3);
        assertThat(read("old.log")).hasSize(2);
        assertThat(read("new.log")).hasSize(1);
    }

    private static AccessLog open(Logs logs) throws IOException {
        return AccessLog.open(logs, BYTES);
    }

    private List<String> read(String name) throws IOException {
        return Files.readAllLines(directory.resolve(name));
    }

    private AccessLogConfig to(@Nullable String name, BuiltIn format, AccessList access) {
        return new AccessLogConfig(
                name == null ? null : directory.resolve(name), format, access, SourceLocation.DEFAULTS);
    }

    private static Logs logs(int rotate, AccessLogConfig... lines) {
        return new Logs(List.of(lines), null, true, false, false, rotate);
    }

    private static AccessList only(Predicate<RequestFacts> matches) {
        return only("some", matches);
    }

    private static AccessList only(String name, Predicate<RequestFacts> matches) {
        Acl acl = new Acl() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public boolean matches(RequestFacts facts) {
                return matches.test(facts);
            }
        };
        return new AccessList(
                "access_log",
                List.of(new AccessList.Rule(true, List.of(new AccessList.Term(false, acl)), "allow " + name)),
                true);
    }
}
