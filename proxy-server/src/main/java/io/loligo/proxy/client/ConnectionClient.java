package io.loligo.proxy.client;

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
final class ConnectionClient implements Client, ResponseSender.Ending {
    private final ClientConnection connection;
    private final Rules rules;
    private final Sequel sequel;
    private final ResponseSender sender;
    private @Nullable ClientRequestBody body;
    private HttpVersion version = HttpVersion.HTTP_1_1;
    private boolean keepAlive;
    private Runnable endListener = () -> {};

    /** What follows an exchange on its connection. Called on the connection's I/O thread. */
    interface Sequel {
        /** All of the answer is written, and the exchange recorded. */
        void answered(boolean keepAlive);

        /** The client does not get all of it: the connection is being closed. */
        void cut();
    }

    ConnectionClient(ClientConnection connection, Rules rules, Sequel sequel) {
        this.connection = connection;
        this.rules = rules;
        this.sequel = sequel;
        this.sender = new ResponseSender(
                connection.channel(), rules.configuration().timeouts().writeTimeout(), this);
        if (rules.configuration().logs().logMimeHeaders()) {
            sender.keepHead();
        }
    }

    /** The request's head has been read. */
    void understood(HttpVersion requestVersion, boolean mayKeepAlive) {
        version = requestVersion;
        keepAlive = mayKeepAlive;
    }

    /** The request has a body. */
    void withBody(ClientRequestBody requestBody) {
        body = requestBody;
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
        return sender.aborted();
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
        // This door does not notice it before the answer is written.
    }

    @Override
    public void onEnd(Runnable listener) {
        endListener = listener;
    }

    @Override
    public void answered() {
        sequel.answered(keepAlive);
    }

    @Override
    public void cut() {
        sequel.cut();
    }
}
