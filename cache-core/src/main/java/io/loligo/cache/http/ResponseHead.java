package io.loligo.cache.http;

/**
 * The head of a response as it was received. RFC 9112 §4.
 *
 * @param status 100 to 599 (an origin's 600 to 999 is kept as is)
 * @param reason the reason phrase, may be empty
 * @param fields every field line, hop-by-hop ones included
 */
public record ResponseHead(int status, String reason, Fields fields) {

    /** A 1xx answer, never the final one. RFC 9110 §15.2. */
    public boolean isInterim() {
        return status >= 100 && status < 200;
    }
}
