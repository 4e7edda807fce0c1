package io.loligo.cache.key;

/** What a request's target and Host make up: a URI, or nothing that can be used. RFC 9110 §7.1. */
public sealed interface TargetUri permits EffectiveUri, UnusableHost {

    /** One method per result. */
    interface Cases<R> {
        R uri(EffectiveUri uri);

        R unusable(UnusableHost unusable);
    }

    <R> R match(Cases<R> cases);
}
