package io.loligo.proxy.client.http1;

import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.exchange.Exchange;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.flow.Decision;
import io.loligo.proxy.http1.BodyFraming;
import io.loligo.proxy.http1.ReceivedRequest;
import io.loligo.proxy.http1.Refusal;
import io.loligo.proxy.http1.RequestHeadReader;
import io.loligo.proxy.http1.RequestHeadReader.Result;
import io.loligo.proxy.http1.UnfinishedHead;
import io.loligo.proxy.respond.BodySource;
import io.loligo.proxy.respond.ErrorPage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import org.xnio.XnioIoThread;
import org.xnio.conduits.ConduitStreamSinkChannel;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * One connection of an HTTP/1.1 client: reads its requests one after another, has each of them answered before it looks at the
 * next, and notices when the client leaves. RFC 9112 §9.
 *
 * <p>Reads stay on while a request is answered: what a client sends behind it is kept up to client_pipeline_max_size, and the end
 * of its side tells that it has left. The selector's interest in reads is given up only where nothing may be read, and only when
 * there is something to read.
 *
 * <p>Used on the connection's I/O thread. A plain hit allocates nothing here.
 */
final class Http1Connection implements PlainClient {
    /**
     * Bytes that one event moves at most before the thread turns to its other connections: of a request body that is read, of
     * answers to requests that came at once.
     */
    static final int TURN_BYTES_MAX = 256 << 10;

    /** Bytes that are read and dropped after the last answer, so that a client that is still sending can read it. */
    static final int LINGER_BYTES_MAX = 1 << 20;

    /** How long a client may go on sending after the last answer. */
    static final long LINGER_MILLIS_MAX = 2_000;

