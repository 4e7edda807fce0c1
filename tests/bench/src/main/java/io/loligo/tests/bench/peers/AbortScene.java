package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Clients ask for uncacheable pages that take the origin seconds, and close their connections before anything comes. How
 * many requests are still under way at the origin one second later, each on a connection of its own?
 */
final class AbortScene implements Scene {
    private static final int CLIENTS = 500;
    private static final int SIZE = 1 << 10;

    /** How long the origin thinks; longer than a server may hold on to a request that nobody waits for. */
    private static final int ORIGIN_MILLIS = 5_000;

    private static final Duration STAY = Duration.ofMillis(200);
    private static final int LATER_MILLIS = 1_000;
    private static final int POLL_MILLIS = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Measure HELD = Measure.lower("held_after_1s", "held after 1 s", 0);
    private static final Measure BEGUN = Measure.plain("begun_at_origin", "begun", 0);
    private static final Measure RELEASED = Measure.plain("all_released_ms", "released ms", 0);
    private static final Measure WITHOUT = Measure.sum("wrong_answer_after", "wrong after");

    /** What they ask for. */
    enum Kind {
        EACH_ITS_OWN("W16", "abort", "each ask for a slow uncacheable page of its own"),
        ONE("W16h", "abort-herd", "ask for the same slow uncacheable page");

        private final String number;
        private final String word;
        private final String title;

        Kind(String number, String word, String title) {
            this.number = number;
            this.word = word;
            this.title = title;
        }
    }

    private final Kind kind;
    private final Ids ids;

    AbortScene(Kind kind, Ids ids) {
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
        return CLIENTS + " clients " + kind.title + " and leave after 0.2 s: origin connections held 1 s later";
    }

    @Override
    public List<Measure> measures() {
        return List.of(HELD, BEGUN, RELEASED, WITHOUT, Measure.MEMORY);
    }

    @Override
    public Sample measure(Bench bench, RunningPeer peer) throws IOException {
        PacedOrigin origin = bench.origin().paced();
        awaitFree(origin);
        long requestsBefore = origin.requests();
        long first = ids.next(CLIENTS);
        try (Clients clients = Clients.connect(peer.port(), CLIENTS)) {
            clients.ask(i -> slow(kind == Kind.ONE ? first : first + i));
            clients.await(STAY);
            if (!clients.faults().isEmpty()) {
                throw new IOException("before they left: " + clients.faults());
            }
        }
        long left = System.nanoTime();
        Ask.pause(LATER_MILLIS);
        int held = origin.waiting();
        double begun = (double) origin.requests() - requestsBefore;
        awaitFree(origin);
        long released = TimeUnit.NANOSECONDS.toMillis(origin.idleSinceNanos() - left);
        return new Sample()
                .with(HELD, held)
                .with(BEGUN, begun)
                .with(RELEASED, (double) Math.max(0, released))
                .with(WITHOUT, answersRightly(peer) ? 0 : 1)
                .with(Measure.MEMORY, peer.memoryBytes() / 1048576.0);
    }

    private static PacedPage slow(long id) {
        return PacedPage.uncacheable(SIZE, id).after(ORIGIN_MILLIS);
    }

    private static void awaitFree(PacedOrigin origin) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (origin.waiting() > 0) {
            if (System.nanoTime() - deadline >= 0) {
                throw new IOException("the origin still has " + origin.waiting() + " requests of clients that left");
            }
            Ask.pause(POLL_MILLIS);
        }
    }

    private boolean answersRightly(RunningPeer peer) {
        try (Clients client = Clients.connect(peer.port(), 1)) {
            client.askEach(PacedPage.uncacheable(SIZE, ids.next(1)), PATIENCE);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
