package io.loligo.cache.freshness;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One refresh_pattern line: the operator's own idea of freshness. Squid's refresh_pattern.
 *
 * @param pattern the regular expression as written, for messages
 * @param matches whether a URL is meant by it
 * @param mediaType how a response's media type has to begin, lower case; null for any. A path that looks like an
 *     image's must not make a page one
 * @param min below this age a response without expiry is fresh
 * @param percent of the time between Last-Modified and Date, as a number (20 means 20 %)
 * @param max above this age a response without expiry is stale
 * @param maxStale max-stale=, or null for the global one
 * @param options the line's flags
 * @param where file and line, or a word for the built-in rule
 */
public record RefreshRule(
        String pattern,
        Predicate<String> matches,
        @Nullable String mediaType,
        Duration min,
        int percent,
        Duration max,
        @Nullable Duration maxStale,
        Set<Option> options,
        String where) {

    /** What holds where no line matches: 0, 20 %, three days. */
    public static final RefreshRule IMPLICIT = new RefreshRule(
            ".",
            url -> true,
            null,
            Duration.ZERO,
            20,
            Duration.ofDays(3),
            null,
            Set.of(),
            "(no refresh_pattern matches)");

    /** Whether it is for the response of {@code url} with {@code contentType}. */
    boolean isFor(String url, @Nullable String contentType) {
        return isForType(contentType) && matches.test(url);
    }

    private boolean isForType(@Nullable String contentType) {
        return mediaType == null
                || (contentType != null && contentType.regionMatches(true, 0, mediaType, 0, mediaType.length()));
    }

    public boolean has(Option option) {
        return options.contains(option);
    }

    /** The same with {@code more} options. */
    RefreshRule with(Set<Option> more) {
        Set<Option> all = EnumSet.noneOf(Option.class);
        all.addAll(options);
        all.addAll(more);
        return new RefreshRule(pattern, matches, mediaType, min, percent, max, maxStale, Set.copyOf(all), where);
    }

    /** The flags of refresh_pattern. */
    public enum Option {
        OVERRIDE_EXPIRE("override-expire"),
        OVERRIDE_LASTMOD("override-lastmod"),
        RELOAD_INTO_IMS("reload-into-ims"),
        IGNORE_RELOAD("ignore-reload"),
        IGNORE_NO_STORE("ignore-no-store"),
        IGNORE_PRIVATE("ignore-private"),
        REFRESH_IMS("refresh-ims"),
        STORE_STALE("store-stale"),
        /** Loligo's own: what is served from the store keeps its Set-Cookie fields. */
        SEND_SET_COOKIE("send-set-cookie");

        private final String word;

        Option(String word) {
            this.word = word;
        }

        /** As written in squid.conf. */
        public String word() {
            return word;
        }
    }
}
