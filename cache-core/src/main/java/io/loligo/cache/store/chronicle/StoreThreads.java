package io.loligo.cache.store.chronicle;

/** The store's own threads. */
final class StoreThreads {
    /** How often each of them looks at what it watches over, at least. */
    static final long WATCH_MILLIS = 1_000;

    private StoreThreads() {}

    /** Awaits the end of one of them; true when the caller was interrupted meanwhile. */
    static boolean join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }
}
