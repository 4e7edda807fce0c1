package io.loligo.proxy.fetch;

import io.loligo.cache.key.CacheKey;
import io.loligo.cache.status.ForwardReason;
import io.loligo.cache.status.HierarchyCode;
import io.loligo.cache.store.ResponseStore;
import io.loligo.proxy.exchange.Exchange;
import io.loligo.proxy.exchange.ServeStored;
import io.loligo.proxy.origin.OriginClient;
import io.undertow.connector.ByteBufferPool;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.xnio.XnioIoThread;

/** Starts fetches, and has requests join those under way. Used by every I/O thread. */
public final class OriginTrips {
    private final OriginClient origin;
    private final Fetch.Outlets outlets;

    public OriginTrips(
            OriginClient origin,
            ResponseStore store,
            ByteBufferPool buffers,
            ServeStored serveStored,
            InstantSource clock) {
        this.origin = origin;
        this.outlets = new Fetch.Outlets(
                store, buffers, new CollapsedForwarding(), new Delivery(), serveStored, this::goAlone, clock);
    }

    /** Whether requests for {@code key} may wait for each other. */
    boolean mayShare(CacheKey key) {
        return outlets.collapsed().mayShare(key, outlets.clock().millis());
    }

    /** Starts a fetch that nobody can join. On the thread of {@code x}. */
    void start(FetchPlan plan, Exchange x) {
        new Fetch(outlets, plan, x.thread(), x, false).start(origin);
    }

    /** For a request that waited in vain: what is in the store by now serves it, or it fetches by itself, at once. */
    private void goAlone(Exchange x) {
        // Who answered the other's request does not answer this one.
        x.answeredBy(HierarchyCode.HIER_NONE, null);
        if (!outlets.serveStored().serveIfFresh(x)) {
            start(FetchPlan.alone(x, ForwardReason.MISS), x);
        }
    }

    /**
     * Starts a fetch that others with the same key can join, unless there is one already, which {@code x} joins then. A fetch
     * that began before a purge that is about its answer is not joined any more: the new one takes its place.
     *
     * @param plan asked for when a fetch is started
     */
    void startOrJoin(CacheKey key, Supplier<FetchPlan> plan, Exchange x) {
        Fetch mine = null;
        while (true) {
            Fetch other = outlets.collapsed().underWay(key);
            if (other == null || other.isOutdated()) {
                mine = mine == null ? new Fetch(outlets, plan.get(), x.thread(), x, true) : mine;
                if (outlets.collapsed().lead(key, other, mine)) {
                    startUnless(mine, () -> outlets.serveStored().serveIfFresh(x));
                    return;
                }
            } else {
                switch (other.join(x)) {
                    case YES -> {
                        return;
                    }
                    case NO -> {
                        start(plan.get(), x);
                        return;
                    }
                    case OVER -> outlets.collapsed().ended(key, other);
                }
            }
        }
    }

    /**
     * Starts a fetch that no client waits for, and that requests with the same key can join; unless there is one already, or
     * {@link CollapsedForwarding#BACKGROUND_MAX} are under way.
     *
     * @param plan asked for when the fetch is started
     * @param thread where the fetch lives
     */
    void startInBackground(CacheKey key, Supplier<FetchPlan> plan, XnioIoThread thread) {
        Fetch other = outlets.collapsed().underWay(key);
        if ((other != null && !other.isOutdated()) || !outlets.collapsed().backgroundBegins()) {
            return;
        }
        Fetch mine;
        try {
            mine = new Fetch(outlets, plan.get(), thread, null, true);
        } catch (RuntimeException | Error e) {
            outlets.collapsed().backgroundEnds();
            throw e;
        }
        if (outlets.collapsed().lead(key, other, mine)) {
            startUnless(mine, () -> false);
        } else {
            mine.standDown(this::goAlone);
        }
    }

    /**
     * @param served asked once whether there is no need for the fetch any more: another may have ended between the request's
     *     lookup and its turn
     */
    private void startUnless(Fetch mine, BooleanSupplier served) {
        boolean started = false;
        try {
            if (!served.getAsBoolean()) {
                mine.start(origin);
                started = true;
            }
        } finally {
            if (!started) {
                // Left in place, a fetch that never left would have every later request for its key wait for ever.
                mine.standDown(this::goAlone);
            }
        }
    }
}
