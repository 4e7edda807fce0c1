package io.loligo.proxy.fetch;

import io.loligo.cache.reuse.Reuse;
import io.loligo.cache.status.ForwardReason;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.exchange.Exchange;

/** Step 7c: fetch once per key, store, and stream to all who wait. Used on I/O threads. */
public final class FetchAndStore {
    private final OriginTrips trips;

    public FetchAndStore(OriginTrips trips) {
        this.trips = trips;
    }

    public void fetch(Exchange x, Reuse.Fetch verdict) {
        FetchPlan plan = FetchPlan.miss(x, verdict);
        boolean shared = x.head().isMethod("GET")
                && !plan.isForOneClient()
                && x.rules().mayCollapse(x.facts())
                && trips.mayShare(x.key());
        if (shared) {
            trips.startOrJoin(x.key(), () -> plan, x);
        } else {
            trips.start(plan, x);
        }
    }

    /** For a client that reloads: a fetch that began before it must not answer it, so it shares none. */
    public void reload(Exchange x, Reuse.Reload verdict, ResultCode code) {
        trips.start(FetchPlan.reload(x, verdict, code), x);
    }

    /** As if nothing were stored, though something is: neither a stored response nor another request's fetch answers. */
    public void despiteHit(Exchange x) {
        trips.start(FetchPlan.alone(x, ForwardReason.BYPASS), x);
    }
}
