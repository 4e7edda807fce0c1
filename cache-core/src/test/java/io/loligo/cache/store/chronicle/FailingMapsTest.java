package io.loligo.cache.store.chronicle;

import static io.loligo.cache.store.chronicle.Samples.body;
import static io.loligo.cache.store.chronicle.Samples.get;
import static io.loligo.cache.store.chronicle.Samples.head;
import static io.loligo.cache.store.chronicle.Samples.key;
import static io.loligo.cache.store.chronicle.Samples.language;
import static io.loligo.cache.store.chronicle.Samples.put;
import static io.loligo.cache.store.chronicle.Samples.tryPut;
import static io.loligo.cache.store.chronicle.Samples.uri;
import static io.loligo.cache.store.chronicle.Samples.withField;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.store.EntryReader;
import io.loligo.cache.store.EntryWriter;
import io.loligo.cache.store.chronicle.page.Scratch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import net.openhft.chronicle.hash.ChronicleHashClosedException;
import net.openhft.chronicle.hash.locks.InterProcessDeadLockException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("when calls into the maps fail")
class FailingMapsTest {
    private static final long MEBI = 1L << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private enum Failure {
        MEMORY_FAULT,
        LOCK_LEFT_BEHIND,
        CLOSED_UNDER_US,
        SEGMENT_FULL,
        NO_MEMORY,
        MISTAKE;

        Throwable thrown() {
            return switch (this) {
                case MEMORY_FAULT -> new InternalError("a fault occurred in an unsafe memory access operation");
                case LOCK_LEFT_BEHIND -> new InterProcessDeadLockException("a lock is held by nobody");
                case CLOSED_UNDER_US -> new ChronicleHashClosedException("closed");
                case SEGMENT_FULL -> new IllegalStateException("ChronicleMap is full");
                case NO_MEMORY -> new OutOfMemoryError("Cannot reserve direct buffer memory");
                case MISTAKE -> new NullPointerException("a bug");
            };
        }

        boolean costsTheShard() {
            return this == MEMORY_FAULT || this == LOCK_LEFT_BEHIND || this == CLOSED_UNDER_US;
        }
    }

    static Stream<Arguments> failures() {
        return Stream.of("getUsing", "put", "remove", "containsKey", "segmentContext")
                .flatMap(call -> Stream.of(Failure.values()).map(failure -> Arguments.of(call, failure)));
    }

