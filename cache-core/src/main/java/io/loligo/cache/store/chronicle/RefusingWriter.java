package io.loligo.cache.store.chronicle;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.store.EntryWriter;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The writer of a store that takes nothing now. */
enum RefusingWriter implements EntryWriter {
    INSTANCE;

    @Override
    public boolean append(ByteBuffer body) {
        return false;
    }

    @Override
    public long length() {
        return 0;
    }

    @Override
    public int read(long position, ByteBuffer dst) {
        return position == 0 ? 0 : -1;
    }

    @Override
    public @Nullable StoredHead commit() {
        return null;
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
