package io.loligo.proxy.flow;

import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.Fields;
import io.loligo.cache.status.ForwardReason;
import io.loligo.proxy.origin.OriginRequest;
import java.time.InstantSource;

/** Step 7c: fetch once per key, store, and stream to all who wait. Used on I/O threads. */
final class FetchAndStore {
    private final OriginTrips trips;
    private final InstantSource clock;

    FetchAndStore(OriginTrips trips, InstantSource clock) {
        this.trips = trips;
        this.clock = clock;
    }

    void fetch(Exchange x, ForwardReason why) {
        boolean plain = x.head().isMethod("GET") && !isConditional(x.head().fields());
        FetchPlan plan = plan(x, why);
        // A forced reload must not be answered by a fetch that began before it.
        boolean shared = plain
                && why != ForwardReason.REQUEST
                && x.rules().configuration().store().collapsedForwarding()
                && !x.head().fields().has("Authorization")
                && trips.collapsed().mayShare(x.key(), clock.millis());
        if (shared) {
            trips.startOrJoin(plan, x, x.thread());
        } else {
            trips.start(plan, x);
        }
    }

    /** A fetch for {@code x}, whose conditions and ranges go along. */
    static FetchPlan plan(Exchange x, ForwardReason why) {
        Fields fields =
                x.rules().requestFields().toOrigin(x.head(), x.uri(), x.client().getAddress(), true);
        return new FetchPlan(
                x.rules(),
                x.head(),
                x.key(),
                new OriginRequest(x.head().method(), x.head().target(), fields, null),
                x.rules().selection().select(x.facts()),
                x.site().reuse(),
                null,
                null,
                isConditional(x.head().fields()),
                x.head().isMethod("GET"),
                why);
    }

    /** Whether a condition or a range of the client goes along: the answer is then for this client only. */
    static boolean isConditional(Fields fields) {
        for (int i = 0; i < fields.size(); i++) {
            if (FieldRule.is(fields.name(i), FieldRule.Use.CONDITIONAL)) {
                return true;
            }
        }
        return false;
    }
}
