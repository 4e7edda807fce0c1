package io.loligo.proxy.http1;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Kinds of octets in messages, for both sides. RFC 9110 §5.5 and §5.6, RFC 9112 §3.2. */
public final class Octets {
    /** tchar, of which methods and field names are made. RFC 9110 §5.6.2. */
    static final byte TOKEN = 1;

    /** VCHAR, obs-text, SP and HTAB: what a field value and a reason phrase may hold. RFC 9110 §5.5. */
    static final byte FIELD_CONTENT = 1 << 1;

    /**
     * What a request target may hold, wider than RFC 3986 has it: browsers send {@code |}, {@code ^} and braces, old scripts
     * raw UTF-8. The percent sign is not among them, as what follows it is looked at.
     */
    static final byte TARGET = 1 << 2;

    private static final byte[] KINDS = new byte[256];

    static {
        for (int c = 0; c < KINDS.length; c++) {
            boolean alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            boolean token = alphanumeric || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
            boolean content = c == '\t' || (c >= ' ' && c != 0x7f);
            boolean target = content && c > ' ' && c != '#' && c != '%';
            KINDS[c] = (byte) ((token ? TOKEN : 0) | (content ? FIELD_CONTENT : 0) | (target ? TARGET : 0));
        }
    }

    /** Eight bytes of an array at a time: heads are scanned for each answer. */
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private Octets() {}

    /** Whether {@code octet}, from 0 to 255, is a {@link #TOKEN} character. */
    public static boolean isToken(int octet) {
        return is(octet, TOKEN);
    }

    /** Whether {@code octet}, from 0 to 255, is {@link #FIELD_CONTENT}. */
    public static boolean isFieldContent(int octet) {
        return is(octet, FIELD_CONTENT);
    }

    /** Whether {@code octet}, from 0 to 255, is of {@code kind}. */
    static boolean is(int octet, byte kind) {
        return (KINDS[octet] & kind) != 0;
    }

    /** The index of the first octet from {@code from} to {@code to} that is not of {@code kind}; {@code to} for none. */
    static int skip(byte[] bytes, int from, int to, byte kind) {
        int i = from;
        while (i < to && (KINDS[bytes[i] & 0xff] & kind) != 0) {
            i++;
        }
        return i;
    }

    /** As {@link #skip}, for {@link #FIELD_CONTENT}: mostly eight at a time. */
    static int skipFieldContent(byte[] bytes, int from, int to) {
        int i = from;
        while (i + Long.BYTES <= to) {
            long eight = (long) EIGHT.get(bytes, i);
            long controls = (eight - ONES * ' ') & ~eight & HIGHS;
            if ((controls | zeros(eight ^ ONES * 0x7f)) != 0 && !isFieldContentOneByOne(bytes, i, i + Long.BYTES)) {
                break;
            }
            i += Long.BYTES;
        }
        return skip(bytes, i, to, FIELD_CONTENT);
    }

    /** SP or HTAB. */
    static boolean isBlank(int octet) {
        return octet == ' ' || octet == '\t';
    }

    /** Whether all octets from {@code from} to {@code to} are {@linkplain #isFieldContent(int) content of a field}. */
    static boolean isFieldContent(byte[] bytes, int from, int to) {
        return skipFieldContent(bytes, from, to) == to;
    }

    private static boolean isFieldContentOneByOne(byte[] bytes, int from, int to) {
        return skip(bytes, from, to, FIELD_CONTENT) == to;
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
