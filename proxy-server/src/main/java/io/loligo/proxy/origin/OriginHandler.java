package io.loligo.proxy.origin;

import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.status.HierarchyCode;

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
     * @param code how it was chosen
     */
    record Unreachable(
            Cause cause,
            String message,
            @org.jspecify.annotations.Nullable Peer peer,
            HierarchyCode code) {}

    /** The kinds of failure; each becomes its own error page. */
    enum Cause {
        /** No peer may serve the request, or none is up: 503 ERR_CANNOT_FORWARD. */
        NO_PEER,
        /** Connection refused or unreachable: 503 ERR_CONNECT_FAIL. */
        REFUSED,
        /** 504 ERR_CONNECT_FAIL. */
        CONNECT_TIMEOUT,
        /** 504 ERR_READ_TIMEOUT. */
        READ_TIMEOUT,
        /** Closed without a byte of an answer: 502 ERR_ZERO_SIZE_OBJECT. */
        CLOSED,
        /** Closed or reset in the middle of the head: 502 ERR_READ_ERROR. */
        RESET,
        /** Not HTTP, or against its framing rules: 502 ERR_INVALID_RESP. */
        MALFORMED,
        /** The head is over reply_header_max_size: 502 ERR_TOO_BIG. */
        TOO_BIG,
        /** The client's own body failed: its error, not the origin's. */
        REQUEST_BODY
    }
}
