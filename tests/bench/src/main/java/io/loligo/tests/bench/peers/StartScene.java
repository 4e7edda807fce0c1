package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.util.List;

/** From the command to the first answer, which is a miss, and what an idle server takes then. */
final class StartScene implements Scene {
    private static final Measure FIRST = Measure.lower("first_answer_ms", "first answer ms", 0);
    private static final Measure IDLE = Measure.plain("idle_mb", "idle MB", 0);

    @Override
    public String number() {
        return "W14";
    }

    @Override
    public String name() {
        return "start";
    }

    @Override
    public String title() {
        return "from the start to the first answer, and idle memory";
    }

    @Override
    public List<Measure> measures() {
        return List.of(FIRST, IDLE);
    }

    @Override
    public List<Measure> summary() {
        return measures();
    }

    @Override
    public boolean fresh() {
        return true;
    }

    @Override
    public Sample measure(Bench bench, RunningPeer peer) throws IOException {
        peer.stop();
        long start = System.nanoTime();
        peer.start();
        double first = (System.nanoTime() - start) / 1e6;
        return new Sample().with(FIRST, first).with(IDLE, peer.memoryBytes() / 1048576.0);
    }
}
