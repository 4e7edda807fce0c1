package io.loligo.cache.store.chronicle;

import static io.loligo.cache.store.chronicle.Samples.body;
import static io.loligo.cache.store.chronicle.Samples.get;
import static io.loligo.cache.store.chronicle.Samples.head;
import static io.loligo.cache.store.chronicle.Samples.key;
import static io.loligo.cache.store.chronicle.Samples.tryPut;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.store.EntryReader;
import io.loligo.cache.store.EntryWriter;
import io.loligo.cache.store.StoreStats;
import io.loligo.cache.store.chronicle.files.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("the store under load and without room")
class ChronicleStoreStressTest {
    private static final long MEBI = 1L << 20;

    private static final long CAPACITY = 32 * MEBI;
    private static final long LARGEST = 4 * MEBI;

    // A few seconds in every build; minutes with -Pstress. -Dstress.seconds, -Dstress.threads and -Dstress.seed set
    // them.
    private static final int SECONDS = Integer.getInteger("stress.seconds", 4);
    private static final int THREADS = Integer.getInteger("stress.threads", 4);
    private static final long SEED = Long.getLong("stress.seed", System.nanoTime());
    private static final int RESTARTS = 3;

    @ParameterizedTest(name = "in files: {0}")
    @ValueSource(booleans = {false, true})
    @Tag("stress")
    void readers_see_the_object_they_asked_for_or_none_while_everything_changes(
            boolean inFiles, @TempDir Path directory, TestReporter reporter) throws Exception {
        reporter.publishEntry("seed", "" + SEED);
        SeededLoad load = new SeededLoad(CAPACITY, LARGEST);
        int runs = inFiles ? 1 + RESTARTS : 1;
        long objects = 0;
        long evictions = 0;
        for (int run = 0; run < runs; run++) {
            try (ChronicleStore store =
                    ChronicleStore.open(new StoreOptions(inFiles ? directory : null, CAPACITY, LARGEST))) {
                assertThat(load.readAll(store))
                        .as("found after restart %d", run)
                        .isEqualTo(objects);
                assertThat(store.stats().objects())
                        .as("counted after restart %d", run)
                        .isEqualTo(objects);

                load.run(store, SEED + run, THREADS, Duration.ofMillis(SECONDS * 1000L / runs));

                reporter.publishEntry("so far", load + ", " + store.stats());
                objects = load.readAll(store);
                // The evictor removes an object before it counts it.
                long found = objects;
                await().untilAsserted(() -> assertThat(store.stats().objects())
                        .as("counted, seed %d", SEED)
                        .isEqualTo(found));
                assertThat(store.stats().faults()).as("faults, seed %d", SEED).isZero();
                evictions += store.stats().evictions();
                if (run == runs - 1) {
                    assertAccountsAreRight(load, store);
                }
            }
        }
        load.assertEverythingHappened();
        assertThat(evictions).isPositive();
    }

    /** Emptied, it holds nothing; long bodies go in the background. */
    private static void assertAccountsAreRight(SeededLoad load, ChronicleStore store) {
        load.purgeAll(store);
        await().untilAsserted(() -> {
            assertThat(store.stats().bytes()).as("bytes, seed %d", SEED).isZero();
            assertThat(store.stats().objects()).isZero();
            assertThat(store.stats().places().payload()).isZero();
            assertThat(store.stats().places().heads()).isZero();
        });
    }

