package io.loligo.proxy.log;

import io.loligo.cache.http.Fields;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The fields of an answer as they went to the client, for log_mime_hdrs and {@code %<h}. An HTTP/1.1 head is kept as its bytes and is
 * parsed by the thread that writes the log.
 *
 * <p>Immutable. Nothing is kept ({@link #NONE}) where no log shows it.
 */
public final class SentHead {
    /** No head was sent, or none is logged. */
    public static final SentHead NONE = new SentHead(Fields.EMPTY, null);

    private final Fields fields;
    private final byte @Nullable [] wire;

    private SentHead(Fields fields, byte @Nullable [] wire) {
        this.fields = fields;
        this.wire = wire;
    }

    /** A head whose fields are at hand, for example one of HTTP/2. */
    public static SentHead of(Fields fields) {
        return fields.isEmpty() ? NONE : new SentHead(fields, null);
    }

    /**
     * A head of HTTP/1.1, copied.
     *
     * @param head status line and fields, with the empty line or without it; its position stays
     */
    public static SentHead http1(ByteBuffer head) {
        byte[] copy = new byte[head.remaining()];
        head.get(head.position(), copy);
        return new SentHead(Fields.EMPTY, copy);
    }

    /** The fields in the order in which they were sent. */
    public Fields fields() {
        return wire == null ? fields : parse(new String(wire, StandardCharsets.ISO_8859_1));
    }

    /** The status line, without its end; empty where there is none. */
    String statusLine() {
        if (wire == null) {
            return "";
        }
        int end = 0;
        while (end < wire.length && wire[end] != '\r' && wire[end] != '\n') {
            end++;
        }
        return new String(wire, 0, end, StandardCharsets.ISO_8859_1);
    }

    /** The bytes of heap that this holds, roughly. */
    int heapBytes() {
        return wire == null ? Transaction.heapBytes(fields) : wire.length;
    }

    /** Reads a head that this server wrote itself: each line after the first is {@code name: value}. */
    private static Fields parse(String head) {
        Fields.Builder fields = Fields.builder();
        int start = head.indexOf('\n') + 1;
        while (start > 0 && start < head.length()) {
            int feed = head.indexOf('\n', start);
            int end = feed < 0 ? head.length() : feed;
            String line = head.substring(start, end).stripTrailing();
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.add(line.substring(0, colon), line.substring(colon + 1).strip());
            }
            start = feed + 1;
        }
        return fields.build();
    }
}
