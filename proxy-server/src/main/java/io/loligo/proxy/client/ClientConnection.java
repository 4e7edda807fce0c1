package io.loligo.proxy.client;

import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.config.Configuration.Timeouts;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.respond.BodySource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;
import org.xnio.conduits.StreamSinkConduit;

/**
 * A client's connection as the flow sees it: who is at its other end and what it is being answered, and the answers to plain
 * requests, of which Undertow knows nothing. One answer at a time: the next request is looked at when it is over.
 *
 * <p>Used on the connection's I/O thread.
 */
final class ClientConnection {
    private static final System.Logger LOG = System.getLogger(ClientConnection.class.getName());
    private static final InetSocketAddress UNKNOWN = new InetSocketAddress("0.0.0.0", 0);

    private final StreamConnection channel;
    private final StreamSinkConduit sink;
    private final RequestHandler handler;
    private final Supplier<Timeouts> timeouts;
    private final Runnable free;
    private final ConnectionClient.Sequel plainSequel = new PlainSequel();

    /** The exchange under way, whichever way its request came. */
    private @Nullable ConnectionClient serving;
    /** Whether that is a plain request's. */
    private boolean servingPlain;
    /** The answer to a plain hit that the client has not taken at once. */
    private @Nullable ResponseSender sending;
    /** Whether requests are being looked at, one after another, further up the stack. */
    private boolean looking;

    private boolean closed;
    private @Nullable InetSocketAddress peer;
    private @Nullable InetSocketAddress local;

    /**
     * What became of an answer.
     *
     * @param bytes how many of it were written
     * @param cut whether that is not all of it
     */
    record Write(long bytes, boolean cut) {}

    /**
     * @param handler of its listener
     * @param timeouts those in force at any time
     * @param free run when the answer to a plain request is over that {@link #servePlain} left under way
     */
    ClientConnection(StreamConnection channel, RequestHandler handler, Supplier<Timeouts> timeouts, Runnable free) {
        this.channel = channel;
        this.sink = channel.getSinkChannel().getConduit();
        this.handler = handler;
        this.timeouts = timeouts;
        this.free = free;
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
            known = channel.getPeerAddress(InetSocketAddress.class);
            known = known == null ? UNKNOWN : known;
            peer = known;
        }
        return known;
    }

    /** The address that the client connected to. */
    InetSocketAddress local() {
        InetSocketAddress known = local;
        if (known == null) {
            known = channel.getLocalAddress(InetSocketAddress.class);
            known = known == null ? UNKNOWN : known;
            local = known;
        }
        return known;
    }

    /** What access lists may look at of a request that came by this connection. */
    RequestFacts facts(RequestHead head, EffectiveUri uri, Rules.Site site) {
        return site.clients()
                .of(new RequestFacts(head, uri, peer(), local(), site.port().name()));
    }

    /** Whether a request is being answered. */
    boolean isAnswering() {
        return serving != null || sending != null;
    }

    /** Whether a plain request is being answered. */
    boolean isAnsweringPlain() {
        return sending != null || (serving != null && servingPlain);
    }

    /** Whether it was closed after the answer to a plain request. */
    boolean isClosed() {
        return closed;
    }

    /** A request that came by Undertow is an exchange now. */
    void begins(ConnectionClient exchange) {
        handler.active().increment();
        serving = exchange;
        servingPlain = false;
    }

    /** A plain request is an exchange now. */
    void beginsPlain(ConnectionClient exchange) {
        begins(exchange);
        servingPlain = true;
    }

    /** The exchange is over and recorded. */
    void ended() {
        serving = null;
        handler.active().decrement();
    }

    /** What follows the answer to a plain request that became an exchange. */
    ConnectionClient.Sequel plainSequel() {
        return plainSequel;
    }

    /** Serves the plain requests that {@code bytes} begins with, until one is under way; moves its position past them. */
    void servePlain(ByteBuffer bytes, PlainHeadParser heads) {
        long since = System.currentTimeMillis();
        int begin = bytes.position();
        int from = 0;
        heads.load(bytes);
        looking = true;
        try {
            RequestHead head = heads.parse(from);
            while (head != null && handler.plainRequests().serve(head, heads.end() - from, since, this)) {
                from = heads.end();
                bytes.position(begin + from);
                head = !isAnswering() && !closed && bytes.hasRemaining() ? heads.parse(from) : null;
            }
            if (closed) {
                // What a client sends after it asked for the end is not read.
                bytes.position(bytes.limit());
            }
        } catch (RuntimeException | Error e) {
            // The caller would swallow it, and the client wait for ever.
            LOG.log(System.Logger.Level.ERROR, "a plain request failed inside the server", e);
            IoUtils.safeClose(channel);
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
        ResponseSender sender = new ResponseSender(channel, timeouts.get().writeTimeout(), new ResponseSender.Ending() {
            @Override
            public void answered() {
                sending = null;
                plainSequel.answered(keepAlive);
            }

            @Override
            public void cut() {
                sending = null;
                plainSequel.cut();
            }
        });
        sending = sender;
        return sender;
    }

    private void ended(ResponseSender sender, long before, Consumer<Write> done) {
        handler.active().decrement();
        done.accept(new Write(before + sender.bytesSent(), sender.aborted()));
    }

    private final class PlainSequel implements ConnectionClient.Sequel {
        @Override
        public void answered(boolean keepAlive) {
            if (!keepAlive) {
                close();
            } else if (!looking) {
                free.run();
            }
        }

        @Override
        public void cut() {
            closed = true;
        }
    }

    private void close() {
        closed = true;
        IoUtils.safeClose(channel);
    }

    /** Cuts the answer under way, if there is one, and closes. */
    void cut() {
        ConnectionClient exchange = serving;
        if (exchange != null && exchange.sender().started()) {
            exchange.sender().abort();
        }
        ResponseSender rest = sending;
        if (rest != null) {
            rest.abort();
        }
        IoUtils.safeClose(channel);
    }
}
