package io.loligo.proxy.client.http1;

import io.loligo.proxy.log.SentHead;
import io.loligo.proxy.respond.BodySource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import org.xnio.conduits.ConduitStreamSinkChannel;

/**
 * Sends one answer to an HTTP/1.1 client: interim heads, then the final head and its body, straight to the connection's
 * conduit, at the client's pace. RFC 9112 §4 and §7.
 *
 * <p>Used on the connection's I/O thread only. Buffers given to it belong to it until the completion has been called. It
 * goes past Undertow's own response channel: one gathering write per small answer, and no field is added or changed.
 */
public final class ResponseSender {
    private static final System.Logger LOG = System.getLogger(ResponseSender.class.getName());

    /** How much of a body is offered to the socket in one write. */
    private static final int SCRATCH_BYTES = 128 << 10;

    private static final ThreadLocal<ByteBuffer> SCRATCH =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(SCRATCH_BYTES));
    /** Bytes of one answer that one event moves at most before the thread turns to its other connections. */
    static final int TURN_BYTES_MAX = 256 << 10;

    /** What {@link #TURN_BYTES_MAX} is where very many clients take their answers at a time. */
    static final int TURN_BYTES_MIN = 32 << 10;

    /** Bytes that a thread moves, more or less, until it has turned to each of its connections once. */
    private static final int ROUND_BYTES = 8 << 20;

    /** The answers of a thread that wait for their clients. */
    private static final ThreadLocal<int[]> WAITING = ThreadLocal.withInitial(() -> new int[1]);

    /** Heads and what follows them are copied together up to this size: one buffer is cheaper to write than two. */
    private static final int JOINED_BYTES = 8 << 10;

    private static final ThreadLocal<ByteBuffer> JOINED =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(JOINED_BYTES));
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** How the end of the body is told. RFC 9112 §6.3. */
    public enum Framing {
        /** By its length, which the head states; or there is no body. */
        LENGTH,
        /** By the last chunk. */
        CHUNKED,
        /** By the end of the connection. */
        CLOSE
    }

    /** What becomes of the connection once an answer is over. Called on the connection's I/O thread. */
    public interface Ending {
        /** All of the answer is written; its completion has been called. */
        void answered();

        /** The client does not get all of it: the connection is being closed. */
        void cut();
    }

    private final StreamConnection connection;
    private final Ending ending;
    private final ConduitStreamSinkChannel sink;
    private final Duration writeTimeout;

    /** Bytes that go out before anything else: interim heads not yet written, the head, a chunk's size line. */
    private ByteBuffer ahead = NOTHING;

    private @Nullable ByteBuffer whole;
    private @Nullable BodySource source;
    private Framing framing = Framing.LENGTH;
    private Runnable completion = () -> {};
    private long position;
    private long chunkRemaining;
    private boolean chunkOpen;
    private boolean lastChunkQueued;
    private boolean started;
    private boolean ended;
    private boolean aborted;
    private boolean clientGone;
    private boolean pumping;
    private boolean countedAsWaiting;
    /** Bytes that may still be moved in this turn. */
    private long turn;

    private long bytesSent;
    private long bodyBytesSent;
    private boolean keepsHead;
    private SentHead sentHead = SentHead.NONE;
    private XnioExecutor.@Nullable Key writeTimer;

    /** @param writeTimeout how long the client may take nothing; then it is given up. Squid's write_timeout */
    public ResponseSender(StreamConnection connection, Duration writeTimeout, Ending ending) {
        this.connection = connection;
        this.sink = connection.getSinkChannel();
        this.writeTimeout = writeTimeout;
        this.ending = ending;
    }

    /** Bytes written to the client so far, heads and framing included. */
    public long bytesSent() {
        return bytesSent;
    }

    /** Bytes of the body written to the client so far. */
    public long bodyBytesSent() {
        return bodyBytesSent;
    }

    /** Whether a final head was handed over: then no other answer can be given. */
    public boolean started() {
        return started;
    }

    /** Whether the answer did not reach its end. */
    public boolean aborted() {
        return aborted;
    }

    /** Whether the answer did not reach its end because the client left, or took nothing of it for write_timeout. */
    public boolean isClientGone() {
        return clientGone;
    }

    /** Keeps a copy of the final head, for log_mime_hdrs. Called before anything is sent. */
    public void keepHead() {
        keepsHead = true;
    }

    /** The final head that was handed over, if it is {@linkplain #keepHead kept}. */
    public SentHead sentHead() {
        return sentHead;
    }

    /** Sets what is called once, on this thread, where the answer is given up before it was handed over. */
    void onEndWithoutAnswer(Runnable listener) {
        completion = listener;
    }

    /** Sends a 1xx head, empty line included, before the final one. Ignored once the final head is on its way. */
    public void interim(ByteBuffer head) {
        if (started || ended) {
            return;
        }
        enqueue(head);
        try {
            bytesSent += sink.write(ahead);
        } catch (IOException e) {
            clientIsGone();
        }
    }

    /**
     * Sends a head, empty line included, and a body that is at hand, in one write where the socket takes it.
     *
     * @param head may be a scratch of this thread's: what the socket does not take at once is copied
     * @param body direct, owned by the sender until {@code done}; null for none
     * @param done called once, on this thread, when all is written or the client is gone
     */
    public void sendWhole(ByteBuffer head, @Nullable ByteBuffer body, Runnable done) {
        begin(head, done);
        whole = body == null ? NOTHING : body;
        pump();
    }

    /**
     * Sends a head, empty line included, and a body as its source gives it.
     *
     * @param head as in {@link #sendWhole}
     * @param bodyFraming as the head announces it
     * @param body closed by the sender at the end
     * @param done called once, on this thread, when all is written or given up
     */
    public void send(ByteBuffer head, Framing bodyFraming, BodySource body, Runnable done) {
        requireFirst();
        framing = bodyFraming;
        source = body;
        begin(head, done);
        body.onReadable(this::pump);
        pump();
    }

    /** Ends the exchange without an answer, or in the middle of one, by closing the connection. */
    public void abort() {
        if (!ended) {
            started = true;
            giveUp();
        }
    }

    /** As {@link #abort}, because the client has left. */
    void clientLeft() {
        if (!ended) {
            started = true;
            clientIsGone();
        }
    }

    private void requireFirst() {
        if (started) {
            throw new IllegalStateException("a second answer to one request");
        }
    }

    private void begin(ByteBuffer head, Runnable done) {
        requireFirst();
        started = true;
        completion = done;
        if (ended) {
            finishCompletion();
            return;
        }
        if (keepsHead) {
            sentHead = SentHead.http1(head);
        }
        enqueue(head);
    }

    private void enqueue(ByteBuffer bytes) {
        if (!ahead.hasRemaining()) {
            ahead = bytes;
            return;
        }
        ByteBuffer both = ByteBuffer.allocate(ahead.remaining() + bytes.remaining());
        both.put(ahead).put(bytes).flip();
        ahead = both;
    }

    private void pump() {
        if (ended || pumping) {
            return;
        }
        pumping = true;
        turn = turnBytes();
        try {
            boolean more = true;
            while (more && !ended) {
                if (turn <= 0) {
                    // The socket may take more; the others come first.
                    awaitWritable();
                    break;
                }
                more = source == null
                        ? pumpWhole()
                        : framing == Framing.CHUNKED ? pumpChunks(source) : pumpPlain(source);
            }
        } catch (IOException e) {
            clientIsGone();
        } catch (RuntimeException | Error e) {
            // Called by a listener as well, whose caller would log it at best: the client must not wait for ever.
            LOG.log(System.Logger.Level.ERROR, "an answer failed inside the server", e);
            giveUp();
        } finally {
            pumping = false;
        }
    }

    private static int turnBytes() {
        int waiting = WAITING.get()[0];
        return waiting == 0
                ? TURN_BYTES_MAX
                : Math.max(TURN_BYTES_MIN, Math.min(TURN_BYTES_MAX, ROUND_BYTES / waiting));
    }

    private boolean pumpWhole() throws IOException {
        ByteBuffer body = whole == null ? NOTHING : whole;
        write(body);
        if (ahead.hasRemaining() || body.hasRemaining()) {
            awaitWritable();
            return false;
        }
        return finish();
    }

    private boolean pumpPlain(BodySource from) throws IOException {
        ByteBuffer scratch = scratch();
        int got = readOrGiveUp(from, scratch);
        if (ended) {
            return false;
        }
        scratch.flip();
        position += write(scratch);
        if (ahead.hasRemaining() || scratch.hasRemaining()) {
            awaitWritable();
            return false;
        }
        if (got < 0) {
            return finish();
        }
        return got > 0;
    }

    private boolean pumpChunks(BodySource from) throws IOException {
        ByteBuffer scratch = scratch();
        boolean nothingYet = false;
        if (!lastChunkQueued) {
            if (chunkRemaining > 0) {
                // A chunk whose size is out already: exactly these bytes must follow.
                scratch.limit((int) Math.min(scratch.limit(), chunkRemaining));
            }
            int got = readOrGiveUp(from, scratch);
            if (ended) {
                return false;
            }
            if (got < 0) {
                enqueue(ascii(chunkOpen ? "\r\n0\r\n\r\n" : "0\r\n\r\n"));
                lastChunkQueued = true;
            } else if (got == 0) {
                nothingYet = true;
            } else if (chunkRemaining == 0) {
                enqueue(ascii((chunkOpen ? "\r\n" : "") + Integer.toHexString(got) + "\r\n"));
                chunkRemaining = got;
                chunkOpen = true;
            }
        }
        scratch.flip();
        long written = write(scratch);
        position += written;
        chunkRemaining -= written;
        if (ahead.hasRemaining() || scratch.hasRemaining()) {
            awaitWritable();
            return false;
        }
        if (lastChunkQueued) {
            return finish();
        }
        return !nothingYet;
    }

    private ByteBuffer scratch() {
        ByteBuffer scratch = SCRATCH.get().clear();
        return scratch.limit((int) Math.min(scratch.capacity(), turn));
    }

    private int readOrGiveUp(BodySource from, ByteBuffer dst) {
        try {
            return from.read(position, dst);
        } catch (IOException e) {
            // The body cannot be completed, and the client must see that. What is on its way already may go out first.
            try {
                write(NOTHING);
            } catch (IOException gone) {
                e.addSuppressed(gone);
            }
            giveUp();
            return -1;
        }
    }

    /** Writes what is ahead and then {@code body}; returns how many bytes of {@code body} went. */
    private long write(ByteBuffer body) throws IOException {
        long before = body.remaining();
        long total = 0;
        while (ahead.hasRemaining() || body.hasRemaining()) {
            long written;
            if (!ahead.hasRemaining()) {
                written = sink.write(body);
            } else if (!body.hasRemaining()) {
                written = sink.write(ahead);
            } else if (ahead.remaining() + body.remaining() <= JOINED_BYTES) {
                written = writeJoined(body);
            } else {
                written = sink.write(new ByteBuffer[] {ahead, body}, 0, 2);
            }
            if (written == 0) {
                break;
            }
            total += written;
        }
        if (total > 0 && writeTimer != null) {
            writeTimer.remove();
            writeTimer = null;
        }
        bytesSent += total;
        turn -= total;
        long ofBody = before - body.remaining();
        bodyBytesSent += ofBody;
        return ofBody;
    }

    private int writeJoined(ByteBuffer body) throws IOException {
        ByteBuffer both = JOINED.get().clear();
        int aheadFrom = ahead.position();
        int bodyFrom = body.position();
        int first = ahead.remaining();
        both.put(ahead).put(body).flip();
        // Neither has moved on before it is written.
        ahead.position(aheadFrom);
        body.position(bodyFrom);
        int written = sink.write(both);
        ahead.position(aheadFrom + Math.min(written, first));
        body.position(bodyFrom + Math.max(0, written - first));
        return written;
    }

    private void awaitWritable() {
        if (ahead.hasRemaining()) {
            ByteBuffer own = ByteBuffer.allocate(ahead.remaining());
            own.put(ahead).flip();
            ahead = own;
        }
        if (writeTimer == null) {
            writeTimer =
                    sink.getIoThread().executeAfter(this::clientIsGone, writeTimeout.toMillis(), TimeUnit.MILLISECONDS);
        }
        if (!countedAsWaiting) {
            countedAsWaiting = true;
            WAITING.get()[0]++;
        }
        sink.setWriteListener(channel -> {
            channel.suspendWrites();
            pump();
        });
        sink.resumeWrites();
    }

    private boolean finish() throws IOException {
        if (!sink.flush()) {
            awaitWritable();
            return false;
        }
        ended = true;
        sink.suspendWrites();
        try {
            finishCompletion();
        } finally {
            ending.answered();
        }
        return false;
    }

    private void clientIsGone() {
        if (!ended) {
            clientGone = true;
            giveUp();
        }
    }

    private void giveUp() {
        if (ended) {
            return;
        }
        ended = true;
        aborted = true;
        sink.suspendWrites();
        if (framing == Framing.CLOSE) {
            // An orderly close would make the part look like the whole.
            try {
                connection.setOption(Options.CLOSE_ABORT, true);
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "the connection is gone already, which tells the client as much", e);
            }
        }
        ending.cut();
        IoUtils.safeClose(connection);
        finishCompletion();
    }

    private void finishCompletion() {
        if (countedAsWaiting) {
            countedAsWaiting = false;
            WAITING.get()[0]--;
        }
        if (writeTimer != null) {
            writeTimer.remove();
            writeTimer = null;
        }
        try {
            if (source != null) {
                source.close();
            }
        } finally {
            completion.run();
        }
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
