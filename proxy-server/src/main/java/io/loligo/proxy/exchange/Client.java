package io.loligo.proxy.exchange;

import io.loligo.cache.http.ResponseHead;
import io.loligo.proxy.log.SentHead;
import io.loligo.proxy.respond.Answer;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/**
 * The client of one exchange, as everything above the doors sees it: a turn of an HTTP/1.1 connection, or a stream of an
 * HTTP/2 connection. It takes interim answers, then one final answer, and ends once.
 *
 * <p>Used on its I/O thread only, which also calls the listeners.
 */
public interface Client {
    /** The I/O thread of the connection. */
    XnioIoThread thread();

    /** The client's address: the connection's, or the one that a PROXY header names. */
    InetSocketAddress address();

    /** The address that the client connected to. */
    InetSocketAddress localAddress();

    /** The request's body; null where the request has none. */
    @Nullable ClientBody body();

    /**
     * Sends a 1xx answer before the final one. Ignored once the final answer has begun, and for a client that knows no
     * interim answers. RFC 9110 §15.2.
     *
     * @param head with end-to-end fields only
     */
    void interim(ResponseHead head);

    /**
     * Sends the final answer at the client's pace, and closes its body when that is over. Owns the answer from here on;
     * a wire form of its head may be a scratch of this thread.
     *
     * @throws IllegalStateException when an answer was sent before
     */
    void send(Answer answer);

    /** Whether the final answer has begun: then no other can be given. */
    boolean answerBegun();

    /** Ends the exchange without an answer, or in the middle of one. The client can tell that it did not get all of it. */
    void abort();

    /** Whether the exchange ended before the client had all of its answer because the client left. */
    boolean aborted();

    /** Bytes sent to the client so far, heads and framing included. */
    long bytesSent();

    /** Bytes of the answer's body sent to the client so far. */
    long bodyBytesSent();

    /** The final head as sent; {@link SentHead#NONE} where no log shows it. */
    SentHead sentHead();

    /** The connection is not used for another request after this exchange. Without effect for a stream. */
    void closeAfterwards();

    /**
     * Sets what is called, at most once, when the client leaves before its answer has begun; the end follows. RFC 9112 §9.5.
     */
    void onGone(Runnable listener);

    /** Sets what is called once, when the answer is written, or the client does not get all of it. */
    void onEnd(Runnable listener);
}
