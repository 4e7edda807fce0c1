package io.loligo.cache.store.chronicle;

import static io.loligo.cache.store.chronicle.Samples.there;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.store.EntryReader;
import io.loligo.cache.store.EntryWriter;
import io.loligo.cache.store.ResponseStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Threads that do everything at once with one store: they store, follow what others store, freshen, remove, purge, and
 * read, at once or slowly. Each body names itself, and every byte that is read is compared. Readers and writers that are
 * slow are held over many steps, while what they are about is evicted, replaced and purged.
 */
final class SeededLoad {
    private static final int PATHS = 300;
    private static final int LANGUAGES = 3;
    /** Readers, and as many writers, that one thread keeps open. */
    private static final int HELD_MAX = 6;

    private static final int BUFFER_BYTES = 96 << 10;

    private final long capacity;
    private final long largest;
    private final AtomicReferenceArray<Writing> followed = new AtomicReferenceArray<>(16);

    /** Bodies, or parts of them, that were read and found right. */
    private final LongAdder right = new LongAdder();
    /** Slow readers that came to the end after their object could no longer be found. */
    private final LongAdder outlived = new LongAdder();
    /** Slow readers that were told that their object is gone. */
    private final LongAdder cut = new LongAdder();
    /** Reads of what another thread was still writing. */
    private final LongAdder follows = new LongAdder();

    private record Writing(NamedBody body, EntryWriter writer) {}

    /**
     * @param capacity that of the stores
     * @param largest the longest body that they store
     */
    SeededLoad(long capacity, long largest) {
        this.capacity = capacity;
        this.largest = largest;
    }

