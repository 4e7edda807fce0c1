package io.loligo.proxy.origin;

import io.loligo.cache.http.Fields;
import org.jspecify.annotations.Nullable;

/**
 * A request as it is to be sent to an origin: generated from the parsed request, never copied.
 *
 * @param method the method token
 * @param target path and query in origin form, or {@code *}
 * @param fields end-to-end fields with Host, Via and X-Forwarded-For as they go out, without Content-Length,
 *     Transfer-Encoding and Connection: those are the client's to write
 * @param body the body, or null when there is none
 * @param https whether the client's URL is one of https, which front-end-https=auto tells the peer
 * @param peerFields decides on the fields that the peer's own line adds; null where they go as they are
 */
public record OriginRequest(
        String method,
        String target,
        Fields fields,
        @Nullable RequestBody body,
        boolean https,
        @Nullable PeerFields peerFields) {

    /** Decides on Host, Authorization and Front-End-Https as a peer's line has them. Called by the thread that sends. */
    public interface PeerFields {
        /** What goes in the place of {@code value}; null where the field does not go. */
        @Nullable String passed(String name, String value);
    }

    /** A request on whose peer's fields nothing decides. */
    public OriginRequest(String method, String target, Fields fields, @Nullable RequestBody body, boolean https) {
        this(method, target, fields, body, https, null);
    }

    /** Methods that may be sent again when nothing of an answer arrived. RFC 9110 §9.2.2. */
    public boolean isIdempotent() {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE" -> true;
            default -> false;
        };
    }
}
