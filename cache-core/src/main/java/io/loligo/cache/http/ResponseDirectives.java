package io.loligo.cache.http;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a response says to a shared cache. RFC 9111 §5.2.2, RFC 5861, RFC 8246, RFC 9213.
 *
 * <p>Numbers that are none count as zero, of duplicates the smallest counts. The qualified forms of {@code no-cache}
 * and {@code private} withhold the fields that they list. They count as the unqualified ones where the list is
 * malformed, or names a field that the cache or the body depends on. Any other flag that is given an argument counts where
 * it restricts, and not where it permits.
 *
 * @param targeted whether a targeted field such as CDN-Cache-Control spoke: then Cache-Control and Expires do not
 *     count for us. RFC 9213 §2.2
 * @param flags the directives without a number
 * @param withheld lower-case names of the fields that a stored response is reused without. RFC 9111 §5.2.2.4 and
 *     §5.2.2.7, the qualified forms
 * @param permitsAuthorized whether a well-formed public, must-revalidate or s-maxage lets an answer to a request with
 *     Authorization be stored. RFC 9111 §3.5
 * @param maxAge max-age, or null
 * @param sMaxAge s-maxage, or null
 * @param staleWhileRevalidate stale-while-revalidate, or null
 * @param staleIfError stale-if-error, or null
 */
