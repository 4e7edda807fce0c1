package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.util.List;

/** What a page takes beside its body. */
final class OverheadScene implements Scene {
    private static final int PAGES = 200_000;
    private static final int SIZE = 4 << 10;
    private static final int ROOM_MEGABYTES = 2_048;
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
        return Setup.HITS.withMemory(ROOM_MEGABYTES).withHeapTouched();
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
        Batch pages = Batch.next(ids, PAGES, SIZE);
        double before = peer.keptBytes() + peer.fileBytes();
        pages.ask(bench, peer);
        double after = peer.keptBytes() + peer.fileBytes();
        double resident = peer.memoryBytes();
        double missed = pages.ask(bench, peer);
        Sample sample = new Sample().with(KEPT, 100 * (1 - missed / PAGES)).with(Measure.MEMORY, resident / 1048576.0);
        double each = (after - before) / PAGES - SIZE;
        return each > 0
                ? sample.with(BESIDE, each)
                : sample.note("it takes the memory for all pages at its start, so that nothing can be told of one");
    }
}
