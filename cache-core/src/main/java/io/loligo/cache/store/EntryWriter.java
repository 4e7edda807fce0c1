package io.loligo.cache.store;

import io.loligo.cache.freshness.StoredHead;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Stores one response: it commits or it vanishes. {@link #append}, {@link #commit} and {@link #close} are called by one
 * thread, the owner; {@link #read} and {@link #length} by any.
 */
public interface EntryWriter extends AutoCloseable {

    /**
     * Appends the remaining bytes of {@code body}.
     *
     * @return false when the store cannot take them (too large, full, faulty). From then on nothing more is stored and
     *     {@link #commit} gives null; what was appended before can still be read until {@link #close}. {@code body} is
     *     left as it was.
     */
    boolean append(ByteBuffer body);

    /** The number of bytes appended so far. */
    long length();

    /**
     * Copies bytes appended so far, from {@code position} on, into {@code dst}.
     *
     * @return the number of bytes copied; 0 when {@code position} equals {@link #length}; -1 when they can no longer be
     *     read
     */
    int read(long position, ByteBuffer dst);

    /**
     * Makes the response visible to lookups, in place of the variant it replaces.
     *
     * @return the head with its id and body length, without a Content-Length field: the body length says it, and the wire
     *     form has the line. Null when the response could not be stored, it was purged since it was asked for, or it is an incomplete
     *     response whose body is not as long as its range
     */
    @Nullable StoredHead commit();

    /** Drops everything unless committed. After a commit, {@link #read} goes on working until here. */
    @Override
    void close();
}
