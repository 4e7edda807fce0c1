package io.loligo.proxy.flow;

import io.loligo.cache.store.EntryReader;
import io.loligo.proxy.respond.BodySource;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A stored body, all of it there already. Closes its reader. */
final class StoredBody implements BodySource {
    private final EntryReader reader;

    StoredBody(EntryReader reader) {
        this.reader = reader;
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
