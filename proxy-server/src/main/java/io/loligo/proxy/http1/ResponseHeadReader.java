package io.loligo.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.loligo.cache.http.FieldNames;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.ResponseHead;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads an origin's response heads, strictly: RFC 9112 §4 and §5. Tolerated, as the RFC permits: a line that ends in a
 * bare LF (§2.2), a status line without reason phrase or without the blank before it, and obs-fold, which becomes one
 * blank (§5.2).
 *
 * <p>Incremental and reusable; used by one thread at a time.
 */
public final class ResponseHeadReader {
    /** Field lines of one head. */
    static final int FIELDS_MAX = 500;

    private static final int USUAL_SIZE = 2 << 10;
    private static final byte[] PROTOCOL = "HTTP/1.".getBytes(ISO_8859_1);

    private int headMax;
    private byte[] head = new byte[USUAL_SIZE];
    /** Bytes of the head so far. */
    private int length;
    /** Where the line begins that has no end yet. */
    private int lineStart;

    private int at;

    private HttpVersion version = HttpVersion.HTTP_1_1;
    private final Fields.Builder fields = Fields.builder();

    /** @param headMax the most bytes that a head may have */
    public ResponseHeadReader(int headMax) {
        this.headMax = headMax;
    }

    /** Whether any byte of a head came since the last one was complete. */
    public boolean hasBegun() {
        return length > 0;
    }

    /** The version on the status line of the head that {@link #parse} gave last; 1.1 for any 1.x above 0. */
    public HttpVersion version() {
        return version;
    }

    /**
     * Takes bytes of the head from {@code in}, none beyond its end.
     *
     * @return the head, or null when more bytes are needed; then {@code in} is empty
     */
    public @Nullable ResponseHead parse(ByteBuffer in) throws MalformedMessageException, HeadTooBigException {
        while (in.hasRemaining()) {
            int before = length;
            int count = Math.min(in.remaining(), Math.max(USUAL_SIZE, head.length - length));
            if (length + count > head.length) {
                head = Arrays.copyOf(head, Math.max(2 * head.length, length + count));
            }
            in.get(head, length, count);
            length += count;
            if (before < PROTOCOL.length) {
                requireProtocol();
            }
            int end = findEnd(before);
            if (end >= 0) {
                in.position(in.position() - (length - end));
                length = end;
                requireSize(end);
                ResponseHead parsed = parseHead();
                reset();
                return parsed;
            }
            requireSize(length);
        }
        return null;
    }

    /** Forgets a head that was begun; the next one may have {@code max} bytes. */
    public void reset(int max) {
        headMax = max;
        reset();
    }

    private void reset() {
        length = 0;
        lineStart = 0;
        if (head.length > 4 * USUAL_SIZE) {
            head = new byte[USUAL_SIZE];
        }
    }

    private void requireSize(int size) throws HeadTooBigException {
        if (size > headMax) {
            throw new HeadTooBigException("head of more than " + headMax + " bytes");
        }
    }

    /** Says no to what is not HTTP/1 with its first bytes, for it may never send an empty line. */
    private void requireProtocol() throws MalformedMessageException {
        for (int i = 0; i < Math.min(length, PROTOCOL.length); i++) {
            if (head[i] != PROTOCOL[i]) {
                throw new MalformedMessageException("not an HTTP/1 status line");
            }
        }
    }

    /** The index after the empty line, or -1. */
    private int findEnd(int from) {
        for (int i = Octets.lineFeed(head, from, length); i < length; i = Octets.lineFeed(head, i + 1, length)) {
            int size = i - lineStart;
            if (size == 0 || (size == 1 && head[lineStart] == '\r')) {
                return i + 1;
            }
            lineStart = i + 1;
        }
        return -1;
    }

    private ResponseHead parseHead() throws MalformedMessageException, HeadTooBigException {
        int end = lineEnd(0);
        int status = statusLine(end);
        String reason = end > 13 ? text(13, end) : "";
        fields.clear();
        int start = at;
        end = lineEnd(start);
        while (end > start) {
            if (fields.size() == FIELDS_MAX) {
                throw new HeadTooBigException("head of more than " + FIELDS_MAX + " field lines");
            }
            int colon = name(start, end);
            String name = CommonNames.of(head, start, colon);
            String value = value(colon + 1, end);
            start = at;
            end = lineEnd(start);
            while (end > start && Octets.isBlank(head[start])) {
                // RFC 9112 §5.2: a gateway that takes obs-fold puts blanks in its place.
                String more = value(start, end);
                value = value.isEmpty() || more.isEmpty() ? value + more : value + ' ' + more;
                start = at;
                end = lineEnd(start);
            }
            fields.add(name, value);
        }
        Fields read = fields.build();
        fields.clear();
        return new ResponseHead(status, reason, oneLength(read));
    }

    /** Repeated Content-Length lines of one value become one line, RFC 9110 §8.6; framing has refused any other. */
    private static Fields oneLength(Fields fields) {
        int lines = 0;
        String first = "";
        for (int i = 0; i < fields.size(); i++) {
            if (FieldNames.isSame(fields.name(i), "Content-Length")) {
                if (lines++ == 0) {
                    first = fields.value(i);
                } else if (!fields.value(i).equals(first)) {
                    return fields;
                }
            }
        }
        return lines > 1 ? fields.with("Content-Length", first) : fields;
    }

    /** Sets {@link #at} to the start of the next line. */
    private int lineEnd(int start) throws MalformedMessageException {
        int lf = Octets.lineFeed(head, start, length);
        at = lf + 1;
        return lf > start && head[lf - 1] == '\r' ? lf - 1 : lf;
    }

    /** HTTP-version SP status-code [ SP [ reason-phrase ] ]; the protocol's name was checked. */
    private int statusLine(int end) throws MalformedMessageException {
        if (end < 12 || digit(7) < 0 || head[8] != ' ' || (end > 12 && head[12] != ' ')) {
            throw new MalformedMessageException("malformed status line");
        }
        version = digit(7) == 0 ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1;
        int hundreds = digit(9);
        int tens = digit(10);
        int ones = digit(11);
        if (hundreds < 1 || tens < 0 || ones < 0) {
            throw new MalformedMessageException("malformed status code");
        }
        return 100 * hundreds + 10 * tens + ones;
    }

    private int digit(int index) {
        int digit = head[index] - '0';
        return digit >= 0 && digit <= 9 ? digit : -1;
    }

    /** @return the index of the colon */
    private int name(int start, int end) throws MalformedMessageException {
        int i = Octets.skip(head, start, end, Octets.TOKEN);
        if (i == start || i == end || head[i] != ':') {
            throw new MalformedMessageException("malformed field name");
        }
        return i;
    }

    private String value(int start, int end) throws MalformedMessageException {
        int from = start;
        int to = end;
        while (from < to && Octets.isBlank(head[from])) {
            from++;
        }
        while (to > from && Octets.isBlank(head[to - 1])) {
            to--;
        }
        return text(from, to);
    }

    private String text(int from, int to) throws MalformedMessageException {
        if (!Octets.isFieldContent(head, from, to)) {
            throw new MalformedMessageException("control byte in the head");
        }
        return from == to ? "" : new String(head, from, to - from, ISO_8859_1);
    }
}
