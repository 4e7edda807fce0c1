package io.loligo.proxy.flow;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.Fields;
import io.loligo.cache.reuse.Reuse;
import io.loligo.cache.status.ForwardReason;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.origin.OriginRequest;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Step 7c: fetch once per key, store, and stream to all who wait. Used on I/O threads. */
final class FetchAndStore {
    private final OriginTrips trips;
    private final InstantSource clock;

    FetchAndStore(OriginTrips trips, InstantSource clock) {
        this.trips = trips;
        this.clock = clock;
    }

    void fetch(Exchange x, ForwardReason why) {
        FetchPlan plan = plan(x, why);
        boolean shared = x.head().isMethod("GET")
                && !plan.clientConditional()
                && x.rules().mayCollapse(x.facts())
                && !x.head().fields().has("Authorization")
                && trips.collapsed().mayShare(x.key(), clock.millis());
        if (shared) {
            trips.startOrJoin(plan, x, x.thread());
        } else {
            trips.start(plan, x);
        }
    }

    /** For a client that reloads: it must not be answered by a fetch that began before it, so it shares none. */
    void reload(Exchange x, Reuse.Reload verdict, ResultCode code) {
        trips.start(plan(x, verdict.why(), verdict.stored(), code), x);
    }

    /** As if nothing were stored, though something is: nothing stored answers, nor another's fetch. */
    void despiteHit(Exchange x) {
        trips.start(plan(x, ForwardReason.BYPASS), x);
    }

    /** A fetch for {@code x}, whose conditions and ranges go along. */
    static FetchPlan plan(Exchange x, ForwardReason why) {
        return plan(x, why, null, ResultCode.TCP_MISS);
    }

    private static FetchPlan plan(Exchange x, ForwardReason why, @Nullable StoredHead replaced, ResultCode code) {
        Fields fields =
                x.rules().requestFields().toOrigin(x.head(), x.uri(), x.client().getAddress(), true);
        if (!x.rules().configuration().caching().cacheMissRevalidate()) {
            fields = fields.without(FetchAndStore::isForValidation);
        }
        return new FetchPlan(
                x.rules(),
                x.head(),
                x.facts(),
                x.key(),
                new OriginRequest(x.head().method(), x.head().target(), fields, null),
                x.rules().selection().select(x.facts()),
                x.site().reuse(),
                null,
                null,
                isConditional(fields),
                x.head().isMethod("GET"),
                why,
                replaced,
                code);
    }

    /** The conditions that cache_miss_revalidate is about: those that ask for 304. */
    private static boolean isForValidation(String field) {
        return field.equalsIgnoreCase("If-None-Match") || field.equalsIgnoreCase("If-Modified-Since");
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
