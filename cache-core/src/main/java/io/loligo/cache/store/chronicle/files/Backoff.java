package io.loligo.cache.store.chronicle.files;

import java.time.Duration;
import java.time.Instant;

/**
 * When to try again what may fail: after a second, then after twice as long each time, up to a minute. Begins anew when
 * nothing had to be tried for a minute. For one thread.
 */
public final class Backoff {
    static final Duration FIRST = Duration.ofSeconds(1);
    static final Duration LONGEST = Duration.ofSeconds(60);

    private Instant due = Instant.MIN;
    private Duration wait = FIRST;

    public boolean isDue(Instant now) {
        return !now.isBefore(due);
    }

    /** Something is tried at {@code now}, or fails for the first time. */
    public void tried(Instant now) {
        if (due.equals(Instant.MIN) || Duration.between(due, now).compareTo(LONGEST) > 0) {
            wait = FIRST;
        }
        due = now.plus(wait);
        Duration twice = wait.multipliedBy(2);
        wait = twice.compareTo(LONGEST) > 0 ? LONGEST : twice;
    }
}
