package io.loligo.cache.reuse;

import io.loligo.cache.freshness.FreshnessRules;

/**
 * The operator's part in reuse.
 *
 * @param freshness refresh_pattern, max_stale, negative_ttl
 * @param ignoreClientCacheControl ignore-cc: the client's Cache-Control and Pragma do not count
 */
public record ReuseRules(FreshnessRules freshness, boolean ignoreClientCacheControl) {}
