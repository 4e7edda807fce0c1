package io.loligo.proxy.http1;

import io.loligo.cache.http.RequestHead;
import org.jspecify.annotations.Nullable;

/**
 * A request with one meaning, as its head says it. RFC 9112 §3, §6 and §9.
 *
 * @param head the head; the target in origin form, the fields in order and bytes as received
 * @param authority the authority of an absolute-form target, else null
 * @param scheme the scheme of an absolute-form target in lower case, else null
 * @param framing how the end of the body is found
 * @param keepAlive whether the client lets the connection stay
 * @param expectsContinue whether the client waits for 100 before it sends the body. RFC 9110 §10.1.1
 * @param size the bytes of the head, its empty line included
 */
public record ReceivedRequest(
        RequestHead head,
        @Nullable String authority,
        @Nullable String scheme,
        BodyFraming framing,
        boolean keepAlive,
        boolean expectsContinue,
        int size) {}
