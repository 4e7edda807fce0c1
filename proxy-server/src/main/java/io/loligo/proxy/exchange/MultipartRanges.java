package io.loligo.proxy.exchange;

import io.loligo.cache.reuse.RangeSelection;
import io.loligo.cache.store.EntryReader;
import io.loligo.proxy.respond.BodySource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Several ranges of a stored body as multipart/byteranges. RFC 9110 §14.6. Closes its reader. */
final class MultipartRanges implements BodySource {
    private final EntryReader reader;
    private final String boundary;
    private final List<Segment> segments = new ArrayList<>();
    private final long length;

    /**
     * A run of bytes of the message.
     *
     * @param start where it starts in the message
     * @param text a part's head or the end, Latin-1; empty for a run of the stored body
     * @param first where it starts in the stored body
     * @param size how long it is
     */
    private record Segment(long start, String text, long first, long size) {}

    /** @param base where the stored body begins in the whole that {@code parts} are of */
    MultipartRanges(EntryReader reader, long base, List<RangeSelection.Single> parts, @Nullable String contentType) {
        this.reader = reader;
        this.boundary = "loligo-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        long at = 0;
        for (RangeSelection.Single part : parts) {
            String head = "\r\n--" + boundary + "\r\n"
                    + (contentType == null ? "" : "Content-Type: " + contentType + "\r\n")
                    + "Content-Range: " + part.contentRange() + "\r\n\r\n";
            at = add(at, head);
            segments.add(new Segment(at, "", part.first() - base, part.size()));
            at += part.size();
        }
        this.length = add(at, "\r\n--" + boundary + "--\r\n");
    }

    String contentType() {
        return "multipart/byteranges; boundary=" + boundary;
    }

    /** Bytes of the whole message. */
    long length() {
        return length;
    }

    private long add(long at, String text) {
        segments.add(new Segment(at, text, 0, text.length()));
        return at + text.length();
    }

    @Override
    public int read(long position, ByteBuffer dst) throws IOException {
        for (Segment segment : segments) {
            long offset = position - segment.start();
            if (offset >= 0 && offset < segment.size()) {
                return read(segment, offset, dst);
            }
        }
        return -1;
    }

    private int read(Segment segment, long offset, ByteBuffer dst) throws IOException {
        int count = (int) Math.min(segment.size() - offset, dst.remaining());
        if (!segment.text().isEmpty()) {
            dst.put(segment.text().getBytes(StandardCharsets.ISO_8859_1), (int) offset, count);
            return count;
        }
        int limit = dst.limit();
        dst.limit(dst.position() + count);
        try {
            int got = reader.read(segment.first() + offset, dst);
            if (got < 0) {
                throw new IOException("the stored body is shorter than its head says");
            }
            return got;
        } finally {
            dst.limit(limit);
        }
    }

    @Override
    public void onReadable(Runnable listener) {
        // Nothing of it is still to come.
    }

    @Override
    public void close() {
        reader.close();
    }
}
