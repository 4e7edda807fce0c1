package io.loligo.cache.storing;

import io.loligo.cache.freshness.FreshnessRules;

/**
 * The operator's part in storing.
 *
 * @param freshness refresh_pattern, max_stale, negative_ttl
 * @param minimumObjectBytes minimum_object_size; a smaller body is not stored
 * @param maximumObjectBytes maximum_object_size, or the one for memory; a larger body is not stored
 * @param proxyOnly whether the peer that answered is marked proxy-only
 * @param ignoreClientCacheControl ignore-cc: the client's Cache-Control and Pragma do not count
 */
public record StorageRules(
        FreshnessRules freshness,
        long minimumObjectBytes,
        long maximumObjectBytes,
        boolean proxyOnly,
        boolean ignoreClientCacheControl) {}
