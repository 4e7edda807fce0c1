package io.loligo.cache.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one stored response. Used by one thread at a time; closed by who opened it. The bytes are those of one object or
 * none: when the object is evicted or purged meanwhile, reads go on or fail, and never give bytes of another.
 */
public interface EntryReader extends AutoCloseable {

    /**
     * The head in wire form: status line and stored fields, each line ended by CR LF, without the empty line. The last
     * line is Content-Length with {@link #length}, unless the status is one that has none (204, 304). A view that is
     * valid until {@link #close}; position and limit belong to the caller.
     */
    ByteBuffer head();

    /** How many of the stored head's fields, the last ones, are kept but no part of {@link #head}. */
    int unsent();

    /** The length of the body in bytes. */
    long length();

    /** The whole body, when it is held together with the head, else null. A view as {@link #head}. */
    @Nullable ByteBuffer body();

    /**
     * Copies body bytes from {@code position} on into {@code dst}.
     *
     * @return the number of bytes copied, at least 1; or -1 at the end
     * @throws IOException when the object is gone or damaged
     */
    int read(long position, ByteBuffer dst) throws IOException;

    @Override
    void close();
}
