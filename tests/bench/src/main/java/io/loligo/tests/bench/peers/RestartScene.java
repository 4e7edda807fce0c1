package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What is left of a cache in files after a stop, and after a kill. */
final class RestartScene implements Scene {
    private static final int PAGES = 20_000;
    private static final int SIZE = 4 << 10;
    /** For what is repaired while requests are served. */
    private static final Duration REPAIR = Duration.ofSeconds(5);

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
    public boolean once() {
        return true;
    }

    @Override
    public Sample measure(Bench bench, RunningPeer peer) throws IOException {
        Batch pages = Batch.next(ids, PAGES, SIZE);
        pages.ask(bench, peer);
        pause(peer.peer().writesWithin());
        peer.stop();
        double firstAnswer = start(peer);
        double keptStopped = hits(bench, peer, pages);
        pause(peer.peer().writesWithin());
        peer.kill();
        double firstKilled = start(peer);
        double atOnce = hits(bench, peer, pages.firstHalf());
        pause(REPAIR);
        double kept = hits(bench, peer, pages.secondHalf());
        Sample sample = new Sample();
        if (!peer.peer().keepsFiles()) {
            sample.note("it keeps nothing over a restart, for its cache is in memory only");
        }
        if (!peer.peer().writesWithin().isZero()) {
            sample.note("it is left alone for " + peer.peer().writesWithin().toSeconds()
                    + " s before the stop and the kill, which lose what it has not yet written");
        }
        return sample.with(KEPT, kept)
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

    private static void pause(Duration time) {
        try {
            TimeUnit.MILLISECONDS.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks for pages; percent of them that did not come from the origin. */
    private static double hits(Bench bench, RunningPeer peer, Batch pages) throws IOException {
        return 100 - 100.0 * pages.ask(bench, peer) / pages.count();
    }
}
