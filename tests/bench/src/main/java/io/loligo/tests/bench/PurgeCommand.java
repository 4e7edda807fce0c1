package io.loligo.tests.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgeReceipt;
import io.loligo.cache.store.PurgeRefused;
import io.loligo.cache.store.PurgeTarget;
import io.loligo.cache.store.ResponseStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** How fast purges are in force and done, and what they cost those who read meanwhile. */
@Command(
        name = "purge",
        mixinStandardHelpOptions = true,
        header = "How fast purges are, and what they cost readers meanwhile.",
        description = {
            "Purges a tag that a tenth of the pages bear, a hundredth of the pages by URL, one by one, a prefix of a",
            "fortieth and a pattern that looks at all, while a thread reads pages that no purge is about. 'in force' is",
            "the time to the receipt, 'done' until everything is removed."
        })
final class PurgeCommand implements Callable<Integer> {
    /** Pages with lower numbers are read meanwhile and never purged; their URLs begin as the others' do. */
    private static final int READ = 1_000;

    private static final int MEASURED_MILLIS = 2_000;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private StoreBench bench;

    @Mixin
    private Content content = new Content(1_024);

    @Option(names = "--directory", paramLabel = "DIR", description = "keep the store in files there; must be empty")
    private @Nullable Path directory;

    private final AtomicLong lookups = new AtomicLong();
    private final AtomicLong missed = new AtomicLong();

    /** One kind of purge: gives its receipts. */
    private interface Purging {
        List<PurgeReceipt> purge(ResponseStore store) throws PurgeRefused;
    }

    @Override
    public Integer call() throws Exception {
        if (content.objects() < 100 * READ) {
            throw new IllegalArgumentException("--objects must be at least " + 100 * READ);
        }
        if (directory != null) {
            Files.createDirectories(directory);
        }
        Report report = new Report("purge" + (directory == null ? "" : "-files"));
        report.json().put("objects", content.objects()).put("size", content.size());
        ArrayNode purges = report.json().putArray("purges");
        report.row("purge", "objects", "ms till in force", "ms till done", "lookups/s before", "meanwhile", "of it");
        AtomicBoolean end = new AtomicBoolean();
        ExecutorService reader = Executors.newSingleThreadExecutor();
        try (ResponseStore store = ReadyStore.open(content.options(directory))) {
            fill(store);
            Future<?> reading = reader.submit(() -> {
                read(store, end);
                return null;
            });
            try {
                report(report, purges, "tag", store, each -> List.of(order(each, new PurgeTarget.Tag("many"))));
                report(report, purges, "single URLs", store, this::purgeUrls);
                report(
                        report,
                        purges,
                        "prefix",
                        store,
                        each -> List.of(order(each, new PurgeTarget.Prefix("http://www.example.org/news/2026/39/"))));
                report(
                        report,
                        purges,
                        "pattern",
                        store,
                        each -> List.of(order(each, new PurgeTarget.Pattern("/(2[0-9])/article-[0-9]{4,}[13579]$"))));
            } finally {
                end.set(true);
                reading.get();
            }
            report.value("pages that are not purged and were missed", "missed", (double) missed.get(), "")
                    .value("faults", "faults", (double) store.stats().faults(), "");
            report.write(System.out, bench.out());
            return missed.get() == 0 && store.stats().faults() == 0 ? 0 : 1;
        } finally {
            reader.shutdownNow();
        }
    }

    private static PurgeReceipt order(ResponseStore store, PurgeTarget target) throws PurgeRefused {
        return store.purge(new PurgeOrder(target, false));
    }

    /** Pages that the tag is not on. */
    private List<PurgeReceipt> purgeUrls(ResponseStore store) throws PurgeRefused {
        List<PurgeReceipt> receipts = new ArrayList<>();
        for (int i = 0; i < content.objects() / 100; i++) {
            receipts.add(order(store, new PurgeTarget.Url(Pages.uri(READ + i * 10L + 1))));
        }
        return receipts;
    }

    private void fill(ResponseStore store) {
        Pages pages = new Pages();
        for (int i = 0; i < content.objects(); i++) {
            String tags = "page-" + i / 20 + (i >= READ && i % 10 == 0 ? " many" : " few");
            boolean stored = pages.put(store, Pages.head(i, "Surrogate-Key", tags), i, content.size()) != null;
            if (!stored) {
                throw new IllegalStateException("page " + i + " was not stored: " + store.stats());
            }
        }
    }

    private void report(Report report, ArrayNode json, String label, ResponseStore store, Purging purging)
            throws PurgeRefused, InterruptedException {
        double before = lookupsPerSecond(MEASURED_MILLIS);
        long lookupsThen = lookups.get();
        long start = System.nanoTime();
        List<PurgeReceipt> receipts = purging.purge(store);
        double inForce = millisSince(start);
        long removed = 0;
        for (PurgeReceipt receipt : receipts) {
            removed += done(store, receipt).objects();
        }
        double done = millisSince(start);
        double meanwhile = (lookups.get() - lookupsThen) / done * 1_000;
        report.row(
                label,
                String.format(Locale.ROOT, "%,d", removed),
                number(inForce),
                number(done),
                number(before),
                number(meanwhile),
                number(100 * meanwhile / before) + " %");
        ObjectNode row = json.addObject();
        row.put("purge", label)
                .put("orders", receipts.size())
                .put("objects", removed)
                .put("in_force_ms", inForce)
                .put("done_ms", done)
                .put("lookups_before", before)
                .put("lookups_meanwhile", meanwhile);
    }

    private static PurgeReceipt done(ResponseStore store, PurgeReceipt receipt) throws InterruptedException {
        PurgeReceipt now = receipt;
        while (!now.done()) {
            Thread.sleep(1);
            now = Objects.requireNonNull(store.receipt(receipt.id()), "the receipt is forgotten");
        }
        return now;
    }

    private double lookupsPerSecond(int millis) throws InterruptedException {
        long then = lookups.get();
        long start = System.nanoTime();
        Thread.sleep(millis);
        return (lookups.get() - then) / millisSince(start) * 1_000;
    }

    private static double millisSince(long start) {
        return (System.nanoTime() - start) / 1e6;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }

    /** Reads pages of which none is purged: neither by tag nor by URL, nor by the directories that prefix and pattern name. */
    private void read(ResponseStore store, AtomicBoolean end) throws IOException {
        ByteBuffer into = ByteBuffer.allocateDirect(64 << 10);
        for (int i = 0; !end.get(); i = (i + 1) % READ) {
            if (i % 40 < 20) {
                if (Pages.get(store, i, into) != content.size()) {
                    missed.incrementAndGet();
                }
                lookups.lazySet(lookups.get() + 1);
            }
        }
    }
}
