package io.loligo.cache.store.chronicle.page;

import org.jspecify.annotations.Nullable;

/** Up to which purge a decoded object has been checked and stands. Racy: what one thread has seen is true for all. */
public final class SeenBans {
    private long upTo;

    /** The id of the latest purge that was looked at; 0 for none. */
    public long upTo() {
        return upTo;
    }

    public void upTo(long ban) {
        upTo = ban;
    }

    /** Takes no part in comparing objects. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SeenBans;
    }

    @Override
    public int hashCode() {
        return 0;
    }
}
