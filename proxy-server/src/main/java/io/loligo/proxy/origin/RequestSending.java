package io.loligo.proxy.origin;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.StreamSinkConduit;

/**
 * The way of one request after the other to an origin: the head, then the body as fast as the origin takes it and its source
 * gives it. RFC 9112 §7.1. Used on the connection's I/O thread only.
 */
final class RequestSending {
    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(US_ASCII);
    private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);
    /** Four hexadecimal digits and CRLF. */
    private static final int CHUNK_HEAD = 6;

    private static final int CHUNK_MAX = 0xffff;
    /** Room for a chunk that is worth a write: less waits for the next buffer. */
    private static final int CHUNK_ROOM = 256;

    private final OriginConnection connection;
    private final StreamSinkConduit sink;
    private final ByteBufferPool buffers;
    private final OriginTraffic traffic;

    /** Bytes to be written; null when there are none. */
    private @Nullable ByteBuffer output;

    private @Nullable PooledByteBuffer outputBuffer;
    /** The part of the request's body that was not pulled yet; null when there is none. */
    private @Nullable RequestBody upload;

    private long uploadLeft;
    /** The body is not pulled yet: the origin is to say first whether it wants it. */
    private boolean awaitingContinue;

    private boolean written;
    private boolean failed;
    private boolean begun;

    /** @param connection is told of each step that its deadline depends on, and of the body's failure */
    RequestSending(OriginConnection connection, StreamSinkConduit sink, ByteBufferPool buffers, OriginTraffic traffic) {
        this.connection = connection;
        this.sink = sink;
        this.buffers = buffers;
        this.traffic = traffic;
    }

    /** Sends a request, now and whenever {@link #write} is called. */
    void begin(byte[] head, @Nullable RequestBody body) {
        written = false;
        failed = false;
        begun = false;
        upload = body;
        uploadLeft = body == null ? 0 : body.length();
        awaitingContinue = body != null && body.awaitsContinue();
        queue(head);
        if (upload != null) {
            upload.onReadable(() -> connection.guarded(this::bodyCame));
        }
    }

    /** Whether all of it is written. */
    boolean isWritten() {
        return written;
    }

    /** Whether any byte of it is written. */
    boolean hasBegun() {
        return begun;
    }

    /** Whether the body waits for the origin's word. */
    boolean awaitsContinue() {
        return awaitingContinue;
    }

    private void queue(byte[] head) {
        if (upload == null) {
            output = ByteBuffer.wrap(head);
            return;
        }
        PooledByteBuffer pooled = buffers.allocate();
        ByteBuffer buffer = pooled.getBuffer();
        buffer.clear();
        if (head.length <= buffer.remaining()) {
            buffer.put(head);
            output = buffer;
            outputBuffer = pooled;
            if (awaitingContinue || fillFromUpload(buffer)) {
                buffer.flip();
            }
        } else {
            pooled.close();
            output = ByteBuffer.wrap(head);
        }
    }

    /** Writes what is queued, and pulls the body, until the socket or the body's source is behind. */
    void write() {
        while (!connection.isClosed() && !written && !failed) {
            if (output != null && output.hasRemaining() && !writeOutput(output)) {
                return;
            }
            if (upload == null) {
                written = true;
                release();
                sink.suspendWrites();
                connection.awaitAnswer();
                return;
            }
            if (awaitingContinue) {
                release();
                sink.suspendWrites();
                connection.awaitAnswer();
                upload.resumeReads();
                return;
            }
            if (outputBuffer == null) {
                outputBuffer = buffers.allocate();
            }
            ByteBuffer buffer = outputBuffer.getBuffer();
            buffer.clear();
            if (!fillFromUpload(buffer)) {
                return;
            }
            buffer.flip();
            output = buffer;
            if (!buffer.hasRemaining() && upload != null) {
                // The client is behind: it is not the origin's time that runs.
                release();
                sink.suspendWrites();
                connection.awaitNothing();
                upload.resumeReads();
                return;
            }
        }
    }

    /** @return whether all of it is written */
    private boolean writeOutput(ByteBuffer buffer) {
        try {
            int before = buffer.remaining();
            while (buffer.hasRemaining() && sink.write(buffer) > 0) {
                begun = true;
            }
            if (buffer.remaining() < before) {
                traffic.moved(before - buffer.remaining(), 0);
                if (upload != null) {
                    connection.awaitAnswer();
                }
            }
        } catch (IOException broken) {
            // It may have answered before it closed: what it says, or its silence, comes from the read side.
            failed = true;
            stop();
            release();
            sink.suspendWrites();
            connection.awaitAnswer();
            return false;
        }
        if (buffer.hasRemaining()) {
            if (upload != null) {
                upload.suspendReads();
            }
            sink.resumeWrites();
            connection.awaitAnswer();
            return false;
        }
        return true;
    }

    /**
     * Puts the next part of the body, framed, into {@code buffer}; sets {@link #upload} to null at its end.
     *
     * @return false when the body failed: then the exchange is over and the buffer given back
     */
    private boolean fillFromUpload(ByteBuffer buffer) {
        RequestBody from = upload;
        if (from == null) {
            return true;
        }
        try {
            if (from.length() >= 0) {
                fillPlain(from, buffer);
            } else if (buffer.remaining() >= CHUNK_ROOM) {
                fillChunk(from, buffer);
            }
            return true;
        } catch (IOException failure) {
            connection.lose(OriginHandler.Cause.REQUEST_BODY, "the client's body failed: " + failure.getMessage());
            return false;
        }
    }

    private void fillPlain(RequestBody from, ByteBuffer buffer) throws IOException {
        if (uploadLeft > 0 && buffer.hasRemaining()) {
            int limit = buffer.limit();
            buffer.limit((int) Math.min(limit, buffer.position() + uploadLeft));
            int count = from.read(buffer);
            buffer.limit(limit);
            if (count < 0) {
                throw new EOFException("it is shorter than its Content-Length");
            }
            uploadLeft -= count;
        }
        if (uploadLeft == 0) {
            upload = null;
        }
    }

    private void fillChunk(RequestBody from, ByteBuffer buffer) throws IOException {
        int start = buffer.position();
        int limit = buffer.limit();
        int data = start + CHUNK_HEAD;
        buffer.position(data);
        buffer.limit(Math.min(limit - CRLF.length, data + CHUNK_MAX));
        int count = from.read(buffer);
        buffer.limit(limit);
        if (count > 0) {
            for (int i = 0; i < 4; i++) {
                buffer.put(start + i, HEX[(count >> (12 - 4 * i)) & 0xf]);
            }
            buffer.put(start + 4, CRLF[0]);
            buffer.put(start + 5, CRLF[1]);
            buffer.position(data + count);
            buffer.put(CRLF);
        } else {
            buffer.position(start);
            if (count < 0) {
                buffer.put(LAST_CHUNK);
                upload = null;
            }
        }
    }

    /** The client sends. If it was to wait for 100, it has not: it need not. RFC 9110 §10.1.1. */
    private void bodyCame() {
        awaitingContinue = false;
        write();
    }

    /** The origin wants the body, or has had its time to say so. */
    void goOn() {
        awaitingContinue = false;
        write();
    }

    /** Pulls no more of the body. */
    void stop() {
        awaitingContinue = false;
        if (upload != null) {
            upload.suspendReads();
            upload = null;
        }
    }

    void release() {
        output = null;
        if (outputBuffer != null) {
            outputBuffer.close();
            outputBuffer = null;
        }
    }
}
