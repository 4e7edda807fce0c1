package io.loligo.cache.key;

/**
 * A Host or an authority that names no site: the answer is 400. RFC 9112 §3.2.
 *
 * @param authority as received
 * @param why in words, for the log
 */
public record UnusableHost(String authority, String why) implements TargetUri {
    @Override
    public <R> R match(Cases<R> cases) {
        return cases.unusable(this);
    }
}
