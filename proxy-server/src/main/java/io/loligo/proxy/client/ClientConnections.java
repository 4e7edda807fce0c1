package io.loligo.proxy.client;

import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.log.RecurringWarning;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;

/**
 * The connections of clients that are open, over all listeners, and how many there may be: client_max_connections and
 * client_ip_max_connections. Used by every I/O thread.
 */
final class ClientConnections {
    /** Descriptors that are left for the store, the logs and the peers where client_max_connections is not set. */
    static final int OTHER_DESCRIPTORS = 256;

    private static final System.Logger LOG = System.getLogger(ClientConnections.class.getName());
    private static final String TOO_MANY = "client connections closed at once: client_max_connections is reached";
    private static final String TOO_MANY_OF_ONE =
            "client connections closed at once: client_ip_max_connections is reached";

    private final Supplier<Configuration.ClientConnections> limits;
    private final int descriptorsMax;
    private final RecurringWarning warnings = new RecurringWarning(LOG);
    private final Set<StreamConnection> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();
    /** How many are open from an address; kept only while there is a limit on that. */
    private final ConcurrentHashMap<InetAddress, Integer> ofAddress = new ConcurrentHashMap<>();

    /** @param limits those in force at any time */
    ClientConnections(Supplier<Configuration.ClientConnections> limits) {
        this(limits, descriptorsMax());
    }

    /** @param descriptorsMax what client_max_connections is where it is not set */
    ClientConnections(Supplier<Configuration.ClientConnections> limits, int descriptorsMax) {
        this.limits = limits;
        this.descriptorsMax = descriptorsMax;
    }

    /**
     * A place of a connection among those that may be open.
     *
     * @param counted the address that it is counted for; null where there was no limit
     */
    record Place(StreamConnection connection, @Nullable InetAddress counted) {}

    /** Takes {@code connection} in; null where it is one too many, and is closed. */
    @Nullable Place admit(StreamConnection connection) {
        Configuration.ClientConnections now = limits.get();
        int max = now.max() == Configuration.ClientConnections.UNLIMITED ? descriptorsMax : now.max();
        if (count.incrementAndGet() > max) {
            count.decrementAndGet();
            refuse(connection, TOO_MANY, max);
            return null;
        }
        InetAddress address = null;
        if (now.maxPerAddress() != Configuration.ClientConnections.UNLIMITED) {
            InetSocketAddress peer = connection.getPeerAddress(InetSocketAddress.class);
            address = peer == null ? null : peer.getAddress();
            if (address != null && ofAddress.merge(address, 1, Integer::sum) > now.maxPerAddress()) {
                leave(address);
                count.decrementAndGet();
                refuse(connection, TOO_MANY_OF_ONE, now.maxPerAddress());
                return null;
            }
        }
        open.add(connection);
        return new Place(connection, address);
    }

    private void refuse(StreamConnection connection, String cause, int max) {
        IoUtils.safeClose(connection);
        warnings.met(cause, () -> cause + " (" + max + ")");
    }

    /** The connection is closed. */
    void closed(Place place) {
        if (open.remove(place.connection())) {
            count.decrementAndGet();
            if (place.counted() != null) {
                leave(place.counted());
            }
        }
    }

    private void leave(InetAddress address) {
        ofAddress.computeIfPresent(address, (same, connections) -> connections == 1 ? null : connections - 1);
    }

    /** How many are open. */
    int count() {
        return count.get();
    }

    /** Has every one of them closed by its I/O thread. */
    void closeAll() {
        for (StreamConnection connection : open) {
            try {
                connection.getIoThread().execute(() -> IoUtils.safeClose(connection));
            } catch (RejectedExecutionException e) {
                LOG.log(System.Logger.Level.DEBUG, "the I/O thread has stopped, and its connections with it", e);
            }
        }
    }

    private static int descriptorsMax() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof com.sun.management.UnixOperatingSystemMXBean system
                ? (int) Math.max(1, Math.min(Integer.MAX_VALUE, system.getMaxFileDescriptorCount() - OTHER_DESCRIPTORS))
                : Integer.MAX_VALUE;
    }
}
