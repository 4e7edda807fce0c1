package io.loligo.proxy.http1;

/**
 * A request that is not served, because its head is malformed, ambiguous or over a limit. It is answered, and its connection is
 * closed: nothing after it is read as another request.
 *
 * @param status the status of the answer, mostly 400
 * @param reason the phrase of {@code status}
 * @param page the kind of page to answer with
 * @param why what is wrong, as the rest of a sentence that begins with "It has"; never contains the sender's bytes
 */
public record Refusal(int status, String reason, Page page, String why) {

    /** The kinds of pages. */
    public enum Page {
        /** Squid's ERR_INVALID_REQ. */
        INVALID_REQUEST,
        /** Squid's ERR_PROTOCOL_UNKNOWN: the bytes do not begin as a request does. */
        UNKNOWN_PROTOCOL,
        /** Squid's ERR_INVALID_URL. */
        INVALID_URL,
        /** Squid's ERR_UNSUP_REQ. */
        UNSUPPORTED_METHOD,
        /** Squid's ERR_UNSUP_HTTPVERSION. */
        UNSUPPORTED_VERSION,
        /** Squid's ERR_TOO_BIG. */
        TOO_BIG
    }

    static Refusal malformed(String why) {
        return new Refusal(400, "Bad Request", Page.INVALID_REQUEST, why);
    }

    static Refusal unknownProtocol(String why) {
        return new Refusal(400, "Bad Request", Page.UNKNOWN_PROTOCOL, why);
    }

    static Refusal invalidUrl(String why) {
        return new Refusal(400, "Bad Request", Page.INVALID_URL, why);
    }

    static Refusal headTooBig(String why) {
        return new Refusal(431, "Request Header Fields Too Large", Page.TOO_BIG, why);
    }
}
