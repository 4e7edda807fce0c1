package io.loligo.cache.key;

import io.loligo.cache.http.RequestHead;
import org.jspecify.annotations.Nullable;

/** Which URI a request is about, and which key its response is stored under. RFC 9110 §7.1, RFC 9111 §2. */
public final class KeyPolicy {
    private KeyPolicy() {}

    /**
     * Rebuilds the URI of {@code request}. An accelerator has one scheme per port, so that of an absolute-form target is
     * not asked.
     *
     * @param authority the authority of an absolute-form target, which then counts instead of Host (RFC 9112 §3.2.2);
     *     null in the other forms
     */
    public static TargetUri effectiveUri(RequestHead request, @Nullable String authority, SiteOptions site) {
        String named = authority != null ? authority : request.fields().first("Host");
        if (!site.vhost() || named == null || named.isEmpty()) {
            return defaultSite(request, site);
        }
        Authority parsed = Authority.parse(named);
        if (parsed.why() != null) {
            return new UnusableHost(named, parsed.why());
        }
        int port = parsed.port() == 0 ? EffectiveUri.defaultPort(site.scheme()) : parsed.port();
        return new EffectiveUri(site.scheme(), parsed.host(), vport(site, port), request.target());
    }

    /** What is wrong with {@code authority}, the value of a Host; null when it names a site. RFC 9112 §3.2. */
    public static @Nullable String problemOf(String authority) {
        return Authority.parse(authority).why();
    }

    /** Whether two authorities name the same host and port of {@code scheme}. RFC 9110 §4.2.3. */
    public static boolean sameAuthority(String one, String other, String scheme) {
        Authority first = Authority.parse(one);
        Authority second = Authority.parse(other);
        return first.why() == null
                && second.why() == null
                && first.host().equals(second.host())
                && portOf(first, scheme) == portOf(second, scheme);
    }

    private static int portOf(Authority authority, String scheme) {
        return authority.port() == 0 ? EffectiveUri.defaultPort(scheme) : authority.port();
    }

    private static EffectiveUri defaultSite(RequestHead request, SiteOptions site) {
        String host = site.defaultSite();
        if (host == null) {
            return new EffectiveUri(
                    site.scheme(), site.visibleHostname(), vport(site, site.listeningPort()), request.target());
        }
        int port = site.defaultSitePort() == 0 ? EffectiveUri.defaultPort(site.scheme()) : site.defaultSitePort();
        return new EffectiveUri(site.scheme(), host, vport(site, port), request.target());
    }

    /** The port that vport= puts in the place of {@code port}. */
    private static int vport(SiteOptions site, int port) {
        return switch (site.vport()) {
            case -1 -> port;
            case 0 -> site.listeningPort();
            default -> site.vport();
        };
    }
}
