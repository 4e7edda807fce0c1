package io.loligo.proxy.exchange;

import io.loligo.proxy.respond.BodySource;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Some bytes of a body, stored or still on its way. Closes it. */
public final class BodyPart implements BodySource {
    private final BodySource whole;
    private final long first;
    private final long length;

    public BodyPart(BodySource whole, long first, long length) {
        this.whole = whole;
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
        dst.limit(dst.position() + (int) Math.min(dst.remaining(), missing));
        try {
            int got = whole.read(first + position, dst);
            if (got < 0) {
                throw new IOException("the body is shorter than its head says");
            }
            return got;
        } finally {
            dst.limit(limit);
        }
    }

    @Override
    public void onReadable(Runnable listener) {
        whole.onReadable(listener);
    }

    @Override
    public void close() {
        whole.close();
    }
}
