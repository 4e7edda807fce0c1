package io.loligo.cache.invalidation;

import io.loligo.cache.http.CacheGroups;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.key.EffectiveUri;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a state-changing request makes unusable. RFC 9111 §4.4, RFC 9875. */
public final class Invalidation {
    /** Methods that are safe: RFC 9110 §9.2.1 and the registry. Every other one, unknown ones too, may change things. */
    private static final Set<String> SAFE =
            Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "SEARCH", "QUERY", "PRI");

    private Invalidation() {}

    /**
     * The URIs whose stored responses go, all variants of them: that of the request and, in the same origin, those of
     * Location and Content-Location. Empty when the method is safe or the answer is an error.
     */
    public static List<EffectiveUri> uris(RequestHead request, EffectiveUri uri, ResponseHead response) {
        if (!changesState(request, response)) {
            return List.of();
        }
        List<EffectiveUri> uris = new ArrayList<>(3);
        uris.add(uri);
        add(uris, uri, response.fields().first("Location"));
        add(uris, uri, response.fields().first("Content-Location"));
        return List.copyOf(uris);
    }

    /**
     * The groups of the request's origin whose stored responses go, as Cache-Group-Invalidation lists them. Empty when the
     * method is safe, the answer is an error, or the field is malformed. RFC 9875 §3.
     */
    public static List<String> groups(RequestHead request, ResponseHead response) {
        return changesState(request, response) ? CacheGroups.invalidatedBy(response.fields()) : List.of();
    }

    private static boolean changesState(RequestHead request, ResponseHead response) {
        return !SAFE.contains(request.method()) && response.status() >= 200 && response.status() <= 399;
    }

    private static void add(List<EffectiveUri> uris, EffectiveUri base, @Nullable String reference) {
        EffectiveUri other = reference == null ? null : base.resolve(reference);
        // RFC 9111 §4.4: another origin's pages are not this one's to drop.
        if (other != null && other.sameOrigin(base) && !uris.contains(other)) {
            uris.add(other);
        }
    }
}
