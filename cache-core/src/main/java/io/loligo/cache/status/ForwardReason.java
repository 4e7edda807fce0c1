package io.loligo.cache.status;

/** Why a request went to the origin. RFC 9211 §2.2 names the tokens; the log and {@code Cache-Status} both print them. */
public enum ForwardReason {
    BYPASS("bypass"),
    METHOD("method"),
    URI_MISS("uri-miss"),
    VARY_MISS("vary-miss"),
    MISS("miss"),
    REQUEST("request"),
    STALE("stale"),
    PARTIAL("partial");

    private final String token;

    ForwardReason(String token) {
        this.token = token;
    }

    public String token() {
        return token;
    }
}
