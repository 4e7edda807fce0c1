package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Asks a server for storable pages that nobody has asked for, so many a second, on a thread of its own until it is closed. */
final class NewPages implements AutoCloseable {
    private static final int CONNECTIONS = 64;

    /** More than are ever asked for. */
    private static final int NUMBERS = 1 << 30;

    private final FutureTask<Long> asking;
    private volatile boolean closed;

    private NewPages(RunningPeer peer, int perSecond, int size, Ids ids) {
        Batch pages = Batch.next(ids, NUMBERS, size);
        asking = new FutureTask<>(() -> {
            try (Clients clients = Clients.connect(peer.port(), CONNECTIONS)) {
                OpenLoop loop = new OpenLoop(clients, perSecond, pages::page);
                while (!closed) {
                    loop.work(1);
                }
                return loop.answered();
            }
        });
    }

    static NewPages ask(RunningPeer peer, int perSecond, int size, Ids ids) {
        NewPages pages = new NewPages(peer, perSecond, size, ids);
        Thread thread = new Thread(pages.asking, "new-pages");
        thread.setDaemon(true);
        thread.start();
        return pages;
    }

    /**
     * Asks for no more; how many were answered.
     *
     * @throws IOException when one was wrong
     */
    long end() throws IOException {
        closed = true;
        try {
            return asking.get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IOException("new pages: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
