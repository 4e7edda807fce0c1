package io.loligo.cache.store.eviction;

import io.loligo.cache.store.ReplacementPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Replays made traces through the eviction of production and through others, and prints the share of requests and of bytes
 * that are hits. Run by tests/bench/simulate.
 */
final class Simulation {
    private static final int OBJECTS = 100_000;
    private static final int REQUESTS = 400_000;
    private static final int W4_REQUESTS = 800_000;
    private static final int[] PERCENTS = {1, 10, 25};
    private static final double[] EXPONENTS = {0.7, 0.8, 0.9, 1.0, 1.1};

    private Simulation() {}

    /** Hits of a hundred requests, and of a hundred bytes. */
    record Ratio(double objectHits, double byteHits) {}

    static Ratio replay(Trace trace, SimulatedPolicy policy, long capacity) {
        return replay(trace, policy, capacity, 0);
    }

    /** Counts from request number {@code from} on. */
    static Ratio replay(Trace trace, SimulatedPolicy policy, long capacity, int from) {
        SimulatedCache cache = policy.cache(trace, capacity);
        long hits = 0;
        long hitBytes = 0;
        long bytes = 0;
        for (int i = 0; i < trace.requests().length; i++) {
            int object = trace.requests()[i];
            int size = trace.sizes()[object];
            boolean hit = cache.request(object, size);
            if (i >= from) {
                bytes += size;
                if (hit) {
                    hits++;
                    hitBytes += size;
                }
            }
        }
        return new Ratio(100.0 * hits / (trace.requests().length - from), 100.0 * hitBytes / bytes);
    }

    public static void main(String[] args) {
        List<String> arguments = Arrays.asList(args);
        if (arguments.contains("--help") || !List.of("--own", "--w4", "--cost").containsAll(arguments)) {
            System.out.println("""
                    usage: tests/bench/simulate [--w4] [--own] [--cost]

                      --w4    only the trace of the performance targets
                      --own   Squid's policies of cache_replacement_policy too
                      --cost  how long a touch, an add and an eviction take with a million objects, and nothing else""");
            return;
        }
        if (arguments.contains("--cost")) {
            cost();
            return;
        }
        List<SimulatedPolicy> policies = new ArrayList<>(List.of(SimulatedPolicy.values()));
        if (!arguments.contains("--own")) {
            policies.removeIf(policy -> policy.production() != null && policy != SimulatedPolicy.LOLIGO);
        }
        System.out.println(
                "Object hit ratio / byte hit ratio in percent. Room: percent of the bytes of all objects that");
        System.out.println("are asked for. Loligo's store keeps 2 percent of its room free; the others use all of it.");
        System.out.println();
        heading(policies);
        if (!arguments.contains("--w4")) {
            for (double exponent : EXPONENTS) {
                table(Trace.Maker.zipf(exponent, OBJECTS, REQUESTS, 1), policies);
                table(Trace.Maker.oneHitWonders(exponent, 0.2, OBJECTS, REQUESTS, 2), policies);
                table(Trace.Maker.scans(exponent, 20_000, 5_000, OBJECTS, REQUESTS, 3), policies);
                table(Trace.Maker.drift(exponent, 10, OBJECTS, REQUESTS, 4), policies);
            }
            table(Trace.Maker.news(0.8, 5, OBJECTS, REQUESTS, 5), policies);
            table(Trace.Maker.news(1.0, 5, OBJECTS, REQUESTS, 6), policies);
            table(Trace.Maker.news(1.0, 50, OBJECTS, REQUESTS, 7), policies);
        }
        Trace w4 = Trace.Maker.w4(W4_REQUESTS, 8);
        // A quarter of what the 200,000 URLs have, whether they are asked for or not; counted when half has gone by.
        row("W4 zipf 0.9, 2nd half", 25, w4, w4.allBytes() / 4, w4.requests().length / 2, policies);
    }

    private static void heading(List<SimulatedPolicy> policies) {
        StringBuilder line = new StringBuilder("| trace                 | room |");
        StringBuilder rule = new StringBuilder("|---|---|");
        for (SimulatedPolicy policy : policies) {
            line.append(String.format(Locale.ROOT, " %-11s |", policy.label()));
            rule.append("---|");
        }
        System.out.println(line);
        System.out.println(rule);
    }

    private static void table(Trace trace, List<SimulatedPolicy> policies) {
        for (int percent : PERCENTS) {
            row(trace.name(), percent, trace, trace.distinctBytes() * percent / 100, 0, policies);
        }
    }

    private static void row(
            String name, int percent, Trace trace, long capacity, int from, List<SimulatedPolicy> policies) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "| %-21s | %2d %% |", name, percent));
        for (SimulatedPolicy policy : policies) {
            Ratio ratio = replay(trace, policy, capacity, from);
            line.append(String.format(Locale.ROOT, " %4.1f / %4.1f |", ratio.objectHits(), ratio.byteHits()));
        }
        System.out.println(line);
    }

    private static void cost() {
        int objects = 1_000_000;
        int rounds = 2_000_000;
        for (SimulatedPolicy policy : SimulatedPolicy.values()) {
            ReplacementPolicy production = policy.production();
            for (int run = 0; production != null && run < 2; run++) {
                cost(policy, EvictionIndex.of(production), objects, rounds);
            }
        }
    }

    private static void cost(SimulatedPolicy policy, EvictionIndex index, int objects, int rounds) {
        Random random = new Random(1);
        long start = System.nanoTime();
        long worst = 0;
        for (int id = 1; id <= objects; id++) {
            long before = System.nanoTime();
            index.add(id, 1_000 + random.nextInt(40_000), random.nextInt());
            worst = Math.max(worst, System.nanoTime() - before);
        }
        long filled = System.nanoTime();
        for (int i = 0; i < rounds; i++) {
            index.touch(1 + random.nextInt(objects));
        }
        long touched = System.nanoTime();
        long polling = 0;
        for (int id = 1; id <= rounds; id++) {
            long before = System.nanoTime();
            index.poll();
            polling += System.nanoTime() - before;
            index.add(objects + id, 1_000 + random.nextInt(40_000), random.nextInt());
        }
        long churned = System.nanoTime();
        System.out.printf(
                Locale.ROOT,
                "%-9s add %d ns (worst %d us), touch %d ns, then poll %d ns and add %d ns; %.1f bytes of heap each%n",
                policy.label(),
                (filled - start) / objects,
                worst / 1_000,
                (touched - filled) / rounds,
                polling / rounds,
                (churned - touched - polling) / rounds,
                (double) index.heapBytes() / index.size());
    }
}
