package io.loligo.proxy.client;

/**
 * What {@link HeadScanner} saw in a request's head and Undertow's parser does not tell. One of a fixed set of instances,
 * so that a request allocates none.
 */
final class HeadFacts {
    /** The version of the request line. RFC 9112 §2.3. */
    enum Version {
        /** HTTP/1.1, and any later HTTP/1 that a client may send to a server of HTTP/1.1. */
        HTTP_1_1,
        HTTP_1_0,
        /** HTTP/0 with any minor version. */
        OLDER,
        /** HTTP/2 or later, written as if it were a version of this syntax. */
        NEWER
    }

    /** What stood between path and query, as far as the parser does not keep it. */
    enum QueryMark {
        /** Nothing unusual: a query follows its mark, or there is no mark. */
        ORDINARY,
        /** A mark that nothing follows. */
        BARE,
        /** A query that begins with a question mark itself. */
        DOUBLE
    }

    // A head without any of these is HTTP/1.1 with an ordinary target.
    static final int HTTP_1_0 = 1;
    static final int OLDER = 1 << 1;
    static final int NEWER = 1 << 2;
    static final int BARE_MARK = 1 << 3;
    static final int DOUBLE_MARK = 1 << 4;
    static final int FOLDED = 1 << 5;
    static final int CACHE_OBJECT = 1 << 6;
    static final int UNDERSCORE_SCHEME = 1 << 7;
    static final int HOST_ALIAS = 1 << 8;

    private static final int COMBINATIONS = 1 << 9;
    private static final HeadFacts[] ALL = new HeadFacts[COMBINATIONS];

    static {
        for (int bits = 0; bits < COMBINATIONS; bits++) {
            ALL[bits] = new HeadFacts(bits);
        }
    }

    private final int bits;
    private final Version version;
    private final QueryMark queryMark;

    private HeadFacts(int bits) {
        this.bits = bits;
        this.version = has(NEWER)
                ? Version.NEWER
                : has(OLDER) ? Version.OLDER : has(HTTP_1_0) ? Version.HTTP_1_0 : Version.HTTP_1_1;
        this.queryMark = has(DOUBLE_MARK) ? QueryMark.DOUBLE : has(BARE_MARK) ? QueryMark.BARE : QueryMark.ORDINARY;
    }

    static HeadFacts of(int bits) {
        return ALL[bits & COMBINATIONS - 1];
    }

    Version version() {
        return version;
    }

    QueryMark queryMark() {
        return queryMark;
    }

    /** Whether a line began with white space and so continued the one before. RFC 9112 §5.2. */
    boolean folded() {
        return has(FOLDED);
    }

    /** Whether the target is a {@code cache_object:} URL, which the parser has seen as {@code cache-object:}. */
    boolean cacheObject() {
        return has(CACHE_OBJECT);
    }

    /** Whether an underscore in the target's scheme was hidden from the parser. RFC 3986 §3.1 has none. */
    boolean underscoreInScheme() {
        return has(UNDERSCORE_SCHEME);
    }

    /** Whether the client itself sent a field of the name under which Host passes the parser. */
    boolean hostAliasSent() {
        return has(HOST_ALIAS);
    }

    private boolean has(int flag) {
        return (bits & flag) != 0;
    }

    @Override
    public String toString() {
        return version + " " + queryMark + (folded() ? " folded" : "") + (cacheObject() ? " cache_object" : "")
                + (underscoreInScheme() ? " underscore" : "") + (hostAliasSent() ? " alias" : "");
    }
}
