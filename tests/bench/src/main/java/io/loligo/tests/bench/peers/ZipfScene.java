package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** A cache with room for a quarter of what is asked for, and popularity as it is on the web. */
final class ZipfScene implements Scene {
    private static final int URLS = 200_000;
    private static final double EXPONENT = 0.9;
    private static final int SMALLEST = 1 << 10;
    private static final int LARGEST = 50 << 10;
    private static final int CONNECTIONS = 32;
    private static final long SEED = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Measure HITS = new Measure("hit_percent", "hits %", 1, Measure.Better.HIGHER, false);
    private static final Measure MEMORY_RATIO = Measure.plain("memory_by_configured", "memory/configured", 2);

    private final String number;
    private final String name;
    private final int requests;

    ZipfScene(String number, String name, int requests) {
        this.number = number;
        this.name = name;
        this.requests = requests;
    }

    @Override
    public String number() {
        return number;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String title() {
        return requests / 1_000 + ",000 requests by Zipf 0.9 for 200,000 pages of 1 to 50 KB, room for a quarter";
    }

    @Override
    public List<Measure> measures() {
        return List.of(HITS, MEMORY_RATIO, Measure.CPU, Measure.MEMORY);
    }

    @Override
    public List<Measure> summary() {
        return List.of(HITS, MEMORY_RATIO);
    }

    @Override
    public Setup setup() {
        long all = 0;
        for (int rank = 0; rank < URLS; rank++) {
            all += size(rank);
        }
        return Setup.HITS.withMemory((int) ((all / 4) >> 20));
    }

    @Override
    public boolean once() {
        return true;
    }

    @Override
    public Sample measure(Bench bench, RunningPeer peer) throws IOException {
        int[] sequence = sequence(requests);
        double before = peer.memoryBytes() + peer.fileBytes();
        double cpuBefore = peer.cpuMicros();
        long asked = bench.origin().paced().requests();
        try (Clients clients = Clients.connect(peer.port(), CONNECTIONS)) {
            clients.askAll(requests, i -> page(sequence[i]), PATIENCE);
        }
        double missed = bench.origin().paced().requests() - asked;
        double memory = peer.memoryBytes() + peer.fileBytes();
        return new Sample()
                .with(HITS, 100 * (1 - missed / requests))
                .with(MEMORY_RATIO, memory / 1048576.0 / setup().memoryMegabytes())
                .with(Measure.CPU, (peer.cpuMicros() - cpuBefore) / requests)
                .with(Measure.MEMORY, memory / 1048576.0)
                .note(String.format(
                        Locale.ROOT,
                        "%.1f %% of the requests are for pages asked for before",
                        100 - 100.0 * Arrays.stream(sequence).distinct().count() / requests))
                .note(Math.round(before / 1048576) + " MB before the first page");
    }

    private static PacedPage page(int rank) {
        return PacedPage.storable(size(rank), rank);
    }

    private static int size(int rank) {
        return SMALLEST + new SplittableRandom(rank).nextInt(LARGEST - SMALLEST + 1);
    }

    /** Ranks in the order in which they are asked for: the same for every server. */
    static int[] sequence(int length) {
        double[] upTo = new double[URLS];
        double sum = 0;
        for (int rank = 0; rank < URLS; rank++) {
            sum += Math.pow(rank + 1, -EXPONENT);
            upTo[rank] = sum;
        }
        SplittableRandom random = new SplittableRandom(SEED);
        int[] sequence = new int[length];
        for (int i = 0; i < length; i++) {
            int found = Arrays.binarySearch(upTo, random.nextDouble() * sum);
            sequence[i] = found < 0 ? Math.min(-found - 1, URLS - 1) : found;
        }
        return sequence;
    }
}
