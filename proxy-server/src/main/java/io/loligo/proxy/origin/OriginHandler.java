package io.loligo.proxy.origin;

import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.status.HierarchyCode;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Told how an {@link OriginRequest} goes on; every call comes on the I/O thread that sent it. After {@link #answered} or
 * {@link #failed} there is no further call.
 */
public interface OriginHandler {

    /** A 1xx answer other than 101, before the final one. RFC 9110 §15.2. */
    void interim(ResponseHead head);

    /** The final answer's head. The handler now owns {@code body} and reads it to the end or aborts it. */
    void answered(OriginAnswer answer, OriginBody body);

    /** No peer gave an answer. */
    void failed(Unreachable failure);

    /**
     * Why no answer came: the last try's failure.
     *
     * @param cause the kind of failure
     * @param message one line for the log, without the client's data
     * @param peer the last peer tried, or null when there was none to try
     * @param address the address of that peer that the connection went to; null when no connection was made
     * @param code how that peer was chosen
     */
    record Unreachable(
            Cause cause,
            String message,
            @Nullable Peer peer,
            @Nullable InetSocketAddress address,
            HierarchyCode code) {

        /** What goes wrong, in words that no client can vary: the same for each request that meets it. */
        public String trouble() {
            return peer == null ? "no peer may serve a request" : "no answer from " + peer + ": " + cause.words();
        }
    }

    /** The kinds of failure; each becomes its own error page. */
    enum Cause {
        /** No peer may serve the request, or none is up: 503 ERR_CANNOT_FORWARD. */
        NO_PEER("it takes no connection now"),
        /** Connection refused or unreachable: 503 ERR_CONNECT_FAIL. */
        REFUSED("connect failed"),
        /** 504 ERR_CONNECT_FAIL. */
        CONNECT_TIMEOUT("connect timed out"),
        /** 504 ERR_READ_TIMEOUT. */
        READ_TIMEOUT("silent for too long"),
        /** Closed without a byte of an answer: 502 ERR_ZERO_SIZE_OBJECT. */
        CLOSED("closed without an answer"),
        /** Closed or reset in the middle of the head: 502 ERR_INVALID_RESP. */
        RESET("connection lost within the head"),
        /** Not HTTP, or against its framing rules: 502 ERR_INVALID_RESP. */
        MALFORMED("malformed answer"),
        /** The head is over reply_header_max_size: 502 ERR_TOO_BIG. */
        TOO_BIG("answer too big"),
        /** The client's own body failed: its error, not the origin's. */
        REQUEST_BODY("the client's body failed");

        private final String words;

        Cause(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }
}
