package io.loligo.tests.bench.peers;

import java.io.IOException;

/** Warms a server by closed load: a JVM for as long as it is to be warmed, and on for as long as it still gets faster. */
final class Warmup {
    /** More windows than this are not lost on a JVM that does not become steady. */
    private static final int STEPS_MAX = 6;

    /** A window that costs more than this share of the one before is no longer much faster. */
    private static final double STEADY = 0.96;

    private final Bench bench;

    Warmup(Bench bench) {
        this.bench = bench;
    }

    void run(Job job, RunningPeer peer) throws IOException {
        Wrk wrk = new Wrk(bench);
        wrk.warm(job, peer);
        double before = Double.POSITIVE_INFINITY;
        for (int steps = 0; peer.peer().isJvm() && steps < STEPS_MAX; steps++) {
            double cpu = -peer.cpuMicros();
            Wrk.Report report = wrk.run(job, peer, bench.load().window());
            double now = (cpu + peer.cpuMicros()) / report.requests();
            if (now > STEADY * before) {
                return;
            }
            before = now;
        }
    }
}
