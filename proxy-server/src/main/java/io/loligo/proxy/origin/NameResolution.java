package io.loligo.proxy.origin;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the names of peers, off the I/O threads, and again each hour. A name that does not resolve leaves its peer
 * as it was, down if it never had an address, and is tried again each minute; that is logged once.
 */
final class NameResolution implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(NameResolution.class.getName());

    /** Lookups at the same time: a slow name must not delay all others. Each peer has at most one task. */
    private static final int THREADS = 2;

    private static final Duration AGAIN = Duration.ofHours(1);
    private static final Duration RETRY = Duration.ofMinutes(1);

    /** The one lookup that this needs; tests have their own. */
    interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    private final Resolver resolver;
    private final ScheduledThreadPoolExecutor executor;

    NameResolution(Resolver resolver) {
        this.resolver = resolver;
        this.executor = new ScheduledThreadPoolExecutor(THREADS, task -> {
            Thread thread = new Thread(task, "loligo-resolver");
            thread.setDaemon(true);
            return thread;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setRemoveOnCancelPolicy(true);
    }

    /** Keeps the peer's addresses up to date until it retires. {@code first} is counted down after the first lookup. */
    void follow(Peer peer, CountDownLatch first) {
        if (literal(peer.config().host(), peer.config().port()) != null) {
            first.countDown();
            return;
        }
        executor.execute(() -> {
            boolean known = lookUp(peer, true);
            first.countDown();
            schedule(peer, known);
        });
    }

    private void schedule(Peer peer, boolean known) {
        if (peer.isRetired()) {
            return;
        }
        Duration wait = known ? AGAIN : RETRY;
        try {
            ScheduledFuture<?> unused = executor.schedule(
                    () -> schedule(peer, lookUp(peer, known)), wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            LOG.log(System.Logger.Level.DEBUG, "the server stops: no further lookup for {0}", peer);
        }
    }

    /** @param knownBefore whether the last lookup found it: only a change is logged */
    private boolean lookUp(Peer peer, boolean knownBefore) {
        String host = peer.config().host();
        try {
            List<InetSocketAddress> found = new ArrayList<>();
            for (InetAddress address : resolver.resolve(host)) {
                found.add(new InetSocketAddress(address, peer.config().port()));
            }
            if (!found.equals(peer.addresses())) {
                peer.resolvedTo(found);
            }
            if (!knownBefore) {
                LOG.log(System.Logger.Level.INFO, "cache_peer " + peer + ": " + host + " resolves again");
            }
            return true;
        } catch (UnknownHostException unknown) {
            if (knownBefore) {
                String meanwhile = peer.addresses().isEmpty() ? "the peer is down" : "its last addresses are kept";
                LOG.log(
                        System.Logger.Level.WARNING,
                        "cache_peer " + peer + ": " + host + " does not resolve, " + meanwhile);
            }
            return false;
        }
    }

    /** The address that {@code host} spells out, or null when it is a name. Never asks anyone. */
    static @Nullable InetSocketAddress literal(String host, int port) {
        if (!isLiteral(host)) {
            return null;
        }
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException malformed) {
            return null;
        }
    }

    private static boolean isLiteral(String host) {
        if (host.indexOf(':') >= 0) {
            return true;
        }
        String[] parts = host.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            if (part.isEmpty()
                    || part.length() > 3
                    || !part.chars().allMatch(c -> c >= '0' && c <= '9')
                    || Integer.parseInt(part) > 255) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