    @Test
    void the_byte_limit_holds_and_newcomers_are_still_taken() throws IOException {
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(null, 16 * MEBI, 4 * MEBI))) {
            Random random = new Random(3);
            int taken = 0;
            for (int i = 0; i < 2_000; i++) {
                int length = (int) (200 * Math.pow(5_000, random.nextDouble()));
                if (tryPut(store, head(key("/" + i)), body("" + i, length)) != null) {
                    taken++;
                }
                assertThat(store.stats().bytes()).isLessThanOrEqualTo(16 * MEBI);
            }

            assertThat(taken).isEqualTo(2_000);
            // Mostly of large ones, so that there are fewer than newcomers.
            assertThat(store.stats().evictions()).isGreaterThan(500);
            // The evictor removes an object before it counts it.
            await().untilAsserted(() -> {
                StoreStats stats = store.stats();
                assertThat(stats.objects()).isEqualTo(2_000 - stats.evictions());
            });
            assertThat(store.stats().bytes()).isGreaterThan(12 * MEBI);
            assertThat(get(store, key("/1999"))).isNotNull();
        }
    }

    /** What is evicted counts until its long body is gone: nobody may go on evicting meanwhile. */
    @Test
    void evicting_long_bodies_takes_no_more_than_the_room_that_is_needed() throws IOException {
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(null, 64 * MEBI, 12 * MEBI))) {
            for (int i = 0; i < 30; i++) {
                assertThat(tryPut(store, head(key("/" + i)), body("" + i, (int) (8 * MEBI))))
                        .isNotNull();
                // There is room for 7 of them, and none goes before it has to.
                assertThat(store.stats().objects()).isGreaterThanOrEqualTo(Math.min(i + 1, 6));
            }
            assertThat(store.stats().evictions()).isPositive();
        }
    }

    @Test
    void when_all_room_is_taken_by_what_is_being_written_the_next_writer_stores_nothing() throws IOException {
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(null, 4 * MEBI, 4 * MEBI))) {
            try (EntryWriter first = store.write(head(key("/1")), store.purgeOrder());
                    EntryWriter second = store.write(head(key("/2")), store.purgeOrder())) {
                assertThat(first.append(ByteBuffer.allocate((int) (3 * MEBI)))).isTrue();
                assertThat(second.append(ByteBuffer.allocate((int) (3 * MEBI)))).isFalse();
                assertThat(store.stats().refusals()).isPositive();
                second.close();
                assertThat(first.commit()).isNotNull();
            }
            assertThat(store.lookup(key("/1"))).hasSize(1);
            assertThat(store.lookup(key("/2"))).isEmpty();
        }
    }

    @Test
    void a_map_without_a_gap_for_a_page_costs_objects_and_nothing_else() throws IOException {
        // One short segment, in which pages of one unit and of 130 mix.
        Geometry oneSegment = new Geometry(1, 64 * MEBI, MEBI);
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(null, 64 * MEBI, 4 * MEBI), oneSegment)) {
            List<StoredHead> kept = new ArrayList<>();
            for (int i = 0; i < 4_000; i++) {
                int length = i % 8 == 0 ? 17_000 : i % 97 == 0 ? 200_000 : i % 300;
                StoredHead stored = tryPut(store, head(key("/" + i)), body("" + i, length));
                if (stored != null) {
                    kept.add(stored);
                }
            }

            assertThat(store.stats().faults()).isZero();
            assertThat(store.stats().evictions()).isPositive();
            assertThat(store.stats().objects()).isPositive();
            for (StoredHead stored : kept) {
                byte[] found = get(store, stored.key());
                if (found != null) {
                    String name = stored.key().uri().pathAndQuery().substring(1);
                    assertThat(found).isEqualTo(body(name, (int) stored.bodyLength()));
                }
            }
            kept.forEach(store::remove);
            assertThat(store.stats().bytes()).isZero();
            assertThat(store.stats().objects()).isZero();
            assertThat(tryPut(store, head(key("/again")), body("again", 200_000)))
                    .isNotNull();
        }
    }

    @Test
    void after_close_nothing_is_found_and_nothing_is_stored() throws IOException {
        ChronicleStore store = ChronicleStore.open(new StoreOptions(null, 4 * MEBI, MEBI));
        StoredHead stored = Samples.put(store, head(key("/1")), body("1", 200_000));
        EntryReader reader = Samples.open(store, stored);
        EntryWriter writer = store.write(head(key("/2")), store.purgeOrder());
        writer.append(ByteBuffer.allocate(100_000));

        store.close();

        assertThat(store.lookup(key("/1"))).isEmpty();
        assertThat(store.read(stored)).isNull();
        assertThat(writer.append(ByteBuffer.allocate(10))).isFalse();
        assertThat(writer.commit()).isNull();
        assertThat(store.write(head(key("/3")), store.purgeOrder()).append(ByteBuffer.allocate(10)))
                .isFalse();
        assertThatThrownBy(() -> reader.read(0, ByteBuffer.allocateDirect(10))).isInstanceOf(IOException.class);
        reader.close();
        writer.close();
        store.close();
    }
}
