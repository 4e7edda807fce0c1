package io.loligo.proxy.origin;

import io.loligo.proxy.config.Configuration;
import java.time.Duration;

/**
 * What the client towards the origins takes from the configuration.
 *
 * @param forwardTimeout forward_timeout: no new try after it, and no connect goes beyond it
 * @param readTimeout read_timeout: silence of an origin that owes us bytes
 * @param idleTimeout server_idle_pconn_timeout
 * @param maxTries forward_max_tries: connections tried or taken for one request
 * @param retryOnError retry_on_error: 403, 500, 501 and 503 try the next peer, as 502 and 504 always do
 * @param connectRetries connect_retries: further connects to one address
 * @param persistent server_persistent_connections
 * @param headMax reply_header_max_size, in bytes
 * @param idleMax idle connections kept per peer and I/O thread; one more is closed
 * @param dns positive_dns_ttl and negative_dns_ttl
 */
public record OriginSettings(
        Duration forwardTimeout,
        Duration readTimeout,
        Duration idleTimeout,
        int maxTries,
        boolean retryOnError,
        int connectRetries,
        boolean persistent,
        int headMax,
        int idleMax,
        Configuration.Dns dns) {
    /** {@link #idleMax} when nothing says otherwise. */
    public static final int IDLE_MAX = 128;

    public OriginSettings {
        require(maxTries > 0, "forward_max_tries must be positive");
        require(headMax > 0, "reply_header_max_size must be positive");
        require(idleMax >= 0, "idleMax must not be negative");
        require(connectRetries >= 0, "connect_retries must not be negative");
    }

    public static OriginSettings from(Configuration configuration) {
        Configuration.Timeouts timeouts = configuration.timeouts();
        Configuration.Forwarding forwarding = configuration.forwarding();
        return new OriginSettings(
                timeouts.forwardTimeout(),
                timeouts.readTimeout(),
                timeouts.serverIdlePconnTimeout(),
                forwarding.forwardMaxTries(),
                forwarding.retryOnError(),
                forwarding.connectRetries(),
                forwarding.serverPersistentConnections(),
                configuration.limits().replyHeaderMaxSize(),
                IDLE_MAX,
                configuration.dns());
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
