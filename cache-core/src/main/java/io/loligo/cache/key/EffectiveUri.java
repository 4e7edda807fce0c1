package io.loligo.cache.key;

import org.jspecify.annotations.Nullable;

/**
 * The URI a request is about, rebuilt from port options, Host and target. RFC 9110 §7.1; Squid's "effective URL".
 *
 * @param scheme {@code http} or {@code https}, lower case
 * @param host lower case, without a trailing dot; an IPv6 address in brackets
 * @param port 1 to 65535
 * @param pathAndQuery bytes as received, starting with {@code /}, or {@code *}
 */
public record EffectiveUri(String scheme, String host, int port, String pathAndQuery) implements TargetUri {

    /** The default port of {@code scheme}. */
    public static int defaultPort(String scheme) {
        return scheme.equals("https") ? 443 : 80;
    }

    /** {@code host} with {@code :port} unless it is the scheme's default. */
    public String authority() {
        return port == defaultPort(scheme) ? host : host + ":" + port;
    }

    /** Whether both URIs are of one origin. RFC 9110 §4.3.1. */
    public boolean sameOrigin(EffectiveUri other) {
        return port == other.port && host.equals(other.host) && scheme.equals(other.scheme);
    }

    /**
     * The URI that {@code reference} means where it stands in a message about this one; a fragment is left out. RFC 3986
     * §5.2.
     *
     * @return null when it is no http or https URI
     */
    public @Nullable EffectiveUri resolve(String reference) {
        return UriReference.resolve(this, reference);
    }

    /** The whole URL, without a default port. */
    @Override
    public String toString() {
        return scheme + "://" + authority() + (pathAndQuery.equals("*") ? "" : pathAndQuery);
    }

    @Override
    public <R> R match(Cases<R> cases) {
        return cases.uri(this);
    }
}
