package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Latency of hits of 1 KB, asked for at a fixed rate, while a server also sends a cached body of 10 MB to many clients.
 *
 * <p>One thread of this JVM is the whole load, and after each read of the large body it looks at the small answers: the
 * load's own part in a latency is what it says as {@link #BLIND}. It compares every byte of the small answers; of the
 * large ones, all before the window, and in it the first {@value #COMPARED_BYTES} bytes of each read, since comparing all
 * would make the load slower than some servers.
 */
final class BesideLargeScene implements Scene {
    private static final long LARGE_BYTES = 10L << 20;
    private static final int SMALL_BYTES = 1 << 10;
    private static final int SMALL_PER_SECOND = 1_000;
    private static final int SMALL_CONNECTIONS = 32;
    private static final int SLOW_RECEIVE_BUFFER_BYTES = 32 << 10;
    private static final long SLOW_BYTES_PER_SECOND = 50_000;
    private static final int COMPARED_BYTES = 1 << 10;

    /** Times that a JVM is shown slow readers before the first window. */
    private static final int SLOW_PRACTICE = 3;

    /** A store may need some time for a large body after its client has it. */
    private static final int CACHED_TRIES = 20;

    private static final int CACHED_PAUSE_MILLIS = 100;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Measure MEDIAN = Measure.P50.lowerIsBetter();
    private static final Measure P99 = Measure.P99.lowerIsBetter();
    private static final Measure MAX = Measure.lower("max_us", "max µs", 0);
    private static final Measure LARGE = Measure.plain("large_gb_per_s", "GB/s large", 2);
    private static final Measure BUSY = Measure.plain("server_cpu_percent", "server CPU %", 0);
    private static final Measure BLIND = Measure.plain("load_blind_us", "load blind µs", 0);

    /** Who reads the large body. */
    enum Kind {
        SLOW_300("W15slow-300", "beside-slow-300", 300, true),
        SLOW_1000("W15slow", "beside-slow", 1_000, true),
        FAST("W15fast", "beside-fast", 64, false);

        private final String number;
        private final String word;
        private final int readers;
        private final boolean slow;

        Kind(String number, String word, int readers, boolean slow) {
            this.number = number;
            this.word = word;
            this.readers = readers;
            this.slow = slow;
        }
    }

    private final Kind kind;
    private final PacedPage large;
    private final PacedPage small;

    BesideLargeScene(Kind kind, Ids ids) {
        this.kind = kind;
        this.large = PacedPage.storable(LARGE_BYTES, ids.next(1));
        this.small = PacedPage.storable(SMALL_BYTES, ids.next(1));
    }

    @Override
    public String number() {
        return kind.number;
    }

    @Override
    public String name() {
        return kind.word;
    }

    @Override
    public String title() {
        return String.format("hit of 1 KB at %,d requests/s, open loop, ", SMALL_PER_SECOND)
                + (kind.slow
                        ? String.format("while %,d slow clients begin a cached body of 10 MB", kind.readers)
                        : "beside " + kind.readers + " fast readers of a cached body of 10 MB");
    }

    @Override
    public List<Measure> measures() {
        return List.of(
                MEDIAN,
                P99,
                MAX,
                LARGE,
                Measure.CPU_PER_GB,
                BUSY,
                Measure.PAUSE,
                BLIND,
                Measure.MEMORY,
                Measure.NOT_THE_JOB);
    }

    @Override
    public List<Measure> summary() {
        return List.of(MEDIAN, P99, MAX);
    }

    @Override
    public Optional<String> unfit(Bench bench, RunningPeer peer) throws IOException {
        for (int tries = 0; tries < CACHED_TRIES; tries++) {
            long before = bench.origin().paced().requests();
            try (Clients client = Clients.connect(peer.port(), 1)) {
                client.askEach(large, PATIENCE);
                client.askEach(small, PATIENCE);
            }
            if (bench.origin().paced().requests() == before) {
                return Optional.empty();
            }
            Ask.pause(CACHED_PAUSE_MILLIS);
        }
        return Optional.of("it does not answer a page of 10 MB from its cache");
    }

    @Override
    public void warm(Bench bench, RunningPeer peer) throws IOException {
        new Wrk(bench).warm(Job.HIT_1K, peer);
        if (kind.slow) {
            for (int i = 0; i < (peer.peer().isJvm() ? SLOW_PRACTICE : 1); i++) {
                load(bench, peer, Duration.ofSeconds(1));
            }
        } else {
            load(bench, peer, bench.load().warmupOf(peer.peer()));
        }
    }

    @Override
    public Sample measure(Bench bench, RunningPeer peer) throws IOException {
        return load(bench, peer, bench.load().window());
    }

    private Sample load(Bench bench, RunningPeer peer, Duration duration) throws IOException {
        long originBefore = bench.origin().paced().requests();
        long pausesBefore = peer.pauses().isPresent() ? peer.pauses().get().end() : 0;
        try (Clients clients = Clients.connect(peer.port(), SMALL_CONNECTIONS);
                Clients readers =
                        Clients.connect(peer.port(), kind.readers, kind.slow ? SLOW_RECEIVE_BUFFER_BYTES : 0)) {
            double cpuBefore = peer.cpuMicros();
            OpenLoop hits = new OpenLoop(clients, SMALL_PER_SECOND, i -> small);
            LargeReaders reading = new LargeReaders(readers, hits, duration);
            double seconds = kind.slow ? reading.slowly() : reading.fast();
            double cpuSeconds = (peer.cpuMicros() - cpuBefore) / 1e6;
            Latencies latencies = hits.latencies();
            Sample sample = new Sample()
                    .with(MEDIAN, (double) latencies.atPerMille(500))
                    .with(P99, (double) latencies.atPerMille(990))
                    .with(MAX, (double) latencies.atPerMille(1_000))
                    .with(LARGE, reading.bytes() / seconds / 1e9)
                    .with(BUSY, 100 * cpuSeconds / seconds)
                    .with(BLIND, hits.longestBlindNanos() / 1e3)
                    .with(Measure.MEMORY, peer.memoryBytes() / 1048576.0)
                    .with(Measure.NOT_THE_JOB, bench.origin().paced().requests() == originBefore ? 0 : 1);
            if (!kind.slow) {
                sample.with(Measure.CPU_PER_GB, cpuSeconds / (reading.bytes() / 1e9));
            }
            if (peer.pauses().isPresent()) {
                sample.with(Measure.PAUSE, peer.pauses().get().longestMillisSince(pausesBefore));
            }
            return sample;
        }
    }

    /** The clients of the large body, with the small hits asked for between their reads. */
    private final class LargeReaders {
        private final Clients readers;
        private final OpenLoop hits;
        private final long startNanos = System.nanoTime();
        private final long endNanos;
        private long bytesOfWhole;

        private LargeReaders(Clients readers, OpenLoop hits, Duration duration) {
            this.readers = readers;
            this.hits = hits;
            this.endNanos = startNanos + duration.toNanos();
            readers.all().forEach(reader -> reader.checkOnly(COMPARED_BYTES));
        }

        private void lookAtHits() {
            hits.work(0);
        }

        /** All begin at once, and take little at a time; for how many seconds. */
        private double slowly() throws IOException {
            for (Client reader : readers.all()) {
                reader.allow(0);
                readers.ask(reader, large);
                lookAtHits();
            }
            return until(over -> readers.readSlowly(over, SLOW_BYTES_PER_SECOND, 0, this::lookAtHits));
        }

        /** Each takes what comes, and asks again when it has it all; for how many seconds. */
        private double fast() throws IOException {
            for (Client reader : readers.all()) {
                readers.ask(reader, large);
                lookAtHits();
            }
            return until(over -> {
                while (!over.getAsBoolean()) {
                    for (Client reader : readers.turn(0, this::lookAtHits)) {
                        if (reader.fault() == null) {
                            bytesOfWhole += reader.received();
                            readers.ask(reader, large);
                        }
                    }
                    lookAtHits();
                }
            });
        }

        /** What reads until it is told that it is over. */
        private interface Reading {
            void read(BooleanSupplier over);
        }

        /** Until the window ends and every small hit that was due in it has been answered. */
        private double until(Reading reading) throws IOException {
            try {
                reading.read(this::isOver);
            } catch (UncheckedIOException e) {
                throw new IOException("a small hit: " + e.getMessage(), e);
            }
            if (!readers.faults().isEmpty()) {
                throw new IOException("the large body: " + readers.faults());
            }
            return (System.nanoTime() - startNanos) / 1e9;
        }

        private boolean isOver() {
            lookAtHits();
            long now = System.nanoTime();
            if (now - endNanos >= 0) {
                hits.stop();
            }
            if (now - endNanos - PATIENCE.toNanos() >= 0) {
                throw new UncheckedIOException(new IOException("no answer for " + PATIENCE.toSeconds() + " s"));
            }
            return hits.isOver() || !readers.faults().isEmpty();
        }

        private long bytes() {
            return bytesOfWhole
                    + readers.all().stream()
                            .mapToLong(reader -> reader.isDone() ? 0 : reader.received())
                            .sum();
        }
    }
}
