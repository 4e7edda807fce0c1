package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** What a page takes beside its body. */
final class OverheadScene implements Scene {
    private static final int PAGES = 200_000;
    private static final int SIZE = 4 << 10;
    private static final int CONNECTIONS = 32;
    private static final int ROOM_MEGABYTES = 2_048;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Measure BESIDE = Measure.lower("bytes_beside_body", "B beside body", 0);
    private static final Measure KEPT = Measure.plain("kept_percent", "kept %", 1);

    private final Ids ids;

    OverheadScene(Ids ids) {
        this.ids = ids;
    }

    @Override
    public String number() {
        return "W5";
    }

    @Override
    public String name() {
        return "overhead";
    }

    @Override
    public String title() {
        return "200,000 pages of 4 KB: memory and files of each, beside its body";
    }

    @Override
    public List<Measure> measures() {
        return List.of(BESIDE, KEPT, Measure.MEMORY);
    }

    @Override
    public Setup setup() {
        return Setup.HITS.withMemory(ROOM_MEGABYTES);
    }

    @Override
    public boolean fresh() {
        return true;
    }

    @Override
    public int rounds(int asked) {
        return 1;
    }

    @Override
    public void warm(Bench bench, RunningPeer peer) throws IOException {
        new Wrk(bench).run(Job.HIT_1K, peer, bench.load().warmupOf(peer.peer()));
    }

    @Override
    public Sample measure(Bench bench, RunningPeer peer) throws IOException {
        long first = ids.next(PAGES);
        double before = peer.memoryBytes() + peer.fileBytes();
        ask(peer, first);
        double after = peer.memoryBytes() + peer.fileBytes();
        long asked = bench.origin().paced().requests();
        ask(peer, first);
        double missed = bench.origin().paced().requests() - asked;
        return new Sample()
                .with(BESIDE, (after - before) / PAGES - SIZE)
                .with(KEPT, 100 * (1 - missed / PAGES))
                .with(Measure.MEMORY, after / 1048576.0);
    }

    private static void ask(RunningPeer peer, long first) throws IOException {
        try (Clients clients = Clients.connect(peer.port(), CONNECTIONS)) {
            if (!clients.askAll(PAGES, i -> PacedPage.storable(SIZE, first + i), PATIENCE)) {
                throw new IOException("not all answered: " + clients.faults());
            }
        }
    }
}
