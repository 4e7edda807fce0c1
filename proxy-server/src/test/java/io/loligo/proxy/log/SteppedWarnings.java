package io.loligo.proxy.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A {@link RecurringWarning} whose time a test moves, and the lines that it has written. */
public final class SteppedWarnings {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final List<Due> due = new ArrayList<>();
    private long now = 1;

    private record Due(long at, Runnable step) {}

    public RecurringWarning warning() {
        return new RecurringWarning(new Lines(), this::now, this::in);
    }

    /** The lines so far, each after its level. */
    public List<String> lines() {
        return lines;
    }

    /** Steps that are to come. */
    public synchronized int timers() {
        return due.size();
    }

    /** Lets time pass, and does what is due in it. */
    public void advance(Duration time) {
        long until = now() + time.toNanos();
        for (Due next = next(until); next != null; next = next(until)) {
            next.step().run();
        }
        synchronized (this) {
            now = until;
        }
    }

    private synchronized @Nullable Due next(long until) {
        Due next = due.stream().min(Comparator.comparingLong(Due::at)).orElse(null);
        if (next == null || next.at() > until) {
            return null;
        }
        due.remove(next);
        now = Math.max(now, next.at());
        return next;
    }

    private synchronized long now() {
        return now;
    }

    private synchronized void in(Duration wait, Runnable step) {
        due.add(new Due(now + wait.toNanos(), step));
    }

    private final class Lines implements System.Logger {
        @Override
        public String getName() {
            return "stepped";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(Level level, @Nullable ResourceBundle bundle, String message, @Nullable Throwable thrown) {
            lines.add(level + " " + message);
        }

        @Override
        public void log(Level level, @Nullable ResourceBundle bundle, String format, @Nullable Object... params) {
            lines.add(level + " " + format);
        }
    }
}