    /** Goes on for {@code duration}; throws what went wrong in any thread. */
    void run(ResponseStore store, long seed, int threads, Duration duration) throws Exception {
        long end = System.nanoTime() + duration.toNanos();
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                Worker worker = new Worker(store, new Random(seed + i));
                running.add(executor.submit(() -> {
                    worker.run(end);
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            executor.shutdownNow();
        }
    }

    /** Reads everything that can be found; returns the number of objects. */
    int readAll(ResponseStore store) throws IOException {
        int found = 0;
        for (int i = 0; i < PATHS; i++) {
            for (StoredHead stored : store.lookup(Samples.key("/" + i))) {
                try (Reading reading = new Reading(stored, there(store.read(stored)))) {
                    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
                    while (reading.goOn(buffer.clear())) {
                        // To the end.
                    }
                }
                found++;
            }
        }
        return found;
    }

    void purgeAll(ResponseStore store) {
        for (int i = 0; i < PATHS; i++) {
            store.purge(Samples.uri("/" + i));
        }
    }

    void assertEverythingHappened() {
        assertThat(right.sum()).isGreaterThan(1_000);
        assertThat(follows.sum()).isPositive();
        assertThat(outlived.sum()).isPositive();
    }

    @Override
    public String toString() {
        return right + " pieces right, " + follows + " of them while they were written, " + outlived
                + " slow readers outlived their object, " + cut + " readers cut";
    }

    /** One open reader and how far it is. */
    private final class Reading implements AutoCloseable {
        private final StoredHead stored;
        private final NamedBody body;
        private final EntryReader reader;
        private long position;

        Reading(StoredHead stored, EntryReader reader) {
            this.stored = stored;
            this.reader = reader;
            String says = there(stored.fields().first("X-Body"));
            body = NamedBody.of(says);
            assertThat(Samples.text(reader.head())).contains("X-Body: " + says + "\r\n");
            assertThat(reader.length()).isEqualTo(body.length());
        }

        /** Reads as much as {@code buffer} takes; false at the end. */
        boolean goOn(ByteBuffer buffer) throws IOException {
            int read = reader.read(position, buffer);
            if (read < 0) {
                assertThat(position).isEqualTo(body.length());
                return false;
            }
            check(body, position, buffer, read);
            position += read;
            return true;
        }

        void skipTo(long newPosition) {
            position = newPosition;
        }

        boolean isFindableIn(ResponseStore store) {
            return store.lookup(stored.key()).stream().anyMatch(head -> head.id() == stored.id());
        }

        @Override
        public void close() {
            reader.close();
        }
    }

    private void check(NamedBody body, long position, ByteBuffer buffer, int read) {
        assertThat(buffer.position()).isEqualTo(read);
        buffer.flip();
        long wrong = body.firstWrong(position, buffer);
        if (wrong >= 0) {
            throw new AssertionError("byte " + wrong + " of " + body + " is another's");
        }
        right.increment();
    }

    private final class Worker {
        private final ResponseStore store;
        private final Random random;
        private final ByteBuffer direct = ByteBuffer.allocateDirect(BUFFER_BYTES);
        private final ByteBuffer onHeap = ByteBuffer.allocate(BUFFER_BYTES);
        private final List<Reading> readings = new ArrayList<>();
        private final List<Writing> writings = new ArrayList<>();
        private long step;

        Worker(ResponseStore store, Random random) {
            this.store = store;
            this.random = random;
        }

        void run(long end) throws IOException {
            try {
                while (System.nanoTime() < end) {
                    step();
                }
            } finally {
                readings.forEach(Reading::close);
                writings.forEach(writing -> writing.writer().close());
            }
        }

        private void step() throws IOException {
            step++;
            assertThat(store.stats().bytes()).isLessThanOrEqualTo(capacity);
            CacheKey key = Samples.key("/" + (int) Math.pow(PATHS, random.nextDouble()));
            switch (random.nextInt(16)) {
                case 0, 1 -> store(key);
                case 2 -> storeSlowly(key);
                case 3, 4 -> goOnStoring();
                case 5 -> freshen(key);
                case 6 -> removeOrPurge(key);
                case 7, 8 -> readSlowly(key);
                case 9, 10, 11 -> goOnReading();
                case 12 -> follow();
                default -> read(key);
            }
        }

        private Writing open(CacheKey key) {
            NamedBody body = new NamedBody(random.nextLong(), length());
            StoredHead plain = Samples.head(key, Samples.language("l" + random.nextInt(LANGUAGES)));
            StoredHead head =
                    Samples.withField(Samples.withField(plain, "Date", KillBody.DATE), "X-Body", body.toString());
            Writing writing = new Writing(body, store.write(head, store.purgeOrder()));
            followed.set(random.nextInt(followed.length()), writing);
            return writing;
        }

        private long length() {
            return switch (random.nextInt(20)) {
                case 0 -> 0;
                case 1, 2 -> (long) (largest * random.nextDouble());
                case 3, 4, 5, 6 -> random.nextInt(200_000);
                default -> random.nextInt(18_000);
            };
        }

        private ByteBuffer buffer() {
            ByteBuffer buffer = random.nextInt(4) == 0 ? onHeap : direct;
            return buffer.clear().limit(1 + random.nextInt(BUFFER_BYTES));
        }

        private void store(CacheKey key) {
            Writing writing = open(key);
            try (EntryWriter writer = writing.writer()) {
                while (append(writing)) {
                    // To the end.
                }
                commit(writing);
            }
        }

        /** Appends a piece; false when there is no more, or the store takes no more. */
        private boolean append(Writing writing) {
            long length = writing.writer().length();
            if (length == writing.body().length()) {
                return false;
            }
            ByteBuffer piece = buffer();
            writing.body().fill(length, piece);
            return writing.writer().append(piece.flip());
        }

        private void commit(Writing writing) {
            if (writing.writer().length() == writing.body().length()) {
                StoredHead stored = writing.writer().commit();
                if (stored != null) {
                    assertThat(stored.bodyLength()).isEqualTo(writing.body().length());
                }
            }
        }

        private void storeSlowly(CacheKey key) {
            if (writings.size() < HELD_MAX) {
                writings.add(open(key));
            }
        }

        private void goOnStoring() {
            if (writings.isEmpty()) {
                return;
            }
            int number = random.nextInt(writings.size());
            Writing writing = writings.get(number);
            if (!append(writing)) {
                writings.remove(number);
                if (random.nextInt(8) > 0) {
                    commit(writing);
                }
                writing.writer().close();
            }
        }

        private void follow() {
            Writing writing = followed.get(random.nextInt(followed.length()));
            if (writing == null) {
                return;
            }
            long position = (long) (writing.writer().length() * random.nextDouble());
            ByteBuffer into = buffer();
            int read = writing.writer().read(position, into);
            if (read > 0) {
                check(writing.body(), position, into, read);
                follows.increment();
            }
        }

        private void freshen(CacheKey key) {
            for (StoredHead stored : store.lookup(key)) {
                StoredHead news = random.nextBoolean()
                        ? Samples.withField(stored, "X-Age", "" + step)
                        : Samples.validated(stored, KillBody.DATE, random.nextInt(60));
                StoredHead updated = store.freshen(stored, news, store.purgeOrder());
                if (updated != null) {
                    assertThat(updated.fields().first("X-Body"))
                            .isEqualTo(stored.fields().first("X-Body"));
                    assertThat(updated.bodyLength()).isEqualTo(stored.bodyLength());
                }
            }
        }

        private void removeOrPurge(CacheKey key) {
            if (random.nextInt(4) == 0) {
                store.purge(key.uri());
            } else {
                store.lookup(key).stream().limit(1).forEach(store::remove);
            }
        }

        private void read(CacheKey key) {
            for (StoredHead stored : store.lookup(key)) {
                assertThat(stored.key()).isEqualTo(key);
                EntryReader reader = store.read(stored);
                if (reader == null) {
                    continue;
                }
                try (Reading reading = new Reading(stored, reader)) {
                    if (random.nextInt(4) == 0) {
                        reading.skipTo((long) (reader.length() * random.nextDouble()));
                    }
                    while (reading.goOn(buffer())) {
                        // To the end.
                    }
                } catch (IOException e) {
                    cut.increment();
                }
            }
        }

        private void readSlowly(CacheKey key) {
            List<StoredHead> found = store.lookup(key);
            if (readings.size() < HELD_MAX && !found.isEmpty()) {
                StoredHead stored = found.get(random.nextInt(found.size()));
                EntryReader reader = store.read(stored);
                if (reader != null) {
                    readings.add(new Reading(stored, reader));
                }
            }
        }

        private void goOnReading() {
            if (readings.isEmpty()) {
                return;
            }
            int number = random.nextInt(readings.size());
            Reading reading = readings.get(number);
            try {
                if (reading.goOn(buffer())) {
                    return;
                }
                if (!reading.isFindableIn(store)) {
                    outlived.increment();
                }
            } catch (IOException e) {
                cut.increment();
            }
            readings.remove(number);
            reading.close();
        }
    }
}
