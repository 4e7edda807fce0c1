package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Ten thousand clients that have had a page each and keep their connections. */
final class IdleScene implements Scene {
    private static final int CLIENTS = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Measure EACH = Measure.lower("bytes_per_connection", "B/connection", 0);
    private static final Measure GROWTH = Measure.plain("growth_after_reopening_mb", "MB more when opened thrice", 1);
    private static final int TIMES_MORE = 2;

    private final Ids ids;

    IdleScene(Ids ids) {
        this.ids = ids;
    }

    @Override
    public String number() {
        return "W8";
    }

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public String title() {
        return "10,000 idle connections, memory of each";
    }

    @Override
    public List<Measure> measures() {
        return List.of(EACH, GROWTH, Measure.MEMORY);
    }

    @Override
    public Setup setup() {
        return Setup.HITS.withHeapTouched();
    }

    @Override
    public boolean once() {
        return true;
    }

    @Override
    public void warm(Bench bench, RunningPeer peer) throws IOException {
        new Wrk(bench).warm(Job.HIT_1K, peer);
    }

    @Override
    public Sample measure(Bench bench, RunningPeer peer) throws IOException {
        PacedPage page = PacedPage.storable(1 << 10, ids.next(1));
        double before = peer.keptBytes();
        double opened = opened(peer, page);
        double again = opened;
        for (int i = 0; i < TIMES_MORE; i++) {
            again = opened(peer, page);
        }
        return new Sample()
                .with(EACH, (opened - before) / CLIENTS)
                .with(GROWTH, (again - opened) / 1048576.0)
                .with(Measure.MEMORY, peer.memoryBytes() / 1048576.0);
    }

    /** What it takes while all are open, in bytes. */
    private static double opened(RunningPeer peer, PacedPage page) throws IOException {
        try (Clients clients = Clients.connect(peer.port(), CLIENTS)) {
            clients.askEach(page, PATIENCE);
            return peer.keptBytes();
        }
    }
}
