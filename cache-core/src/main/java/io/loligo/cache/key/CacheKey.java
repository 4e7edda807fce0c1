package io.loligo.cache.key;

/**
 * The primary cache key. RFC 9111 §2: the URI; and, so that no peer's page is served in another's place, the peers that
 * may serve the request.
 *
 * @param uri the effective URI
 * @param peers the names of the peers that cache_peer_access allows, in file order, joined by commas; whatever their
 *     present state
 */
public record CacheKey(EffectiveUri uri, String peers) {

    /** The canonical text that is hashed and that stands in every stored head. */
    public String text() {
        return uri.scheme() + "://" + uri.host() + ":" + uri.port() + uri.pathAndQuery() + " " + peers;
    }
}
