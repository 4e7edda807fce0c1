package io.loligo.proxy.origin;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Classes of octets in messages. RFC 9110 §5.5 and §5.6.2. */
final class Octets {
    private static final boolean[] TOKEN = new boolean[256];

    static {
        for (int c = '0'; c <= '9'; c++) {
            TOKEN[c] = true;
        }
        for (int c = 'a'; c <= 'z'; c++) {
            TOKEN[c] = true;
            TOKEN[c - 'a' + 'A'] = true;
        }
        for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
            TOKEN[c] = true;
        }
    }

    /** Eight bytes of an array at a time: heads are scanned for each answer. */
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private Octets() {}

    /** tchar. */
    static boolean isToken(int octet) {
        return TOKEN[octet];
    }

    /** VCHAR, obs-text, SP or HTAB: what a field value and a reason phrase may hold. */
    static boolean isFieldContent(int octet) {
        return octet >= 0x20 ? octet != 0x7f : octet == '\t';
    }

    /** Whether all octets from {@code from} to {@code to} are {@linkplain #isFieldContent(int) content of a field}. */
    static boolean isFieldContent(byte[] bytes, int from, int to) {
        int i = from;
        while (i + Long.BYTES <= to) {
            long eight = (long) EIGHT.get(bytes, i);
            long controls = (eight - ONES * ' ') & ~eight & HIGHS;
            if ((controls | zeros(eight ^ ONES * 0x7f)) != 0 && !isFieldContentOneByOne(bytes, i, i + Long.BYTES)) {
                return false;
            }
            i += Long.BYTES;
        }
        return isFieldContentOneByOne(bytes, i, to);
    }

    private static boolean isFieldContentOneByOne(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!isFieldContent(bytes[i] & 0xff)) {
                return false;
            }
        }
        return true;
    }

    /** The index of the first LF from {@code from} to {@code to}; {@code to} when there is none. */
    static int lineFeed(byte[] bytes, int from, int to) {
        int i = from;
        while (i + Long.BYTES <= to) {
            long found = zeros((long) EIGHT.get(bytes, i) ^ ONES * '\n');
            if (found != 0) {
                // The lowest mark is the first zero; only those above it may be mistaken.
                return i + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
            i += Long.BYTES;
        }
        while (i < to && bytes[i] != '\n') {
            i++;
        }
        return i;
    }

    /** Has the highest bit of bytes set that are zero; it may mark others, but only where there is one below them. */
    private static long zeros(long eight) {
        return (eight - ONES) & ~eight & HIGHS;
    }
}
