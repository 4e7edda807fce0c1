package io.loligo.proxy.flow;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.status.HierarchyCode;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.config.Configuration.Timeouts;
import io.loligo.proxy.log.Transaction;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSinkConduit;
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
    private final Consumer<Transaction> record;
    private @Nullable Exchange serving;
    /** Nobody wants to know of bytes; the selector learns of it only when there are some. */
    private boolean suspended;

    private RequestHeadConduit(StreamConnection connection, Supplier<Timeouts> timeouts, Consumer<Transaction> record) {
        super(connection.getSourceChannel().getConduit());
        this.connection = connection;
        this.record = record;
        this.deadlines =
                new ConnectionDeadlines(connection.getIoThread(), System::nanoTime, timeouts, this::cutConnection);
    }

    /**
     * Takes its place on a connection that was just accepted, before a parser is attached.
     *
     * @param timeouts those in force at any time
     * @param record gets what the parser refused by itself, before it was an exchange
     */
    public static void attach(StreamConnection connection, Supplier<Timeouts> timeouts, Consumer<Transaction> record) {
        RequestHeadConduit conduit = new RequestHeadConduit(connection, timeouts, record);
        connection.getSourceChannel().setConduit(conduit);
        conduit.next.setReadReadyHandler(conduit.new Readiness());
        connection
                .getSinkChannel()
                .setConduit(new RefusalWatch(connection.getSinkChannel().getConduit(), conduit));
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

    /**
     * The parser suspends with each request and resumes after its answer. Telling the selector costs two system calls for a
     * request that is not answered at once, and mostly there is nothing to be told of in between.
     */
    @Override
    public void suspendReads() {
        suspended = true;
    }

    @Override
    public boolean isReadResumed() {
        return !suspended && super.isReadResumed();
    }

    @Override
    public void wakeupReads() {
        suspended = false;
        super.wakeupReads();
    }

    /** Keeps from the parser what comes while it is suspended. */
    private final class Readiness implements ReadReadyHandler {
        private final ReadReadyHandler parser =
                new ReadReadyHandler.ChannelListenerHandler<>(connection.getSourceChannel());

        @Override
        public void readReady() {
            if (suspended) {
                next.suspendReads();
            } else {
                parser.readReady();
            }
        }

        @Override
        public void forceTermination() {
            parser.forceTermination();
        }

        @Override
        public void terminated() {
            parser.terminated();
        }
    }

    @Override
    public void resumeReads() {
        suspended = false;
        if (!scanner.inBody() && !scanner.hasUntaken()) {
            deadlines.idle();
        }
        super.resumeReads();
    }

    /** The parser answers what it could not read: the log knows no more than that. */
    private void refusedByParser(long bytes) {
        InetSocketAddress client = connection.getPeerAddress(InetSocketAddress.class);
        if (client == null) {
            return;
        }
        record.accept(new Transaction(
                System.currentTimeMillis(),
                0,
                client.getAddress(),
                ResultCode.NONE_NONE,
                false,
                400,
                bytes,
                0,
                "NONE",
                "error:invalid-request",
                HttpVersion.HTTP_1_1,
                HierarchyCode.HIER_NONE,
                null,
                null,
                Fields.EMPTY,
                Fields.EMPTY,
                null));
    }

    private void cutConnection() {
        Exchange exchange = serving;
        if (exchange != null && exchange.sender().started()) {
            exchange.sender().abort();
        }
        IoUtils.safeClose(connection);
    }

    /** Notices the answer that the parser gives by itself: it comes by no exchange. */
    private static final class RefusalWatch extends AbstractStreamSinkConduit<StreamSinkConduit> {
        private static final ByteBuffer REFUSAL = ByteBuffer.wrap(
                        "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII))
                .asReadOnlyBuffer();

        private final RequestHeadConduit heads;

        RefusalWatch(StreamSinkConduit next, RequestHeadConduit heads) {
            super(next);
            this.heads = heads;
        }

        @Override
        public int write(ByteBuffer src) throws IOException {
            if (src.remaining() == REFUSAL.capacity() && heads.scanner.hasUntaken() && src.equals(REFUSAL)) {
                heads.refusedByParser(REFUSAL.capacity());
            }
            return super.write(src);
        }
    }
}
