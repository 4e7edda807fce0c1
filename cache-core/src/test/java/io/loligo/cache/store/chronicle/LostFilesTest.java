package io.loligo.cache.store.chronicle;

import static io.loligo.cache.store.chronicle.Samples.body;
import static io.loligo.cache.store.chronicle.Samples.get;
import static io.loligo.cache.store.chronicle.Samples.head;
import static io.loligo.cache.store.chronicle.Samples.key;
import static io.loligo.cache.store.chronicle.Samples.put;
import static io.loligo.cache.store.chronicle.Samples.tryPut;
import static io.loligo.cache.store.chronicle.Samples.uri;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.store.StoreFault;
import io.loligo.cache.store.chronicle.files.StoreDirectory;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("when the store's files are lost while it is in use")
class LostFilesTest {
    private static final long MEBI = 1L << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path parent;

    private Path cache;
    private Path files;

    @BeforeEach
    void places() {
        cache = parent.resolve("cache");
        files = cache.resolve(StoreDirectory.NAME);
    }

    private ChronicleStore open() throws Exception {
        // Two shards.
        ChronicleStore store = ChronicleStore.open(new StoreOptions(cache, 32 * MEBI, MEBI));
        store.awaitStarted();
        for (int i = 0; i < 20; i++) {
            put(store, head(key("/" + i)), body("p" + i, i % 2 == 0 ? 1_000 : 200_000));
        }
        return store;
    }

    private static long found(ChronicleStore store) throws IOException {
        long found = 0;
        for (int i = 0; i < 20; i++) {
            byte[] stored = get(store, key("/" + i));
            if (stored != null) {
                assertThat(stored).isEqualTo(body("p" + i, i % 2 == 0 ? 1_000 : 200_000));
                found++;
            }
        }
        return found;
    }

    private static List<String> faults(ChronicleStore store) {
        return store.stats().ongoing().stream().map(StoreFault::what).toList();
    }

    private static void awaitDegraded(ChronicleStore store, int shards) {
        await().atMost(PATIENCE).until(() -> store.stats().degraded() == shards);
    }

    /** Nothing is wrong, and what is stored now outlives a restart. */
    private void assertHealed(ChronicleStore store) throws Exception {
        await().atMost(PATIENCE)
                .until(() ->
                        store.stats().degraded() == 0 && store.stats().ongoing().isEmpty());
        for (int i = 0; i < 10; i++) {
            put(store, head(key("/new/" + i)), body("n" + i, 100_000));
        }
        long objects = store.stats().objects();
        store.close();
        try (ChronicleStore next = ChronicleStore.open(new StoreOptions(cache, 32 * MEBI, MEBI))) {
            next.awaitStarted();
            assertThat(next.stats().objects()).isEqualTo(objects);
            for (int i = 0; i < 10; i++) {
                assertThat(get(next, key("/new/" + i))).isEqualTo(body("n" + i, 100_000));
            }
            assertThat(next.purge(uri("/new/0")).objects()).isEqualTo(1);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private Path file(String prefix) throws IOException {
        try (Stream<Path> all = Files.list(files)) {
            return all.filter(path -> path.getFileName().toString().startsWith(prefix))
                    .max(Comparator.comparingLong(path -> path.toFile().length()))
                    .orElseThrow();
        }
    }

    @Test
    void a_deleted_directory_is_made_again() throws Exception {
        try (ChronicleStore store = open()) {
            delete(cache);
            awaitDegraded(store, 2);
            assertThat(found(store)).isZero();
            assertThat(tryPut(store, head(key("/refused")), body("r", 100))).isNull();
            assertThat(faults(store)).singleElement().asString().contains(files + " is gone");
            assertHealed(store);
        }
    }

    @Test
    void a_directory_that_comes_back_has_everything() throws Exception {
        try (ChronicleStore store = open()) {
            Path elsewhere = parent.resolve("elsewhere");
            Files.move(cache, elsewhere);
            // In its way, so that it cannot be made again.
            Files.writeString(cache, "");
            awaitDegraded(store, 2);
            await().atMost(PATIENCE)
                    .until(() -> faults(store).stream().anyMatch(fault -> fault.contains("cannot be created")));
            assertThat(found(store)).isZero();
            assertThat(store.purge(uri("/3")).objects()).isEqualTo(1);

            Files.delete(cache);
            Files.move(elsewhere, cache);
            await().atMost(PATIENCE).until(() -> store.stats().degraded() == 0);
            assertThat(found(store)).isEqualTo(19);
            assertHealed(store);
        }
    }

    @Test
    void a_directory_that_another_server_took_meanwhile_is_left_to_it() throws Exception {
        try (ChronicleStore store = open()) {
            delete(cache);
            try (ChronicleStore other = ChronicleStore.open(new StoreOptions(cache, 32 * MEBI, MEBI))) {
                awaitDegraded(store, 2);
                await().atMost(PATIENCE)
                        .until(() -> faults(store).stream().anyMatch(fault -> fault.contains("store.lock")));
                put(other, head(key("/theirs")), body("theirs", 100));
            }
            assertHealed(store);
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"store.lock", "store.properties", "peers"})
    void without_its_small_files_it_keeps_what_is_stored(String name) throws Exception {
        try (ChronicleStore store = open()) {
            Files.delete(files.resolve(name));
            Files.deleteIfExists(files.resolve("store.lock"));
            await().atMost(PATIENCE)
                    .until(() ->
                            Files.exists(files.resolve(name)) && store.stats().degraded() == 0);
            assertThat(found(store)).isEqualTo(20);
            assertHealed(store);
        }
    }

    @ParameterizedTest(name = "to {0} % of its length")
    @ValueSource(ints = {0, 1, 50, 99})
    void a_file_that_is_cut_costs_its_shard(int percent) throws Exception {
        try (ChronicleStore store = open()) {
            Path file = file("shard-1.");
            long length = Files.size(file);
            try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
                cut.setLength(length * percent / 100);
            }
            await().atMost(PATIENCE).until(() -> store.stats().faults() > 0);
            await().atMost(PATIENCE).until(() -> store.stats().degraded() == 0);
            assertThat(found(store)).isBetween(1L, 19L);
            assertHealed(store);
        }
    }

    @Test
    void a_file_that_is_deleted_costs_its_shard() throws Exception {
        try (ChronicleStore store = open()) {
            Path file = file("shard-0.");
            Files.delete(file);
            await().atMost(PATIENCE).until(() -> store.stats().faults() > 0);
            await().atMost(PATIENCE).until(() -> store.stats().degraded() == 0);
            assertThat(file).exists();
            assertThat(found(store)).isBetween(1L, 19L);
            assertHealed(store);
        }
    }

    @Test
    void a_file_that_is_replaced_costs_its_shard() throws Exception {
        try (ChronicleStore store = open()) {
            Path file = file("shard-0.");
            Path copy = parent.resolve("copy");
            Files.copy(file, copy);
            Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);
            await().atMost(PATIENCE).until(() -> store.stats().faults() > 0);
            await().atMost(PATIENCE).until(() -> store.stats().degraded() == 0);
            assertThat(found(store)).isBetween(1L, 19L);
            assertHealed(store);
        }
    }

