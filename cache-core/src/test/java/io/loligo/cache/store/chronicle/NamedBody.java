package io.loligo.cache.store.chronicle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A body of which every eight bytes could only be those of {@code name} at that place: one byte of another body, or of
 * another place, is noticed. It is made where it is needed and never whole.
 *
 * @param length in bytes
 */
record NamedBody(long name, long length) {

    /** Puts the bytes from {@code position} on into {@code dst}, to its limit or to the end of the body. */
    void fill(long position, ByteBuffer dst) {
        ByteBuffer little = dst.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        long at = position;
        while (little.hasRemaining() && at < length) {
            if (at % Long.BYTES == 0 && little.remaining() >= Long.BYTES && length - at >= Long.BYTES) {
                little.putLong(word(at / Long.BYTES));
                at += Long.BYTES;
            } else {
                little.put(at(at++));
            }
        }
        dst.position(little.position());
    }

    /** The place in the body of the first byte of {@code got}, which was read from {@code position} on, that is wrong; or -1. */
    long firstWrong(long position, ByteBuffer got) {
        ByteBuffer little = got.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        long at = position;
        while (little.hasRemaining()) {
            if (at % Long.BYTES == 0 && little.remaining() >= Long.BYTES && length - at >= Long.BYTES) {
                if (little.getLong() == word(at / Long.BYTES)) {
                    at += Long.BYTES;
                    continue;
                }
                little.position(little.position() - Long.BYTES);
            }
            if (at >= length || little.get() != at(at)) {
                return at;
            }
            at++;
        }
        return -1;
    }

    private byte at(long position) {
        return (byte) (word(position / Long.BYTES) >>> (8 * (position % Long.BYTES)));
    }

    private long word(long number) {
        long mixed = ((name * 0x9E3779B97F4A7C15L) ^ number) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 29)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 32);
    }

    @Override
    public String toString() {
        return Long.toHexString(name) + "/" + length;
    }

    static NamedBody of(String text) {
        int slash = text.indexOf('/');
        return new NamedBody(
                Long.parseUnsignedLong(text.substring(0, slash), 16), Long.parseLong(text.substring(slash + 1)));
    }
}
