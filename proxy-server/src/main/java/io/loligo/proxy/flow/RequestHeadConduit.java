package io.loligo.proxy.flow;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.status.HierarchyCode;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.config.Configuration.Timeouts;
import io.loligo.proxy.log.Transaction;
import io.loligo.proxy.respond.BodySource;
import io.loligo.proxy.respond.ResponseSender;
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
 * Stands between a client's socket and Undertow's parser, for as long as the connection lives: has {@linkplain PlainHits
 * plain hits} served, lets a {@link HeadScanner} see what passes and keeps the connection's {@linkplain ConnectionDeadlines
 * deadlines}. Used on the connection's I/O thread.
 *
 * <p>Heads are read by {@link #read(ByteBuffer)} alone; the other ways of reading serve bodies, which pass untouched.
 */
public final class RequestHeadConduit extends AbstractStreamSourceConduit<StreamSourceConduit> {
    private static final System.Logger LOG = System.getLogger(RequestHeadConduit.class.getName());
    private static final int RECEIVED_BYTES = 16 << 10;
    private static final ThreadLocal<Intake> INTAKES = ThreadLocal.withInitial(Intake::new);
    private static final InetSocketAddress UNKNOWN = new InetSocketAddress("0.0.0.0", 0);
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final HeadScanner scanner = new HeadScanner();
    private final StreamConnection connection;
    private final StreamSinkConduit sink;
    private final ReadReadyHandler parser;
    private final RequestHandler handler;
    private final Supplier<Timeouts> timeouts;
    private final ConnectionDeadlines deadlines;
    private final Consumer<Transaction> record;
    private @Nullable Exchange serving;
    /** Nobody wants to know of bytes; the selector learns of it only when there are some. */
    private boolean suspended;
    /** The answer to a plain hit that the client has not taken at once. */
    private @Nullable ResponseSender sending;
    /** Whether requests are being looked at, one after another, further up the stack. */
    private boolean looking;

    private boolean closed;

    /** What was received and is neither served nor parsed. */
    private ByteBuffer received = NOTHING;

    private @Nullable InetSocketAddress peer;
    private @Nullable InetSocketAddress local;

    /** What a thread needs to look at what it receives. */
    private static final class Intake {
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(RECEIVED_BYTES);
        private final PlainHeadParser parser = new PlainHeadParser(RECEIVED_BYTES);
    }

    /**
     * What became of an answer.
     *
     * @param bytes how many of it were written
     * @param cut whether that is not all of it
     */
    record Write(long bytes, boolean cut) {}

    private RequestHeadConduit(
            StreamConnection connection,
            RequestHandler handler,
            Supplier<Timeouts> timeouts,
            Consumer<Transaction> record) {
        super(connection.getSourceChannel().getConduit());
        this.connection = connection;
        this.sink = connection.getSinkChannel().getConduit();
        this.parser = new ReadReadyHandler.ChannelListenerHandler<>(connection.getSourceChannel());
        this.handler = handler;
        this.timeouts = timeouts;
        this.record = record;
        this.deadlines =
                new ConnectionDeadlines(connection.getIoThread(), System::nanoTime, timeouts, this::cutConnection);
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
        return serving == null && sending == null && !scanner.inBody() && !scanner.hasUntaken();
    }

    /** Serves the plain hits at the beginning of what {@code dst} got from {@code from} on, and takes them out of it. */
    private void servePlain(ByteBuffer dst, int from) {
        int to = dst.position();
        ByteBuffer got = dst.duplicate().limit(to).position(from);
        serve(got, INTAKES.get().parser);
        if (sending != null) {
            keep(got);
            dst.position(from);
        } else if (got.position() > from) {
            dst.position(from);
            dst.put(got);
        }
    }

    /** Reads what has come for as long as plain hits are all that comes; leaves the rest to the parser. */
    private final class Readiness implements ReadReadyHandler {
        @Override
        public void readReady() {
            if (suspended) {
                next.suspendReads();
                return;
            }
            if (!awaitsHead()) {
                parser.readReady();
                return;
            }
            Intake intake = INTAKES.get();
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
        serve(bytes, intake.parser);
        if (sending != null) {
            keep(bytes);
            next.suspendReads();
        } else if (bytes.hasRemaining()) {
            received = bytes;
            parser.readReady();
            keep(received);
        } else {
            received = NOTHING;
            deadlines.idle();
        }
    }

    /** The bytes are a thread's, and other connections' next. */
    private void keep(ByteBuffer bytes) {
        received = bytes.hasRemaining()
                ? ByteBuffer.allocate(bytes.remaining()).put(bytes).flip()
                : NOTHING;
    }

    /** Serves the plain hits that {@code bytes} begins with, as far as the client takes them; moves its position past them. */
    private void serve(ByteBuffer bytes, PlainHeadParser heads) {
        long since = System.currentTimeMillis();
        int begin = bytes.position();
        int from = 0;
        heads.load(bytes);
        looking = true;
        try {
            RequestHead head = heads.parse(from);
            while (head != null && handler.plainHits().serve(head, heads.end() - from, since, this)) {
                from = heads.end();
                bytes.position(begin + from);
                head = sending == null && !closed && bytes.hasRemaining() ? heads.parse(from) : null;
            }
            if (closed) {
                // What a client sends after it asked for the end is not read.
                bytes.position(bytes.limit());
            }
        } catch (RuntimeException | Error e) {
            // The caller would swallow it, and the client wait for ever.
            LOG.log(System.Logger.Level.ERROR, "a hit failed inside the server", e);
            IoUtils.safeClose(connection);
            bytes.position(bytes.limit());
        } finally {
            looking = false;
        }
    }

    /**
     * Sends the answer to a plain hit; what the client does not take at once, later.
     *
     * @param head a scratch of this thread's
     * @param body owned until {@code done}
     * @param keepAlive whether the connection stays after it
     * @param done called once, when all is written or the client is gone
     */
    void send(ByteBuffer head, ByteBuffer body, boolean keepAlive, Consumer<Write> done) {
        long size = (long) head.remaining() + body.remaining();
        try {
            if (body.hasRemaining()) {
                sink.write(new ByteBuffer[] {head, body}, 0, 2);
            } else {
                sink.write(head);
            }
        } catch (IOException e) {
            close();
            done.accept(new Write(size - head.remaining() - body.remaining(), true));
            return;
        }
        long left = (long) head.remaining() + body.remaining();
        if (left > 0) {
            ResponseSender sender = begin(keepAlive);
            sender.sendWhole(head, body, () -> ended(sender, size - left, done));
            return;
        }
        if (!keepAlive) {
            close();
        }
        done.accept(new Write(size, false));
    }

    /** As {@link #send(ByteBuffer, ByteBuffer, boolean, Consumer)}; the body is closed by then. */
    void send(ByteBuffer head, BodySource body, boolean keepAlive, Consumer<Write> done) {
        ResponseSender sender = begin(keepAlive);
        sender.send(head, ResponseSender.Framing.LENGTH, body, () -> ended(sender, 0, done));
    }

    private ResponseSender begin(boolean keepAlive) {
        handler.active().increment();
        ResponseSender sender =
                new ResponseSender(connection, timeouts.get().writeTimeout(), new ResponseSender.Ending() {
                    @Override
                    public void answered() {
                        sending = null;
                        if (!keepAlive) {
                            close();
                        } else if (!looking) {
                            goOn();
                        }
                    }

                    @Override
                    public void cut() {
                        sending = null;
                        closed = true;
                    }
                });
        sending = sender;
        return sender;
    }

    private void ended(ResponseSender sender, long before, Consumer<Write> done) {
        handler.active().decrement();
        done.accept(new Write(before + sender.bytesSent(), sender.aborted()));
    }

    private void close() {
        closed = true;
        IoUtils.safeClose(connection);
    }

    private void goOn() {
        next.resumeReads();
        if (received.hasRemaining()) {
            lookAt(received, INTAKES.get());
        } else {
            deadlines.idle();
        }
    }

    /** The client's address. */
    InetSocketAddress peer() {
        InetSocketAddress known = peer;
        if (known == null) {
            known = connection.getPeerAddress(InetSocketAddress.class);
            known = known == null ? UNKNOWN : known;
            peer = known;
        }
        return known;
    }

    /** The address that the client connected to. */
    InetSocketAddress local() {
        InetSocketAddress known = local;
        if (known == null) {
            known = connection.getLocalAddress(InetSocketAddress.class);
            known = known == null ? UNKNOWN : known;
            local = known;
        }
        return known;
    }

    @Override
    public void resumeReads() {
        suspended = false;
        if (sending != null) {
            return;
        }
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
        ResponseSender rest = sending;
        if (rest != null) {
            rest.abort();
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
