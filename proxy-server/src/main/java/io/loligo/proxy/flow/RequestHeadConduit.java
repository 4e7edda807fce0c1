package io.loligo.proxy.flow;

import io.loligo.proxy.config.Configuration.Timeouts;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Stands between a client's socket and Undertow's parser, for as long as the connection lives: lets a
 * {@link HeadScanner} see what passes and keeps the connection's {@linkplain ConnectionDeadlines deadlines}. Used on the
 * connection's I/O thread.
 *
 * <p>Heads are read by {@link #read(ByteBuffer)} alone; the other ways of reading serve bodies, which pass untouched.
 */
public final class RequestHeadConduit extends AbstractStreamSourceConduit<StreamSourceConduit> {
    private final HeadScanner scanner = new HeadScanner();
    private final StreamConnection connection;
    private final ConnectionDeadlines deadlines;
    private @Nullable Exchange serving;

    private RequestHeadConduit(StreamConnection connection, Supplier<Timeouts> timeouts) {
        super(connection.getSourceChannel().getConduit());
        this.connection = connection;
        this.deadlines =
                new ConnectionDeadlines(connection.getIoThread(), System::nanoTime, timeouts, this::cutConnection);
    }

    /**
     * Takes its place on a connection that was just accepted, before a parser is attached.
     *
     * @param timeouts those in force at any time
     */
    public static void attach(StreamConnection connection, Supplier<Timeouts> timeouts) {
        RequestHeadConduit conduit = new RequestHeadConduit(connection, timeouts);
        connection.getSourceChannel().setConduit(conduit);
        connection.setCloseListener(closed -> conduit.deadlines.closed());
        conduit.deadlines.opened();
    }

    /** The conduit of the connection that {@code exchange} came by. */
    static RequestHeadConduit of(HttpServerExchange exchange) {
        return (RequestHeadConduit) ((HttpServerConnection) exchange.getConnection()).getOriginalSourceConduit();
    }

    /** The facts of the next request, in the order of their arrival; null when its head was not seen. */
    @Nullable HeadFacts take() {
        return scanner.take();
    }

    /** What the connection does now; null when it awaits a request. */
    void serving(@Nullable Exchange exchange) {
        serving = exchange;
    }

    /**
     * A request's body has been read to its end.
     *
     * @param leftOver what was read beyond it and given back to the connection, or null
     */
    void bodyEnded(@Nullable PooledByteBuffer leftOver) {
        scanner.bodyEnded();
        if (leftOver != null) {
            ByteBuffer bytes = leftOver.getBuffer();
            bytes.limit(scanner.scan(bytes, bytes.position(), bytes.limit()));
        }
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        if (scanner.inBody()) {
            return super.read(dst);
        }
        int from = dst.position();
        if (scanner.held() != 0) {
            dst.put(scanner.held());
        }
        int got = super.read(dst);
        if (got <= 0) {
            dst.position(from);
            return got;
        }
        deadlines.active();
        try {
            dst.position(scanner.scan(dst, from, dst.position()));
        } catch (IllegalStateException e) {
            throw new IOException(e);
        }
        return dst.position() - from;
    }

    @Override
    public void resumeReads() {
        if (!scanner.inBody() && !scanner.hasUntaken()) {
            deadlines.idle();
        }
        super.resumeReads();
    }

    private void cutConnection() {
        Exchange exchange = serving;
        if (exchange != null && exchange.sender().started()) {
            exchange.sender().abort();
        }
        IoUtils.safeClose(connection);
    }
}
