package io.loligo.cache.http;

import io.loligo.cache.http.CacheControlTargets.Surrogate;
import io.loligo.cache.http.ResponseDirectives.Flag;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads Surrogate-Control. W3C note on the edge architecture, §2.4; Squid's httpd_accel_surrogate_id.
 *
 * <p>A directive with a {@code ;name} behind it is for the surrogate of that name only, and counts there instead of the
 * one for all. {@code max-age=60+30} is fresh for 60 seconds, and may be served for 30 more while it is validated.
 */
final class SurrogateControl {
    static final String NAME = "Surrogate-Control";

    /** A surrogate at which no directive can be aimed. */
    static final Surrogate UNNAMED = new Surrogate("", false);

    private @Nullable Age forAll;
    private @Nullable Age forUs;
    private boolean noStore;

    private SurrogateControl() {}

    /** What a max-age says. */
    private record Age(Duration fresh, @Nullable Duration extension) {
        static Age shorter(@Nullable Age known, Age said) {
            return known == null || said.fresh.compareTo(known.fresh) < 0 ? said : known;
        }
    }

    /**
     * Reads the field lines.
     *
     * @return null when they are malformed, or say nothing about storing: then the other fields count
     */
    static @Nullable ResponseDirectives read(List<String> lines, Surrogate us) {
        SurrogateControl control = new SurrogateControl();
        for (String line : lines) {
            for (String member : line.split(",", -1)) {
                if (!member.isBlank() && !control.take(member.strip(), us)) {
                    return null;
                }
            }
        }
        return control.directives();
    }

    /** Takes one directive; false when it is malformed. */
    private boolean take(String member, Surrogate us) {
        int semicolon = member.lastIndexOf(';');
        String target = semicolon < 0 ? null : member.substring(semicolon + 1).strip();
        String directive =
                semicolon < 0 ? member : member.substring(0, semicolon).strip();
        int equals = directive.indexOf('=');
        String name = (equals < 0 ? directive : directive.substring(0, equals)).toLowerCase(Locale.ROOT);
        String argument = equals < 0 ? null : directive.substring(equals + 1);
        if (!Fields.isName(name) || (target != null && !Fields.isName(target))) {
            return false;
        }
        boolean ours = target != null && target.equalsIgnoreCase(us.id());
        boolean counts = target == null || ours;
        switch (name) {
            case "no-store" -> noStore |= counts;
            case "no-store-remote" -> noStore |= counts && us.remote();
            case "max-age" -> {
                Age said = argument == null ? null : age(argument);
                if (said == null) {
                    return false;
                }
                if (ours) {
                    forUs = Age.shorter(forUs, said);
                } else if (counts) {
                    forAll = Age.shorter(forAll, said);
                }
            }
            default -> {}
        }
        return true;
    }

    private static @Nullable Age age(String argument) {
        int plus = argument.indexOf('+');
        Duration fresh = DeltaSeconds.parse(plus < 0 ? argument : argument.substring(0, plus))
                .orElse(null);
        Duration extension = plus < 0
                ? null
                : DeltaSeconds.parse(argument.substring(plus + 1)).orElse(null);
        return fresh == null || (plus >= 0 && extension == null) ? null : new Age(fresh, extension);
    }

    private @Nullable ResponseDirectives directives() {
        Age age = forUs == null ? forAll : forUs;
        if (age == null && !noStore) {
            return null;
        }
        Set<Flag> flags = noStore ? EnumSet.of(Flag.NO_STORE) : EnumSet.noneOf(Flag.class);
        Duration fresh = age == null ? null : age.fresh;
        Duration extension = age == null ? null : age.extension;
        return new ResponseDirectives(true, flags, Set.of(), false, fresh, null, extension, null);
    }
}
