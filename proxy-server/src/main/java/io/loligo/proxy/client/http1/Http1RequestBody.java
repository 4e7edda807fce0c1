package io.loligo.proxy.client.http1;

import io.loligo.cache.http.Fields;
import io.loligo.proxy.exchange.ClientBody;
import io.loligo.proxy.http1.BodyFraming;
import io.loligo.proxy.http1.ChunkedDecoder;
import io.loligo.proxy.respond.ResponseFields;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;

/**
 * The body of a request, freed of its framing: first what came with the head, then what the connection brings. What follows it is
 * the next request and stays with the connection. RFC 9112 §6 and §7.1.
 *
 * <p>Used on the connection's I/O thread only.
 */
final class Http1RequestBody implements ClientBody {
    private static final System.Logger LOG = System.getLogger(Http1RequestBody.class.getName());

    private final Http1Connection connection;
    private final ResponseSender sender;
    private final BodyFraming framing;
    private final long maximumBytes;
    private final Duration readTimeout;
    private final @Nullable ChunkedDecoder chunks;

    private final boolean expectsContinue;
    private boolean continueOwed;
    private long received;
    private boolean started;

    /** Whether the client left before the end of the body. */
    private boolean left;

    /** Whether all of it was read from the client. */
    private boolean complete;

    /** What was gathered and not taken yet. */
    private @Nullable ByteBuffer gathered;

    /** The length of a chunked body that was gathered whole; -1 where it is not known. */
    private long gatheredLength = -1;

    /** What is wrong with a body of which something was gathered. */
    private @Nullable IOException problem;

    private Runnable listener = () -> {};
    /** Whether {@link #listener} is to be told of bytes. */
    private boolean resumed;

    /** Bytes that may still be taken from the socket before the thread's other connections have their turn. */
    private int turn = Http1Connection.TURN_BYTES_MAX;

    private XnioExecutor.@Nullable Key readTimer;
    private boolean timedOut;
    private boolean tooBig;

    /**
     * @param expectsContinue whether the client waits for 100 before it sends the body. RFC 9110 §10.1.1
     * @param maximumBytes request_body_max_size; 0 means no limit
     * @param readTimeout request_timeout: how long the client may be silent
     */
    Http1RequestBody(
            Http1Connection connection,
            ResponseSender sender,
            BodyFraming framing,
            boolean expectsContinue,
            long maximumBytes,
            Duration readTimeout) {
        this.connection = connection;
        this.sender = sender;
        this.framing = framing;
        this.chunks = framing.kind() == BodyFraming.Kind.CHUNKED ? new ChunkedDecoder() : null;
        this.expectsContinue = expectsContinue;
        this.continueOwed = expectsContinue;
        this.maximumBytes = maximumBytes;
        this.readTimeout = readTimeout;
    }

    /**
     * Reads what there is of a chunked body, before anybody asks for it. Where that is all of it, the body has a {@linkplain
     * #length length}, and the origin is told of it: some origins refuse a chunked request. Nothing is waited for.
     *
     * @param most bytes of the body that are kept: client_request_buffer_max_size
     */
    void gather(int most) {
        if (chunks == null || expectsContinue || !connection.received().hasRemaining()) {
            return;
        }
        // Framing makes a body longer, so this mostly is enough.
        ByteBuffer kept =
                ByteBuffer.allocate(Math.min(most, connection.received().remaining()));
        try {
            readChunked(chunks, kept);
            while (!complete && !kept.hasRemaining() && kept.capacity() < most) {
                kept = ByteBuffer.allocate((int) Math.min(most, 2L * kept.capacity()))
                        .put(kept.flip());
                readChunked(chunks, kept);
            }
        } catch (IOException e) {
            problem = e;
        }
        kept.flip();
        gathered = kept.hasRemaining() ? kept : null;
        gatheredLength = complete ? kept.remaining() : -1;
    }

    @Override
    public long length() {
        return gatheredLength >= 0 ? gatheredLength : framing.length();
    }

    @Override
    public boolean started() {
        return started;
    }

    @Override
    public boolean awaitsContinue() {
        return continueOwed;
    }

    /** Whether all of it was read. */
    boolean isComplete() {
        return complete;
    }

    @Override
    public boolean passesOnContinue() {
        boolean wanted = continueOwed || !expectsContinue;
        continueOwed = false;
        return wanted;
    }

