package io.loligo.cache.freshness;

import java.time.Instant;

/**
 * When a response was asked for and when its head arrived, on our clock. RFC 9111 §4.2.3.
 *
 * @param requestTime the moment the request was sent to the origin
 * @param responseTime the moment the head arrived; not before {@code requestTime}
 */
public record ResponseTimes(Instant requestTime, Instant responseTime) {}
