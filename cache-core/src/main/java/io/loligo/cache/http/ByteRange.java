package io.loligo.cache.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One member of a {@code Range: bytes=…} field, as asked. RFC 9110 §14.1.2.
 *
 * @param first the first byte, or {@link #NONE} for a suffix
 * @param last the last byte, included; the length of a suffix; or {@link #NONE} for "to the end"
 */
public record ByteRange(long first, long last) {
    /** Stands where the client wrote no number. */
    public static final long NONE = -1;

    /** A longer list is not read to its end: the field is ignored, as RFC 9110 §14.2 allows. */
    public static final int RANGES_MAX = 64;

    /** Whether it asks for the last bytes, {@code -500}. */
    public boolean isSuffix() {
        return first == NONE;
    }

    /** Reads a Range field's value; empty when it is not in bytes, not well-formed or too long: it is then ignored. */
    public static Optional<List<ByteRange>> parse(String value) {
        int equals = value.indexOf('=');
        if (equals < 0 || !value.substring(0, equals).strip().equalsIgnoreCase("bytes")) {
            return Optional.empty();
        }
        List<ByteRange> ranges = new ArrayList<>(2);
        for (String member : value.substring(equals + 1).split(",", RANGES_MAX + 2)) {
            String text = member.strip();
            if (text.isEmpty()) {
                continue;
            }
            Optional<ByteRange> range = one(text);
            if (range.isEmpty() || ranges.size() == RANGES_MAX) {
                return Optional.empty();
            }
            ranges.add(range.get());
        }
        return ranges.isEmpty() ? Optional.empty() : Optional.of(ranges);
    }

    private static Optional<ByteRange> one(String text) {
        int dash = text.indexOf('-');
        if (dash < 0 || text.length() == 1 || !digits(text, 0, dash) || !digits(text, dash + 1, text.length())) {
            return Optional.empty();
        }
        long first = number(text, 0, dash);
        long last = number(text, dash + 1, text.length());
        boolean backwards = first != NONE && last != NONE && first > last;
        return backwards ? Optional.empty() : Optional.of(new ByteRange(first, last));
    }

    private static boolean digits(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /** The digits' value, {@link Long#MAX_VALUE} when it does not fit, {@link #NONE} when there are none. */
    private static long number(String text, int from, int to) {
        if (from == to) {
            return NONE;
        }
        long number = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (number > (Long.MAX_VALUE - digit) / 10) {
                return Long.MAX_VALUE;
            }
            number = number * 10 + digit;
        }
        return number;
    }
}
