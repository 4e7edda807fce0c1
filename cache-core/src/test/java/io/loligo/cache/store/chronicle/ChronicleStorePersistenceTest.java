package io.loligo.cache.store.chronicle;

import static io.loligo.cache.store.chronicle.Samples.body;
import static io.loligo.cache.store.chronicle.Samples.get;
import static io.loligo.cache.store.chronicle.Samples.head;
import static io.loligo.cache.store.chronicle.Samples.key;
import static io.loligo.cache.store.chronicle.Samples.language;
import static io.loligo.cache.store.chronicle.Samples.put;
import static io.loligo.cache.store.chronicle.Samples.there;
import static io.loligo.cache.store.chronicle.Samples.uri;
import static io.loligo.cache.store.chronicle.Samples.withField;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.TagFields;
import io.loligo.cache.store.EntryReader;
import io.loligo.cache.store.ReplacementPolicy;
import io.loligo.cache.store.StoreStats;
import io.loligo.cache.store.chronicle.files.Geometry;
import io.loligo.cache.store.chronicle.files.StoreCapacity;
import io.loligo.cache.store.chronicle.files.StoreDirectory;
import io.loligo.cache.store.chronicle.files.StoreInUseException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("what is left after a restart")
class ChronicleStorePersistenceTest {
    private static final long MEBI = 1L << 20;

    @TempDir
    Path directory;

    private StoreOptions options() {
        return new StoreOptions(directory, 16 * MEBI, MEBI);
    }

    private ChronicleStore open() throws IOException {
        return ChronicleStore.open(options());
    }

    @Test
    void everything_is_there_at_once_after_an_orderly_stop() throws Exception {
        StoreStats before;
        List<StoredHead> heads;
        try (ChronicleStore store = open()) {
            put(store, head(key("/small")), body("small", 1_000));
            StoredHead large = put(store, head(key("/large")), body("large", 500_000));
            StoredHead dated = withField(withField(large, "X-New", "1"), "Date", "Sun, 06 Nov 1994 08:49:37 GMT");
            StoredHead freshened = Samples.freshen(store, large, dated);
            Samples.freshen(store, freshened, Samples.validated(freshened, "Sun, 06 Nov 1994 08:50:37 GMT", 60));
            put(store, head(key("/vary"), language("en")), body("en", 100));
            put(store, head(key("/vary"), language("de")), body("de", 100_000));
            heads = new ArrayList<>(store.lookup(key("/vary")));
            heads.addAll(store.lookup(key("/large")));
            before = store.stats();
        }
        try (ChronicleStore store = open()) {
            assertThat(store.stats()).isEqualTo(before);
            assertThat(get(store, key("/small"))).isEqualTo(body("small", 1_000));
            assertThat(get(store, key("/large"))).isEqualTo(body("large", 500_000));
            List<StoredHead> now = new ArrayList<>(store.lookup(key("/vary")));
            now.addAll(store.lookup(key("/large")));
            assertThat(now).isEqualTo(heads);
            assertThat(get(store, now.get(0))).isEqualTo(body("de", 100_000));

            store.awaitStarted();
            assertThat(store.purge(uri("/vary")).objects()).isEqualTo(2);
            store.remove(now.get(2));
            store.remove(store.lookup(key("/small")).get(0));
            assertThat(store.stats().bytes()).isZero();
            assertThat(store.stats().objects()).isZero();
        }
    }

