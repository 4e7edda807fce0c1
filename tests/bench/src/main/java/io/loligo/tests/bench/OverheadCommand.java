package io.loligo.tests.bench;

import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.store.ResponseStore;
import io.loligo.cache.store.StoreStats;
import io.loligo.cache.store.chronicle.StoreOptions;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** What an object takes beside its body and its fields. */
@Command(
        name = "overhead",
        mixinStandardHelpOptions = true,
        header = "What an object takes beside its body and its fields.",
        description = {
            "Stores pages with eleven fields, their bodies of --size give or take 300 bytes, in memory until that is full, and",
            "compares what the process then takes with what was stored. The heap is touched beforehand, so growth of the",
            "resident set is memory off the heap. Status line and Content-Length are part of what is stored. The key is told",
            "apart: it is as long as the URL."
        })
final class OverheadCommand implements Callable<Integer> {
    /** Beside payload, fields and key, per object of 4 KB. */
    private static final int TARGET = 250;

    private static final int VARIATION = 300;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private StoreBench bench;

    @Mixin
    private Content content = new Content(4_096);

    @Override
    public Integer call() throws Exception {
        int objects = content.objects();
        int size = content.size();
        Pages pages = new Pages();
        warmUp(pages);
        // Just room for all: what a full store takes beside its objects is what they take.
        long capacity = objects * ((size + Pages.fieldBytes(objects) + VARIATION) * 100 / 90);
        try (ResponseStore store = ReadyStore.open(new StoreOptions(null, capacity, Pages.LARGEST))) {
            long heapBefore = Resident.heapUsed();
            Resident before = Resident.afterCollection();
            Random random = new Random(7);
            long payload = 0;
            long fields = 0;
            long keys = 0;
            for (int i = 0; i < objects; i++) {
                int length = Math.max(0, size - VARIATION + random.nextInt(2 * VARIATION + 1));
                if (pages.put(store, i, length) == null) {
                    throw new IllegalStateException("page " + i + " was not stored: " + store.stats());
                }
                payload += length;
                fields += Pages.fieldBytes(i);
                keys += Pages.keyBytes(i);
            }
            // Forgets the heads that it has decoded lately, of which there are as many whatever it holds.
            store.targets(CacheControlTargets.DEFAULT);
            long heap = Resident.heapUsed() - heapBefore;
            long offHeap = Resident.afterCollection().all() - before.all();
            StoreStats stats = store.stats();
            if (stats.objects() != objects) {
                throw new IllegalStateException("not all are there: " + stats);
            }
            double n = objects;
            double overhead = (offHeap + heap - payload - fields) / n;
            Report report = new Report("overhead");
            report.json().put("size", size);
            report.value("objects", "objects", objects, "")
                    .value("payload", "payload", payload / n, "bytes each")
                    .value("fields", "fields", fields / n, "bytes each")
                    .value("key", "key", keys / n, "bytes each")
                    .value("grown off the heap", "off_heap", offHeap / n, "bytes each")
                    .value("grown on the heap", "heap", heap / n, "bytes each")
                    .value(
                            "off the heap beside payload and fields",
                            "overhead_off_heap",
                            (offHeap - payload - fields) / n,
                            "bytes each")
                    .value("overhead beside payload and fields", "overhead", overhead, "bytes each")
                    .value(
                            "overhead beside payload, fields and key",
                            "overhead_beside_key",
                            overhead - keys / n,
                            "bytes each, at most " + TARGET)
                    .value("the store's own account", "charged", stats.bytes() / n, "bytes each")
                    .value("  of it heads", "heads", stats.places().heads() / n, "bytes each")
                    .value("  of it index", "index", stats.places().index() / n, "bytes each")
                    .value(
                            "  of it fragmentation",
                            "fragmentation",
                            stats.places().fragmentation() / n,
                            "bytes each");
            report.write(System.out, bench.out());
            return overhead - keys / n <= TARGET ? 0 : 1;
        }
    }

    /** Loads and compiles what is needed, in a store of its own. */
    private void warmUp(Pages pages) throws Exception {
        try (ResponseStore store = ReadyStore.open(new StoreOptions(null, 64 << 20, 1 << 20))) {
            for (int i = 0; i < 50_000; i++) {
                pages.put(store, i, content.size());
            }
        }
    }
}
