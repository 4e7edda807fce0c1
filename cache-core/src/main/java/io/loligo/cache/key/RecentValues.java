package io.loligo.cache.key;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what a pure function made of recent values. Used by any thread: entries are immutable, and one that is lost
 * to a race is computed again.
 */
final class RecentValues {
    /** A power of two. A value that falls on another's place takes it. */
    private static final int PLACES = 256;
    /** A longer value is not worth the room. */
    private static final int LENGTH_MAX = 128;

    private final @Nullable Entry[] entries = new @Nullable Entry[PLACES];

    private record Entry(String value, String result) {}

    String of(String value, UnaryOperator<String> function) {
        if (value.length() > LENGTH_MAX) {
            return function.apply(value);
        }
        int hash = value.hashCode();
        int place = (hash ^ (hash >>> 16)) & (PLACES - 1);
        Entry known = entries[place];
        if (known == null || !known.value().equals(value)) {
            known = new Entry(value, function.apply(value));
            entries[place] = known;
        }
        return known.result();
    }
}
