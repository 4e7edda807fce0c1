package io.loligo.tests.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.store.ResponseStore;
import io.loligo.cache.store.StoreStats;
import io.loligo.cache.store.chronicle.StoreOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Whether the size that is configured is a ceiling, whatever is stored. */
@Command(
        name = "churn",
        mixinStandardHelpOptions = true,
        header = "Whether the size that is configured is a ceiling.",
        description = {
            "Stores, replaces, reads, freshens and purges pages of 200 bytes to 10 MB in phases (mixed, only small, only",
            "large, mixed again) and looks at the process's memory every second. In memory: fails when the resident set",
            "exceeds the capacity by more than a tenth and a constant: the same process with an empty store after the same",
            "warm-up, and the largest heap. With --directory: fails when the files' blocks exceed the capacity by more than",
            "a tenth, or the memory that is no file's the constant."
        })
final class ChurnCommand implements Callable<Integer> {
    private static final int TOLERANCE_PERCENT = 10;
    private static final int LARGEST = 10 << 20;
    private static final int WARM_UP_SECONDS = 5;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private StoreBench bench;

    @Option(names = "--capacity", paramLabel = "SIZE", description = "(default: 1g)")
    private Bytes capacity = new Bytes(1L << 30);

    @Option(
            names = "--minutes",
            paramLabel = "M",
            description = "of all phases together (default: ${DEFAULT-VALUE})",
            defaultValue = "4")
    private double minutes;

    @Option(names = "--threads", paramLabel = "N", description = "(default: ${DEFAULT-VALUE})", defaultValue = "2")
    private int threads;

    @Option(names = "--seed", paramLabel = "N", description = "(default: ${DEFAULT-VALUE})", defaultValue = "1")
    private long seed;

    @Option(names = "--directory", paramLabel = "DIR", description = "keep the store in files there; must be empty")
    private @Nullable Path directory;

    private final Pages pages = new Pages();
    private final LongAdder written = new LongAdder();
    private final LongAdder hits = new LongAdder();
    private final LongAdder lookups = new LongAdder();

    /** What is stored in a phase: lognormal sizes within bounds. */
    private enum Phase {
        MIXED(0, "mixed, 200 bytes to 10 MB", 9.2, 2.0, 200, LARGEST),
        SMALL(1, "only small, to 4 KB", 7.2, 0.7, 200, 4_096),
        LARGE(2, "only large, from 256 KB", 13.9, 0.9, 256 << 10, LARGEST),
        MIXED_AGAIN(3, "mixed again", 9.2, 2.0, 200, LARGEST);

        /** Its pages are others than those of the phases before. */
        private final int number;

        private final String label;
        private final double mean;
        private final double deviation;
        private final int least;
        private final int most;

        Phase(int number, String label, double mean, double deviation, int least, int most) {
            this.number = number;
            this.label = label;
            this.mean = mean;
            this.deviation = deviation;
            this.least = least;
            this.most = most;
        }

        int length(Random random) {
            double length = Math.exp(mean + deviation * random.nextGaussian());
            return (int) Math.max(least, Math.min(most, length));
        }
    }

    @Override
    public Integer call() throws Exception {
        if (directory != null) {
            Files.createDirectories(directory);
        }
        try (ResponseStore store = ReadyStore.open(new StoreOptions(null, 256L << 20, LARGEST))) {
            for (Phase phase : Phase.values()) {
                churn(store, 256L << 20, phase, WARM_UP_SECONDS / (double) Phase.values().length, new Peak());
            }
        }
        written.reset();
        try (ResponseStore store = ReadyStore.open(new StoreOptions(directory, capacity.count(), LARGEST))) {
            Resident empty = Resident.afterCollection();
            long constant = empty.all() + Runtime.getRuntime().maxMemory();
            Report report = new Report("churn" + (directory == null ? "" : "-files"));
            report.json().put("capacity", capacity.count()).put("seed", seed).put("threads", threads);
            ArrayNode phases = report.json().putArray("phases");
            report.row(
                    "phase",
                    "RSS max",
                    "anonymous",
                    "file",
                    "shared",
                    "files' blocks",
                    "store's account",
                    "written",
                    "hits");
            Peak all = new Peak();
            for (Phase phase : Phase.values()) {
                Peak peak = new Peak();
                churn(store, capacity.count(), phase, minutes * 60 / Phase.values().length, peak);
                all.include(peak);
                StoreStats stats = store.stats();
                double ratio = hits.sumThenReset() / (double) Math.max(1, lookups.sumThenReset());
                report.row(
                        phase.label,
                        Bytes.mebi(peak.all),
                        Bytes.mebi(peak.anonymous),
                        Bytes.mebi(peak.file),
                        Bytes.mebi(peak.shared),
                        Bytes.mebi(peak.blocks),
                        Bytes.mebi(stats.bytes()),
                        String.format(Locale.ROOT, "%.1f x capacity", written.sum() / (double) capacity.count()),
                        String.format(Locale.ROOT, "%.2f", ratio));
                phases.addObject()
                        .put("phase", phase.label)
                        .put("rss", peak.all)
                        .put("rss_anon", peak.anonymous)
                        .put("rss_file", peak.file)
                        .put("rss_shmem", peak.shared)
                        .put("blocks", peak.blocks)
                        .put("account", stats.bytes())
                        .put("account_max", peak.account)
                        .put("written", written.sum());
            }
            StoreStats stats = store.stats();
            long allowed = capacity.count() / 100 * (100 + TOLERANCE_PERCENT);
            boolean holds = directory == null
                    ? all.all <= allowed + constant
                    : all.blocks <= allowed && all.anonymous + all.shared <= constant;
            report.bytes("capacity", "capacity", capacity.count())
                    .bytes("constant", "constant", constant)
                    .bytes("  of it RSS with an empty store", "rss_empty", empty.all())
                    .bytes(
                            "  of it largest heap",
                            "heap_max",
                            Runtime.getRuntime().maxMemory())
                    .bytes("RSS max", "rss_max", all.all)
                    .bytes("RSS max beside an empty store's", "rss_growth", all.all - empty.all())
                    .bytes("store's account max", "account_max", all.account)
                    .value("evictions", "evictions", (double) stats.evictions(), "")
                    .value("refusals", "refusals", (double) stats.refusals(), "")
                    .value("faults", "faults", (double) stats.faults(), "");
            report.json().put("blocks_max", all.blocks).put("holds", holds);
            report.row(
                    directory == null
                            ? "RSS <= capacity * 1.1 + constant"
                            : "blocks <= capacity * 1.1, anonymous and shared <= constant",
                    holds ? "holds" : "DOES NOT HOLD");
            report.write(System.out, bench.out());
            return holds && stats.faults() == 0 ? 0 : 1;
        }
    }

