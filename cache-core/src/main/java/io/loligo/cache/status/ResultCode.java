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
    TCP_CF_REFRESH_FAIL_OLD(true),
    TCP_CF_REFRESH_FAIL_ERR(false),
    TCP_CF_IMS_HIT(true),
    TCP_CF_INM_HIT(true),
    TCP_CF_NEGATIVE_HIT(true),
    TCP_DENIED(false),
    TCP_DENIED_REPLY(false),
    TCP_REDIRECT(false);

    private final boolean hit;

    ResultCode(boolean hit) {
        this.hit = hit;
    }

    /** The code of a request that shared, or waited for, another request's fetch: Squid puts CF into it. */
    public ResultCode collapsed() {
        return switch (this) {
            case TCP_HIT, TCP_MEM_HIT, TCP_CF_HIT -> TCP_CF_HIT;
            case TCP_MISS, TCP_CF_MISS -> TCP_CF_MISS;
            case TCP_REFRESH, TCP_CF_REFRESH -> TCP_CF_REFRESH;
            case TCP_REFRESH_UNMODIFIED, TCP_CF_REFRESH_UNMODIFIED -> TCP_CF_REFRESH_UNMODIFIED;
            case TCP_REFRESH_MODIFIED, TCP_CF_REFRESH_MODIFIED -> TCP_CF_REFRESH_MODIFIED;
            case TCP_REFRESH_FAIL_OLD, TCP_CF_REFRESH_FAIL_OLD -> TCP_CF_REFRESH_FAIL_OLD;
            case TCP_REFRESH_FAIL_ERR, TCP_CF_REFRESH_FAIL_ERR -> TCP_CF_REFRESH_FAIL_ERR;
            case TCP_IMS_HIT, TCP_CF_IMS_HIT -> TCP_CF_IMS_HIT;
            case TCP_INM_HIT, TCP_CF_INM_HIT -> TCP_CF_INM_HIT;
            case TCP_NEGATIVE_HIT, TCP_CF_NEGATIVE_HIT -> TCP_CF_NEGATIVE_HIT;
            case NONE_NONE, TCP_CLIENT_REFRESH_MISS, TCP_OFFLINE_HIT, TCP_DENIED, TCP_DENIED_REPLY, TCP_REDIRECT ->
                this;
        };
    }

    /** Whether the body came from the store, as X-Cache and the hit counters have it. */
    public boolean isHit() {
        return hit;
    }
}
