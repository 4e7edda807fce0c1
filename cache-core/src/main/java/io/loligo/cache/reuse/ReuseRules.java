package io.loligo.cache.reuse;

import io.loligo.cache.freshness.FreshnessRules;

/**
 * The operator's part in reuse.
 *
 * @param freshness refresh_pattern and the directives beside it
 * @param ignoreClientCacheControl ignore-cc: the client's Cache-Control and Pragma do not count
 */
public record ReuseRules(FreshnessRules freshness, boolean ignoreClientCacheControl) {}
