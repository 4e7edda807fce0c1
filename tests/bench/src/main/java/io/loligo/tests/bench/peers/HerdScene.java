package io.loligo.tests.bench.peers;

import io.loligo.tests.bench.peers.PacedPage.Caching;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Five hundred clients ask at once for a page that takes the origin a second. */
final class HerdScene implements Scene {
    private static final int CLIENTS = 500;
    private static final int SECOND = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Measure LAST = Measure.lower("last_done_ms", "last done ms", 0);
    private static final Measure ASKED = Measure.plain("origin_requests", "origin requests", 0);
    private static final Measure WITHOUT = Measure.sum("without_right_answer", "without answer");
    private static final int PRACTICE = 20;
    private static final int PRACTICE_MILLIS = 100;

    /** What the page is like. */
    enum Kind {
        STORABLE("W7", "herd", "a page of 1 KB that comes after 1 s", Caching.STORABLE, 1 << 10),
        STREAMED("W7s", "herd-streamed", "a page of 100 KB that comes over 1 s", Caching.STORABLE, 100 << 10),
        UNCACHEABLE(
                "W7u", "herd-uncacheable", "an uncacheable page after 1 s, not known to be", Caching.NO_STORE, 1 << 10),
        KNOWN("W7k", "herd-known", "an uncacheable page after 1 s, asked for before", Caching.NO_STORE, 1 << 10);

        private final String number;
        private final String word;
        private final String title;
        private final Caching caching;
        private final int size;

        Kind(String number, String word, String title, Caching caching, int size) {
            this.number = number;
            this.word = word;
            this.title = title;
            this.caching = caching;
            this.size = size;
        }

        PacedPage page(long id, int millis) {
            PacedPage page = new PacedPage(caching, size, 0, 0, id);
            return this == STREAMED ? page.over(millis) : page.after(millis);
        }
    }

    private final Kind kind;
    private final Ids ids;

    HerdScene(Kind kind, Ids ids) {
        this.kind = kind;
        this.ids = ids;
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
        return CLIENTS + " clients at once for " + kind.title;
    }

    @Override
    public List<Measure> measures() {
        return List.of(LAST, ASKED, WITHOUT, Measure.MEMORY);
    }

    @Override
    public void warm(Bench bench, RunningPeer peer) throws IOException {
        for (int i = 0; i < (peer.peer().isJvm() ? PRACTICE : 1); i++) {
            herd(bench, peer, PRACTICE_MILLIS);
        }
    }

    @Override
    public Sample measure(Bench bench, RunningPeer peer) throws IOException {
        return herd(bench, peer, SECOND);
    }

    private Sample herd(Bench bench, RunningPeer peer, int millis) throws IOException {
        PacedPage page = kind.page(ids.next(1), millis);
        if (kind == Kind.KNOWN) {
            try (Clients first = Clients.connect(peer.port(), 1)) {
                first.ask(i -> page);
                first.await(PATIENCE);
            }
        }
        try (Clients clients = Clients.connect(peer.port(), CLIENTS)) {
            long before = bench.origin().paced().requests();
            long start = System.nanoTime();
            clients.ask(i -> page);
            clients.await(PATIENCE);
            Sample sample = new Sample()
                    .with(LAST, clients.lastDoneMillis(start))
                    .with(ASKED, (double) (bench.origin().paced().requests() - before))
                    .with(WITHOUT, (double) clients.without())
                    .with(Measure.MEMORY, peer.memoryBytes() / 1048576.0);
            clients.faults().stream().limit(1).forEach(sample::note);
            return sample;
        }
    }
}
