package io.loligo.proxy.origin;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One name whose addresses a test sets, and the time of its lookups, which a test moves. */
final class SteppedLookups implements NameResolution.Schedule, NameResolution.Resolver {
    private final List<Due> due = new ArrayList<>();
    private final AtomicInteger lookups = new AtomicInteger();
    private volatile List<String> addresses;
    private long now = 1;

    private record Due(long at, Runnable step) {}

    SteppedLookups(String... addresses) {
        this.addresses = List.of(addresses);
    }

    /** The name has these addresses from now on; none: it does not resolve. */
    void nowAt(String... next) {
        addresses = List.of(next);
    }

    /** Lookups so far. */
    int count() {
        return lookups.get();
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        lookups.incrementAndGet();
        List<String> known = addresses;
        if (known.isEmpty()) {
            throw new UnknownHostException(host);
        }
        InetAddress[] found = new InetAddress[known.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = InetAddress.getByName(known.get(i));
        }
        return found;
    }

    /** Does what is due, on the calling thread. */
    void run() {
        advance(Duration.ZERO);
    }

    /** Lets time pass, and does what is due in it. */
    void advance(Duration time) {
        long until = nanoTime() + time.toNanos();
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

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public synchronized void in(Duration wait, Runnable step) {
        due.add(new Due(now + wait.toNanos(), step));
    }

    @Override
    public void close() {
        // There is no thread to end.
    }
}
