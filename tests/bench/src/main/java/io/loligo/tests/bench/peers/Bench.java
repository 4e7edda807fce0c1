package io.loligo.tests.bench.peers;

import java.time.Duration;

/**
 * What scenes have to work with.
 *
 * @param workplace for files, ports and processes of their own
 * @param origin of all servers
 * @param cores which the load, {@link Cores#other}, and the servers have
 * @param load how much of it
 */
record Bench(Workplace workplace, Origin origin, Cores cores, Load load) {
    /**
     * How much load.
     *
     * @param rounds windows per server
     * @param window how long each is
     * @param warmup of a JVM; others get {@link #WARMUP_OF_OTHERS}
     * @param connections that are kept alive
     */
    record Load(int rounds, Duration window, Duration warmup, int connections) {
        static final Duration WARMUP_OF_OTHERS = Duration.ofSeconds(1);

        Duration warmupOf(Peer peer) {
            return peer.isJvm() ? warmup : WARMUP_OF_OTHERS;
        }
    }
}
