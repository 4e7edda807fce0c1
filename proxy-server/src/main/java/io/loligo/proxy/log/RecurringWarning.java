package io.loligo.proxy.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * WARNING lines about a kind of trouble that may come with every request. A cause is logged when it begins; while it lasts
 * it is only counted; when it is over, one more line says how often it was met and for how long. A cause is over when it
 * was not met for {@link #QUIET}, or when {@link #over} says so. A cause that was met once has one line.
 *
 * <p>At most {@link #CAUSES_MAX} causes are remembered at the same time; further ones are counted together as one.
 * May be called by any thread; a lock is held for a look into a small map, never while a line is written.
 */
public final class RecurringWarning {
    /** Causes that are told apart at the same time. */
    public static final int CAUSES_MAX = 256;
    /** A cause that was not met for so long is over. */
    public static final Duration QUIET = Duration.ofMinutes(1);

    /** Stands for every cause beyond {@link #CAUSES_MAX}. */
    static final String FURTHER_CAUSES = "further causes, beyond " + CAUSES_MAX + " at the same time";

    /** Runs a step later, on any thread; the step does not wait. */
    interface Timer {
        void in(Duration wait, Runnable step);
    }

    private final System.Logger logger;
    private final LongSupplier nanoTime;
    private final Timer timer;

    /** Guarded by itself. */
    private final Map<String, Spell> spells = new HashMap<>();

    /** A cause that lasts. Guarded by {@link #spells}. */
    private static final class Spell {
        private final long began;
        private long last;
        private long count;

        private Spell(long began) {
            this.began = began;
        }
    }

    /** @param logger gets the lines */
    public RecurringWarning(System.Logger logger) {
        this(
                logger,
                System::nanoTime,
                // The JDK's own timer thread, a daemon: the step is short and never waits.
                (wait, step) -> CompletableFuture.delayedExecutor(wait.toMillis(), TimeUnit.MILLISECONDS, Runnable::run)
                        .execute(step));
    }

    RecurringWarning(System.Logger logger, LongSupplier nanoTime, Timer timer) {
        this.logger = logger;
        this.nanoTime = nanoTime;
        this.timer = timer;
    }

    /** As {@link #met(String, long, Supplier)}, once. */
    public void met(String cause, Supplier<String> line) {
        met(cause, 1, line);
    }

    /**
     * Counts that {@code cause} was met. Logs {@code line} when the cause begins.
     *
     * @param cause tells causes apart, and begins the line that says that it is over: "no answer from origin1: connection
     *     refused". It must have no part that a client can vary
     * @param times how often; 0 when it has begun and the count follows
     * @param line the first line; it may name the request at hand
     */
    public void met(String cause, long times, Supplier<String> line) {
        boolean further = false;
        boolean begins;
        boolean first;
        synchronized (spells) {
            Spell spell = spells.get(cause);
            if (spell == null && spells.size() >= CAUSES_MAX) {
                further = true;
                spell = spells.get(FURTHER_CAUSES);
            }
            begins = spell == null;
            first = spells.isEmpty();
            long now = nanoTime.getAsLong();
            if (spell == null) {
                spell = new Spell(now);
                spells.put(further ? FURTHER_CAUSES : cause, spell);
            }
            spell.last = now;
            spell.count += times;
        }
        if (first) {
            timer.in(QUIET, this::sweep);
        }
        if (begins) {
            String text = line.get();
            logger.log(System.Logger.Level.WARNING, further ? text + " (and " + FURTHER_CAUSES + ")" : text);
        }
    }

    /** {@code cause} is over. Harmless when it had not begun. */
    public void over(String cause) {
        Spell ended;
        synchronized (spells) {
            ended = spells.remove(cause);
        }
        if (ended != null) {
            sayOver(cause, ended, nanoTime.getAsLong());
        }
    }

    /** Ends the causes that were quiet for long enough, and comes again for the others. */
    private void sweep() {
        List<Map.Entry<String, Spell>> ended = new ArrayList<>();
        Duration next = null;
        synchronized (spells) {
            long now = nanoTime.getAsLong();
            for (Map.Entry<String, Spell> entry : spells.entrySet()) {
                long quiet = now - entry.getValue().last;
                if (quiet >= QUIET.toNanos()) {
                    ended.add(Map.entry(entry.getKey(), entry.getValue()));
                } else {
                    next = shorter(next, QUIET.minusNanos(quiet));
                }
            }
            ended.forEach(entry -> spells.remove(entry.getKey()));
        }
        if (next != null) {
            timer.in(next.plusMillis(1), this::sweep);
        }
        ended.forEach(entry -> sayOver(entry.getKey(), entry.getValue(), entry.getValue().last));
    }

    private static Duration shorter(@Nullable Duration one, Duration other) {
        return one != null && one.compareTo(other) <= 0 ? one : other;
    }

    private void sayOver(String cause, Spell ended, long until) {
        if (ended.count > 1) {
            logger.log(
                    System.Logger.Level.INFO,
                    cause + ": over, " + ended.count + " times in "
                            + Math.max(1, TimeUnit.NANOSECONDS.toSeconds(until - ended.began)) + " s");
        }
    }
}
