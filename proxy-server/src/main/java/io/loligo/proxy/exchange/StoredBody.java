package io.loligo.proxy.exchange;

import io.loligo.cache.store.EntryReader;
import io.loligo.proxy.respond.BodySource;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A stored body, all of it there already. Closes its reader. */
public final class StoredBody implements BodySource {
    private final EntryReader reader;

    public StoredBody(EntryReader reader) {
        this.reader = reader;
    }

    @Override
    public @Nullable ByteBuffer whole() {
        return reader.body();
    }

    @Override
    public int read(long position, ByteBuffer dst) throws IOException {
        return reader.read(position, dst);
    }

    @Override
    public void onReadable(Runnable listener) {
        // Nothing of it is still to come.
    }

    @Override
    public void close() {
        reader.close();
    }
}
