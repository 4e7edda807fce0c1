package io.loligo.tests.bench.peers;

import io.loligo.tests.bench.peers.CollectorLog.Collections;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Latency of hits under open load while new pages, which are small, come into a full cache and put others out of it. */
final class ChurnScene implements Scene {
    private static final Job JOB = Job.HIT_1K;
    private static final int ROOM_MEGABYTES = 512;
    private static final int NEW_PER_SECOND = 2_000;
    private static final int SIZE = 1 << 10;
    private static final Duration FILLING = Duration.ofSeconds(5);
    private static final Measure HIT_P999 = Measure.P999.lowerIsBetter();
    private static final Measure HIT_P99 = Measure.P99.lowerIsBetter();
    private static final Measure COLLECTIONS = Measure.sum("collections", "collections");
    private static final Measure FULL = Measure.sum("full_collections", "full");
    private static final Measure NEW = Measure.plain("new_pages_per_s", "new/s", 0);
    private static final Measure HITS = Measure.RATE.uncompared();

    private final int hitsPerSecond;
    private final Ids ids;

    ChurnScene(int hitsPerSecond, Ids ids) {
        this.hitsPerSecond = hitsPerSecond;
        this.ids = ids;
    }

    @Override
    public String number() {
        return "W1r-churn";
    }

    @Override
    public String name() {
        return "churn";
    }

    @Override
    public String title() {
        return String.format(
                Locale.ROOT,
                "hit of 1 KB at %,d requests/s, open loop, while %,d new pages/s put others out of a full cache of %d MB",
                hitsPerSecond,
                NEW_PER_SECOND,
                ROOM_MEGABYTES);
    }

    @Override
    public List<Measure> measures() {
        return List.of(
                HIT_P999,
                HIT_P99,
                Measure.P50,
                Measure.PAUSE,
                COLLECTIONS,
                FULL,
                HITS,
                NEW,
                Measure.MEMORY,
                Measure.ERRORS);
    }

    @Override
    public Setup setup() {
        return Setup.HITS.withMemory(ROOM_MEGABYTES);
    }

    @Override
    public Optional<String> lacks() {
        return Programs.missing("h2load", "nghttp2-client");
    }

    @Override
    public Optional<String> unfit(Bench bench, RunningPeer peer) throws IOException {
        return new JobCheck(JOB, bench.origin()).unfit(peer);
    }

    /** Until the bodies alone are more than there is room for, and then the very load. */
    @Override
    public void warm(Bench bench, RunningPeer peer) throws IOException {
        Wrk wrk = new Wrk(bench);
        for (long bytes = 0; bytes < (long) ROOM_MEGABYTES << 20; ) {
            bytes += wrk.run(Job.MISS, peer, FILLING).requests() * SIZE;
        }
        try (NewPages churn = NewPages.ask(peer, NEW_PER_SECOND, SIZE, ids)) {
            hits(bench, peer, bench.load().warmupOf(peer.peer()));
            churn.end();
        }
    }

    private H2load.Report hits(Bench bench, RunningPeer peer, Duration duration) throws IOException {
        return new H2load(bench).run(JOB.requests().get(0).path(), hitsPerSecond, peer, duration);
    }

    @Override
    public Sample measure(Bench bench, RunningPeer peer) throws IOException {
        Sample sample = new Sample();
        Optional<PauseLog> pauses = peer.pauses();
        Optional<CollectorLog> collector = peer.collector();
        long pausesBefore = pauses.isPresent() ? pauses.get().end() : 0;
        Collections before = collector.isPresent() ? collector.get().collections() : new Collections(0, 0);
        try (NewPages churn = NewPages.ask(peer, NEW_PER_SECOND, SIZE, ids)) {
            long start = System.nanoTime();
            H2load.Report report = hits(bench, peer, bench.load().window());
            sample.with(NEW, churn.end() / ((System.nanoTime() - start) / 1e9))
                    .with(HIT_P999, (double) report.atPerMille(999))
                    .with(HIT_P99, (double) report.atPerMille(990))
                    .with(Measure.P50, (double) report.atPerMille(500))
                    .with(HITS, report.rate())
                    .with(Measure.ERRORS, (double) report.errors())
                    .with(Measure.MEMORY, peer.memoryBytes() / 1048576.0);
        }
        if (pauses.isPresent()) {
            sample.with(Measure.PAUSE, pauses.get().longestMillisSince(pausesBefore));
        }
        if (collector.isPresent()) {
            Collections meanwhile = collector.get().collections().since(before);
            sample.with(COLLECTIONS, (double) meanwhile.all()).with(FULL, (double) meanwhile.full());
        }
        return sample;
    }
}
