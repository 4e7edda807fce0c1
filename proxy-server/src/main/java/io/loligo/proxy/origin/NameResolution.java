package io.loligo.proxy.origin;

import io.loligo.proxy.config.Configuration.Dns;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Resolves the names of peers, off the I/O threads, and again:
 *
 * <ul>
 *   <li>each hour, as Squid does, or after positive_dns_ttl where that is shorter;
 *   <li>at once when a connect to the peer fails, at most once per {@link #AGAIN_MIN} and peer;
 *   <li>after negative_dns_ttl when the name did not resolve.
 * </ul>
 *
 * <p>A name that hosts_file has is not asked for. A name that does not resolve leaves its peer with the addresses that it had, down if it never had one. That is logged
 * once, and once when the name resolves again.
 */
final class NameResolution implements AutoCloseable {
    /** The least time from the end of one lookup to the next for a peer whose connects fail. */
    static final Duration AGAIN_MIN = Duration.ofSeconds(1);
    /** The most time between two lookups for a peer. */
    static final Duration REFRESH = Duration.ofHours(1);

    private static final System.Logger LOG = System.getLogger(NameResolution.class.getName());

    /** The one lookup that this needs; tests have their own. */
    interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    /** Where and when lookups run: off the I/O threads. Tests step its time. */
    interface Schedule extends AutoCloseable {
        /** A time that never goes back; {@link System#nanoTime}. */
        long nanoTime();

        /** Runs {@code step} after {@code wait}, unless it is closed by then. */
        void in(Duration wait, Runnable step);

        @Override
        void close();
    }

    private final Resolver resolver;
    private final Schedule schedule;
    private final Supplier<Dns> ttl;

    /** @param ttl how long lookups are believed, asked for at each lookup */
    NameResolution(Resolver resolver, Schedule schedule, Supplier<Dns> ttl) {
        this.resolver = resolver;
        this.schedule = schedule;
        this.ttl = ttl;
    }

    /**
     * Keeps the peer's addresses up to date until it retires. {@code first} is counted down after the first lookup; at once
     * when the host is an address.
     */
    void follow(Peer peer, CountDownLatch first) {
        if (PeerAddresses.literal(peer.config().host(), peer.config().port()) != null) {
            first.countDown();
            return;
        }
        Followed followed = new Followed(peer);
        peer.resolveWith(followed::again);
        schedule.in(Duration.ZERO, () -> {
            try {
                followed.lookUp();
            } finally {
                first.countDown();
            }
        });
    }

    /** A peer and its lookups, of which one at most is under way. */
    private final class Followed {
        private final Peer peer;
        /** Whether the last lookup found it: only a change is logged. Used by the lookup under way. */
        private boolean known = true;

        // Guarded by this.
        /** Whether a lookup is under way, or is to come as soon as it may. */
        private boolean underWay = true;
        /** The lookups so far: one that was scheduled is void when another came before it. */
        private long lookups;

        private long notBefore;

        private Followed(Peer peer) {
            this.peer = peer;
        }

        /** A connect failed: its addresses may be of yesterday. Called by I/O threads. */
        private void again() {
            long wait;
            synchronized (this) {
                if (underWay || peer.isRetired()) {
                    return;
                }
                underWay = true;
                wait = Math.max(0, notBefore - schedule.nanoTime());
            }
            schedule.in(Duration.ofNanos(wait), this::lookUp);
        }

        private void due(long after) {
            synchronized (this) {
                if (underWay || lookups != after) {
                    return;
                }
                underWay = true;
            }
            lookUp();
        }

        private void lookUp() {
            if (peer.isRetired()) {
                return;
            }
            boolean found = false;
            try {
                found = resolve(peer, known);
            } finally {
                known = found;
                ended(found);
            }
        }

        private void ended(boolean found) {
            Duration believed = found
                    ? shorter(ttl.get().positiveTtl(), REFRESH)
                    : ttl.get().negativeTtl();
            long now;
            synchronized (this) {
                underWay = false;
                now = ++lookups;
                notBefore = schedule.nanoTime() + (found ? shorter(AGAIN_MIN, believed) : believed).toNanos();
            }
            schedule.in(believed, () -> due(now));
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    /** @param knownBefore whether the last lookup found it */
    private boolean resolve(Peer peer, boolean knownBefore) {
        String host = peer.config().host();
        try {
            List<InetSocketAddress> found = new ArrayList<>();
            List<InetAddress> named = ttl.get().hosts().get(host.toLowerCase(Locale.ROOT));
            for (InetAddress address : named != null ? named : List.of(resolver.resolve(host))) {
                found.add(new InetSocketAddress(address, peer.config().port()));
            }
            List<InetSocketAddress> before = peer.addresses();
            peer.resolvedTo(found);
            if (!knownBefore) {
                LOG.log(System.Logger.Level.INFO, "cache_peer " + peer + ": " + host + " resolves again");
            }
            if (!before.isEmpty() && !before.equals(peer.addresses())) {
                LOG.log(
                        System.Logger.Level.INFO,
                        "cache_peer " + peer + ": " + host + " is " + text(peer.addresses()) + " now, was "
                                + text(before));
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

    private static String text(List<InetSocketAddress> addresses) {
        return addresses.stream()
                .map(address -> address.getAddress().getHostAddress())
                .collect(Collectors.joining(", "));
    }

    @Override
    public void close() {
        schedule.close();
    }

    /** Threads of their own. A slow name must not delay all others; each peer has at most one lookup under way. */
    static final class Threads implements Schedule {
        /** Lookups at the same time. */
        private static final int THREADS = 2;

        private final ScheduledThreadPoolExecutor executor;

        Threads() {
            executor = new ScheduledThreadPoolExecutor(THREADS, task -> {
                Thread thread = new Thread(task, "loligo-resolver");
                thread.setDaemon(true);
                return thread;
            });
            executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void in(Duration wait, Runnable step) {
            try {
                ScheduledFuture<?> unused =
                        executor.schedule(() -> guarded(step), wait.toNanos(), TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException closing) {
                LOG.log(System.Logger.Level.DEBUG, "the server stops: no further lookup");
            }
        }

        /** The executor would keep an exception for somebody who asks for it, and nobody does. */
        private static void guarded(Runnable step) {
            try {
                step.run();
            } catch (RuntimeException bug) {
                LOG.log(System.Logger.Level.ERROR, "a lookup of a peer's name failed inside the server", bug);
            }
        }

        @Override
        public void close() {
            executor.shutdownNow();
        }
    }
}
