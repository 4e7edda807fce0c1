package io.loligo.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CacheLogTest {
    private final Logger root = LogManager.getLogManager().getLogger("");
    private Handler[] handlers = {};
    private Level level = Level.WARNING;

    @TempDir
    Path directory;

    @BeforeEach
    void keepLogging() {
        handlers = root.getHandlers();
        level = root.getLevel();
    }

    @AfterEach
    void restoreLogging() {
        for (Handler handler : handlers) {
            root.removeHandler(handler);
            root.addHandler(handler);
        }
        root.setLevel(level);
    }

    @DisplayName("a line is YYYY/MM/DD hh:mm:ss| text, with the severity in words")
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "INFO,    2026/11/21 00:02:33| peer up",
        "WARNING, 2026/11/21 00:02:33| WARNING: peer up",
        "SEVERE,  2026/11/21 00:02:33| ERROR: peer up",
    })
    void format(String severity, String line) {
        LogRecord record = new LogRecord(Level.parse(severity), "peer up");
        record.setInstant(Instant.ofEpochMilli(1_795_219_353_708L));

        assertThat(new CacheLog.LineFormatter(ZoneOffset.UTC).format(record)).isEqualTo(line + "\n");
    }

    @DisplayName("a message cannot begin a second line")
    @Test
    void forging() {
        LogRecord record = new LogRecord(Level.INFO, "bad target /\r\n2026/11/21 00:00:00| ERROR: forged");
        record.setInstant(Instant.EPOCH);

        assertThat(new CacheLog.LineFormatter(ZoneOffset.UTC).format(record))
                .isEqualTo("1970/01/01 00:00:00| bad target /%0D%0A2026/11/21 00:00:00| ERROR: forged\n");
    }

    @DisplayName("our messages reach the file, of libraries only warnings")
    @Test
    void installed() throws IOException {
        Path file = directory.resolve("cache.log");
        try (CacheLog log = CacheLog.install(file)) {
            System.getLogger("io.loligo.test").log(System.Logger.Level.INFO, "ready");
            Logger.getLogger("org.xnio").info("XNIO version 3");
            Logger.getLogger("net.openhft.chronicle").info("chatter");
            Logger.getLogger("io.undertow.request").warning("odd");
            log.rotate(1);
            System.getLogger("io.loligo.test").log(System.Logger.Level.INFO, "rotated");
        }

        List<String> first = Files.readAllLines(directory.resolve("cache.log.0"));
        assertThat(first).hasSize(2);
        assertThat(first.get(0)).matches("\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d\\| ready");
        assertThat(first.get(1)).endsWith("| WARNING: odd");
        assertThat(Files.readAllLines(file)).singleElement().asString().endsWith("| rotated");
    }

    @DisplayName("accepts that fail several times a second are one warning while they last")
    @Test
    void accept_failures() {
        SteppedWarnings stepped = new SteppedWarnings();
        AcceptFailures filter = new AcceptFailures(stepped.warning());
        for (int i = 0; i < 9; i++) {
            assertThat(
                            filter.isLoggable(
                                    new LogRecord(
                                            Level.WARNING,
                                            "XNIO008001: Socket accept failed, backing off for 250 milliseconds: java.io.IOException: Too many open files")))
                    .isFalse();
            stepped.advance(Duration.ofMillis(250));
        }
        assertThat(filter.isLoggable(new LogRecord(Level.WARNING, "something else")))
                .isTrue();
        stepped.advance(RecurringWarning.QUIET.plusSeconds(1));

        assertThat(stepped.lines())
                .containsExactly(
                        "WARNING clients could not connect: Too many open files; it is tried again four times a second",
                        "INFO clients could not connect: Too many open files: over, 9 times in 2 s");
    }

    @DisplayName("lines beyond the bytes of the queue are dropped and counted, and the log says so")
    @Test
    void overflow() throws IOException {
        Path file = directory.resolve("cache.log");
        String tooLong = "x".repeat((int) CacheLog.QUEUE_BYTES);
        try (CacheLog log = CacheLog.install(file)) {
            System.getLogger("io.loligo.test").log(System.Logger.Level.INFO, tooLong);
            System.getLogger("io.loligo.test").log(System.Logger.Level.INFO, "next");
            assertThat(log.faults()).isEqualTo(1);
            log.awaitWritten();
        }

        assertThat(Files.readAllLines(file))
                .hasSize(2)
                .satisfiesExactly(
                        line -> assertThat(line).endsWith("| next"),
                        line -> assertThat(line)
                                .contains(
                                        "| WARNING: cache_log: lines were dropped, the queue of 4096 lines and 4 MB"));
    }

    @DisplayName("a cache_log that cannot be written is an error that names it")
    @Test
    void unwritable() {
        assertThatThrownBy(() -> CacheLog.install(directory.resolve("no/cache.log")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no/cache.log");
    }
}
