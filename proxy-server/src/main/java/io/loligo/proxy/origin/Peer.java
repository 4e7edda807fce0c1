package io.loligo.proxy.origin;

import io.loligo.proxy.config.PeerConfig;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A cache_peer at work: its configuration and its present state. State is read and changed by every I/O thread.
 *
 * <p>A peer is up until proven down: connect-fail-limit failed connects in a row make it dead, and one that succeeds
 * revives it. While dead it is skipped; whoever looks at it {@linkplain #lookedAtWhileDown asks} for a probe.
 */
public final class Peer {
    private static final System.Logger LOG = System.getLogger(Peer.class.getName());
    private static final long PROBE_INTERVAL_NANOS = 1_000_000_000L;

    private volatile PeerConfig config;

    /** Failed connects that are still forgiven; Squid's tcp_up. 0: dead. */
    private final AtomicInteger connectsForgiven;

    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger idle = new AtomicInteger();
    private final AtomicInteger revivals = new AtomicInteger();
    private final LongAdder fetches = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final AtomicLong lastProbe = new AtomicLong(System.nanoTime() - PROBE_INTERVAL_NANOS);
    private final AtomicReference<PeerAddresses> addresses;
    private volatile @Nullable Consumer<Peer> prober;
    private volatile @Nullable Runnable resolver;
    private volatile boolean retired;

    /** Up at once when the host is an address; else when {@link OriginClient#start} has resolved its name. */
    public Peer(PeerConfig config) {
        this.config = config;
        this.connectsForgiven = new AtomicInteger(Math.max(1, config.connectFailLimit()));
        this.addresses = new AtomicReference<>(PeerAddresses.spelledOut(config.host(), config.port()));
    }

    public PeerConfig config() {
        return config;
    }

    /** Whether it has an address and has not been proven down. */
    public boolean isUp() {
        return connectsForgiven.get() > 0 && !addresses().isEmpty();
    }

    /** Connections open to it on all I/O threads, idle ones included. */
    public int openConnections() {
        return open.get();
    }

    /** Open connections that wait for a request. */
    public int idleConnections() {
        return idle.get();
    }

    /** Answers received since the start. */
    public long fetches() {
        return fetches.sum();
    }

    /** Tries that ended without an answer since the start, failed connects included. */
    public long failures() {
        return failures.sum();
    }

    private PeerAddresses known() {
        return Objects.requireNonNull(addresses.get(), "set when the peer was made");
    }

    /** What its host resolved to last; empty while the name is unknown. */
    public List<InetSocketAddress> addresses() {
        return known().all();
    }

    /** Whether its host still resolves to {@code address}: else a connection there is not used for another request. */
    boolean isAt(InetSocketAddress address) {
        return known().has(address);
    }

    /** Whether one more request may go to it under max-conn: an idle connection serves it without a new one. */
    boolean hasRoom() {
        int max = config.maxConnections();
        return max == 0 || open.get() - idle.get() < max;
    }

    /** Whether max-conn leaves room for one more connection. */
    boolean hasRoomToOpen() {
        int max = config.maxConnections();
        return max == 0 || open.get() < max;
    }

    /** How often it came back from the dead: round robin starts anew then. */
    int revivals() {
        return revivals.get();
    }

    /** A request would have gone here. Asks for a probe, at most one per second. */
    void lookedAtWhileDown() {
        Consumer<Peer> ask = prober;
        if (ask == null || retired || addresses().isEmpty()) {
            return;
        }
        long now = System.nanoTime();
        long last = lastProbe.get();
        if (now - last >= PROBE_INTERVAL_NANOS && lastProbe.compareAndSet(last, now)) {
            ask.accept(this);
        }
    }

    void probeWith(Consumer<Peer> connect) {
        prober = connect;
    }

    /** Called when a connect fails: its name may have other addresses by now. */
    void resolveWith(Runnable again) {
        resolver = again;
    }

    /** Its name may have other addresses by now: after a failed connect, or with another hosts_file. */
    void lookUpAgain() {
        Runnable again = resolver;
        if (again != null) {
            again.run();
        }
    }

    /** A connect to {@code address} failed, and that is the peer's doing. */
    void connectFailed(InetSocketAddress address) {
        addresses.updateAndGet(known -> known.failed(address));
        failures.increment();
        lookUpAgain();
        int before = connectsForgiven.getAndUpdate(forgiven -> Math.max(0, forgiven - 1));
        if (before == 1) {
            LOG.log(System.Logger.Level.WARNING, "Detected DEAD Parent: " + config.name());
        }
    }

    void connectSucceeded(InetSocketAddress address) {
        addresses.updateAndGet(known -> known.worked(address));
        if (connectsForgiven.getAndSet(Math.max(1, config.connectFailLimit())) == 0) {
            revivals.incrementAndGet();
            LOG.log(System.Logger.Level.INFO, "REVIVED Parent: " + config.name());
        }
    }

    /** The addresses in the order in which to try them: the one that worked last comes first. */
    List<InetSocketAddress> addressesToTry() {
        return known().toTry();
    }

    /** Its host resolves to {@code found}. A dead peer is probed at once where that is something new. */
    void resolvedTo(List<InetSocketAddress> found) {
        PeerAddresses before = addresses.getAndUpdate(known -> known.resolved(found));
        if (!known().equals(before) && connectsForgiven.get() == 0) {
            lastProbe.set(System.nanoTime() - PROBE_INTERVAL_NANOS);
            lookedAtWhileDown();
        }
    }

    /**
     * Whether {@code next} is about this very peer, so that its connections and what is known of its life stay: all is
     * the same but for selection and access.
     */
    boolean isStill(PeerConfig next) {
        PeerConfig now = config;
        return now.name().equalsIgnoreCase(next.name())
                && now.host().equals(next.host())
                && now.port() == next.port()
                && now.originServer() == next.originServer()
                && now.login().equals(next.login())
                && Objects.equals(now.forcedDomain(), next.forcedDomain())
                && now.connectFailLimit() == next.connectFailLimit();
    }

    void reconfigure(PeerConfig next) {
        config = next;
    }

    void fetched() {
        fetches.increment();
    }

    void failed() {
        failures.increment();
    }

    /** Takes one of max-conn's connections. */
    boolean tryOpen() {
        int max = config.maxConnections();
        if (max == 0) {
            open.incrementAndGet();
            return true;
        }
        int now = open.get();
        while (now < max) {
            if (open.compareAndSet(now, now + 1)) {
                return true;
            }
            now = open.get();
        }
        return false;
    }

    void closed() {
        open.decrementAndGet();
    }

    void becameIdle() {
        idle.incrementAndGet();
    }

    void noLongerIdle() {
        idle.decrementAndGet();
    }

    /** No longer configured: its connections close when their exchange ends, and its name is not looked up again. */
    void retire() {
        retired = true;
    }

    boolean isRetired() {
        return retired;
    }

    @Override
    public String toString() {
        return config.name();
    }
}
