package io.loligo.proxy.fetch;

import io.loligo.cache.status.ForwardReason;
import io.loligo.proxy.exchange.Exchange;

/** Step 7d: a request that the cache does not answer goes to the origin, and the answer back. Used on I/O threads. */
public final class PassThrough {
    private final OriginTrips trips;

    public PassThrough(OriginTrips trips) {
        this.trips = trips;
    }

    public void pass(Exchange x, ForwardReason why) {
        trips.start(FetchPlan.pass(x, why), x);
    }
}