    @Test
    void what_an_earlier_run_left_is_evicted_when_its_turn_comes() throws Exception {
        try (ChronicleStore store = open()) {
            for (int i = 0; i < 100; i++) {
                put(store, head(key("/old/" + i)), body("o" + i, 100_000));
            }
        }
        try (ChronicleStore store = open()) {
            store.awaitStarted();
            for (int i = 0; i < 300; i++) {
                put(store, head(key("/new/" + i)), body("n" + i, 100_000));
                assertThat(store.stats().bytes()).isLessThanOrEqualTo(16 * MEBI);
            }
            assertThat(store.lookup(key("/old/0"))).isEmpty();
            assertThat(get(store, key("/new/299"))).isEqualTo(body("n299", 100_000));
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_was_stored_under_one_replacement_policy_is_served_and_evicted_under_another(ReplacementPolicy policy)
            throws Exception {
        try (ChronicleStore store = open()) {
            for (int i = 0; i < 50; i++) {
                put(store, head(key("/old/" + i)), body("o" + i, 100_000));
            }
        }
        StoreOptions options = new StoreOptions(directory, 16 * MEBI, MEBI, TagFields.DEFAULT, policy);
        try (ChronicleStore store = ChronicleStore.open(options)) {
            store.awaitStarted();
            for (int i = 0; i < 50; i++) {
                assertThat(get(store, key("/old/" + i))).isEqualTo(body("o" + i, 100_000));
            }
            for (int i = 0; i < 500; i++) {
                put(store, head(key("/new/" + i)), body("n" + i, 100_000));
                get(store, key("/new/" + i));
                get(store, key("/new/" + i));
                assertThat(store.stats().bytes()).isLessThanOrEqualTo(16 * MEBI);
            }
            assertThat(store.stats().evictions()).isPositive();
            assertThat(store.stats().objects()).isGreaterThan(100);
        }
        try (ChronicleStore store = open()) {
            store.awaitStarted();
            assertThat(store.stats().objects()).isGreaterThan(100);
        }
    }

    @Test
    void after_a_kill_everything_that_is_found_is_whole() throws Exception {
        Process child = new ProcessBuilder(command(directory))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        int committed = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            while (committed < 500 && lines.readLine() != null) {
                committed++;
            }
            // While the other process lives, the directory is its own.
            assertThatThrownBy(() -> ChronicleStore.open(new StoreOptions(directory, 64 * MEBI, MEBI)))
                    .isInstanceOf(StoreInUseException.class);
        } finally {
            child.destroyForcibly().waitFor();
        }
        assertThat(committed).isEqualTo(500);
        checkAfterCrash(directory, 450);
    }

    /** Runs in the child: stores until it is killed. */
    static final class Child {
        private Child() {}

        @SuppressWarnings("SystemOut") // How it tells its parent.
        public static void main(String[] args) throws IOException {
            ChronicleStore store = ChronicleStore.open(new StoreOptions(Path.of(args[0]), 64 * MEBI, MEBI));
            for (int i = 0; ; i++) {
                store(store, i);
                System.out.println(i);
            }
        }
    }

    private static void store(ChronicleStore store, int i) {
        int length = lengthOf(i);
        put(store, head(key("/" + i)), body("" + i, length));
    }

    private static int lengthOf(int i) {
        return new Random(i).nextInt(i % 5 == 0 ? 300_000 : 5_000);
    }

    private static List<String> command(Path directory) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (argument.startsWith("--add-")) {
                command.add(argument);
            }
        }
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(Child.class.getName());
        command.add(directory.toString());
        return command;
    }

    private static void checkAfterCrash(Path directory, int foundAtLeast) throws Exception {
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(directory, 64 * MEBI, MEBI))) {
            store.awaitStarted();
            assertThat(store.stats().recovering()).isZero();
            int found = 0;
            for (int i = 0; i < 2_000; i++) {
                byte[] body = get(store, key("/" + i));
                if (body != null) {
                    assertThat(body).isEqualTo(body("" + i, lengthOf(i)));
                    found++;
                }
            }
            assertThat(found).isGreaterThanOrEqualTo(foundAtLeast);
            assertThat(store.stats().objects()).isEqualTo(found);
            // It goes on working, and its accounts are right: emptied, it holds nothing.
            store(store, 5_000);
            for (int i = 0; i <= 5_000; i++) {
                store.purge(uri("/" + i));
            }
            assertThat(store.stats().objects()).isZero();
            assertThat(store.stats().bytes()).isZero();
        }
    }

    @Test
    void files_copied_in_the_middle_of_writing_give_whole_objects_or_none() throws Exception {
        Path copy = directory.resolve("copy");
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(directory, 64 * MEBI, MEBI))) {
            for (int i = 0; i < 300; i++) {
                store(store, i);
            }
            Thread writer = new Thread(() -> {
                for (int i = 300; i < 1_000; i++) {
                    store(store, i);
                }
            });
            writer.start();
            Files.createDirectories(copy.resolve(StoreDirectory.NAME));
            try (Stream<Path> files = Files.list(directory.resolve(StoreDirectory.NAME))) {
                for (Path file : files.toList()) {
                    Files.copy(
                            file,
                            copy.resolve(StoreDirectory.NAME)
                                    .resolve(file.getFileName().toString()));
                }
            }
            writer.join();
        }
        checkAfterCrash(copy, 250);
    }

    @Test
    void a_purge_while_the_store_is_being_repaired_is_not_undone_by_the_repair() throws Exception {
        Path copy = directory.resolve("copy");
        try (ChronicleStore store = open()) {
            put(store, head(key("/purged")), body("p", 1_000));
            put(store, head(key("/kept")), body("k", 1_000));
            copy(directory.resolve(StoreDirectory.NAME), copy.resolve(StoreDirectory.NAME));
        }
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(copy, 16 * MEBI, MEBI))) {
            store.purge(uri("/purged"));
            store.awaitStarted();

            assertThat(store.lookup(key("/purged"))).isEmpty();
            assertThat(store.lookup(key("/kept"))).hasSize(1);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName().toString()));
            }
        }
    }

    @Test
    void damaged_bytes_of_an_earlier_run_are_not_served() throws Exception {
        try (ChronicleStore store = open()) {
            put(store, head(key("/small")), body("small", 3_000));
            put(store, head(key("/large")), body("large", 100_000));
            put(store, head(key("/other")), body("other", 1_000));
        }
        Path files = directory.resolve(StoreDirectory.NAME);
        flip(files.resolve("shard-0.pages"), Arrays.copyOfRange(body("small", 3_000), 2_000, 2_020));
        flip(files.resolve("shard-0.pages"), Arrays.copyOfRange(body("large", 100_000), 90_000, 90_020));
        try (ChronicleStore store = open()) {
            assertThat(get(store, key("/other"))).isEqualTo(body("other", 1_000));
            StoredHead large = store.lookup(key("/large")).get(0);
            assertThatThrownBy(() -> get(store, large)).isInstanceOf(IOException.class);
            assertThat(store.lookup(key("/large"))).isEmpty();
            List<StoredHead> small = store.lookup(key("/small"));
            assertThat(small.isEmpty() || get(store, small.get(0)) == null).isTrue();
            assertThat(store.lookup(key("/small"))).isEmpty();
            assertThat(store.stats().faults()).isPositive();
        }
    }

    /** Changes one byte where {@code pattern} stands in {@code file}. */
    private static void flip(Path file, byte[] pattern) throws IOException {
        byte[] all = Files.readAllBytes(file);
        int at = new String(all, StandardCharsets.ISO_8859_1).indexOf(new String(pattern, StandardCharsets.ISO_8859_1));
        assertThat(at).isPositive();
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(at);
            open.write(all[at] ^ 1);
        }
    }

    @Test
    void files_of_another_capacity_are_set_aside_and_foreign_files_left_alone() throws IOException {
        Path foreign = Files.writeString(directory.resolve("swap.state"), "squid's");
        try (ChronicleStore store = open()) {
            put(store, head(key("/1")), body("1", 1_000));
        }
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(directory, 32 * MEBI, MEBI))) {
            assertThat(store.lookup(key("/1"))).isEmpty();
            assertThat(put(store, head(key("/2")), body("2", 1_000))).isNotNull();
        }
        assertThat(foreign).hasContent("squid's");
        try (Stream<Path> files = Files.list(directory.resolve(StoreDirectory.NAME))) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith("set-aside-")))
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, true", "2, true", "3, false", "4, true"})
    void files_of_another_format_are_set_aside(int format, boolean setAside) throws IOException {
        Path files = directory.resolve(StoreDirectory.NAME);
        try (ChronicleStore store = open()) {
            put(store, head(key("/1")), body("1", 1_000));
        }
        Path properties = files.resolve("store.properties");
        String text = Files.readString(properties);
        assertThat(text).containsPattern("(?m)^format=\\d+$");
        Files.writeString(properties, text.replaceAll("(?m)^format=\\d+$", "format=" + format));
        try (ChronicleStore store = open()) {
            assertThat(store.lookup(key("/1")).isEmpty()).isEqualTo(setAside);
        }
        try (Stream<Path> left = Files.list(files)) {
            assertThat(left.anyMatch(file -> file.getFileName().toString().startsWith("set-aside-")))
                    .isEqualTo(setAside);
        }
    }

    @Test
    void rubbish_in_the_properties_or_in_a_map_costs_the_content_not_the_start() throws Exception {
        Path files = directory.resolve(StoreDirectory.NAME);
        try (ChronicleStore store = open()) {
            put(store, head(key("/1")), body("1", 1_000));
        }
        Files.writeString(files.resolve("store.properties"), "format=rubbish");
        try (ChronicleStore store = open()) {
            assertThat(store.lookup(key("/1"))).isEmpty();
            put(store, head(key("/1")), body("1", 1_000));
        }
        try (RandomAccessFile map =
                new RandomAccessFile(files.resolve("shard-0.pages").toFile(), "rw")) {
            map.seek(10);
            map.write(new byte[500]);
        }
        try (ChronicleStore store = open()) {
            store.awaitStarted();
            assertThat(store.lookup(key("/1"))).isEmpty();
            assertThat(put(store, head(key("/1")), body("1", 1_000))).isNotNull();
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # case                                    | MiB held | MiB usable | MiB it may use
            room for everything                       |        0 |       1000 |            100
            what it holds already needs no new room   |       90 |         80 |            100
            less room: it uses less                   |        0 |        112 |             40
            a full disk: what it holds and no more    |       50 |         64 |             50
            """)
    void the_capacity_is_what_the_disk_has_room_for(String rule, long held, long usable, long expected)
            throws IOException {
        StoreOptions options = new StoreOptions(directory, 100 * MEBI, MEBI);
        var meta = new StoreDirectory.Meta(
                "",
                2,
                Geometry.of(options.capacityBytes(), options.maximumObjectBytes()),
                List.of(new StoreDirectory.ShardContent(held * MEBI, 1, 0, 0)));

        assertThat(StoreCapacity.affordable(options.capacityBytes(), meta, usable * MEBI, directory) / (double) MEBI)
                .isCloseTo((double) expected, within(0.001));
    }

    @Test
    void a_disk_without_any_room_is_refused_by_name() {
        StoreOptions options = new StoreOptions(directory, 100 * MEBI, MEBI);
        var meta = new StoreDirectory.Meta(
                "", 1, Geometry.of(options.capacityBytes(), options.maximumObjectBytes()), List.of());

        assertThatThrownBy(() -> StoreCapacity.affordable(options.capacityBytes(), meta, 10 * MEBI, directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(directory.toString());
    }

    @Test
    void a_large_new_store_opens_before_its_maps_are_made() throws Exception {
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(directory, 1100 * MEBI, MEBI))) {
            assertThat(store.lookup(key("/1"))).isEmpty();
            store.awaitStarted();
            assertThat(store.stats().recovering()).isZero();
            put(store, head(key("/1")), body("1", 1_000));
        }
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(directory, 1100 * MEBI, MEBI))) {
            assertThat(get(store, key("/1"))).isEqualTo(body("1", 1_000));
        }
    }

    @Test
    void what_was_kept_for_a_reader_only_is_gone_after_an_orderly_stop() throws Exception {
        try (ChronicleStore store = open()) {
            StoredHead head = put(store, head(key("/large")), body("large", 500_000));
            EntryReader reader = Objects.requireNonNull(store.read(head));
            store.purge(uri("/large"));
            store.close();
            reader.close();
        }
        try (ChronicleStore store = open()) {
            store.awaitStarted();
            assertThat(store.lookup(key("/large"))).isEmpty();
            assertThat(store.stats().bytes()).isZero();
        }
    }

    @Test
    void a_second_store_on_the_same_directory_is_refused() throws IOException {
        try (ChronicleStore store = open()) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(StoreInUseException.class)
                    .hasMessageContaining(directory.toString());
            assertThat(put(store, head(key("/1")), body("1", 10))).isNotNull();
        }
    }

    @Test
    void a_directory_that_cannot_be_made_is_named_in_the_error() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "in the way");

        assertThatThrownBy(() -> ChronicleStore.open(new StoreOptions(file, 16 * MEBI, MEBI)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("directory");
    }

    @Test
    @DisplayName("the files' headers name classes as they were called when the format was made, wherever they are now")
    void classNames() throws IOException {
        ChronicleStore.open(new StoreOptions(directory, 16L << 20, 1L << 20)).close();

        for (String map : List.of(StoreDirectory.INDEX, StoreDirectory.PAGES)) {
            Path file = there(StoreDirectory.mapFile(directory.resolve(StoreDirectory.NAME), 0, map));
            String text;
            try (InputStream in = Files.newInputStream(file)) {
                text = new String(in.readNBytes(8_192), StandardCharsets.ISO_8859_1);
            }
            List<String> names = Pattern.compile("io\\.loligo\\.[A-Za-z.$]*")
                    .matcher(text)
                    .results()
                    .map(MatchResult::group)
                    .distinct()
                    .toList();
            String key = map.equals(StoreDirectory.INDEX) ? "MapKeys$KeyHash" : "MapKeys$PageKey";
            String value = map.equals(StoreDirectory.INDEX) ? "MapKeys$Word" : "Value";
            assertThat(names)
                    .containsOnly(
                            "io.loligo.cache.store.chronicle." + key,
                            "io.loligo.cache.store.chronicle." + key + "$Marshaller",
                            "io.loligo.cache.store.chronicle." + value,
                            "io.loligo.cache.store.chronicle." + value + "$Marshaller");
        }
    }
}
