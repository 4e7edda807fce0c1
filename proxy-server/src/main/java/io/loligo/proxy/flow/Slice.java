package io.loligo.proxy.flow;

import io.loligo.cache.store.EntryReader;
import io.loligo.proxy.respond.BodySource;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Some bytes of a stored body, all of them there already. Closes its reader. */
final class Slice implements BodySource {
    private final EntryReader reader;
    private final long first;
    private final long length;

    Slice(EntryReader reader, long first, long length) {
        this.reader = reader;
        this.first = first;
        this.length = length;
    }

    @Override
    public int read(long position, ByteBuffer dst) throws IOException {
        long missing = length - position;
        if (missing <= 0) {
            return -1;
        }
        int limit = dst.limit();
        if (dst.remaining() > missing) {
            dst.limit(dst.position() + (int) missing);
        }
        try {
            int got = reader.read(first + position, dst);
            if (got < 0) {
                throw new IOException("the stored body is shorter than its head says");
            }
            return got;
        } finally {
            dst.limit(limit);
        }
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
