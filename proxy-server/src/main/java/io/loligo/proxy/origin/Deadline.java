package io.loligo.proxy.origin;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;
import org.xnio.XnioIoThread;

/**
 * One moment after which somebody gives up. It moves with nearly every step, the timer behind it does not: when that fires
 * too early it is set again. So in steady state an exchange sets no timer at all. Used on one I/O thread only.
 */
final class Deadline {
    private final XnioIoThread thread;
    private final Runnable passed;
    private boolean set;
    private long nanos;
    private long timerNanos;
    private XnioExecutor.@Nullable Key timer;

    /** @param passed run when the moment has come, never early */
    Deadline(XnioIoThread thread, Runnable passed) {
        this.thread = thread;
        this.passed = passed;
    }

    /** Moves the moment to {@code wait} from now. */
    void in(Duration wait) {
        set = true;
        nanos = System.nanoTime() + wait.toNanos();
        if (timer == null) {
            schedule(wait.toNanos());
        } else if (timerNanos - nanos > 0) {
            timer.remove();
            schedule(wait.toNanos());
        }
    }

    /** There is no such moment; the timer may stay for the next one. */
    void clear() {
        set = false;
    }

    /** There will be none any more, and no timer. */
    void cancel() {
        set = false;
        if (timer != null) {
            timer.remove();
            timer = null;
        }
    }

    private void schedule(long wait) {
        timerNanos = System.nanoTime() + wait;
        // One millisecond more: never early.
        timer = thread.executeAfter(this::fired, wait / 1_000_000 + 1, TimeUnit.MILLISECONDS);
    }

    private void fired() {
        timer = null;
        if (!set) {
            return;
        }
        long left = nanos - System.nanoTime();
        if (left > 0) {
            schedule(left);
        } else {
            set = false;
            passed.run();
        }
    }
}
