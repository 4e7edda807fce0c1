package io.loligo.cache.store.chronicle;

import static io.loligo.cache.store.chronicle.Samples.body;
import static io.loligo.cache.store.chronicle.Samples.get;
import static io.loligo.cache.store.chronicle.Samples.head;
import static io.loligo.cache.store.chronicle.Samples.key;
import static io.loligo.cache.store.chronicle.Samples.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.store.chronicle.files.StoreDirectory;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("files that a store cannot use as they are")
class StoreRepairTest {
    private static final long MEBI = 1L << 20;
    private static final int OBJECTS = 200;

    @TempDir
    Path directory;

    private ChronicleStore open() throws IOException {
        return ChronicleStore.open(new StoreOptions(directory, 16 * MEBI, MEBI));
    }

    private Path file(String name) {
        return directory.resolve(StoreDirectory.NAME).resolve(name);
    }

    private void fill() throws IOException {
        try (ChronicleStore store = open()) {
            for (int i = 0; i < OBJECTS; i++) {
                put(store, head(key("/" + i)), body("" + i, 1 + 300 * i));
            }
        }
    }

    /** What a crash leaves: no mark of an orderly end. */
    private void forgetTheOrderlyEnd() throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(file("store.properties")));
        lines.removeIf(line -> line.startsWith("shard-") && !line.startsWith("shard-bytes"));
        Files.write(file("store.properties"), lines);
    }

    private static void assertAllFound(ChronicleStore store) throws IOException {
        for (int i = 0; i < OBJECTS; i++) {
            assertThat(get(store, key("/" + i))).as("object %d", i).isEqualTo(body("" + i, 1 + 300 * i));
        }
    }

    @Test
    void everything_is_found_the_moment_the_store_is_open_again() throws Exception {
        fill();
        try (ChronicleStore store = open()) {
            assertAllFound(store);
        }
    }

    @Test
    @Timeout(value = 40, unit = TimeUnit.SECONDS)
    void files_that_a_killed_process_was_at_work_on_are_repaired_without_waiting_for_it() throws Exception {
        fill();
        forgetTheOrderlyEnd();
        for (String map : List.of(StoreDirectory.INDEX, StoreDirectory.PAGES)) {
            try (RandomAccessFile file =
                    new RandomAccessFile(file("shard-0." + map).toFile(), "rw")) {
                // The highest bit of the little-endian size word: somebody is at work.
                file.seek(11);
                int high = file.read();
                file.seek(11);
                file.write(high | 0x80);
            }
        }
        try (ChronicleStore store = open()) {
            store.awaitStarted();
            assertAllFound(store);
        }
    }

    @Test
    void a_repair_makes_a_damaged_header_anew() throws Exception {
        fill();
        forgetTheOrderlyEnd();
        damage(file("shard-0.pages"));
        try (ChronicleStore store = open()) {
            store.awaitStarted();
            assertAllFound(store);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # case                                 | file             | end      | said
            a format that is not known             | store.properties | orderly  | format 99
            properties that are none               | store.properties | rubbish  | store.properties cannot be used
            no properties                          | store.properties | missing  | store.properties is missing
            pages with a damaged header            | shard-0.pages    | orderly  | shard-0.pages
            an index with a damaged header         | shard-0.index    | orderly  | shard-0.index
            pages that were cut                    | shard-0.pages    | cut      | shard-0.pages
            an index cut to nothing after a crash  | shard-0.index    | stump    | shard-0.index
            no pages after a crash                 | shard-0.pages    | lost     | shard-0.pages is missing
            """)
    @Timeout(value = 40, unit = TimeUnit.SECONDS)
    void are_named_and_set_aside_and_the_store_starts_empty(String rule, String name, String end, String said)
            throws Exception {
        Path foreign = Files.writeString(directory.resolve("swap.state"), "squid's");
        fill();
        Path file = file(name);
        switch (end) {
            case "orderly" -> damage(file);
            case "rubbish" -> Files.writeString(file, "\0\1\2");
            case "missing" -> Files.delete(file);
            case "cut" -> cut(file, 100_000);
            case "stump" -> {
                forgetTheOrderlyEnd();
                cut(file, 7);
            }
            case "lost" -> {
                forgetTheOrderlyEnd();
                Files.delete(file);
            }
            default -> throw new IllegalArgumentException(end);
        }

        List<String> log = new ArrayList<>();
        Logger logger = Logger.getLogger("io.loligo.cache.store.chronicle");
        Handler listening = listening(log);
        logger.addHandler(listening);
        try (ChronicleStore store = open()) {
            store.awaitStarted();
            assertThat(store.lookup(key("/1"))).isEmpty();
            put(store, head(key("/1")), body("new", 1_000));
            assertThat(get(store, key("/1"))).isEqualTo(body("new", 1_000));
        } finally {
            logger.removeHandler(listening);
        }

        assertThat(log)
                .anySatisfy(line -> assertThat(line).contains(said, "set aside", "starts empty", directory.toString()));
        assertThat(foreign).hasContent("squid's");
        try (Stream<Path> files = Files.list(directory.resolve(StoreDirectory.NAME))) {
            assertThat(files.filter(each -> each.getFileName().toString().startsWith("set-aside-")))
                    .hasSize(1);
        }
    }

    private static void damage(Path file) throws IOException {
        if (file.getFileName().toString().equals("store.properties")) {
            Files.writeString(file, Files.readString(file).replaceAll("(?m)^format=\\d+$", "format=99"));
            return;
        }
        byte[] rubbish = new byte[500];
        new Random(1).nextBytes(rubbish);
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(12);
            open.write(rubbish);
        }
    }

    private static void cut(Path file, long length) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.setLength(length);
        }
    }

    private static Handler listening(List<String> log) {
        return new Handler() {
            @Override
            public void publish(LogRecord entry) {
                log.add(new SimpleFormatter().formatMessage(entry));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }
}
