package io.loligo.proxy.exchange;

import io.loligo.proxy.origin.RequestBody;

/** The body of a client's request, without its framing. Used on the client's I/O thread only. */
public interface ClientBody extends RequestBody {
    /** Whether reading ended because the body is larger than request_body_max_size. */
    boolean isTooBig();

    /**
     * Whether the origin's 100 is to go to the client. It is not when the client has had a 100 of this server before; once
     * this has said yes, this server sends none of its own. RFC 9110 §10.1.1.
     */
    boolean passesOnContinue();
}
