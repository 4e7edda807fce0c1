package io.loligo.proxy.client.http1;

import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.ResponseHead;
import io.loligo.proxy.exchange.Client;
import io.loligo.proxy.exchange.ClientBody;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.log.SentHead;
import io.loligo.proxy.respond.Answer;
import io.loligo.proxy.respond.BodySource;
import io.loligo.proxy.respond.ResponseFields;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/** One request's turn of an HTTP/1.1 connection. RFC 9112 §9.3. Used on the connection's I/O thread. */
final class Http1Client implements Client, ResponseSender.Ending {
    private final Http1Connection connection;
    private final Rules rules;
    private final ResponseSender sender;
    private @Nullable Http1RequestBody body;
    private HttpVersion version = HttpVersion.HTTP_1_1;
    private boolean keepAlive;
    private boolean mayBeSending;
    private boolean gone;
    private Runnable goneListener = () -> {};
    private Runnable endListener = () -> {};

    Http1Client(Http1Connection connection, Rules rules) {
        this.connection = connection;
        this.rules = rules;
        this.sender = new ResponseSender(
                connection.channel(), rules.configuration().timeouts().writeTimeout(), this);
        sender.onEndWithoutAnswer(this::ended);
        if (rules.configuration().logs().keepsSentHeads()) {
            sender.keepHead();
        }
    }

    /** The request's head has been read. */
    void understood(HttpVersion requestVersion, boolean mayKeepAlive) {
        version = requestVersion;
        keepAlive = mayKeepAlive;
    }

    /** The request has a body. */
    void withBody(Http1RequestBody requestBody) {
        body = requestBody;
    }

    /** The request is answered, and nothing after it is read as another. */
    void refused() {
        keepAlive = false;
        mayBeSending = true;
    }

    /** The request's body, for its connection. */
    @Nullable Http1RequestBody requestBody() {
        return body;
    }

    /**
     * The client has ended its side. Where its answer has not begun, it gets none: what it waits for is given up, as Squid does
     * with half_closed_clients off.
     */
    void clientHasLeft() {
        if (gone || sender.started()) {
            return;
        }
        gone = true;
        try {
            goneListener.run();
        } finally {
            sender.clientLeft();
        }
    }

    /** The connection is closed, and not by this server. */
    void connectionLost() {
        sender.clientLeft();
    }

    ResponseSender sender() {
        return sender;
    }

    @Override
    public XnioIoThread thread() {
        return connection.thread();
    }

    @Override
    public InetSocketAddress address() {
        return connection.peer();
    }

    @Override
    public InetSocketAddress localAddress() {
        return connection.local();
    }

    @Override
    public @Nullable ClientBody body() {
        return body;
    }

    @Override
    public void interim(ResponseHead head) {
        if (version != HttpVersion.HTTP_1_0) {
            sender.interim(ResponseFields.interim(head.status(), head.reason(), head.fields()));
        }
    }

    @Override
    public void send(Answer answer) {
        BodySource source = answer.body();
        if (sender.aborted()) {
            // The client has left meanwhile, and the exchange is at its end.
            if (source != null) {
                source.close();
            }
            return;
        }
        boolean unframed = source != null && answer.length() < 0;
        boolean chunked = unframed && version != HttpVersion.HTTP_1_0;
        if (unframed && !chunked) {
            keepAlive = false;
        }
        keepAlive = keepAlive
                && !hasUnreadBody()
                && rules.configuration().forwarding().clientPersistentConnections();
        ByteBuffer head = rules.responseFields().head(answer, chunked, keepAlive, version);
        ByteBuffer whole = source == null ? null : source.whole();
        if (source == null) {
            sender.sendWhole(head, null, this::ended);
        } else if (whole != null) {
            sender.sendWhole(head, whole, () -> {
                source.close();
                ended();
            });
        } else {
            ResponseSender.Framing framing = chunked
                    ? ResponseSender.Framing.CHUNKED
                    : unframed ? ResponseSender.Framing.CLOSE : ResponseSender.Framing.LENGTH;
            sender.send(head, framing, source, this::ended);
        }
    }

    private boolean hasUnreadBody() {
        return body != null && !body.isComplete();
    }

    private void ended() {
        try {
            endListener.run();
        } finally {
            connection.ended();
        }
    }

    @Override
    public boolean answerBegun() {
        return sender.started();
    }

    @Override
    public void abort() {
        sender.abort();
    }

    @Override
    public boolean aborted() {
        return sender.isClientGone();
    }

    @Override
    public long bytesSent() {
        return sender.bytesSent();
    }

    @Override
    public long bodyBytesSent() {
        return sender.bodyBytesSent();
    }

    @Override
    public SentHead sentHead() {
        return sender.sentHead();
    }

    @Override
    public void closeAfterwards() {
        keepAlive = false;
    }

    @Override
    public void onGone(Runnable listener) {
        goneListener = listener;
    }

    @Override
    public void onEnd(Runnable listener) {
        endListener = listener;
    }

    @Override
    public void answered() {
        connection.answered(keepAlive, mayBeSending || hasUnreadBody());
    }

    @Override
    public void cut() {
        connection.cutOff();
    }
}
