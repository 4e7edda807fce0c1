package io.loligo.cache.store.chronicle;

import static io.loligo.cache.store.chronicle.Samples.body;
import static io.loligo.cache.store.chronicle.Samples.get;
import static io.loligo.cache.store.chronicle.Samples.head;
import static io.loligo.cache.store.chronicle.Samples.key;
import static io.loligo.cache.store.chronicle.Samples.language;
import static io.loligo.cache.store.chronicle.Samples.tryPut;
import static io.loligo.cache.store.chronicle.Samples.withField;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.store.EntryReader;
import io.loligo.cache.store.EntryWriter;
import io.loligo.cache.store.StoreStats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("the store under load and without room")
class ChronicleStoreStressTest {
    private static final long MEBI = 1L << 20;

    @Test
    void readers_see_the_object_they_asked_for_or_none_while_everything_changes() throws Exception {
        AtomicInteger read = new AtomicInteger();
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(null, 8 * MEBI, MEBI))) {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                int seed = thread;
                tasks.add(() -> {
                    churn(store, new Random(seed), read);
                    return null;
                });
            }
            runAll(tasks);

            assertThat(read.get()).isGreaterThan(1_000);
            assertThat(store.stats().evictions()).isPositive();
            // The accounts are right: emptied, it holds nothing.
            for (int i = 0; i <= 200; i++) {
                store.purge(key("/" + i).uri());
            }
            assertThat(store.stats().objects()).isZero();
            assertThat(store.stats().bytes()).isZero();
        }
    }

    private static void churn(ChronicleStore store, Random random, AtomicInteger read) throws IOException {
        for (int step = 0; step < 2_500; step++) {
            CacheKey key = key("/" + (int) Math.pow(200, random.nextDouble()));
            String language = "l" + random.nextInt(2);
            assertThat(store.stats().bytes()).isLessThanOrEqualTo(8 * MEBI);
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> {
                    int length = random.nextInt(4) == 0 ? random.nextInt(400_000) : random.nextInt(20_000);
                    // The head says which body belongs to it; the two may never part.
                    String name = key + language + random.nextInt();
                    StoredHead head = withField(head(key, language(language)), "X-Body", name + "/" + length);
                    StoredHead unused = tryPut(store, head, body(name, length));
                }
                case 3 -> {
                    for (StoredHead stored : store.lookup(key)) {
                        StoredHead unused = store.freshen(stored, withField(stored, "X-Age", "" + step));
                    }
                }
                case 4 -> {
                    if (random.nextInt(20) == 0) {
                        store.purge(key.uri());
                    }
                }
                case 5 -> store.lookup(key).stream().limit(1).forEach(store::remove);
                default -> {
                    for (StoredHead stored : store.lookup(key)) {
                        assertThat(stored.key()).isEqualTo(key);
                        if (check(store, stored)) {
                            read.incrementAndGet();
                        }
                    }
                }
            }
        }
    }

    private static boolean check(ChronicleStore store, StoredHead stored) {
        String says = Samples.there(stored.fields().first("X-Body"));
        int slash = says.lastIndexOf('/');
        byte[] expected = body(says.substring(0, slash), Integer.parseInt(says.substring(slash + 1)));
        try (EntryReader reader = store.read(stored)) {
            if (reader == null) {
                return false;
            }
            assertThat(Samples.text(reader.head())).contains("X-Body: " + says + "\r\n");
            assertThat(reader.length()).isEqualTo(expected.length);
            ByteBuffer got = ByteBuffer.allocateDirect(expected.length + 1);
            while (got.position() < expected.length) {
                reader.read(got.position(), got);
            }
            byte[] bytes = new byte[expected.length];
            got.get(0, bytes);
            assertThat(bytes).isEqualTo(expected);
            return true;
        } catch (IOException e) {
            // Evicted while it was being read: the contract's other answer.
            return false;
        }
    }

    private static void runAll(List<Callable<Void>> tasks) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
        try {
            for (Future<Void> done : threads.invokeAll(tasks)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
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
            assertThat(store.stats().evictions()).isGreaterThan(1_000);
            // The evictor removes an object before it counts it.
            await().untilAsserted(() -> {
                StoreStats stats = store.stats();
                assertThat(stats.objects()).isEqualTo(2_000 - stats.evictions());
            });
            assertThat(store.stats().bytes()).isGreaterThan(12 * MEBI);
            assertThat(get(store, key("/1999"))).isNotNull();
        }
    }

    @Test
    void when_all_room_is_taken_by_what_is_being_written_the_next_writer_stores_nothing() throws IOException {
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(null, 4 * MEBI, 4 * MEBI))) {
            try (EntryWriter first = store.write(head(key("/1")));
                    EntryWriter second = store.write(head(key("/2")))) {
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
        EntryWriter writer = store.write(head(key("/2")));
        writer.append(ByteBuffer.allocate(100_000));

        store.close();

        assertThat(store.lookup(key("/1"))).isEmpty();
        assertThat(store.read(stored)).isNull();
        assertThat(writer.append(ByteBuffer.allocate(10))).isFalse();
        assertThat(writer.commit()).isNull();
        assertThat(store.write(head(key("/3"))).append(ByteBuffer.allocate(10))).isFalse();
        assertThatThrownBy(() -> reader.read(0, ByteBuffer.allocateDirect(10))).isInstanceOf(IOException.class);
        reader.close();
        writer.close();
        store.close();
    }
}
