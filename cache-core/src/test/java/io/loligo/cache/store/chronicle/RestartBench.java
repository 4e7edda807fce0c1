package io.loligo.cache.store.chronicle;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.Fields;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.SelectingFields;
import io.loligo.cache.store.EntryReader;
import io.loligo.cache.store.EntryWriter;
import io.loligo.cache.store.chronicle.files.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures how long a store takes to start on what an earlier process left. Each call is a process of its own:
 *
 * <pre>
 *  fill  DIRECTORY CAPACITY-MIB OBJECTS BODY-MIN BODY-MAX   fills the store and stops it in order
 *  crash DIRECTORY CAPACITY-MIB OBJECTS BODY-MIN BODY-MAX   looks at what is there, goes on storing with two threads,
 *                                                           and halts the JVM in the middle of it
 *  start DIRECTORY CAPACITY-MIB OBJECTS BODY-MIN BODY-MAX   starts, and prints when what could be found
 * </pre>
 *
 * <p>Times are milliseconds since {@code open} was called; sizes are bytes, evenly spread. All three have to be given the
 * same numbers. The class path is that of cache-core's tests, with the options in the parent POM's {@code chronicle.opens}.
 */
@SuppressWarnings("SystemOut") // It is how it reports.
public final class RestartBench {
    private static final long MAXIMUM_OBJECT_BYTES = 4L << 20;
    private static final int SAMPLE = 10_000;
    private static final long LOOK_NANOS = 1_000_000;
    private static final int WRITERS = 2;
    private static final int WRITTEN_BEFORE_CRASH = 2_000;

    private final Path directory;
    private final long capacityBytes;
    private final int objects;
    private final int bodyMin;
    private final int bodyMax;
    private final byte[] noise = new byte[8 << 20];

    private RestartBench(Path directory, long capacityBytes, int objects, int bodyMin, int bodyMax) {
        this.directory = directory;
        this.capacityBytes = capacityBytes;
        this.objects = objects;
        this.bodyMin = bodyMin;
        this.bodyMax = bodyMax;
        new Random(1).nextBytes(noise);
    }

    public static void main(String[] args) throws Exception {
        RestartBench bench = new RestartBench(
                Path.of(args[1]),
                Long.parseLong(args[2]) << 20,
                Integer.parseInt(args[3]),
                Integer.parseInt(args[4]),
                Integer.parseInt(args[5]));
        switch (args[0]) {
            case "fill" -> bench.fill();
            case "crash" -> bench.crash();
            case "start" -> bench.start();
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private ChronicleStore open() throws IOException {
        return ChronicleStore.open(new StoreOptions(directory, capacityBytes, MAXIMUM_OBJECT_BYTES));
    }

    private void fill() throws Exception {
        long start = System.nanoTime();
        ChronicleStore store = open();
        store.awaitStarted();
        System.out.printf("made: %d ms%n", millisSince(start));
        long from = System.nanoTime();
        for (int i = 0; i < objects; i++) {
            store(store, i);
        }
        System.out.printf("filled: %d ms, %s%n", millisSince(from), store.stats());
        long closing = System.nanoTime();
        store.close();
        System.out.printf("closed: %d ms%n", millisSince(closing));
    }

    private void crash() throws Exception {
        ChronicleStore store = open();
        store.awaitStarted();
        System.out.printf("before: %s%n", store.stats());
        Thread[] writers = new Thread[WRITERS];
        AtomicBoolean over = new AtomicBoolean();
        for (int t = 0; t < WRITERS; t++) {
            int first = t;
            writers[t] = new Thread(() -> {
                for (int i = first; !over.get(); i += WRITERS) {
                    store(store, i % objects);
                    if (i >= WRITTEN_BEFORE_CRASH) {
                        over.set(true);
                    }
                }
            });
            writers[t].start();
        }
        while (!over.get()) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
        Runtime.getRuntime().halt(137);
    }

    private void start() throws Exception {
        int[] sample = new Random(7).ints(Math.min(SAMPLE, objects), 0, objects).toArray();
        long start = System.nanoTime();
        try (ChronicleStore store = open()) {
            System.out.printf("open: %d ms, %s%n", millisSince(start), store.stats());
            List<Long> readyAt = new ArrayList<>();
            int shards =
                    Math.max(1, Geometry.of(capacityBytes, MAXIMUM_OBJECT_BYTES).shards());
            boolean first = true;
            while (store.stats().recovering() > 0 || first) {
                int ready = shards - store.stats().recovering();
                while (readyAt.size() < ready) {
                    readyAt.add(millisSince(start));
                }
                if (first && ready > 0) {
                    int i = 0;
                    while (!isHit(store, i)) {
                        i++;
                    }
                    System.out.printf("first hit: %d ms%n", millisSince(start));
                    first = false;
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
            while (readyAt.size() < shards) {
                readyAt.add(millisSince(start));
            }
            System.out.printf("shards ready at ms: %s%n", readyAt);
            long found = Arrays.stream(sample).filter(i -> isHit(store, i)).count();
            System.out.printf("found at %d ms: %d of %d%n", millisSince(start), found, sample.length);
            store.awaitStarted();
            System.out.printf("index rebuilt: %d ms, %s%n", millisSince(start), store.stats());
        }
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    private void store(ChronicleStore store, int i) {
        try (EntryWriter writer = store.write(head(i), store.purgeOrder())) {
            int length = bodyMin + new Random(i).nextInt(bodyMax - bodyMin + 1);
            ByteBuffer body = ByteBuffer.wrap(noise, i % (1 << 20), length);
            while (body.hasRemaining()) {
                ByteBuffer piece = body.duplicate();
                piece.limit(Math.min(body.limit(), body.position() + (32 << 10)));
                body.position(piece.limit());
                if (!writer.append(piece)) {
                    throw new IllegalStateException("object " + i + " was not taken: " + store.stats());
                }
            }
            if (writer.commit() == null) {
                throw new IllegalStateException("object " + i + " was not committed: " + store.stats());
            }
        }
    }

    private static boolean isHit(ChronicleStore store, int i) {
        List<StoredHead> heads = store.lookup(key(i));
        if (heads.isEmpty()) {
            return false;
        }
        try (EntryReader reader = store.read(heads.get(0))) {
            return reader != null && reader.read(0, ByteBuffer.allocate(1)) == 1;
        } catch (IOException e) {
            return false;
        }
    }

    private static CacheKey key(int i) {
        return Samples.key("/catalogue/products/" + i + "/page.html?view=full");
    }

    /** About what an application sends. */
    private static StoredHead head(int i) {
        return new StoredHead(
                0,
                key(i),
                SelectingFields.NONE,
                200,
                "OK",
                Fields.of(
                        "Content-Type",
                        "text/html; charset=utf-8",
                        "Cache-Control",
                        "public, max-age=86400",
                        "Last-Modified",
                        "Tue, 14 Nov 2023 22:13:20 GMT",
                        "ETag",
                        "\"" + Integer.toHexString(i) + "-5f2a\"",
                        "Server",
                        "origin/1.0"),
                Samples.TIMES,
                -1);
    }
}