    private static final System.Logger LOG = System.getLogger(Http1Connection.class.getName());
    private static final InetSocketAddress UNKNOWN = new InetSocketAddress("0.0.0.0", 0);
    private static final int RECEIVED_BYTES = 16 << 10;
    private static final ThreadLocal<Intake> INTAKES = ThreadLocal.withInitial(Intake::new);
    private static final ThreadLocal<ByteBuffer> SCRATCH =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(RECEIVED_BYTES));
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final byte[] NOT_HERE =
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private final StreamConnection channel;
    private final StreamSourceConduit source;
    private final StreamSinkConduit sink;
    private final Http1Context context;
    private final @Nullable NamedAddresses named;
    private final ConnectionDeadlines deadlines;

    /** What was received and not looked at; never a thread's own buffer. */
    private ByteBuffer received = NOTHING;

    /** The beginning of a head that is not all there. */
    private @Nullable UnfinishedHead unfinished;

    /** The client of the exchange under way. */
    private @Nullable Http1Client serving;

    /** The answer to a plain hit that the client has not taken at once. */
    private @Nullable ResponseSender sending;

    /** Whether the selector tells of bytes and of the client's end. */
    private boolean reading;

    /** Whether requests are being looked at, one after another, further up the stack. */
    private boolean looking;

    /** Whether what was received is looked at when the other connections have had their turn. */
    private boolean yielded;

    /** Bytes of answers that were sent in this turn. */
    private long sentInTurn;

    /** Whether the client has ended its side. */
    private boolean clientEnded;

    private boolean lingering;
    private int lingered;
    private XnioExecutor.@Nullable Key lingerTimer;
    private boolean closed;
    private @Nullable InetSocketAddress peer;
    private @Nullable InetSocketAddress local;

    /** What a thread needs to look at what it receives. */
    private static final class Intake {
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(RECEIVED_BYTES);
        private final RequestHeadReader heads = new RequestHeadReader(RECEIVED_BYTES);
        private boolean inUse;

        /** This thread's; another one where the end of one request's answer lets another connection go on, further up the stack. */
        private static Intake take() {
            Intake own = INTAKES.get();
            Intake free = own.inUse ? new Intake() : own;
            free.inUse = true;
            return free;
        }
    }

    Http1Connection(StreamConnection channel, Http1Context context, @Nullable NamedAddresses named) {
        this.channel = channel;
        this.source = channel.getSourceChannel().getConduit();
        this.sink = channel.getSinkChannel().getConduit();
        this.context = context;
        this.named = named;
        this.deadlines = new ConnectionDeadlines(channel.getIoThread(), System::nanoTime, context::timeouts, this::cut);
    }

    /** Begins to read. */
    void begin(ByteBuffer first, Runnable whenClosed) {
        channel.setCloseListener(gone -> {
            try {
                wasClosed();
            } finally {
                whenClosed.run();
            }
        });
        source.setReadReadyHandler(new Readiness());
        // Whoever read a PROXY header has left them on.
        reading = source.isReadResumed();
        deadlines.opened();
        if (first.hasRemaining()) {
            keep(first);
            deadlines.active();
            next();
        } else {
            deadlines.idle();
            resumeReads();
        }
    }

    StreamConnection channel() {
        return channel;
    }

    XnioIoThread thread() {
        return channel.getIoThread();
    }

    /** The client's address. */
    InetSocketAddress peer() {
        InetSocketAddress known = peer;
        if (known == null) {
            known = named != null ? named.client() : channel.getPeerAddress(InetSocketAddress.class);
            known = known == null ? UNKNOWN : known;
            peer = known;
        }
        return known;
    }

    /** The address that the client connected to. */
    InetSocketAddress local() {
        InetSocketAddress known = local;
        if (known == null) {
            known = named != null ? named.local() : channel.getLocalAddress(InetSocketAddress.class);
            known = known == null ? UNKNOWN : known;
            local = known;
        }
        return known;
    }

    @Override
    public RequestFacts facts(RequestHead head, EffectiveUri uri, Rules.Site site) {
        return site.clients()
                .of(new RequestFacts(head, uri, peer(), local(), site.port().name()));
    }

    private boolean isAnswering() {
        return serving != null || sending != null;
    }

    // Reading.

    private final class Readiness implements ReadReadyHandler {
        @Override
        public void readReady() {
            try {
                readable();
            } catch (RuntimeException | Error e) {
                // The caller would swallow it, and the client wait for ever.
                LOG.log(System.Logger.Level.ERROR, "a connection failed inside the server", e);
                cut();
            }
        }

        @Override
        public void forceTermination() {
            cut();
        }

        @Override
        public void terminated() {
            // Whoever reads is told by what it reads, and the close listener by the connection.
        }
    }

    private void readable() {
        Http1Client client = serving;
        Http1RequestBody body = client == null ? null : client.requestBody();
        if (closed) {
            suspendReads();
        } else if (lingering) {
            drop();
        } else if (body != null && !body.isComplete()) {
            if (!body.readable()) {
                suspendReads();
            }
        } else if (isAnswering() || yielded) {
            readAhead();
        } else {
            readRequests();
        }
    }

    private void readRequests() {
        Intake intake = Intake.take();
        try {
            ByteBuffer buffer = intake.buffer.clear();
            int got = readQuietly(buffer);
            if (got < 0) {
                close();
            } else if (got > 0) {
                deadlines.active();
                look(buffer.flip(), intake.heads);
            }
        } finally {
            intake.inUse = false;
        }
    }

    /** As {@link StreamSourceConduit#read(ByteBuffer)}; a connection that broke has ended. */
    private int readQuietly(ByteBuffer buffer) {
        try {
            return source.read(buffer);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a client's connection broke", e);
            return -1;
        }
    }

    /** Reads what a client sends while it waits for an answer, up to a limit; learns that it has left. */
    private void readAhead() {
        int limit = context.rules().configuration().limits().clientConnections().pipelineMaxSize();
        int room = limit - received.remaining();
        if (room <= 0 || clientEnded) {
            suspendReads();
            return;
        }
        ByteBuffer buffer = scratch();
        buffer.limit(Math.min(buffer.capacity(), room));
        int got = readQuietly(buffer);
        if (got > 0) {
            keep(buffer.flip());
        } else if (got < 0) {
            clientEnded = true;
            Http1Client client = serving;
            if (client != null) {
                client.clientHasLeft();
            }
        }
    }

    /** Keeps the remaining bytes of {@code more} behind what is kept already. */
    private void keep(ByteBuffer more) {
        if (!more.hasRemaining()) {
            return;
        }
        ByteBuffer all = ByteBuffer.allocate(received.remaining() + more.remaining());
        received = all.put(received).put(more).flip();
    }

    /** What was received and belongs to the body of the request under way, or to what follows it. */
    ByteBuffer received() {
        return received;
    }

    /** Keeps what a request body's reader has read beyond its body. */
    void keepBeyondBody(ByteBuffer more) {
        keep(more);
    }

    /** The client has ended its side before its request did. */
    void clientLeftWithinBody() {
        clientEnded = true;
        suspendReads();
        Http1Client client = serving;
        if (client != null) {
            client.clientHasLeft();
        }
    }

    /** The conduit that a request body is read from once {@link #received()} is empty. */
    StreamSourceConduit source() {
        return source;
    }

    /** This thread's buffer for what is read, for use in one step. */
    static ByteBuffer scratch() {
        return SCRATCH.get().clear();
    }

    /** Tells of bytes and of the client's end again. The selector is asked only where that is new: each asking costs. */
    void resumeReads() {
        if (!closed && !reading) {
            reading = true;
            source.resumeReads();
        }
    }

    private void suspendReads() {
        if (reading) {
            reading = false;
            source.suspendReads();
        }
    }

    /** Bytes of a request's body have come. */
    void active() {
        deadlines.active();
    }

    // Requests.

    /** Looks at what is kept, or waits for more. */
    private void next() {
        if (closed || looking) {
            return;
        }
        if (received.hasRemaining()) {
            ByteBuffer bytes = received;
            received = NOTHING;
            Intake intake = Intake.take();
            try {
                look(bytes, intake.heads);
            } finally {
                intake.inUse = false;
            }
        } else if (clientEnded) {
            close();
        } else {
            deadlines.idle();
            resumeReads();
        }
    }

    /** Serves the requests that {@code arrived} begins with until one is under way; keeps what is left. */
    private void look(ByteBuffer arrived, RequestHeadReader heads) {
        ByteBuffer bytes = arrived;
        UnfinishedHead begun = unfinished;
        if (begun != null) {
            begun.add(arrived);
            if (!begun.isWorthReading()) {
                return;
            }
            bytes = begun.bytes();
        }
        int begin = bytes.position();
        int size = bytes.remaining();
        int from = 0;
        boolean someServed = false;
        sentInTurn = 0;
        heads.load(bytes);
        long since = System.currentTimeMillis();
        looking = true;
        try {
            while (from < size && !isAnswering() && !isOver() && sentInTurn < TURN_BYTES_MAX) {
                Rules rules = context.rules();
                Result result = heads.read(from, rules.requestLimits());
                if (result == Result.UNFINISHED) {
                    break;
                }
                someServed = true;
                if (result == Result.REFUSED) {
                    from = size;
                    refuse(heads.refusal(), heads.refused(), rules);
                } else {
                    from = heads.end();
                    Rules.Site site = context.site(rules);
                    if (site == null) {
                        notHere();
                    } else if (!servePlain(heads, rules, site, since)) {
                        ReceivedRequest request = heads.request();
                        if (request.framing().kind() != BodyFraming.Kind.NONE) {
                            // What follows the head is the body's, and the connection's once that has ended.
                            keep(bytes.position(begin + from));
                            from = size;
                        }
                        serve(request, rules, site);
                    }
                }
            }
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "a request failed inside the server", e);
            cut();
        } finally {
            looking = false;
        }
        left(bytes.position(begin + from), someServed, heads);
    }

    /** Whether nothing more is read as a request. */
    private boolean isOver() {
        return closed || lingering;
    }

    /** Keeps what is left of {@code bytes} after the requests in it that were served. */
    private void left(ByteBuffer bytes, boolean someServed, RequestHeadReader heads) {
        UnfinishedHead begun = unfinished;
        if (someServed) {
            unfinished = null;
        }
        if (isOver()) {
            unfinished = null;
            return;
        }
        if (isAnswering()) {
            keep(bytes);
            return;
        }
        if (sentInTurn >= TURN_BYTES_MAX && bytes.hasRemaining()) {
            keep(bytes);
            yieldTurn();
            return;
        }
        if (!bytes.hasRemaining()) {
            if (received.hasRemaining()) {
                // What came behind a request with a body: not looked at from within this look, or calls would pile up.
                yieldTurn();
            } else {
                next();
            }
            return;
        }
        if (someServed || begun == null) {
            unfinished = new UnfinishedHead(bytes);
        } else {
            begun.wasRead();
        }
        if (clientEnded) {
            close();
        } else if (heads.hasBegun()) {
            deadlines.headBegan();
        } else {
            deadlines.idle();
        }
        resumeReads();
    }

    /** Goes on when the thread has looked at its other connections and the socket takes more. */
    private void yieldTurn() {
        yielded = true;
        ConduitStreamSinkChannel writes = channel.getSinkChannel();
        writes.setWriteListener(writable -> {
            writable.suspendWrites();
            yielded = false;
            next();
        });
        writes.resumeWrites();
    }

    private boolean servePlain(RequestHeadReader heads, Rules rules, Rules.Site site, long since) {
        if (unfinished != null) {
            deadlines.headIsWhole();
        }
        if (!heads.isPlain()) {
            return false;
        }
        RequestFacts facts = context.plainRequests().facts(heads.head(), rules, site, this);
        if (facts == null) {
            return false;
        }
        boolean keepAlive = heads.keepsAlive();
        Decision decision = context.plainRequests().serve(facts, keepAlive, since, rules, site, this);
        if (decision != null) {
            act(facts, keepAlive, decision, rules, site);
        }
        return true;
    }

    /** Goes on with a plain request that is no plain hit. */
    private void act(RequestFacts facts, boolean keepAlive, Decision decision, Rules rules, Rules.Site site) {
        Http1Client client = begin(rules);
        client.understood(facts.head().version(), keepAlive);
        Exchange x = new Exchange(client, rules, site, context.record());
        try {
            x.understood(facts.head());
            x.located(facts);
            if (context.isFull(rules)) {
                refuseForNow(x, client);
            } else {
                context.flow().act(x, decision);
            }
        } catch (RuntimeException | Error e) {
            x.failed(e);
        }
    }

    private static void refuseForNow(Exchange x, Http1Client client) {
        client.closeAfterwards();
        x.refuse(
                ErrorPage.ERR_CANNOT_FORWARD,
                ResultCode.NONE_NONE,
                "As many requests as client_max_requests allows are under way.");
    }

    private void serve(ReceivedRequest request, Rules rules, Rules.Site site) {
        Http1Client client = begin(rules);
        Exchange x = new Exchange(client, rules, site, context.record());
        try {
            x.understood(request.head());
            client.understood(
                    request.head().version(),
                    request.keepAlive() && !context.flow().draining());
            if (request.framing().kind() != BodyFraming.Kind.NONE) {
                Http1RequestBody body = new Http1RequestBody(
                        this,
                        client.sender(),
                        request.framing(),
                        request.expectsContinue(),
                        rules.configuration().limits().requestBodyMaxSize(),
                        rules.configuration().timeouts().requestTimeout());
                body.gather(rules.configuration().limits().requestBufferMaxSize());
                client.withBody(body);
            }
            if (context.isFull(rules)) {
                refuseForNow(x, client);
            } else {
                context.flow().handle(x, request.scheme(), request.authority());
            }
        } catch (RuntimeException | Error e) {
            x.failed(e);
        }
    }

    /** @param head what is known of the request, for the log */
    private void refuse(Refusal refusal, @Nullable RequestHead head, Rules rules) {
        deadlines.headIsWhole();
        Rules.Site site = context.site(rules);
        if (site == null) {
            notHere();
            return;
        }
        Http1Client client = begin(rules);
        Exchange x = new Exchange(client, rules, site, context.record());
        client.refused();
        if (head != null) {
            x.understood(head);
        }
        try {
            x.refuse(
                    page(refusal.page()),
                    refusal.status(),
                    refusal.reason(),
                    ResultCode.NONE_NONE,
                    "It has " + refusal.why() + ".");
        } catch (RuntimeException | Error e) {
            x.failed(e);
        }
    }

    private static ErrorPage page(Refusal.Page page) {
        return switch (page) {
            case INVALID_REQUEST -> ErrorPage.ERR_INVALID_REQ;
            case UNKNOWN_PROTOCOL -> ErrorPage.ERR_PROTOCOL_UNKNOWN;
            case INVALID_URL -> ErrorPage.ERR_INVALID_URL;
            case UNSUPPORTED_METHOD -> ErrorPage.ERR_UNSUP_REQ;
            case UNSUPPORTED_VERSION -> ErrorPage.ERR_UNSUP_HTTPVERSION;
            case TOO_BIG -> ErrorPage.ERR_TOO_BIG;
        };
    }

    /** A reload took the listener's line away: nobody's rules hold for the request. */
    private void notHere() {
        try {
            sink.write(ByteBuffer.wrap(NOT_HERE));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a client left before it was told that its listener is closed", e);
        }
        linger();
    }

    // Answers.

    /** A request is an exchange now. */
    private Http1Client begin(Rules rules) {
        Http1Client client = new Http1Client(this, rules);
        context.begins();
        serving = client;
        return client;
    }

    /** The exchange is over and recorded. */
    void ended() {
        Http1Client client = serving;
        if (client != null) {
            sentInTurn += client.bytesSent();
        }
        serving = null;
        context.ended();
    }

    /**
     * All of an answer is written.
     *
     * @param keepAlive whether the connection stays
     * @param mayBeSending where it does not, whether the client may be in the middle of sending something
     */
    void answered(boolean keepAlive, boolean mayBeSending) {
        if (keepAlive) {
            next();
        } else if (mayBeSending && !clientEnded) {
            linger();
        } else {
            close();
        }
    }

    /** The client does not get all of an answer: its sender closes the connection. */
    void cutOff() {
        closed = true;
    }

    @Override
    public void send(ByteBuffer head, ByteBuffer body, boolean keepAlive, Consumer<Write> done) {
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
            ResponseSender sender = slowly(keepAlive);
            sender.sendWhole(head, body, () -> ended(sender, size - left, done));
            return;
        }
        sentInTurn += size;
        if (!keepAlive) {
            close();
        }
        done.accept(new Write(size, false));
    }

    @Override
    public void send(ByteBuffer head, BodySource body, boolean keepAlive, Consumer<Write> done) {
        ResponseSender sender = slowly(keepAlive);
        sender.send(head, ResponseSender.Framing.LENGTH, body, () -> ended(sender, 0, done));
    }

    private ResponseSender slowly(boolean keepAlive) {
        context.begins();
        ResponseSender sender =
                new ResponseSender(channel, context.timeouts().writeTimeout(), new ResponseSender.Ending() {
                    @Override
                    public void answered() {
                        sending = null;
                        Http1Connection.this.answered(keepAlive, false);
                    }

                    @Override
                    public void cut() {
                        sending = null;
                        cutOff();
                    }
                });
        sending = sender;
        return sender;
    }

    private void ended(ResponseSender sender, long before, Consumer<Write> done) {
        context.ended();
        done.accept(new Write(before + sender.bytesSent(), sender.isClientGone()));
    }

    // The end.

    /**
     * Ends this side and reads on for a while: where bytes of the client are unread, closing at once would make the system reset
     * the connection, and the client could lose the answer. RFC 9112 §9.6.
     */
    private void linger() {
        if (isOver()) {
            return;
        }
        lingering = true;
        received = NOTHING;
        unfinished = null;
        try {
            sink.terminateWrites();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a client's connection broke at its end", e);
            close();
            return;
        }
        lingerTimer = thread().executeAfter(this::close, LINGER_MILLIS_MAX, TimeUnit.MILLISECONDS);
        resumeReads();
    }

    private void drop() {
        int got = readQuietly(scratch());
        lingered += Math.max(0, got);
        if (got < 0 || lingered > LINGER_BYTES_MAX) {
            close();
        }
    }

    private void close() {
        closed = true;
        IoUtils.safeClose(channel);
    }

    /** Cuts the answer under way, if there is one, and closes. */
    void cut() {
        Http1Client client = serving;
        if (client != null) {
            client.abort();
        }
        ResponseSender rest = sending;
        if (rest != null) {
            rest.abort();
        }
        close();
    }

    private void wasClosed() {
        closed = true;
        deadlines.closed();
        XnioExecutor.Key timer = lingerTimer;
        if (timer != null) {
            timer.remove();
            lingerTimer = null;
        }
        if (Thread.currentThread() == thread()) {
            cutRest();
        } else {
            thread().execute(this::cutRest);
        }
    }

    /** Whatever closed the connection, the answer under way has ended with it. What this server closes it has ended before. */
    private void cutRest() {
        Http1Client client = serving;
        if (client != null) {
            client.connectionLost();
        }
        ResponseSender rest = sending;
        if (rest != null) {
            rest.clientLeft();
        }
    }
}