    /** The most that was seen, in bytes. */
    private final class Peak {
        private long all;
        private long anonymous;
        private long file;
        private long shared;
        private long blocks;
        private long account;

        void sample(ResponseStore store) throws IOException {
            Resident now = Resident.now();
            all = Math.max(all, now.all());
            anonymous = Math.max(anonymous, now.anonymous());
            file = Math.max(file, now.file());
            shared = Math.max(shared, now.shared());
            account = Math.max(account, store.stats().bytes());
            blocks = Math.max(blocks, directory == null ? 0 : Blocks.of(directory));
        }

        void include(Peak other) {
            all = Math.max(all, other.all);
            anonymous = Math.max(anonymous, other.anonymous);
            file = Math.max(file, other.file);
            shared = Math.max(shared, other.shared);
            blocks = Math.max(blocks, other.blocks);
            account = Math.max(account, other.account);
        }
    }

    private void churn(ResponseStore store, long room, Phase phase, double seconds, Peak peak) throws Exception {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                Random random = new Random(seed * 1_000 + phase.number * 100L + i);
                running.add(executor.submit(() -> {
                    churn(store, room, phase, end, random);
                    return null;
                }));
            }
            executor.shutdown();
            do {
                peak.sample(store);
            } while (!executor.awaitTermination(1, TimeUnit.SECONDS));
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            executor.shutdownNow();
        }
    }

    /** Popular pages are asked for often, and there are several times more of them than there is room for. */
    private void churn(ResponseStore store, long room, Phase phase, long end, Random random) throws IOException {
        ByteBuffer into = ByteBuffer.allocateDirect(64 << 10);
        double mean = Math.min(LARGEST, Math.exp(phase.mean + phase.deviation * phase.deviation / 2));
        long numbers = Math.max(1_000, (long) (4 * room / mean));
        long first = phase.number * 1_000_000_000L;
        while (System.nanoTime() < end) {
            long number = first + (long) (numbers * Math.pow(random.nextDouble(), 3));
            int what = random.nextInt(100);
            if (what < 5) {
                put(store, number, phase.length(random));
            } else if (what < 10) {
                List<StoredHead> found = store.lookup(Pages.key(number));
                if (!found.isEmpty()) {
                    StoredHead head = found.get(0);
                    store.freshen(
                            head,
                            new StoredHead(
                                    head.id(),
                                    head.key(),
                                    head.selecting(),
                                    head.status(),
                                    head.reason(),
                                    head.fields().with("X-Checked", "" + random.nextInt()),
                                    head.times(),
                                    head.bodyLength()),
                            store.purgeOrder());
                }
            } else if (what < 12) {
                store.purge(Pages.uri(number));
            } else {
                lookups.increment();
                try {
                    if (Pages.get(store, number, into) >= 0) {
                        hits.increment();
                    } else {
                        put(store, number, phase.length(random));
                    }
                } catch (IOException e) {
                    // Evicted while it was read: the store's other answer.
                    lookups.decrement();
                }
            }
        }
    }

    private void put(ResponseStore store, long number, int length) {
        if (pages.put(store, number, length) != null) {
            written.add(length);
        }
    }
}
