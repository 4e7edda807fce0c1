package io.loligo.proxy.respond;

import io.loligo.cache.status.CacheStatus;
import org.jspecify.annotations.Nullable;

/**
 * What this cache says of an answer, in Cache-Status (RFC 9211) and Squid's X-Cache and X-Cache-Lookup.
 *
 * @param status the value of Cache-Status; null for answers that this server makes by itself
 * @param hit what X-Cache says
 * @param lookup what X-Cache-Lookup says
 * @param port the listening port, which X-Cache-Lookup names
 */
public record CacheRemarks(@Nullable CacheStatus status, boolean hit, Lookup lookup, int port) {}
