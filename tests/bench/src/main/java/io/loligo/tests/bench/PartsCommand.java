package io.loligo.tests.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.sun.management.ThreadMXBean;
import io.loligo.cache.store.ResponseStore;
import io.loligo.cache.store.chronicle.StoreOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** What one get and one put take. */
@Command(
        name = "parts",
        mixinStandardHelpOptions = true,
        header = "What one get and one put take.",
        description = {
            "ns and bytes allocated for one get (lookup, read whole, close) and one put (write, append, commit, close) of",
            "1, 16 and 100 KB: medians of the rounds. 'hot' is over 8 pages, 'random' over a working set larger than",
            "the processor's caches and the decoded heads; 'fresh' is a new URL in a full store, so with an eviction."
        })
final class PartsCommand implements Callable<Integer> {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int[] KIBI = {1, 16, 100};
    private static final int HOT = 8;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private StoreBench bench;

    @Option(names = "--working-set", paramLabel = "SIZE", description = "payload of the random pages (default: 512m)")
    private Bytes workingSet = new Bytes(512L << 20);

    @Option(names = "--rounds", paramLabel = "N", description = "(default: ${DEFAULT-VALUE})", defaultValue = "7")
    private int rounds;

    @Option(
            names = "--round-millis",
            paramLabel = "MS",
            description = "length of a round (default: ${DEFAULT-VALUE})",
            defaultValue = "1000")
    private int roundMillis;

    private enum Operation {
        GET_HOT("get hot"),
        GET_RANDOM("get random"),
        PUT_REPLACING("put replacing"),
        PUT_FRESH("put fresh");

        private final String label;

        Operation(String label) {
            this.label = label;
        }
    }

    private record Cost(double nanos, double allocated, long operations) {}

    @Override
    public Integer call() throws Exception {
        Report report = new Report("parts");
        report.json().put("working_set", workingSet.count()).put("rounds", rounds);
        ArrayNode all = report.json().putArray("operations");
        report.row("operation", "body", "threads", "ns each", "allocated each", "slowest round", "fastest round");
        Pages pages = new Pages();
        for (int kibi : KIBI) {
            int length = kibi << 10;
            long count = Math.max(2 * HOT, workingSet.count() / length);
            // Room for the working set with its heads, but not for much more: fresh pages push others out.
            long capacity = Math.max(64L << 20, count * (length + 1200L) * 5 / 4);
            try (ResponseStore store = ReadyStore.open(new StoreOptions(null, capacity, Pages.LARGEST))) {
                for (long i = 0; i < count; i++) {
                    if (pages.put(store, i, length) == null) {
                        throw new IllegalStateException("page " + i + " was not stored: " + store.stats());
                    }
                }
                AtomicLong fresh = new AtomicLong(count);
                for (Operation operation : Operation.values()) {
                    for (int threads = 1; threads <= 2; threads++) {
                        List<Cost> costs = measure(store, pages, operation, length, count, threads, fresh);
                        double nanos =
                                median(costs.stream().mapToDouble(Cost::nanos).toArray());
                        double allocated = median(
                                costs.stream().mapToDouble(Cost::allocated).toArray());
                        double slowest =
                                costs.stream().mapToDouble(Cost::nanos).max().orElse(0);
                        double fastest =
                                costs.stream().mapToDouble(Cost::nanos).min().orElse(0);
                        all.addObject()
                                .put("operation", operation.label)
                                .put("body", length)
                                .put("threads", threads)
                                .put("nanos", nanos)
                                .put("allocated", allocated)
                                .put("nanos_max", slowest)
                                .put("nanos_min", fastest);
                        report.row(
                                operation.label,
                                kibi + " KB",
                                "" + threads,
                                number(nanos),
                                number(allocated),
                                number(slowest),
                                number(fastest));
                    }
                }
                if (store.stats().faults() > 0) {
                    throw new IllegalStateException("faults: " + store.stats());
                }
            }
        }
        report.write(System.out, bench.out());
        return 0;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    /** The rounds after the first two, which warm up. */
    private List<Cost> measure(
            ResponseStore store,
            Pages pages,
            Operation operation,
            int length,
            long count,
            int threads,
            AtomicLong fresh)
            throws Exception {
        List<Cost> costs = new ArrayList<>();
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 0; round < rounds + 2; round++) {
                CyclicBarrier together = new CyclicBarrier(threads);
                List<Future<Cost>> running = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    long seed = 31L * round + i;
                    running.add(executor.submit(() -> {
                        together.await();
                        return round(store, pages, operation, length, count, seed, fresh);
                    }));
                }
                for (Future<Cost> each : running) {
                    if (round >= 2) {
                        costs.add(each.get());
                    } else {
                        each.get();
                    }
                }
            }
        } finally {
            executor.shutdownNow();
        }
        return costs;
    }

    private Cost round(
            ResponseStore store, Pages pages, Operation operation, int length, long count, long seed, AtomicLong fresh)
            throws IOException {
        ByteBuffer into = ByteBuffer.allocateDirect(128 << 10);
        long random = seed * 0x9E3779B97F4A7C15L + 1;
        long operations = 0;
        long allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        long end = start + roundMillis * 1_000_000L;
        long now = start;
        while (now < end) {
            for (int i = 0; i < 16; i++) {
                random ^= random << 13;
                random ^= random >>> 7;
                random ^= random << 17;
                switch (operation) {
                    case GET_HOT -> require(Pages.get(store, count - 1 - (random & (HOT - 1)), into) == length);
                    // Not all are there any more once fresh ones have come; they come last.
                    case GET_RANDOM -> require(Pages.get(store, (random >>> 1) % count, into) == length);
                    case PUT_REPLACING -> require(pages.put(store, (random >>> 1) % count, length) != null);
                    case PUT_FRESH -> require(pages.put(store, fresh.getAndIncrement(), length) != null);
                }
                operations++;
            }
            now = System.nanoTime();
        }
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore;
        return new Cost((now - start) / (double) operations, allocated / (double) operations, operations);
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalStateException("the store did not do what is measured");
        }
    }
}
