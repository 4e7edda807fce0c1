package io.loligo.cache.key;

/**
 * The URI a request is about, rebuilt from port options, Host and target. RFC 9110 §7.1; Squid's "effective URL".
 *
 * @param scheme {@code http} or {@code https}, lower case
 * @param host lower case, without a trailing dot; an IPv6 address in brackets
 * @param port 1 to 65535
 * @param pathAndQuery bytes as received, starting with {@code /}, or {@code *}
 */
public record EffectiveUri(String scheme, String host, int port, String pathAndQuery) {

    /** The default port of {@code scheme}. */
    public static int defaultPort(String scheme) {
        return scheme.equals("https") ? 443 : 80;
    }

    /** {@code host} with {@code :port} unless it is the scheme's default. */
    public String authority() {
        return port == defaultPort(scheme) ? host : host + ":" + port;
    }

    /** The whole URL, without a default port. */
    @Override
    public String toString() {
        return scheme + "://" + authority() + (pathAndQuery.equals("*") ? "" : pathAndQuery);
    }
}