public record ResponseDirectives(
        boolean targeted,
        Set<Flag> flags,
        Set<String> withheld,
        boolean permitsAuthorized,
        @Nullable Duration maxAge,
        @Nullable Duration sMaxAge,
        @Nullable Duration staleWhileRevalidate,
        @Nullable Duration staleIfError) {
    public static final ResponseDirectives NONE =
            new ResponseDirectives(false, Set.of(), Set.of(), false, null, null, null, null);

    /** The directives without a number. */
    public enum Flag {
        NO_STORE("no-store"),
        NO_CACHE("no-cache"),
        PRIVATE("private"),
        PUBLIC("public"),
        MUST_REVALIDATE("must-revalidate"),
        PROXY_REVALIDATE("proxy-revalidate"),
        MUST_UNDERSTAND("must-understand"),
        IMMUTABLE("immutable");

        private static final Map<String, Flag> BY_WORD =
                Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Flag::word, flag -> flag));

        private final String word;

        Flag(String word) {
            this.word = word;
        }

        /** As written in Cache-Control. */
        public String word() {
            return word;
        }

        /** Whether it lets more be stored, or used for longer, than its absence would. */
        private boolean isPermission() {
            return this == PUBLIC || this == IMMUTABLE || this == MUST_UNDERSTAND;
        }

        static @Nullable Flag of(String word) {
            return BY_WORD.get(word);
        }
    }

    /** {@code fields} as they may be reused: without the withheld ones. */
    public Fields reusable(Fields fields) {
        return withheld.isEmpty() ? fields : fields.without(name -> withheld.contains(name.toLowerCase(Locale.ROOT)));
    }

    public boolean has(Flag flag) {
        return flags.contains(flag);
    }

    /** Reads the directives of a response with these fields, for a cache that no configuration gave further names. */
    public static ResponseDirectives of(Fields response) {
        return of(response, CacheControlTargets.DEFAULT);
    }

    /** Reads the directives of a response with these fields: those of the first field of {@code targets} that is valid. */
    public static ResponseDirectives of(Fields response, CacheControlTargets targets) {
        CacheControlTargets.Surrogate surrogate = targets.surrogate();
        if (response.has(SurrogateControl.NAME)) {
            ResponseDirectives directives = SurrogateControl.read(
                    response.all(SurrogateControl.NAME), surrogate == null ? SurrogateControl.UNNAMED : surrogate);
            // Without a name of our own the field is not ours, but who wants no surrogate to store it means us too, as
            // in Squid.
            if (directives != null && (surrogate != null || directives.has(Flag.NO_STORE))) {
                return directives;
            }
        }
        for (String field : targets.fields()) {
            if (response.has(field)) {
                ResponseDirectives targeted = targeted(response.all(field));
                if (targeted != null) {
                    return targeted;
                }
            }
        }
        Collector collector = new Collector();
        boolean found = CacheControl.read(response, CacheControl.NAME, collector);
        if (!found && response.has("Pragma")) {
            // RFC 9111 §5.4 leaves it open; Squid takes it for no-cache, and so the origin meant it.
            CacheControl.read(response, "Pragma", (name, argument) -> {
                if (name.equals("no-cache") && argument == null) {
                    collector.flags.add(Flag.NO_CACHE);
                }
            });
        }
        return collector.directives(false);
    }

    /** Reads a targeted field, a structured dictionary; null when it is invalid or empty. RFC 9213 §2.1. */
    private static @Nullable ResponseDirectives targeted(List<String> lines) {
        Map<String, Object> members = StructuredField.dictionary(lines);
        if (members == null || members.isEmpty()) {
            return null;
        }
        Collector collector = new Collector();
        for (Map.Entry<String, Object> member : members.entrySet()) {
            Object value = member.getValue();
            boolean number = Collector.NUMBERS.contains(member.getKey());
            if (number && !(value instanceof Long seconds && seconds >= 0)) {
                return null;
            }
            if (number || !Boolean.FALSE.equals(value)) {
                String flag = Boolean.TRUE.equals(value) ? null : CacheControl.MALFORMED;
                collector.directive(member.getKey(), number ? value.toString() : flag);
            }
        }
        return collector.directives(true);
    }

    private static final class Collector implements CacheControl.Reader {
        static final Set<String> NUMBERS = Set.of("max-age", "s-maxage", "stale-while-revalidate", "stale-if-error");

        private Set<String> withheld = Set.of();
        private final Set<Flag> flags = EnumSet.noneOf(Flag.class);
        private boolean permitsAuthorized;
        private @Nullable Duration maxAge;
        private @Nullable Duration sMaxAge;
        private @Nullable Duration staleWhileRevalidate;
        private @Nullable Duration staleIfError;

        @Override
        public void directive(String name, @Nullable String argument) {
            switch (name) {
                case "max-age" -> maxAge = CacheControl.shorter(maxAge, argument);
                case "s-maxage" -> {
                    sMaxAge = CacheControl.shorter(sMaxAge, argument);
                    permitsAuthorized |=
                            argument != null && DeltaSeconds.parse(argument).isPresent();
                }
                case "stale-while-revalidate" ->
                    staleWhileRevalidate = CacheControl.shorter(staleWhileRevalidate, argument);
                case "stale-if-error" -> staleIfError = CacheControl.shorter(staleIfError, argument);
                default -> {
                    Flag flag = Flag.of(name);
                    boolean counts = argument == null
                            || (flag != null && !flag.isPermission() && !(isQualifiable(flag) && withholds(argument)));
                    if (flag != null && counts) {
                        flags.add(flag);
                        permitsAuthorized |= argument == null && (flag == Flag.PUBLIC || flag == Flag.MUST_REVALIDATE);
                    }
                }
            }
        }

        private static boolean isQualifiable(Flag flag) {
            return flag == Flag.NO_CACHE || flag == Flag.PRIVATE;
        }

        /** Takes a list of field names; false when it is none, or not to be had without the whole response. */
        private boolean withholds(String list) {
            Set<String> names = new TreeSet<>();
            for (String member : list.split(",", -1)) {
                String name = member.strip().toLowerCase(Locale.ROOT);
                if (!Fields.isName(name) || FieldRule.is(name, FieldRule.Use.NOT_WITHHELD)) {
                    return false;
                }
                names.add(name);
            }
            names.addAll(withheld);
            withheld = Collections.unmodifiableSet(names);
            return true;
        }

        ResponseDirectives directives(boolean targeted) {
            return new ResponseDirectives(
                    targeted,
                    Collections.unmodifiableSet(flags),
                    withheld,
                    permitsAuthorized,
                    maxAge,
                    sMaxAge,
                    staleWhileRevalidate,
                    staleIfError);
        }
    }
}
