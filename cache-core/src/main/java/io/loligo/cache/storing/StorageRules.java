package io.loligo.cache.storing;

import io.loligo.cache.freshness.FreshnessRules;
import io.loligo.cache.http.CacheControlTargets;
import java.time.Duration;

/**
 * The operator's part in storing.
 *
 * @param freshness refresh_pattern and the directives beside it
 * @param minimumObjectBytes minimum_object_size; a smaller body is not stored
 * @param maximumObjectBytes maximum_object_size, or the one for memory; a larger body is not stored
 * @param minimumExpiry minimum_expiry_time: what cannot be refreshed must stay fresh for so long
 * @param storeMiss whether store_miss lets this answer be stored
 * @param proxyOnly whether the peer that answered is marked proxy-only
 * @param ignoreClientCacheControl ignore-cc: the client's Cache-Control and Pragma do not count
 * @param targets the fields in which origins speak to this cache
 */
public record StorageRules(
        FreshnessRules freshness,
        long minimumObjectBytes,
        long maximumObjectBytes,
        Duration minimumExpiry,
        boolean storeMiss,
        boolean proxyOnly,
        boolean ignoreClientCacheControl,
        CacheControlTargets targets) {}
