package io.loligo.cache.reuse;

import io.loligo.cache.status.ForwardReason;

/** What a {@link Reuse} rests on: the rule that decided. */
public enum ReuseGround {
    FRESH("fresh", "RFC 9111 §4.2"),
    MAX_STALE("stale, and the request's max-stale takes it so", "RFC 9111 §5.2.1.2"),
    STALE_WHILE_REVALIDATE("stale, within stale-while-revalidate", "RFC 5861 §3"),
    OFFLINE_MODE("offline_mode: nothing is validated that need not be", "offline_mode"),
    NEGATIVE("a fresh error within negative_ttl", "negative_ttl"),

    NO_CACHE("no-cache in the stored response", "RFC 9111 §5.2.2.4"),
    PRIVATE("stored against private: never used unasked", "refresh_pattern ignore-private"),
    STALE("stale, and nothing lets it be served so", "RFC 9111 §4.2.4"),

    RELOAD("no-cache in the request", "RFC 9111 §5.2.1.4"),
    RELOAD_INTO_IMS("no-cache in the request, made a validation", "refresh_pattern reload-into-ims"),
    MAX_AGE("older than the request's max-age", "RFC 9111 §5.2.1.1"),
    MIN_FRESH("not fresh for as long as the request's min-fresh", "RFC 9111 §5.2.1.3"),
    REFRESH_IMS("If-Modified-Since, passed on", "refresh_pattern refresh-ims"),

    URI_MISS("nothing is stored under this key", "RFC 9111 §4"),
    VARY_MISS("no stored variant is for this request", "RFC 9111 §4.1"),
    CREDENTIALS("the stored 401 asks for credentials, and the request has some", "RFC 9110 §15.5.2"),
    METHOD("only GET and HEAD are answered from the store", "RFC 9111 §4"),
    BODY("a body is not in the key", "RFC 9110 §9.3.1"),
    CACHE_DENIED("the cache directive denies", "cache"),
    NO_STORE("nothing is stored: cache_mem is 0, and there is no cache_dir", "cache_mem");

    private final String word;
    private final String basis;

    ReuseGround(String word, String basis) {
        this.word = word;
        this.basis = basis;
    }

    /** The rule in words. */
    public String word() {
        return word;
    }

    /**
     * Why a request goes to the origin on this ground, in the words of {@code Cache-Status}. RFC 9211 §2.2. Of grounds on
     * which a stored response answers: why it would go there if that response could not be read.
     */
    public ForwardReason forwardReason() {
        return switch (this) {
            case FRESH, MAX_STALE, STALE_WHILE_REVALIDATE, OFFLINE_MODE, NEGATIVE, URI_MISS -> ForwardReason.URI_MISS;
            case NO_CACHE, PRIVATE, STALE -> ForwardReason.STALE;
            case RELOAD, RELOAD_INTO_IMS, MAX_AGE, MIN_FRESH, REFRESH_IMS, CREDENTIALS -> ForwardReason.REQUEST;
            case VARY_MISS -> ForwardReason.VARY_MISS;
            case METHOD -> ForwardReason.METHOD;
            case BODY, CACHE_DENIED, NO_STORE -> ForwardReason.BYPASS;
        };
    }

    /** The RFC section or configuration line that it rests on. */
    public String basis() {
        return basis;
    }
}
