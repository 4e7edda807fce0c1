package io.loligo.proxy.http1;

/**
 * How large a request may be.
 *
 * @param headBytesMax bytes of a head, from its method to its empty line: Squid's request_header_max_size. A larger one is
 *     refused with 431
 * @param bodyBytesMax bytes of a body: Squid's request_body_max_size; 0 for no limit. A request that announces more is refused
 *     with 413
 */
public record RequestLimits(int headBytesMax, long bodyBytesMax) {
    public RequestLimits {
        if (headBytesMax <= 0) {
            throw new IllegalArgumentException("request_header_max_size must be positive, not " + headBytesMax);
        }
        if (bodyBytesMax < 0) {
            throw new IllegalArgumentException("request_body_max_size must not be negative, not " + bodyBytesMax);
        }
    }
}
