package io.loligo.cache.key;

import io.loligo.cache.http.RequestHead;
import java.util.Collection;
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
            return site.vport() < 0 ? defaultSite(request, site, 0) : defaultSite(request, site, vport(site, 0));
        }
        Authority parsed = Authority.parse(named);
        if (parsed.why() != null) {
            return new UnusableHost(named, parsed.why());
        }
        int port = parsed.port() == 0 ? EffectiveUri.defaultPort(site.scheme()) : parsed.port();
        return new EffectiveUri(site.scheme(), parsed.host(), vport(site, port), request.target());
    }

    /**
     * The key of a response to a request for {@code uri}.
     *
     * @param peers the names of the peers that cache_peer_access allows the request, in file order
     */
    public static CacheKey key(EffectiveUri uri, Collection<String> peers) {
        return new CacheKey(uri, peers.size() == 1 ? peers.iterator().next() : String.join(",", peers));
    }

    private static EffectiveUri defaultSite(RequestHead request, SiteOptions site, int vport) {
        String host = site.defaultSite();
        int port = host == null ? site.listeningPort() : site.defaultSitePort();
        if (vport != 0) {
            port = vport;
        } else if (port == 0) {
            port = EffectiveUri.defaultPort(site.scheme());
        }
        return new EffectiveUri(site.scheme(), host == null ? site.visibleHostname() : host, port, request.target());
    }

    private static int vport(SiteOptions site, int otherwise) {
        return switch (site.vport()) {
            case -1 -> otherwise;
            case 0 -> site.listeningPort();
            default -> site.vport();
        };
    }
}
