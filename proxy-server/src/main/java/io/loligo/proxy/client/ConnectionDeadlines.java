package io.loligo.proxy.client;

import io.loligo.proxy.config.Configuration.Timeouts;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;

/**
 * How long one client connection may live, and how long it may be silent between requests: request_start_timeout before
 * its first byte, client_idle_pconn_timeout later, client_lifetime in all. A request that has begun is not its concern:
 * request_timeout and write_timeout bound that.
 *
 * <p>Used on the connection's I/O thread, whose timers it sets: at most two at a time, none after {@link #closed}. A
 * connection that is busy sets none per request.
 */
final class ConnectionDeadlines {
    private static final System.Logger LOG = System.getLogger(ConnectionDeadlines.class.getName());

    private final XnioExecutor timers;
    private final LongSupplier nanoTime;
    private final Supplier<Timeouts> timeouts;
    private final Runnable close;

    private XnioExecutor.@Nullable Key lifetime;
    private XnioExecutor.@Nullable Key silence;
    private long silenceChecked;
    private long idleSince;
    private boolean idle;
    private boolean anythingArrived;
    private boolean closed;

    /**
     * @param timers the connection's I/O thread
     * @param timeouts those in force, asked whenever a timer is set
     * @param close ends the connection, whatever it does
     */
    ConnectionDeadlines(XnioExecutor timers, LongSupplier nanoTime, Supplier<Timeouts> timeouts, Runnable close) {
        this.timers = timers;
        this.nanoTime = nanoTime;
        this.timeouts = timeouts;
        this.close = close;
    }

    /** The connection was accepted. */
    void opened() {
        if (!closed) {
            lifetime = after(timeouts.get().clientLifetime(), this::expired);
        }
    }

    /** The next request is awaited, and nothing of it has come. */
    void idle() {
        if (closed || idle) {
            return;
        }
        idle = true;
        idleSince = nanoTime.getAsLong();
        long deadline = idleSince + limit().toNanos();
        if (silence != null && silenceChecked - deadline > 0) {
            silence.remove();
            silence = null;
        }
        if (silence == null) {
            checkSilenceAt(deadline);
        }
    }

    /** Bytes have come. */
    void active() {
        idle = false;
        anythingArrived = true;
    }

    /** The connection is gone: so are its timers. */
    void closed() {
        closed = true;
        if (lifetime != null) {
            lifetime.remove();
            lifetime = null;
        }
        if (silence != null) {
            silence.remove();
            silence = null;
        }
    }

    private Duration limit() {
        Timeouts now = timeouts.get();
        return anythingArrived ? now.clientIdlePconnTimeout() : now.requestStartTimeout();
    }

    private void checkSilenceAt(long deadline) {
        silenceChecked = deadline;
        silence = after(Duration.ofNanos(Math.max(0, deadline - nanoTime.getAsLong())), this::checkSilence);
    }

    private void checkSilence() {
        silence = null;
        if (!idle || closed) {
            return;
        }
        long deadline = idleSince + limit().toNanos();
        if (nanoTime.getAsLong() - deadline < 0) {
            checkSilenceAt(deadline);
        } else {
            close.run();
        }
    }

    private void expired() {
        lifetime = null;
        close.run();
    }

    private XnioExecutor.Key after(Duration wait, Runnable task) {
        // Rounded up: a check that comes early would have to be repeated.
        try {
            return timers.executeAfter(task, wait.toMillis() + 1, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "the I/O thread has stopped, and its connections with it", e);
            return XnioExecutor.Key.IMMEDIATE;
        }
    }
}
