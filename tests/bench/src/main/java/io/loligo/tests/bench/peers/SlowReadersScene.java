package io.loligo.tests.bench.peers;

import io.loligo.tests.bench.peers.PacedPage.Caching;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A thousand clients that read slowly what is large, and one beside them that does not. */
final class SlowReadersScene implements Scene {
    private static final int CLIENTS = 1_000;
    private static final long SIZE = 10L << 20;
    private static final int RECEIVE_BUFFER = 32 << 10;
    private static final long BYTES_PER_SECOND = 50_000;
    private static final Duration READING = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Measure TAKEN = Measure.lower("memory_taken_mb", "MB taken", 0);
    private static final Measure BESIDE = Measure.lower("beside_ms", "page beside ms", 1);
    private static final Measure AHEAD = Measure.plain("origin_ahead_mb", "MB ahead of readers", 0);

    /** How the body comes to be. */
    enum Kind {
        HIT("W8h", "slow-readers-hit", "a hit", Caching.STORABLE),
        MISS("W8m", "slow-readers-miss", "a page on its way from a fast origin", Caching.STORABLE),
        UNCACHEABLE("W8u", "slow-readers-uncacheable", "an uncacheable page of a fast origin", Caching.NO_STORE);

        private final String number;
        private final String word;
        private final String title;
        private final Caching caching;

        Kind(String number, String word, String title, Caching caching) {
            this.number = number;
            this.word = word;
            this.title = title;
            this.caching = caching;
        }
    }

    private final Kind kind;
    private final Ids ids;

    SlowReadersScene(Kind kind, Ids ids) {
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
        return "1,000 slow readers of 10 MB, " + kind.title;
    }

    @Override
    public List<Measure> measures() {
        return List.of(TAKEN, BESIDE, AHEAD, Measure.MEMORY);
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
        PacedPage page = new PacedPage(kind.caching, SIZE, 0, 0, ids.next(1));
        PacedPage small = PacedPage.storable(1 << 10, ids.next(1));
        one(peer, small);
        if (kind == Kind.HIT) {
            one(peer, page);
        }
        double before = peer.memoryBytes();
        long sentBefore = bench.origin().paced().bytesSent();
        try (Clients clients = Clients.connect(peer.port(), CLIENTS, RECEIVE_BUFFER)) {
            clients.ask(i -> page);
            clients.readSlowly(READING, BYTES_PER_SECOND);
            double taken = peer.memoryBytes() - before;
            long read = clients.all().stream().mapToLong(Client::received).sum();
            double ahead = bench.origin().paced().bytesSent() - sentBefore - read;
            double beside = one(peer, small);
            if (!clients.faults().isEmpty()) {
                throw new IOException("to slow readers: " + clients.faults());
            }
            return new Sample()
                    .with(TAKEN, taken / 1048576.0)
                    .with(BESIDE, beside)
                    .with(AHEAD, Math.max(0, ahead) / 1048576.0)
                    .with(Measure.MEMORY, peer.memoryBytes() / 1048576.0);
        }
    }

    /** How long it takes one client to get a page, in milliseconds. */
    private static double one(RunningPeer peer, PacedPage page) throws IOException {
        try (Clients client = Clients.connect(peer.port(), 1)) {
            long start = System.nanoTime();
            client.askEach(page, PATIENCE);
            return client.lastDoneMillis(start);
        }
    }
}
