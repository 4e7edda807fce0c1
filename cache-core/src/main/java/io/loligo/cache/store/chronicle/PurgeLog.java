package io.loligo.cache.store.chronicle;

/**
 * The latest purges, so that a writer that began before one does not bring back what it removed. Remembers
 * {@value #REMEMBERED}; a writer that has lived through more does not commit.
 */
final class PurgeLog {
    static final int REMEMBERED = 4096;

    private final long[] uris = new long[REMEMBERED];
    private volatile long count;

    /** What a writer notes when it begins. */
    long mark() {
        return count;
    }

    synchronized void add(long uriHash) {
        uris[(int) (count % REMEMBERED)] = uriHash;
        count = count + 1;
    }

    /** Whether the URI was, or may have been, purged since {@code mark}. */
    boolean hasPurged(long uriHash, long mark) {
        if (count == mark) {
            return false;
        }
        synchronized (this) {
            if (count - mark > REMEMBERED) {
                return true;
            }
            for (long i = mark; i < count; i++) {
                if (uris[(int) (i % REMEMBERED)] == uriHash) {
                    return true;
                }
            }
            return false;
        }
    }
}
