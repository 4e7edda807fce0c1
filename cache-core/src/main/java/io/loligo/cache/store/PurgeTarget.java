package io.loligo.cache.store;

import io.loligo.cache.key.EffectiveUri;

/**
 * Which stored responses a purge is about. A URL's text is that of {@link EffectiveUri#toString}: scheme and host in lower
 * case, no default port, path and query byte for byte as they were asked for.
 */
public sealed interface PurgeTarget {

    /** Every variant of one URL, whichever peers may serve it. */
    record Url(EffectiveUri uri) implements PurgeTarget {}

    /** Every URL whose text begins with {@code text}. */
    record Prefix(String text) implements PurgeTarget {}

    /** Every URL of {@code host}, in lower case, whatever its scheme and port. */
    record Host(String host) implements PurgeTarget {}

    /** Every URL whose whole text {@code glob} matches: {@code *} stands for any characters, {@code ?} for one. */
    record Glob(String glob) implements PurgeTarget {}

    /** Every URL in whose text {@code re2}, in the syntax of RE2, is found. */
    record Pattern(String re2) implements PurgeTarget {}

    /** Every response that bears {@code tag} in one of the fields that carry tags; compared byte for byte. */
    record Tag(String tag) implements PurgeTarget {}

    /** Everything. */
    record All() implements PurgeTarget {}
}
