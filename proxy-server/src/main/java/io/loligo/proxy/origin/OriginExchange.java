package io.loligo.proxy.origin;

import io.loligo.cache.http.ResponseHead;

/**
 * One request and its answer on an {@link OriginConnection}: what the connection sends, and who is told how it goes on. Used
 * on the connection's I/O thread. After {@link #answered} or {@link #lost} there is no further call.
 */
interface OriginExchange {
    OriginRequest request();

    OriginSettings settings();

    /** The request's head in wire form, for the connection's peer. */
    byte[] head();

    /** A 1xx answer other than 101 came. */
    void interim(ResponseHead interim);

    /** The final answer's head came; {@code body} is the receiver's now. */
    void answered(ResponseHead answer, OriginBody body);

    /**
     * The connection failed before the head of an answer was complete; it is closed.
     *
     * @param untouched whether the origin gave no byte of an answer
     * @param unsent whether no byte of the request was written
     */
    void lost(OriginHandler.Cause cause, String message, boolean reused, boolean untouched, boolean unsent);
}
