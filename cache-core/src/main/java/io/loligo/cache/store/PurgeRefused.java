package io.loligo.cache.store;

/** A purge that was not made; its message tells the operator why, and what would do. */
public final class PurgeRefused extends Exception {
    private static final long serialVersionUID = 1L;

    public PurgeRefused(String message) {
        super(message);
    }
}
