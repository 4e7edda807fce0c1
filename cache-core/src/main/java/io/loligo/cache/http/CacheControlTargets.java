package io.loligo.cache.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields in which an origin speaks to this cache rather than to all. RFC 9213 §2.2 and §3; the W3C note on the edge
 * architecture, §2.4. The first that is there and valid takes the place of Cache-Control and Expires.
 *
 * @param surrogate under which name Surrogate-Control is read, before {@code fields}; null when it is not ours to read
 * @param fields the names of targeted fields, the most specific first
 */
public record CacheControlTargets(@Nullable Surrogate surrogate, List<String> fields) {
    /** For every cache between origin and clients. RFC 9213 §3.1. */
    public static final CacheControlTargets DEFAULT = new CacheControlTargets(null, List.of("CDN-Cache-Control"));

    public CacheControlTargets {
        fields = List.copyOf(fields);
    }

    /**
     * This cache as a surrogate.
     *
     * @param id httpd_accel_surrogate_id: the name in Surrogate-Capability, at which origins aim directives
     * @param remote httpd_accel_surrogate_remote: whether {@code no-store-remote} means us
     */
    public record Surrogate(String id, boolean remote) {}
}
