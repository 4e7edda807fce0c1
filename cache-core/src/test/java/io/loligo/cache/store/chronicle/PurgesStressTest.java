package io.loligo.cache.store.chronicle;

import static io.loligo.cache.store.chronicle.Samples.body;
import static io.loligo.cache.store.chronicle.Samples.head;
import static io.loligo.cache.store.chronicle.Samples.key;
import static io.loligo.cache.store.chronicle.Samples.there;
import static io.loligo.cache.store.chronicle.Samples.withField;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.store.EntryWriter;
import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgeReceipt;
import io.loligo.cache.store.PurgeTarget;
import io.loligo.cache.store.chronicle.files.Geometry;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Writers, validations and purges of the same keys at once. Whoever has begun a response, or has looked one up to validate
 * it, draws a number then; who purges draws one before. Once the purge is acknowledged, nothing with a smaller number may
 * be found, or only stale.
 */
@DisplayName("purges among writers and validations")
class PurgesStressTest {
    private static final int KEYS = 40;
    private static final int WRITERS = 3;
    private static final int ROUNDS = 1_000;

    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong names = new AtomicLong();
    /** By key: what was begun before this is not found; and not found fresh. */
    private final AtomicLongArray gone = new AtomicLongArray(KEYS);

    private final AtomicLongArray stale = new AtomicLongArray(KEYS);
    private final AtomicLong found = new AtomicLong();
    /** By the name of a response: the number drawn when it had been begun. */
    private final Map<String, Long> begun = new ConcurrentHashMap<>();

    @Test
    @DisplayName(
            "nothing that was begun before an acknowledged purge is found after it, nor found fresh after a soft one")
    void nothingEscapes() throws Exception {
        try (ChronicleStore store = ChronicleStore.open(
                new StoreOptions(null, 64L << 20, 1L << 20), new Geometry(2, 32L << 20, 40L << 20))) {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                Random random = new Random(i);
                tasks.add(() -> write(store, random));
            }
            Random purger = new Random(100);
            tasks.add(() -> purge(store, purger));
            Random looker = new Random(200);
            tasks.add(() -> look(store, looker));
            ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
            try {
                for (Future<Void> done : threads.invokeAll(tasks)) {
                    done.get();
                }
            } finally {
                threads.shutdownNow();
            }
            await().until(() -> store.receipts().stream().allMatch(PurgeReceipt::done));
            for (int i = 0; i < KEYS; i++) {
                look(store, i);
            }
            assertThat(found.get()).isGreaterThan(ROUNDS / 10);
            assertThat(store.stats().faults()).isZero();
            // The accounts are right: emptied, it holds nothing.
            there(store.purge(new PurgeOrder(new PurgeTarget.All(), false)));
            await().until(() -> store.receipts().stream().allMatch(PurgeReceipt::done));
            assertThat(store.stats().objects()).isZero();
            assertThat(store.stats().bytes()).isZero();
        }
    }

    private static CacheKey cacheKey(int i) {
        return key("/" + i % 4 + "/" + i);
    }

    private Void write(ChronicleStore store, Random random) {
        for (int round = 0; round < ROUNDS; round++) {
            int i = random.nextInt(KEYS);
            if (random.nextInt(3) > 0) {
                put(store, random, i, 3);
            } else {
                for (StoredHead stored : store.lookup(cacheKey(i))) {
                    String validated = Long.toString(numbers.incrementAndGet());
                    // Time for others, and for purges.
                    for (int k = random.nextInt(10); k > 0; k--) {
                        put(store, random, random.nextInt(KEYS), 0);
                    }
                    store.freshen(stored, withField(stored, "X-Validated", validated), store.purgeOrder());
                }
            }
        }
        return null;
    }

    private void put(ChronicleStore store, Random random, int i, int meanwhile) {
        String name = Thread.currentThread().getId() + "-" + names.incrementAndGet();
        StoredHead head = withField(withField(head(cacheKey(i)), "X-Name", name), "xkey", "t" + i % 5);
        try (EntryWriter writer = store.write(head, store.purgeOrder())) {
            begun.put(name, numbers.incrementAndGet());
            writer.append(ByteBuffer.wrap(body(name, random.nextInt(500))));
            for (int k = 0; k < meanwhile; k++) {
                put(store, random, random.nextInt(KEYS), 0);
            }
            writer.commit();
        }
    }

    private Void purge(ChronicleStore store, Random random) throws Exception {
        for (int round = 0; round < ROUNDS / 3; round++) {
            int i = random.nextInt(KEYS);
            PurgeTarget target = switch (random.nextInt(6)) {
                case 0 -> new PurgeTarget.Url(cacheKey(i).uri());
                case 1 -> new PurgeTarget.Tag("t" + i % 5);
                case 2 -> new PurgeTarget.Prefix("http://shop.example/" + i % 4 + "/");
                case 3 -> new PurgeTarget.Glob("*/" + i);
                case 4 -> new PurgeTarget.Pattern("/" + i + "$");
                default -> round % 20 == 0 ? new PurgeTarget.All() : new PurgeTarget.Tag("t" + i % 5);
            };
            boolean soft = random.nextInt(3) == 0;
            long number = numbers.incrementAndGet();
            Instant before = Instant.now();
            PurgeReceipt receipt = store.purge(new PurgeOrder(target, soft));
            assertThat(receipt.time()).isAfterOrEqualTo(before);
            for (int k = 0; k < KEYS; k++) {
                boolean covered = switch (target.getClass().getSimpleName()) {
                    case "Url", "Glob", "Pattern" -> k == i;
                    case "Tag" -> k % 5 == i % 5;
                    case "Prefix" -> k % 4 == i % 4;
                    default -> true;
                };
                if (covered) {
                    (soft ? stale : gone).accumulateAndGet(k, number, Math::max);
                    look(store, k);
                }
            }
        }
        return null;
    }

    private Void look(ChronicleStore store, Random random) {
        for (int round = 0; round < 2 * ROUNDS; round++) {
            look(store, random.nextInt(KEYS));
        }
        return null;
    }

    private void look(ChronicleStore store, int i) {
        long goneBefore = gone.get(i);
        long staleBefore = stale.get(i);
        for (StoredHead head : store.lookup(cacheKey(i))) {
            found.incrementAndGet();
            long number = there(begun.get(there(head.fields().first("X-Name"))));
            assertThat(number).as("found: %s", head).isGreaterThan(goneBefore);
            if (head.staleSince() == null) {
                String validated = head.fields().first("X-Validated");
                long freshFrom = validated == null ? number : Long.parseLong(validated);
                assertThat(freshFrom).as("found fresh: %s", head).isGreaterThan(staleBefore);
            }
        }
    }
}
