package io.loligo.cache.http;

import java.time.Duration;
import java.util.Optional;

/** Non-negative seconds as they appear in Age and Cache-Control. RFC 9111 §1.2.2. */
public final class DeltaSeconds {
    /** The value the RFC substitutes for anything larger. */
    public static final Duration LARGEST = Duration.ofSeconds(1L << 31);

    private DeltaSeconds() {}

    /** Reads {@code text}: empty unless it is all digits, {@link #LARGEST} when it does not fit. */
    public static Optional<Duration> parse(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        long seconds = 0;
        for (int i = 0; i < text.length(); i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9') {
                return Optional.empty();
            }
            seconds = Math.min(seconds * 10 + digit - '0', LARGEST.toSeconds());
        }
        return Optional.of(Duration.ofSeconds(seconds));
    }
}
