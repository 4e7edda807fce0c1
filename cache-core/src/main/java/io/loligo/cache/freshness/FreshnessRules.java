package io.loligo.cache.freshness;

import java.time.Duration;

/**
 * The operator's part in freshness.
 *
 * @param refresh refresh_pattern lines; asked only where they can make a difference
 * @param maxStale max_stale: the longest that a stale response is served where a refresh rule has no limit of its own
 * @param negativeTtl negative_ttl: how long an error without expiry is fresh; zero for not at all
 * @param varyIgnoreExpire vary_ignore_expire: an Expires that equals Date, beside a Vary, says nothing
 * @param offlineMode offline_mode: what is stored is served however old, unless the origin forbids that
 */
public record FreshnessRules(
        RefreshRules refresh, Duration maxStale, Duration negativeTtl, boolean varyIgnoreExpire, boolean offlineMode) {
    /** Squid's defaults. */
    public static final FreshnessRules DEFAULT =
            new FreshnessRules(RefreshRules.NONE, Duration.ofDays(7), Duration.ZERO);

    /** With vary_ignore_expire and offline_mode off. */
    public FreshnessRules(RefreshRules refresh, Duration maxStale, Duration negativeTtl) {
        this(refresh, maxStale, negativeTtl, false, false);
    }
}
