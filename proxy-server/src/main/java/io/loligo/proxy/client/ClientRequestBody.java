package io.loligo.proxy.client;

import io.loligo.cache.http.Fields;
import io.loligo.proxy.exchange.ClientBody;
import io.loligo.proxy.origin.BodyFraming;
import io.loligo.proxy.origin.ChunkedDecoder;
import io.loligo.proxy.respond.ResponseFields;
import io.undertow.conduits.ReadDataStreamSourceConduit;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;
import org.xnio.conduits.ConduitStreamSourceChannel;

/**
 * A client's request body, freed of its framing by our own strict decoder: Undertow's accepts chunk lines that other
 * servers read differently. RFC 9112 §7.1.
 *
 * <p>Reads the connection itself, below Undertow's framing; what follows the body is given back for the next request.
 * Used on the connection's I/O thread only.
 */
final class ClientRequestBody implements ClientBody {
    private final HttpServerExchange exchange;
    private final HttpServerConnection connection;
    private final ConduitStreamSourceChannel source;
    private final ResponseSender sender;
    private final BodyFraming framing;
    private final long maximumBytes;
    private final Duration readTimeout;
    private final ChunkedDecoder chunks = new ChunkedDecoder();

    private final boolean expectsContinue;
    private boolean continueOwed;
    private long received;
    private boolean started;
    private boolean complete;
    private Runnable listener = () -> {};
    private XnioExecutor.@Nullable Key readTimer;
    private boolean timedOut;
    private boolean tooBig;

    /**
     * @param expectsContinue whether the client waits for 100 before it sends the body. RFC 9110 §10.1.1
     * @param maximumBytes request_body_max_size; 0 means no limit
     * @param readTimeout how long the client may be silent
     */
    ClientRequestBody(
            HttpServerExchange exchange,
            ResponseSender sender,
            BodyFraming framing,
            boolean expectsContinue,
            long maximumBytes,
            Duration readTimeout) {
        this.exchange = exchange;
        this.connection = (HttpServerConnection) exchange.getConnection();
        this.source = connection.getChannel().getSourceChannel();
        this.sender = sender;
        this.framing = framing;
        this.expectsContinue = expectsContinue;
        this.continueOwed = expectsContinue;
        this.maximumBytes = maximumBytes;
        this.readTimeout = readTimeout;
        source.setConduit(new ReadDataStreamSourceConduit(connection.getOriginalSourceConduit(), connection));
    }

    @Override
    public long length() {
        return framing.length();
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

    /** Whether the origin's 100 is to go to the client, which needs none of ours then. Not when it has had ours. */
    @Override
    public boolean passesOnContinue() {
        boolean wanted = continueOwed || !expectsContinue;
        continueOwed = false;
        return wanted;
    }

    /** Whether reading ended because more came than request_body_max_size. */
    @Override
    public boolean isTooBig() {
        return tooBig;
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        if (complete) {
            return -1;
        }
        if (timedOut) {
            throw new IOException("the client stopped sending its body");
        }
        int got = framing.kind() == BodyFraming.Kind.CHUNKED ? readChunked(dst) : readPlain(dst);
        if (continueOwed) {
            continueOwed = false;
            if (got == 0 && !complete) {
                sender.interim(ResponseFields.interim(100, "Continue", Fields.EMPTY));
            }
        }
        if (got != 0) {
            stopTimer();
        }
        if (got > 0) {
            started = true;
            received += got;
            if (maximumBytes > 0 && received > maximumBytes) {
                tooBig = true;
                throw new IOException("the body is larger than request_body_max_size");
            }
        }
        if (complete) {
            source.setReadListener(null);
            source.suspendReads();
            RequestHeadConduit.of(exchange).bodyEnded(connection.getExtraBytes());
            Connectors.terminateRequest(exchange);
            return got > 0 ? got : -1;
        }
        return got;
    }

    private int readPlain(ByteBuffer dst) throws IOException {
        int limit = dst.limit();
        long missing = framing.length() - received;
        if (dst.remaining() > missing) {
            dst.limit(dst.position() + (int) missing);
        }
        int got = source.read(dst);
        dst.limit(limit);
        if (got < 0) {
            throw new IOException("the client closed in the middle of its body");
        }
        complete = received + got == framing.length();
        return got;
    }

    private int readChunked(ByteBuffer dst) throws IOException {
        int total = 0;
        while (dst.hasRemaining() && !complete) {
            PooledByteBuffer pooled = connection.getByteBufferPool().allocate();
            boolean givenBack = false;
            try {
                ByteBuffer raw = pooled.getBuffer().clear();
                int got = source.read(raw);
                if (got < 0) {
                    throw new IOException("the client closed in the middle of its body");
                }
                if (got == 0) {
                    return total;
                }
                raw.flip();
                total += Math.max(0, chunks.decode(raw, dst));
                complete = chunks.isComplete();
                if (raw.hasRemaining()) {
                    connection.ungetRequestBytes(pooled);
                    givenBack = true;
                }
            } finally {
                if (!givenBack) {
                    pooled.close();
                }
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
        if (complete) {
            return;
        }
        if (readTimer == null) {
            readTimer = source.getIoThread().executeAfter(this::timeOut, readTimeout.toMillis(), TimeUnit.MILLISECONDS);
        }
        source.setReadListener(channel -> listener.run());
        source.resumeReads();
    }

    @Override
    public void suspendReads() {
        stopTimer();
        if (!complete) {
            source.suspendReads();
        }
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
