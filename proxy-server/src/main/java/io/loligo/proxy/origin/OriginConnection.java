package io.loligo.proxy.origin;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.ResponseHead;
import io.undertow.connector.PooledByteBuffer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * One TCP connection to a peer: one exchange after the other, idle in between. Used on its I/O thread only.
 *
 * <p>Reads stay resumed from one exchange to the next, so that a small exchange costs one write and one read and no
 * change of interest. A body that its reader suspended is noticed, and interest taken away, only when more of it comes.
 */
final class OriginConnection {
    private static final System.Logger LOG = System.getLogger(OriginConnection.class.getName());

    /** 1xx answers before the final one; one more is malformed. */
    static final int INTERIM_MAX = 16;

    /**
     * How long an origin may keep a client waiting that sends its body only after 100: the origin may not know Expect at
     * all. The client is told to go on then.
     */
    static final Duration CONTINUE_WAIT = Duration.ofSeconds(1);

    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(US_ASCII);
    private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);
    /** Four hexadecimal digits and CRLF. */
    private static final int CHUNK_HEAD = 6;

    private static final int CHUNK_MAX = 0xffff;
    /** Room for a chunk that is worth a write: less waits for the next buffer. */
    private static final int CHUNK_ROOM = 256;

    private final OriginClient client;
    private final IdleConnections idle;
    private final Peer peer;
    private final StreamConnection connection;
    private final StreamSourceConduit source;
    private final StreamSinkConduit sink;
    private final ResponseHeadParser heads;
    private final Deadline deadline;
    private @Nullable ChunkedDecoder chunks;
    private boolean closed;
    /** Whether the last answer had no body by rule: HEAD, 204 and 304 are where origins send one nevertheless. */
    private boolean mayTrail;

    // The exchange under way, if any.
    private @Nullable OriginCall call;
    private @Nullable AnswerBody body;
    private boolean reused;
    private int interims;
    private String method = "";
    private Duration readTimeout = Duration.ZERO;
    private boolean persistent;

    /** Bytes read and not yet used; null when there are none. */
    private @Nullable PooledByteBuffer input;
    /** False when the last read took all that there was: the next one would be for nothing. */
    private boolean mayBeReadable;

    /** Bytes to be written; null when there are none. */
    private @Nullable ByteBuffer output;

    private @Nullable PooledByteBuffer outputBuffer;
    /** The part of the request's body that was not pulled yet; null when there is none. */
    private @Nullable RequestBody upload;

    private long uploadLeft;
    /** The body is not pulled yet: the origin is to say first whether it wants it. */
    private boolean awaitingContinue;

    private boolean requestWritten;
    private boolean writeFailed;
    private boolean wroteAny;

    private final Runnable readStep = this::readable;
    private final Runnable writeStep = this::writeRequest;

    OriginConnection(OriginClient client, IdleConnections idle, Peer peer, StreamConnection connection) {
        this.client = client;
        this.idle = idle;
        this.peer = peer;
        this.connection = connection;
        this.source = connection.getSourceChannel().getConduit();
        this.sink = connection.getSinkChannel().getConduit();
        this.heads = new ResponseHeadParser(client.settings().headMax());
        this.deadline = new Deadline(connection.getIoThread(), () -> guarded(this::timedOut));
        connection.getSourceChannel().setReadListener(channel -> guarded(readStep));
        connection.getSinkChannel().setWriteListener(channel -> guarded(writeStep));
    }

    /** Starts an exchange; the connection is fresh or was idle. Never calls back within this, but for {@code lost}. */
    void begin(OriginCall next, boolean wasIdle) {
        OriginRequest request = next.request();
        call = next;
        reused = wasIdle;
        interims = 0;
        method = request.method();
        readTimeout = next.settings().readTimeout();
        persistent = false;
        requestWritten = false;
        writeFailed = false;
        wroteAny = false;
        heads.reset(next.settings().headMax());
        upload = request.body();
        uploadLeft = upload == null ? 0 : upload.length();
        awaitingContinue = upload != null && upload.awaitsContinue();
        queueHead(next.head());
        if (upload != null) {
            upload.onReadable(() -> guarded(this::bodyCame));
        }
        source.resumeReads();
        writeRequest();
    }

    /**
     * Whether an idle connection may be used again. Bytes that nobody asked for would be read as the next answer; they
     * are noticed by their event, and where they are likely looked for once more.
     */
    boolean isQuiet() {
        if (!mayTrail) {
            return true;
        }
        try {
            int count = fillInput();
            releaseInput();
            return count == 0;
        } catch (IOException dead) {
            releaseInput();
            return false;
        }
    }

    /** Ends it, whatever its state, without telling anyone but the pool and the peer. Harmless when it is closed. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (call == null && body == null) {
            idle.remove(peer, this);
        }
        stopUpload();
        releaseInput();
        releaseOutput();
        deadline.cancel();
        IoUtils.safeClose(connection);
        peer.closed();
    }

    /** A bug must not leave the caller waiting: XNIO would log it, or not even that, and go on. */
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException bug) {
            LOG.log(System.Logger.Level.ERROR, "exchange with " + peer + " failed", bug);
            lose(OriginHandler.Cause.MALFORMED, "internal error: " + bug);
        }
    }

    // ---- the request

    private void queueHead(byte[] head) {
        PooledByteBuffer pooled = client.buffers().allocate();
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
    private void writeRequest() {
        while (!closed && !requestWritten && !writeFailed) {
            if (output != null && output.hasRemaining() && !writeOutput(output)) {
                return;
            }
            if (upload == null) {
                requestWritten = true;
                releaseOutput();
                sink.suspendWrites();
                awaitAnswer();
                return;
            }
            if (awaitingContinue) {
                releaseOutput();
                sink.suspendWrites();
                awaitAnswer();
                upload.resumeReads();
                return;
            }
            if (outputBuffer == null) {
                outputBuffer = client.buffers().allocate();
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
                releaseOutput();
                sink.suspendWrites();
                deadline.clear();
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
                wroteAny = true;
            }
            if (buffer.remaining() < before) {
                client.traffic().moved(before - buffer.remaining(), 0);
                awaitAnswer();
            }
        } catch (IOException broken) {
            // It may have answered before it closed: what it says, or its silence, comes from the read side.
            writeFailed = true;
            stopUpload();
            releaseOutput();
            sink.suspendWrites();
            awaitAnswer();
            return false;
        }
        if (buffer.hasRemaining()) {
            if (upload != null) {
                upload.suspendReads();
            }
            sink.resumeWrites();
            awaitAnswer();
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
            lose(OriginHandler.Cause.REQUEST_BODY, "the client's body failed: " + failure.getMessage());
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
        writeRequest();
    }

    /** The origin wants the body, or has had its time to say so. */
    private void goOn() {
        awaitingContinue = false;
        writeRequest();
    }

    private void stopUpload() {
        awaitingContinue = false;
        if (upload != null) {
            upload.suspendReads();
            upload = null;
        }
    }

    // ---- the answer's head

    private void readable() {
        if (closed) {
            return;
        }
        mayBeReadable = true;
        if (body != null) {
            body.readable();
        } else if (call != null) {
            readHead();
        } else {
            // Closed by the peer, or it says what nobody asked for.
            close();
        }
    }

    private void readHead() {
        int count;
        try {
            count = fillInput();
        } catch (IOException reset) {
            lose(lossOf(), "connection lost: " + reset.getMessage());
            return;
        }
        if (count < 0) {
            lose(lossOf(), isUntouched() ? "closed without an answer" : "closed within the head of the answer");
        } else if (count > 0) {
            parseHeads();
        } else {
            releaseInput();
        }
    }

    private boolean isUntouched() {
        return !heads.hasBegun() && interims == 0;
    }

    private OriginHandler.Cause lossOf() {
        return isUntouched() ? OriginHandler.Cause.CLOSED : OriginHandler.Cause.RESET;
    }

    private void parseHeads() {
        while (input != null) {
            ResponseHead head;
            BodyFraming framing = BodyFraming.NONE;
            try {
                head = heads.parse(input.getBuffer());
                if (head != null) {
                    if (head.status() == 101) {
                        throw new MalformedMessageException("101 without an upgrade");
                    }
                    framing = BodyFraming.ofResponse(method, head.status(), heads.version(), head.fields());
                }
            } catch (MalformedMessageException malformed) {
                interims++;
                lose(OriginHandler.Cause.MALFORMED, "malformed answer: " + malformed.getMessage());
                return;
            } catch (HeadTooBigException tooBig) {
                interims++;
                lose(OriginHandler.Cause.TOO_BIG, "answer too big: " + tooBig.getMessage());
                return;
            }
            if (head == null || !input.getBuffer().hasRemaining()) {
                releaseInput();
            }
            if (head == null) {
                return;
            }
            if (!head.isInterim()) {
                answered(head, framing);
                return;
            }
            if (++interims > INTERIM_MAX) {
                lose(OriginHandler.Cause.MALFORMED, "more than " + INTERIM_MAX + " interim answers");
                return;
            }
            awaitAnswer();
            if (call != null) {
                call.interim(head);
            }
            if (head.status() == 100 && awaitingContinue && !closed) {
                goOn();
            }
            if (closed) {
                return;
            }
        }
    }

    private void answered(ResponseHead head, BodyFraming framing) {
        OriginCall to = call;
        if (to == null) {
            throw new IllegalStateException("an answer without a call");
        }
        persistent = to.settings().persistent()
                && !awaitingContinue
                && framing.kind() != BodyFraming.Kind.UNTIL_CLOSE
                && keepsAlive(heads.version(), head.fields());
        AnswerBody answer = new AnswerBody(framing);
        body = answer;
        call = null;
        deadline.clear();
        if (awaitingContinue) {
            // It does not want the body, and the client, who then learns that too, does not send it.
            stopUpload();
        }
        mayTrail = framing.kind() == BodyFraming.Kind.NONE;
        if (mayTrail) {
            answer.complete();
        }
        // Last: whoever takes the answer may already send the next request on this connection.
        to.answered(head, answer);
    }

    /** RFC 9112 §9.3; Connection is a list of tokens on any number of lines. */
    static boolean keepsAlive(HttpVersion version, Fields fields) {
        boolean keepAlive = version != HttpVersion.HTTP_1_0;
        for (int i = 0; i < fields.size(); i++) {
            String name = fields.name(i);
            if (name.length() == 10 && name.equalsIgnoreCase("Connection")) {
                String value = fields.value(i);
                if (names(value, "close")) {
                    return false;
                }
                keepAlive |= names(value, "keep-alive");
            }
        }
        return keepAlive;
    }

    /** Whether a comma-separated list holds {@code token}. */
    private static boolean names(String list, String token) {
        int start = 0;
        while (start <= list.length()) {
            int comma = list.indexOf(',', start);
            int end = comma < 0 ? list.length() : comma;
            if (list.substring(start, end).strip().equalsIgnoreCase(token)) {
                return true;
            }
            start = end + 1;
        }
        return false;
    }

    /** Ends the exchange without an answer, or within its body. */
    private void lose(OriginHandler.Cause cause, String message) {
        boolean untouched = isUntouched();
        boolean unsent = !wroteAny;
        OriginCall lost = call;
        AnswerBody cut = body;
        close();
        call = null;
        if (cut != null) {
            cut.fail(new IOException(message));
        }
        if (lost != null) {
            lost.lost(cause, message, reused, untouched, unsent);
        }
    }

    /** The answer was read to its end. */
    private void exchangeDone() {
        boolean extra = input != null && input.getBuffer().hasRemaining();
        boolean reusable = persistent && requestWritten && !extra;
        stopUpload();
        body = null;
        releaseInput();
        OriginSettings settings = client.settings();
        if (reusable && !closed && idle.offer(peer, this, settings.idleMax())) {
            source.resumeReads();
            deadline.in(settings.idleTimeout());
        } else {
            close();
        }
    }

    // ---- reading

    /** Reads into the empty input. */
    private int fillInput() throws IOException {
        if (input == null) {
            input = client.buffers().allocate();
        }
        ByteBuffer buffer = input.getBuffer();
        buffer.clear();
        try {
            return readSocket(buffer);
        } finally {
            buffer.flip();
        }
    }

    private int readSocket(ByteBuffer buffer) throws IOException {
        int room = buffer.remaining();
        int count = source.read(buffer);
        mayBeReadable = count == room || count < 0;
        if (count > 0) {
            client.traffic().moved(0, count);
        }
        return count;
    }

    private void releaseInput() {
        if (input != null) {
            input.close();
            input = null;
        }
    }

    private void releaseOutput() {
        output = null;
        if (outputBuffer != null) {
            outputBuffer.close();
            outputBuffer = null;
        }
    }

    // ---- time

    /** The origin owes us an answer, or must take our bytes: its time runs. */
    private void awaitAnswer() {
        if (call != null && !closed) {
            boolean shorter = awaitingContinue && CONTINUE_WAIT.compareTo(readTimeout) < 0;
            deadline.in(shorter ? CONTINUE_WAIT : readTimeout);
        }
    }

    private void timedOut() {
        if (awaitingContinue) {
            goOn();
        } else if (call == null && body == null) {
            close();
        } else {
            lose(OriginHandler.Cause.READ_TIMEOUT, "silent for " + readTimeout.toMillis() + " ms");
        }
    }

    // ---- the answer's body

    /** The body of the answer under way. Outlives the exchange: its reader may ask for the end, or abort, later. */
    private final class AnswerBody implements OriginBody {
        private final BodyFraming framing;
        private long left;
        private boolean done;
        private @Nullable IOException failure;
        private @Nullable Runnable listener;
        private boolean reading;
        private boolean endTold;
        private boolean notifying;

        AnswerBody(BodyFraming framing) {
            this.framing = framing;
            this.left = framing.length();
            if (framing.kind() == BodyFraming.Kind.CHUNKED) {
                if (chunks == null) {
                    chunks = new ChunkedDecoder();
                }
                chunks.reset();
            }
        }

        @Override
        public long length() {
            return framing.length();
        }

        @Override
        public int read(ByteBuffer dst) throws IOException {
            if (failure != null) {
                endTold = true;
                throw new IOException(failure.getMessage(), failure);
            }
            if (done) {
                endTold = true;
                return -1;
            }
            if (!dst.hasRemaining()) {
                return 0;
            }
            int count;
            try {
                count = switch (framing.kind()) {
                    case NONE -> throw new IllegalStateException("an empty body is complete from the start");
                    case LENGTH -> readPlain(dst);
                    case CHUNKED -> readChunks(dst);
                    case UNTIL_CLOSE -> readUntilClose(dst);
                };
            } catch (IOException cut) {
                endTold = true;
                fail(cut);
                close();
                throw cut;
            }
            if (count > 0 && reading && !done) {
                deadline.in(readTimeout);
            } else if (count < 0) {
                endTold = true;
            }
            return count;
        }

        private int readPlain(ByteBuffer dst) throws IOException {
            int limit = dst.limit();
            dst.limit((int) Math.min(limit, dst.position() + left));
            int count;
            try {
                count = readAvailable(dst);
            } finally {
                dst.limit(limit);
            }
            if (count < 0) {
                throw new EOFException("closed " + left + " bytes before the end of the body");
            }
            left -= count;
            if (left == 0) {
                complete();
            }
            return count;
        }

        private int readUntilClose(ByteBuffer dst) throws IOException {
            int count = readAvailable(dst);
            if (count < 0) {
                complete();
            }
            return count;
        }

        /** From what came with the head, else from the socket if there may be something. */
        private int readAvailable(ByteBuffer dst) throws IOException {
            if (input == null) {
                return mayBeReadable ? readSocket(dst) : 0;
            }
            ByteBuffer from = input.getBuffer();
            int count = Math.min(from.remaining(), dst.remaining());
            int limit = from.limit();
            from.limit(from.position() + count);
            dst.put(from);
            from.limit(limit);
            if (!from.hasRemaining()) {
                releaseInput();
            }
            return count;
        }

        private int readChunks(ByteBuffer dst) throws IOException {
            ChunkedDecoder decoder = chunks;
            if (decoder == null) {
                throw new IllegalStateException("a chunked body without its decoder");
            }
            while (true) {
                if (input == null) {
                    int count = mayBeReadable ? fillInput() : 0;
                    if (count < 0) {
                        throw new EOFException("closed before the last chunk");
                    }
                    if (count == 0) {
                        releaseInput();
                        return 0;
                    }
                }
                if (input == null) {
                    throw new IllegalStateException("filled, yet empty");
                }
                int moved = decoder.decode(input.getBuffer(), dst);
                if (decoder.isComplete()) {
                    complete();
                    return moved;
                }
                if (!input.getBuffer().hasRemaining()) {
                    releaseInput();
                }
                if (moved > 0) {
                    return moved;
                }
            }
        }

        @Override
        public void onReadable(Runnable toCall) {
            listener = toCall;
            if (reading && (input != null || done || failure != null)) {
                notifySoon();
            }
        }

        @Override
        public void resumeReads() {
            reading = true;
            if (done || failure != null) {
                if (!endTold) {
                    notifySoon();
                }
                return;
            }
            deadline.in(readTimeout);
            source.resumeReads();
            if (input != null) {
                // These bytes are in our hands already: no event will tell of them.
                notifySoon();
            }
        }

        @Override
        public void suspendReads() {
            reading = false;
            if (body == this) {
                deadline.clear();
            }
        }

        @Override
        public void abort() {
            reading = false;
            listener = null;
            if (!done && failure == null) {
                failure = new IOException("aborted");
                if (body == this) {
                    body = null;
                }
                close();
            }
        }

        /** The socket has something. */
        void readable() {
            if (reading) {
                tell();
            } else {
                source.suspendReads();
            }
        }

        void complete() {
            done = true;
            if (reading) {
                notifySoon();
            }
            exchangeDone();
        }

        void fail(IOException cause) {
            if (!done && failure == null) {
                failure = cause;
                body = null;
                if (reading && !endTold) {
                    notifySoon();
                }
            }
        }

        private void notifySoon() {
            if (!notifying) {
                notifying = true;
                connection.getIoThread().execute(() -> guarded(this::notifyNow));
            }
        }

        private void notifyNow() {
            notifying = false;
            if (reading && !endTold) {
                tell();
            }
        }

        private void tell() {
            if (listener == null) {
                return;
            }
            listener.run();
            boolean more = body == this ? input != null : done || failure != null;
            if (more && reading && !endTold) {
                notifySoon();
            }
        }
    }
}
