package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What is left of a cache in files after a stop, and after a kill. */
final class RestartScene implements Scene {
    private static final int PAGES = 20_000;
    private static final int SIZE = 4 << 10;
    private static final int CONNECTIONS = 32;
    private static final int REPAIR_SECONDS = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Measure KEPT =
            new Measure("hit_percent_after_kill", "hits % after kill", 2, Measure.Better.HIGHER, false);
    private static final Measure AT_ONCE =
            Measure.plain("hit_percent_at_once_after_kill", "hits % at once after kill", 2);
    private static final Measure KEPT_STOPPED = Measure.plain("hit_percent_after_stop", "hits % after stop", 2);
    private static final Measure FIRST = Measure.plain("first_answer_ms", "first answer ms", 0);
    private static final Measure FIRST_KILLED = Measure.plain("first_answer_after_kill_ms", "after kill ms", 0);

    private final Ids ids;

    RestartScene(Ids ids) {
        this.ids = ids;
    }

    @Override
    public String number() {
        return "W10";
    }

    @Override
    public String name() {
        return "restart";
    }

    @Override
    public String title() {
        return "20,000 pages of 4 KB in files: hits after a stop and after kill -9";
    }

    @Override
    public List<Measure> measures() {
        return List.of(KEPT, AT_ONCE, KEPT_STOPPED, FIRST, FIRST_KILLED);
    }

    @Override
    public Setup setup() {
        return Setup.HITS.inFiles();
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
    public Sample measure(Bench bench, RunningPeer peer) throws IOException {
        long first = ids.next(PAGES);
        ask(bench, peer, first, PAGES);
        peer.stop();
        double firstAnswer = start(peer);
        double keptStopped = ask(bench, peer, first, PAGES);
        peer.kill();
        double firstKilled = start(peer);
        double atOnce = ask(bench, peer, first, PAGES / 2);
        pause();
        double kept = ask(bench, peer, first + PAGES / 2, PAGES / 2);
        return new Sample()
                .with(KEPT, kept)
                .with(AT_ONCE, atOnce)
                .with(KEPT_STOPPED, keptStopped)
                .with(FIRST, firstAnswer)
                .with(FIRST_KILLED, firstKilled);
    }

    private static double start(RunningPeer peer) throws IOException {
        long start = System.nanoTime();
        peer.start();
        return (System.nanoTime() - start) / 1e6;
    }

    /** For what is repaired while requests are served. */
    private static void pause() {
        try {
            TimeUnit.SECONDS.sleep(REPAIR_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks for pages; percent of them that did not come from the origin. */
    private static double ask(Bench bench, RunningPeer peer, long first, int pages) throws IOException {
        long asked = bench.origin().paced().requests();
        try (Clients clients = Clients.connect(peer.port(), CONNECTIONS)) {
            if (!clients.askAll(pages, i -> PacedPage.storable(SIZE, first + i), PATIENCE)) {
                throw new IOException("not all answered: " + clients.faults());
            }
        }
        return 100 - 100.0 * (bench.origin().paced().requests() - asked) / pages;
    }
}
