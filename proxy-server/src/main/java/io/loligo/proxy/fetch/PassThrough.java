package io.loligo.proxy.fetch;

import io.loligo.cache.http.Fields;
import io.loligo.cache.status.ForwardReason;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.exchange.Exchange;
import io.loligo.proxy.origin.OriginRequest;
import java.util.List;

/** Step 7d: what is not the cache's business goes to the origin and back. Used on I/O threads. */
public final class PassThrough {
    private final OriginTrips trips;

    public PassThrough(OriginTrips trips) {
        this.trips = trips;
    }

    public void pass(Exchange x, ForwardReason why) {
        Fields fields = x.rules()
                .requestFields()
                .toOrigin(x.head(), x.uri(), x.clientAddress().getAddress(), false);
        OriginRequest request = new OriginRequest(
                x.head().method(),
                x.head().target(),
                fields,
                x.client().body(),
                x.uri().scheme().equals("https"));
        trips.start(
                new FetchPlan(
                        x.rules(),
                        x.head(),
                        x.facts(),
                        x.key(),
                        request,
                        x.rules().selection().select(x.facts()),
                        x.site().reuse(),
                        null,
                        null,
                        true,
                        // An answer to POST may serve later GETs where it says so: RFC 9110 §9.3.3.
                        why == ForwardReason.METHOD && x.head().isMethod("POST"),
                        why,
                        null,
                        ResultCode.TCP_MISS,
                        null,
                        List.of(),
                        false),
                x);
    }
}
