package io.loligo.proxy.http1;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The bytes of a request head that is not all there yet. A connection has one only while a head comes in pieces; what is in
 * one piece is read from the buffer that it was received in.
 *
 * <p>Says when another look at the bytes is worth its cost: after a line feed, which may end the head, and each time that the
 * bytes have grown by a quarter. So reading a head that arrives byte by byte costs no more than a small multiple of reading it
 * once for each of its lines. Used by one thread.
 */
public final class UnfinishedHead {
    /** Up to this size every byte is worth a look, so that what is not HTTP is refused with its first bytes. */
    private static final int ALWAYS_READ_BYTES = 64;

    private static final int FIRST_BYTES = 512;

    private byte[] bytes;
    private int length;
    private int sizeWhenRead;
    private boolean lineFeedCame;

    /** @param first what has come of the head and was read already; its position is moved to its limit */
    public UnfinishedHead(ByteBuffer first) {
        bytes = new byte[Math.max(FIRST_BYTES, 2 * first.remaining())];
        append(first);
        wasRead();
    }

    /** Adds the remaining bytes of {@code received}, whose position is moved to its limit. */
    public void add(ByteBuffer received) {
        int from = length;
        append(received);
        lineFeedCame |= Octets.lineFeed(bytes, from, length) < length;
    }

    /** Whether enough has come since {@link #wasRead} that the result of reading can be another one. */
    public boolean isWorthReading() {
        return lineFeedCame || length < ALWAYS_READ_BYTES || length - sizeWhenRead > sizeWhenRead / 4;
    }

    /** All that is here was read and was no whole head. */
    public void wasRead() {
        sizeWhenRead = length;
        lineFeedCame = false;
    }

    /** How many bytes are here. */
    public int size() {
        return length;
    }

    /** All the bytes, in an array that changes with the next {@link #add}. */
    public ByteBuffer bytes() {
        return ByteBuffer.wrap(bytes, 0, length);
    }

    private void append(ByteBuffer more) {
        int count = more.remaining();
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + count));
        }
        more.get(bytes, length, count);
        length += count;
    }
}
