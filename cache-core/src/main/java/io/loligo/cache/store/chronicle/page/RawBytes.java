package io.loligo.cache.store.chronicle.page;

import net.openhft.chronicle.core.UnsafeMemory;

/**
 * Numbers and texts read one behind the other where they lie in memory. What would go beyond the end is not read: then the
 * bytes are {@linkplain #isBroken broken}, and whatever was read means nothing. Reused; one thread.
 */
public final class RawBytes {
    private static final int BITS = 7;
    private static final int MORE = 1 << BITS;

    private long next;
    private long end;
    private boolean broken;

    /** Starts anew with {@code length} bytes at {@code address}. */
    RawBytes of(long address, int length) {
        next = address;
        end = address + Math.max(0, length);
        broken = length < 0;
        return this;
    }

    /** Whether something did not fit into the bytes that there are. */
    boolean isBroken() {
        return broken;
    }

    /** Where the next byte lies. */
    long address() {
        return next;
    }

    /** The next number, as {@link VarInt} has it; 0 when there is none. */
    long number() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE && next < end; shift += BITS) {
            byte part = UnsafeMemory.MEMORY.readByte(next++);
            value |= (long) (part & (MORE - 1)) << shift;
            if (part >= 0) {
                return value;
            }
        }
        broken = true;
        return 0;
    }

    /** As {@link #number}, for a length. */
    int length() {
        long value = number();
        broken |= value < 0 || value > Integer.MAX_VALUE;
        return broken ? 0 : (int) value;
    }

    /** Goes on behind {@code length} bytes and says where they lie; they are there unless all is broken. */
    long skip(int length) {
        long from = next;
        broken |= length > end - next;
        next = broken ? end : next + length;
        return from;
    }
}
