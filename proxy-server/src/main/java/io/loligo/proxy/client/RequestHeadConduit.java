package io.loligo.proxy.client;

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
import org.xnio.StreamConnection;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Stands between a client's socket and Undertow's parser, for as long as the connection lives: has plain requests {@linkplain
 * ClientConnection served}, lets a {@link HeadScanner} see what passes and keeps the connection's {@linkplain
 * ConnectionDeadlines deadlines}. Used on the connection's I/O thread.
 *
 * <p>Heads are read by {@link #read(ByteBuffer)} alone; the other ways of reading serve bodies, which pass untouched.
 */
public final class RequestHeadConduit extends AbstractStreamSourceConduit<StreamSourceConduit> {
    private static final int RECEIVED_BYTES = 16 << 10;
    private static final ThreadLocal<Intake> INTAKES = ThreadLocal.withInitial(Intake::new);
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final HeadScanner scanner = new HeadScanner();
    private final StreamConnection connection;
    private final ClientConnection client;
    private final ReadReadyHandler parser;
    private final ConnectionDeadlines deadlines;
    private final Consumer<Transaction> record;
    /** Nobody wants to know of bytes; the selector learns of it only when there are some. */
    private boolean suspended;

    /** What was received and is neither served nor parsed. */
    private ByteBuffer received = NOTHING;

    /** What a thread needs to look at what it receives. */
    private static final class Intake {
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(RECEIVED_BYTES);
        private final PlainHeadParser parser = new PlainHeadParser(RECEIVED_BYTES);
    }

    private RequestHeadConduit(
            StreamConnection connection,
            RequestHandler handler,
            Supplier<Timeouts> timeouts,
            Consumer<Transaction> record) {
        super(connection.getSourceChannel().getConduit());
        this.connection = connection;
        this.client = new ClientConnection(connection, handler, timeouts, this::goOn);
        this.parser = new ReadReadyHandler.ChannelListenerHandler<>(connection.getSourceChannel());
        this.record = record;
        this.deadlines = new ConnectionDeadlines(connection.getIoThread(), System::nanoTime, timeouts, client::cut);
    }

    /**
     * Takes its place on a connection that was just accepted, before a parser is attached.
     *
     * @param handler of its listener
     * @param timeouts those in force at any time
     * @param record gets what the parser refused by itself, before it was an exchange
     */
    public static void attach(
            StreamConnection connection,
            RequestHandler handler,
            Supplier<Timeouts> timeouts,
            Consumer<Transaction> record) {
        RequestHeadConduit conduit = new RequestHeadConduit(connection, handler, timeouts, record);
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

    /** The connection that it stands in. */
    ClientConnection client() {
        return client;
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
        boolean looked = received.hasRemaining();
        int from = dst.position();
        if (scanner.held() != 0) {
            dst.put(scanner.held());
        }
        int got = looked ? take(dst) : super.read(dst);
        if (got <= 0) {
            dst.position(from);
            return got;
        }
        deadlines.active();
        if (!looked && awaitsHead()) {
            servePlain(dst, from);
            if (dst.position() == from) {
                return 0;
            }
        }
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

    private int take(ByteBuffer dst) {
        int size = Math.min(dst.remaining(), received.remaining());
        ByteBuffer part = received.slice().limit(size);
        received.position(received.position() + size);
        dst.put(part);
        return size;
    }

    /** Whether what comes next is the beginning of a head, and nothing is under way. */
    private boolean awaitsHead() {
        return !client.isAnswering() && !scanner.inBody() && !scanner.hasUntaken();
    }

    /** Serves the plain requests at the beginning of what {@code dst} got from {@code from} on, and takes them out of it. */
    private void servePlain(ByteBuffer dst, int from) {
        int to = dst.position();
        ByteBuffer got = dst.duplicate().limit(to).position(from);
        client.servePlain(got, INTAKES.get().parser);
        if (client.isAnswering()) {
            keep(got);
            dst.position(from);
        } else if (got.position() > from) {
            dst.position(from);
            dst.put(got);
        }
    }

    /** Reads what has come for as long as plain requests are all that comes; leaves the rest to the parser. */
    private final class Readiness implements ReadReadyHandler {
        @Override
        public void readReady() {
            if (suspended || client.isAnsweringPlain()) {
                next.suspendReads();
                return;
            }
            if (!awaitsHead()) {
                parser.readReady();
                return;
            }
            Intake intake = INTAKES.get();
            if (received.hasRemaining()) {
                lookAt(received, intake);
                return;
            }
            ByteBuffer buffer = intake.buffer.clear();
            int got;
            try {
                got = next.read(buffer);
            } catch (IOException e) {
                // The parser's listener closes what it finds broken, as this one would have to.
                got = -1;
            }
            if (got <= 0) {
                parser.readReady();
                return;
            }
            deadlines.active();
            lookAt(buffer.flip(), intake);
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

    private void lookAt(ByteBuffer bytes, Intake intake) {
        client.servePlain(bytes, intake.parser);
        if (client.isAnswering()) {
            keep(bytes);
        } else if (bytes.hasRemaining()) {
            received = bytes;
            parser.readReady();
            keep(received);
        } else {
            received = NOTHING;
            deadlines.idle();
        }
    }

    private void keep(ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            received = NOTHING;
        } else if (bytes.isDirect()) {
            // A thread's, and other connections' next.
            received = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        } else {
            received = bytes;
        }
    }

    /** The answer to a plain request is over: what came meanwhile is next. */
    private void goOn() {
        next.resumeReads();
        if (received.hasRemaining()) {
            lookAt(received, INTAKES.get());
        } else {
            deadlines.idle();
        }
    }

    @Override
    public void resumeReads() {
        suspended = false;
        // Of the end of a connection that this end has closed the parser does not know yet.
        if (client.isAnsweringPlain() || client.isClosed()) {
            return;
        }
        if (!scanner.inBody() && !scanner.hasUntaken()) {
            deadlines.idle();
        }
        if (received.hasRemaining()) {
            // The parser's buffer may have been too small for all of it, and no event tells of it.
            super.wakeupReads();
        } else {
            super.resumeReads();
        }
    }

    /** The parser answers what it could not read: the log knows no more than that. */
    private void refusedByParser(long bytes) {
        InetSocketAddress peer = connection.getPeerAddress(InetSocketAddress.class);
        if (peer == null) {
            return;
        }
        record.accept(Transaction.unreadable(peer.getAddress(), Transaction.INVALID_REQUEST, 400, bytes));
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