    @Test
    void readers_and_writers_of_a_cut_file_end_without_a_wrong_byte() throws Exception {
        try (ChronicleStore store = open()) {
            for (int round = 0; round < 3; round++) {
                for (int shard = 0; shard < 2; shard++) {
                    try (RandomAccessFile cut =
                            new RandomAccessFile(file("shard-" + shard + ".").toFile(), "rw")) {
                        cut.setLength(cut.length() / 3 + 77);
                    }
                }
                for (int i = 0; i < 200; i++) {
                    foundOrCut(store);
                    tryPut(store, head(key("/" + i % 20)), body("p" + i % 20, i % 2 == 0 ? 1_000 : 200_000));
                }
                await().atMost(PATIENCE)
                        .until(() -> store.stats().degraded() == 0
                                && store.stats().ongoing().isEmpty());
            }
        }
    }

    private static void foundOrCut(ChronicleStore store) {
        try {
            found(store);
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("is gone or damaged");
        }
    }

    @Test
    void what_cannot_be_written_for_want_of_permission_is_said_and_does_not_hinder() throws Exception {
        // To whom everything is permitted, nothing is forbidden.
        assumeThat(System.getProperty("user.name"))
                .as("root may write what is read-only")
                .isNotEqualTo("root");
        try (ChronicleStore store = open()) {
            Files.setPosixFilePermissions(files, PosixFilePermissions.fromString("r-xr-xr-x"));
            StoredHead stored = put(store, head(key("/page")), body("page", 1_000));
            assertThat(get(store, stored)).isEqualTo(body("page", 1_000));
            Files.setPosixFilePermissions(files, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    @Test
    void small_files_that_cannot_be_written_are_written_later() throws Exception {
        try (ChronicleStore store = open()) {
            // A directory in its place, which works against root too.
            Path peers = files.resolve("peers");
            Files.delete(peers);
            Files.createDirectory(peers);
            assertThat(tryPut(store, head(key("/page", "other")), body("page", 1_000)))
                    .isNull();
            assertThat(faults(store)).singleElement().asString().contains("could not do something");
            Files.delete(peers);
            put(store, head(key("/page", "other")), body("page", 1_000));
        }
    }

    @Test
    void a_store_that_cannot_be_made_at_the_start_is_refused() throws Exception {
        Files.writeString(cache, "");
        assertThatThrownBy(() -> ChronicleStore.open(new StoreOptions(cache, 32 * MEBI, MEBI)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Not a directory");
    }
}