    @Override
    public boolean isTooBig() {
        return tooBig;
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        ByteBuffer ahead = gathered;
        if (ahead != null) {
            int got = copied(ahead, dst);
            gathered = ahead.hasRemaining() ? ahead : null;
            count(got);
            return got;
        }
        if (problem != null) {
            throw problem;
        }
        if (complete) {
            return -1;
        }
        if (timedOut) {
            throw new IOException("the client stopped sending its body");
        }
        int got = chunks == null ? readPlain(dst) : readChunked(chunks, dst);
        if (continueOwed) {
            continueOwed = false;
            if (got == 0 && !complete) {
                sender.interim(ResponseFields.interim(100, "Continue", Fields.EMPTY));
            }
        }
        if (got != 0) {
            stopTimer();
        }
        count(got);
        if (complete) {
            stopTimer();
            resumed = false;
            // From here on the connection reads, to learn of the client's end.
            connection.resumeReads();
            return got > 0 ? got : -1;
        }
        return got;
    }

    /** Bytes of the body go to whoever reads it. */
    private void count(int got) throws IOException {
        if (got > 0) {
            started = true;
            received += got;
            if (maximumBytes > 0 && received > maximumBytes) {
                tooBig = true;
                throw new IOException("the body is larger than request_body_max_size");
            }
        }
    }

    private int readPlain(ByteBuffer dst) throws IOException {
        int limit = dst.limit();
        long missing = framing.length() - received;
        if (dst.remaining() > missing) {
            dst.limit(dst.position() + (int) missing);
        }
        int got;
        try {
            got = copied(connection.received(), dst);
            if (got == 0) {
                got = fromSocket(dst);
            }
        } finally {
            dst.limit(limit);
        }
        complete = received + got == framing.length();
        return got;
    }

    private static int copied(ByteBuffer from, ByteBuffer dst) {
        int count = Math.min(from.remaining(), dst.remaining());
        if (count > 0) {
            int limit = from.limit();
            dst.put(from.limit(from.position() + count));
            from.limit(limit);
        }
        return count;
    }

    private int fromSocket(ByteBuffer dst) throws IOException {
        if (turn <= 0) {
            return 0;
        }
        int got = left ? -1 : readQuietly(dst);
        if (got < 0 && left) {
            throw new IOException("the client left in the middle of its body");
        }
        if (got < 0) {
            left = true;
            // Not within a read: the end of the exchange ends what reads here.
            connection.thread().execute(this::clientHasLeft);
            return 0;
        }
        turn -= got;
        return got;
    }

    /** A connection that broke has ended. */
    private int readQuietly(ByteBuffer dst) {
        try {
            return connection.source().read(dst);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a client's connection broke within a request body", e);
            return -1;
        }
    }

    private void clientHasLeft() {
        connection.clientLeftWithinBody();
        // Whoever still wants the body learns that there is no more.
        listener.run();
    }

    private int readChunked(ChunkedDecoder decoder, ByteBuffer dst) throws IOException {
        int total = 0;
        while (dst.hasRemaining() && !complete) {
            ByteBuffer raw = connection.received();
            boolean kept = raw.hasRemaining();
            if (!kept) {
                raw = Http1Connection.scratch();
                // Framing makes a body longer, so what is read of it fits where the body goes.
                raw.limit(Math.min(raw.capacity(), dst.remaining()));
                if (fromSocket(raw) == 0) {
                    return total;
                }
                raw.flip();
            }
            total += Math.max(0, decoder.decode(raw, dst));
            complete = decoder.isComplete();
            if (!kept) {
                connection.keepBeyondBody(raw);
            }
        }
        return total;
    }

    @Override
    public void onReadable(Runnable readable) {
        listener = readable;
    }

    @Override
    public void resumeReads() {
        if (left) {
            return;
        }
        if (gathered != null || problem != null) {
            resumed = true;
            connection.thread().execute(this::tell);
            return;
        }
        if (complete) {
            return;
        }
        if (readTimer == null) {
            readTimer = connection.thread().executeAfter(this::timeOut, readTimeout.toMillis(), TimeUnit.MILLISECONDS);
        }
        resumed = true;
        if (connection.received().hasRemaining()) {
            connection.thread().execute(this::tell);
        } else {
            connection.resumeReads();
        }
    }

    /** The socket has bytes, or has ended. Returns whether anybody wanted to know. */
    boolean readable() {
        turn = Http1Connection.TURN_BYTES_MAX;
        if (!resumed) {
            return false;
        }
        listener.run();
        return true;
    }

    private void tell() {
        if (resumed) {
            listener.run();
        }
    }

    @Override
    public void suspendReads() {
        stopTimer();
        // The selector learns of it when there is something to read.
        resumed = false;
    }

    private void timeOut() {
        readTimer = null;
        timedOut = true;
        listener.run();
    }

    private void stopTimer() {
        if (readTimer != null) {
            readTimer.remove();
            readTimer = null;
        }
    }
}
