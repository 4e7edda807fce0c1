package io.loligo.proxy.fetch;

import io.loligo.cache.key.CacheKey;
import io.loligo.cache.status.ForwardReason;
import io.loligo.cache.store.ResponseStore;
import io.loligo.proxy.exchange.Exchange;
import io.loligo.proxy.exchange.ServeStored;
import io.loligo.proxy.origin.OriginClient;
import io.undertow.connector.ByteBufferPool;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/** Sends fetches off. Used by every I/O thread. */
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

    CollapsedForwarding collapsed() {
        return outlets.collapsed();
    }

    /** Starts a fetch that nobody can join. On the thread of {@code x}. */
    void start(FetchPlan plan, Exchange x) {
        send(new Fetch(outlets, plan, x.thread(), x), x.thread());
    }

    /** For a request that waited in vain: what is in the store by now serves it, or it fetches by itself, at once. */
    private void goAlone(Exchange x) {
        if (!outlets.serveStored().serveIfFresh(x)) {
            start(FetchAndStore.plan(x, ForwardReason.MISS), x);
        }
    }

    /**
     * Starts a fetch that others with the same key can join, unless there is one already, which {@code x} joins then.
     *
     * @param plan asked for when a fetch is started
     * @param x who starts it; null for a validation in the background
     * @param thread where the fetch lives
     */
    void startOrJoin(CacheKey key, Supplier<FetchPlan> plan, @Nullable Exchange x, XnioIoThread thread) {
        Fetch mine = null;
        while (true) {
            Fetch other = outlets.collapsed().underWay(key);
            if (other == null) {
                mine = mine == null ? new Fetch(outlets, plan.get(), thread, x) : mine;
                if (outlets.collapsed().lead(key, mine)) {
                    lead(mine, x, thread);
                    return;
                }
            } else if (x == null) {
                return;
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

    private void lead(Fetch mine, @Nullable Exchange x, XnioIoThread thread) {
        try {
            if (x != null && outlets.serveStored().serveIfFresh(x)) {
                // Another fetch ended between this request's lookup and its turn.
                mine.standDown(this::goAlone);
                return;
            }
            send(mine, thread);
        } catch (RuntimeException | Error e) {
            // Left in place, a fetch that never left would have every later request for its key wait for ever.
            mine.standDown(this::goAlone);
            throw e;
        }
    }

    private void send(Fetch fetch, XnioIoThread thread) {
        origin.send(fetch.plan().request(), fetch.plan().candidates(), thread, fetch);
    }
}
