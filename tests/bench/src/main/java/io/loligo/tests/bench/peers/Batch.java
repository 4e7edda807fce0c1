package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.time.Duration;

/**
 * Storable pages of one size that follow one another.
 *
 * @param first number of the first
 */
record Batch(long first, int count, int size) {
    private static final int CONNECTIONS = 32;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** Pages that nobody has asked for. */
    static Batch next(Ids ids, int count, int size) {
        return new Batch(ids.next(count), count, size);
    }

    Batch firstHalf() {
        return new Batch(first, count / 2, size);
    }

    Batch secondHalf() {
        return new Batch(first + count / 2, count - count / 2, size);
    }

    PacedPage page(int i) {
        return PacedPage.storable(size, first + i);
    }

    /** Asks for each once; how many of them came from the origin. */
    long ask(Bench bench, RunningPeer peer) throws IOException {
        long before = bench.origin().paced().requests();
        try (Clients clients = Clients.connect(peer.port(), Math.min(CONNECTIONS, count))) {
            clients.askAll(count, this::page, PATIENCE);
        }
        return bench.origin().paced().requests() - before;
    }
}
