package io.loligo.cache.store.chronicle.page;

import java.nio.ByteBuffer;

/** Numbers of 64 bits in as few bytes as they need: seven bits a byte, the lowest first, the last byte without its top bit. */
public final class VarInt {
    /** What the largest numbers, and all below 0, need. */
    static final int BYTES_MAX = 10;

    private static final int BITS = 7;
    private static final int MORE = 1 << BITS;

    private VarInt() {}

    /** The bytes that {@code value} needs. */
    static int size(long value) {
        return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + BITS - 1) / BITS);
    }

    /** Writes {@code value} to {@code out} from {@code at} on and says where it ends. */
    static int put(byte[] out, int at, long value) {
        int next = at;
        long rest = value;
        while ((rest & -MORE) != 0) {
            out[next++] = (byte) ((rest & (MORE - 1)) | MORE);
            rest >>>= BITS;
        }
        out[next++] = (byte) rest;
        return next;
    }

    /** As {@link #put(byte[], int, long)}. */
    static int put(ByteBuffer out, int at, long value) {
        int next = at;
        long rest = value;
        while ((rest & -MORE) != 0) {
            out.put(next++, (byte) ((rest & (MORE - 1)) | MORE));
            rest >>>= BITS;
        }
        out.put(next++, (byte) rest);
        return next;
    }

    /** The number of bytes of the number at {@code at}. */
    static int lengthAt(ByteBuffer in, int at) {
        int length = 1;
        while (in.get(at + length - 1) < 0) {
            length++;
        }
        return length;
    }

    /** Whether {@code value} can be written in {@code length} bytes. */
    static boolean fits(long value, int length) {
        return length * BITS >= Long.SIZE || value >>> (length * BITS) == 0;
    }

    /** Writes {@code value} in just {@code length} bytes, into which it fits. */
    static void putAt(ByteBuffer out, int at, long value, int length) {
        long rest = value;
        for (int i = 0; i < length; i++) {
            long more = i < length - 1 ? MORE : 0;
            out.put(at + i, (byte) ((rest & (MORE - 1)) | more));
            rest >>>= BITS;
        }
    }

    /**
     * Reads the number at {@code in}'s position and moves on behind it.
     *
     * @throws java.nio.BufferUnderflowException when the bytes end within it
     * @throws IllegalArgumentException when it has more bits than a long
     */
    static long get(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += BITS) {
            byte next = in.get();
            value |= (long) (next & (MORE - 1)) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number without end");
    }

    /** As {@link #get}, for a length. */
    static int length(ByteBuffer in) {
        long value = get(in);
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a length of " + value);
        }
        return (int) value;
    }

    /** Numbers of either sign, small in size, as small positive ones. */
    static long zigzag(long value) {
        return (value << 1) ^ (value >> (Long.SIZE - 1));
    }

    static long fromZigzag(long value) {
        return (value >>> 1) ^ -(value & 1);
    }
}