    @ParameterizedTest(name = "{0} throws for {1}")
    @MethodSource("failures")
    void nothing_escapes_and_it_works_again_when_the_cause_is_gone(String call, Failure failure) throws Exception {
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(directory, 16 * MEBI, MEBI))) {
            store.awaitStarted();
            StoredHead small = put(store, head(key("/small")), body("small", 1_000));
            StoredHead large = put(store, head(key("/large")), body("large", 500_000));
            FailingMaps maps = FailingMaps.in(store);
            long before = store.stats().faults();

            maps.fail(call, failure::thrown);
            everyOperation(store, small, large);

            assertThat(maps.isCalled(call)).isTrue();
            if (call.equals("put") && failure == Failure.SEGMENT_FULL) {
                // No fault: there is no room, and the next salt is tried.
                assertThat(store.stats().refusals()).isPositive();
            } else {
                assertThat(store.stats().faults()).isGreaterThan(before);
                // A shard that was lost may be there anew by now, where everything went slowly; then its fault is over.
                assertThat(failure.costsTheShard() || !store.stats().ongoing().isEmpty())
                        .isTrue();
            }
            maps.stop();
            await().atMost(PATIENCE).until(() -> store.stats().degraded() == 0);
            put(store, head(key("/new")), body("new", 300_000));
            assertThat(get(store, key("/new"))).isEqualTo(body("new", 300_000));
            if (failure.costsTheShard()) {
                assertThat(store.lookup(key("/small"))).isEmpty();
                assertThat(get(store, small)).isNull();
                assertThat(store.stats().objects()).isEqualTo(1);
            }
        }
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(directory, 16 * MEBI, MEBI))) {
            store.awaitStarted();
            assertThat(get(store, key("/new"))).isEqualTo(body("new", 300_000));
        }
    }

    /** Each of them more than once, for the first may take the shard out of use. */
    private static void everyOperation(ChronicleStore store, StoredHead small, StoredHead large) throws IOException {
        for (int i = 0; i < 2; i++) {
            store.lookup(key("/small"));
            store.lookup(key("/unknown"));
            readSome(store, small);
            readSome(store, large);
            tryPut(store, head(key("/small/" + i)), body("s" + i, 500));
            tryPut(store, head(key("/large/" + i)), body("l" + i, 200_000));
            tryPut(store, head(key("/vary"), language("en" + i)), body("v" + i, 500));
            store.freshen(small, withField(small, "X-New", "1"), store.purgeOrder());
            store.freshen(large, withField(large, "X-New", "1"), store.purgeOrder());
            for (Shard shard : store.shards()) {
                shard.repair().rebuildInService(new Scratch());
            }
            store.remove(small);
            store.purge(uri("/large"));
            // More than it holds: so it has to evict.
            for (int j = 0; j < 40; j++) {
                tryPut(store, head(key("/fill/" + i + "/" + j)), body("f" + j, 500_000));
            }
            store.stats();
        }
    }

    private static void readSome(ChronicleStore store, StoredHead head) {
        try {
            get(store, head);
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("is gone or damaged");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"MEMORY_FAULT", "SEGMENT_FULL", "NO_MEMORY"})
    void a_writer_refuses_the_rest_and_what_it_has_can_be_dropped(Failure failure) throws Exception {
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(directory, 16 * MEBI, MEBI))) {
            store.awaitStarted();
            FailingMaps maps = FailingMaps.in(store);
            try (EntryWriter writer = store.write(head(key("/half")), store.purgeOrder())) {
                assertThat(writer.append(ByteBuffer.wrap(body("half", 200_000))))
                        .isTrue();
                maps.fail("put", failure::thrown);
                ByteBuffer more = ByteBuffer.wrap(body("more", 200_000));
                assertThat(writer.append(more)).isFalse();
                assertThat(more.position()).isZero();
                assertThat(writer.length()).isEqualTo(200_000);
                assertThat(writer.commit()).isNull();
            }
            maps.stop();
            assertThat(store.lookup(key("/half"))).isEmpty();
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"MEMORY_FAULT", "MISTAKE", "NO_MEMORY"})
    void a_reader_is_cut_and_gives_no_wrong_byte(Failure failure) throws Exception {
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(directory, 16 * MEBI, MEBI))) {
            store.awaitStarted();
            StoredHead large = put(store, head(key("/large")), body("large", 500_000));
            FailingMaps maps = FailingMaps.in(store);
            try (EntryReader reader = Samples.open(store, large)) {
                ByteBuffer first = ByteBuffer.allocateDirect(10_000);
                int got = reader.read(0, first);
                byte[] bytes = new byte[got];
                first.get(0, bytes);
                assertThat(bytes).isEqualTo(Arrays.copyOf(body("large", 500_000), got));
                maps.fail("getUsing", failure::thrown);
                assertThatThrownBy(() -> reader.read(got, ByteBuffer.allocateDirect(10_000)))
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"MEMORY_FAULT", "LOCK_LEFT_BEHIND"})
    void a_store_in_memory_heals_too(Failure failure) throws Exception {
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(null, 16 * MEBI, MEBI))) {
            store.awaitStarted();
            put(store, head(key("/page")), body("page", 1_000));
            FailingMaps maps = FailingMaps.in(store);
            maps.fail("getUsing", failure::thrown);
            assertThat(store.lookup(key("/page"))).isEqualTo(List.of());
            assertThat(store.stats().degraded()).isEqualTo(1);
            maps.stop();
            await().atMost(PATIENCE).until(() -> store.stats().degraded() == 0);
            put(store, head(key("/page")), body("page", 1_000));
            assertThat(get(store, key("/page"))).isEqualTo(body("page", 1_000));
        }
    }
}
