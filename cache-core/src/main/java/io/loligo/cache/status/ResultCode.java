package io.loligo.cache.status;

/** Squid's result codes, the first half of access.log's fourth field. */
public enum ResultCode {
    NONE_NONE(false),
    TCP_HIT(true),
    TCP_MEM_HIT(true),
    TCP_MISS(false),
    /** A validation whose outcome its client did not wait for. */
    TCP_REFRESH(false),
    TCP_REFRESH_UNMODIFIED(true),
    TCP_REFRESH_MODIFIED(false),
    TCP_REFRESH_FAIL_OLD(true),
    TCP_REFRESH_FAIL_ERR(false),
    TCP_CLIENT_REFRESH_MISS(false),
    TCP_IMS_HIT(true),
    TCP_INM_HIT(true),
    TCP_NEGATIVE_HIT(true),
    TCP_OFFLINE_HIT(true),
    TCP_CF_HIT(true),
    TCP_CF_MISS(false),
    TCP_CF_REFRESH(false),
    TCP_CF_REFRESH_UNMODIFIED(true),
    TCP_CF_REFRESH_MODIFIED(false),
    TCP_DENIED(false),
    TCP_DENIED_REPLY(false),
    TCP_REDIRECT(false);

    private final boolean hit;

    ResultCode(boolean hit) {
        this.hit = hit;
    }

    /** Whether the body came from the store, as X-Cache and the hit counters have it. */
    public boolean isHit() {
        return hit;
    }
}
