package io.loligo.cache.store.chronicle;

import static io.loligo.cache.store.chronicle.Samples.there;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.store.EntryWriter;
import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgeReceipt;
import io.loligo.cache.store.PurgeTarget;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** How long purges take at scale; run by hand: objects, and a directory unless it is to be in memory. */
final class PurgeScale {
    private static final int TAGGED_ONE_OF = 10;

    private PurgeScale() {}

    @SuppressWarnings("SystemOut") // What it is for.
    public static void main(String[] args) throws Exception {
        int count = Integer.parseInt(args[0]);
        Path directory = args.length > 1 ? Path.of(args[1]) : null;
        int body = 1_000;
        long capacity = Math.max(64L << 20, count * 4_000L);
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(directory, capacity, 1L << 20))) {
            store.awaitStarted();
            long start = start();
            for (int i = 0; i < count; i++) {
                put(store, i, body);
            }
            System.out.printf("%,d objects stored in %s; %s%n", count, since(start), store.stats());
            System.out.printf("lookups without bans: %,d ns%n", lookups(store, count));

            start = start();
            System.out.println(
                    "preview by tag: " + store.preview(new PurgeTarget.Tag("ten-0"), 3) + " " + since(start));
            start = start();
            PurgeReceipt tag = store.purge(new PurgeOrder(new PurgeTarget.Tag("ten-0"), false));
            System.out.printf("tag of %,d: %s done=%s%n", tag.objects(), since(start), tag.done());
            start = start();
            tag = store.purge(new PurgeOrder(new PurgeTarget.Tag("ten-1"), true));
            System.out.printf("tag of %,d, soft: %s done=%s%n", tag.objects(), since(start), tag.done());

            start = start();
            long removed = 0;
            for (int i = 0; i < 10_000; i++) {
                removed += store.purge(new PurgeOrder(
                                new PurgeTarget.Url(key(i * 10 + 2).uri()), false))
                        .objects();
            }
            System.out.printf("10,000 URLs: %s, %,d objects%n", since(start), removed);

            start = start();
            System.out.println("preview by pattern: " + store.preview(new PurgeTarget.Pattern("/[0-9]*5\\.html$"), 3)
                    + " " + since(start));
            System.out.printf("lookups: %,d ns%n", lookups(store, count));
            start = start();
            PurgeReceipt pattern = store.purge(new PurgeOrder(new PurgeTarget.Pattern("/[0-9]*5\\.html$"), false));
            System.out.printf("pattern: in force after %s%n", since(start));
            System.out.printf("lookups while swept: %,d ns%n", lookups(store, count));
            System.out.printf("lookups of hot ones while swept: %,d ns%n", lookups(store, 1_000));
            while (!there(store.receipt(pattern.id())).done()) {
                LockSupport.parkNanos(1_000_000);
            }
            System.out.printf("swept after %s: %s%n", since(start), store.receipt(pattern.id()));
            System.out.printf("lookups: %,d ns%n", lookups(store, count));
            System.out.println(store.stats());
        }
    }

    private static long cpuBefore;

    /** Time by the wall, and what this thread had of a processor since the last time. */
    private static String since(long start) {
        long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        return "%,.1f ms (%,.1f ms of processor)".formatted((System.nanoTime() - start) / 1e6, (cpu - cpuBefore) / 1e6);
    }

    private static long start() {
        cpuBefore = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        return System.nanoTime();
    }

    private static CacheKey key(int i) {
        return new CacheKey(new EffectiveUri("http", "shop.example", 80, "/page/" + i + ".html"), "backend");
    }

    private static void put(ChronicleStore store, int i, int length) {
        StoredHead head = Samples.withField(
                Samples.head(key(i)), "Surrogate-Key", "all page-" + i + " ten-" + i % TAGGED_ONE_OF + " h-" + i % 997);
        try (EntryWriter writer = store.write(head, store.purgeOrder())) {
            writer.append(ByteBuffer.allocate(length));
            there(writer.commit());
        }
    }

    private static long lookups(ChronicleStore store, int count) {
        int n = 200_000;
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        int found = 0;
        for (int i = 0; i < n; i++) {
            found += store.lookup(key((int) (i * 7919L % count))).size();
        }
        long nanos = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / n;
        return found < 0 ? 0 : nanos;
    }
}
