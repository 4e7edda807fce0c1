package io.loligo.proxy;

import io.loligo.proxy.config.Configuration;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;

/**
 * What limits one client connection as a whole: request_start_timeout until its first byte, client_lifetime until its
 * end. Used on the connection's I/O thread. It must be told of the end: a timer that still runs would hold on to the
 * connection for a day.
 */
final class ConnectionTimers {
    private final XnioExecutor.Key life;
    private XnioExecutor.@Nullable Key start;

    /**
     * @param thread the connection's
     * @param expired closes the connection
     */
    ConnectionTimers(XnioExecutor thread, Configuration.Timeouts timeouts, Runnable expired) {
        start = after(thread, timeouts.requestStartTimeout(), expired);
        life = after(thread, timeouts.clientLifetime(), expired);
    }

    /** The client has said something: from now on request_timeout and client_idle_pconn_timeout hold. */
    void started() {
        if (start != null) {
            start.remove();
            start = null;
        }
    }

    /** The connection is closed. */
    void ended() {
        started();
        life.remove();
    }

    private static XnioExecutor.Key after(XnioExecutor thread, Duration wait, Runnable expired) {
        return thread.executeAfter(expired, wait.toMillis(), TimeUnit.MILLISECONDS);
    }
}
