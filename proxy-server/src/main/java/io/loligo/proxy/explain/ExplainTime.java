package io.loligo.proxy.explain;

import io.loligo.proxy.explain.ExplainRequest.Unexplainable;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A time as an operator writes it: {@code 2026-01-31T12:00:00Z}, or {@code +90s}, {@code +5m}, {@code -1h}, {@code +2d}. */
public final class ExplainTime {
    private static final Pattern RELATIVE = Pattern.compile("([+-])(\\d{1,9})([smhd])");

    private ExplainTime() {}

    /**
     * Reads {@code text}.
     *
     * @param text null for {@code reference}
     * @param reference what a relative time counts from
     */
    public static Instant parse(@Nullable String text, Instant reference) throws Unexplainable {
        if (text == null) {
            return reference;
        }
        Matcher relative = RELATIVE.matcher(text);
        if (relative.matches()) {
            long count = Long.parseLong(relative.group(2));
            Duration distance = switch (relative.group(3)) {
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                default -> Duration.ofDays(count);
            };
            return relative.group(1).equals("+") ? reference.plus(distance) : reference.minus(distance);
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new Unexplainable("expected a time, 2026-01-31T12:00:00Z, +90s, +5m, -1h or +2d, not '" + text + "'");
        }
    }
}
