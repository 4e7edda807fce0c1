package io.loligo.cache.http;

import java.util.Optional;

/**
 * Which bytes of a representation a message holds, where the length of the whole is known. RFC 9110 §14.4.
 *
 * @param first the first byte
 * @param last the last byte, included
 * @param complete the length of the whole, more than {@code last}
 */
public record ContentRange(long first, long last, long complete) {

    public ContentRange {
        if (first < 0 || last < first || complete <= last) {
            throw new IllegalArgumentException("no range: " + first + "-" + last + "/" + complete);
        }
    }

    /**
     * Reads a Content-Range field's value; empty when it is not in bytes, contradicts itself, does not say how long the
     * whole is, or says that nothing could be sent ({@code bytes *}{@code /1000}).
     */
    public static Optional<ContentRange> parse(String value) {
        int blank = value.indexOf(' ');
        int dash = value.indexOf('-', blank + 1);
        int slash = value.indexOf('/', dash + 1);
        if (blank < 0 || dash < 0 || slash < 0 || !value.substring(0, blank).equalsIgnoreCase("bytes")) {
            return Optional.empty();
        }
        long first = number(value, blank + 1, dash);
        long last = number(value, dash + 1, slash);
        long complete = number(value, slash + 1, value.length());
        return first < 0 || last < first || complete <= last
                ? Optional.empty()
                : Optional.of(new ContentRange(first, last, complete));
    }

    /** The digits' value; -1 when there are none, others among them, or more than a long holds for certain. */
    private static long number(String text, int from, int to) {
        if (from == to || to - from > 18) {
            return -1;
        }
        long number = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = number * 10 + c - '0';
        }
        return number;
    }

    /** The number of bytes. */
    public long size() {
        return last - first + 1;
    }

    /** Whether bytes {@code from} to {@code to}, included, are among them. */
    public boolean holds(long from, long to) {
        return first <= from && to <= last;
    }

    /** Whether nothing is missing. */
    public boolean isWhole() {
        return size() == complete;
    }

    /** Whether the two are of a whole of the same length and leave no gap between them. */
    public boolean touches(ContentRange other) {
        return complete == other.complete && first <= other.last + 1 && other.first <= last + 1;
    }

    /** All bytes of two that {@linkplain #touches touch}. */
    public ContentRange with(ContentRange other) {
        return new ContentRange(Math.min(first, other.first), Math.max(last, other.last), complete);
    }

    /** As it stands in the field. */
    @Override
    public String toString() {
        return "bytes " + first + "-" + last + "/" + complete;
    }
}
