package io.loligo.tests.conformance;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A field of a case: a text, or a date so many seconds from now.
 *
 * @param text null for a date
 * @param seconds from now, for a date
 * @param checked whether the client must see what the origin sent
 */
record ScriptedField(String name, @Nullable String text, long seconds, boolean checked) {
    private static final DateTimeFormatter IMF_FIXDATE = format("EEE, dd MMM yyyy HH:mm:ss 'GMT'");
    private static final DateTimeFormatter RFC_850 = format("EEEE, dd-MMM-yy HH:mm:ss 'GMT'");

    private static DateTimeFormatter format(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.US).withZone(ZoneOffset.UTC);
    }

    static ScriptedField text(String name, String text) {
        return new ScriptedField(name, text, 0, true);
    }

    boolean is(String other) {
        return name.equalsIgnoreCase(other);
    }

    /** Its value at {@code now}. */
    String at(Instant now) {
        return text != null ? text : IMF_FIXDATE.format(now.plusSeconds(seconds));
    }

    /** Its value at {@code now}, dates in the obsolete form. RFC 9110 §5.6.7. */
    String rfc850At(Instant now) {
        return text != null ? text : RFC_850.format(now.plusSeconds(seconds));
    }
}
