package io.loligo.proxy.fetch;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.ByteRange;
import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.Fields;
import io.loligo.cache.reuse.Combining;
import io.loligo.cache.reuse.Reuse;
import io.loligo.cache.reuse.Validation;
import io.loligo.cache.status.ForwardReason;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.exchange.Exchange;
import io.loligo.proxy.origin.OriginRequest;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Step 7c: fetch once per key, store, and stream to all who wait. Used on I/O threads. */
public final class FetchAndStore {
    private final OriginTrips trips;
    private final InstantSource clock;

    public FetchAndStore(OriginTrips trips, InstantSource clock) {
        this.trips = trips;
        this.clock = clock;
    }

    public void fetch(Exchange x, Reuse.Fetch verdict) {
        FetchPlan plan = plan(x, verdict.why(), verdict.candidates(), null, ResultCode.TCP_MISS);
        boolean shared = x.head().isMethod("GET")
                && !plan.clientConditional()
                && x.rules().mayCollapse(x.facts())
                && !x.head().fields().has("Authorization")
                && trips.collapsed().mayShare(x.key(), clock.millis());
        if (shared) {
            trips.startOrJoin(x.key(), () -> plan, x, x.thread());
        } else {
            trips.start(plan, x);
        }
    }

    /** For a client that reloads: a fetch that began before it must not answer it, so it shares none. */
    public void reload(Exchange x, Reuse.Reload verdict, ResultCode code) {
        trips.start(plan(x, verdict.why(), List.of(), verdict.stored(), code), x);
    }

    /** As if nothing were stored, though something is: neither a stored response nor another request's fetch answers. */
    public void despiteHit(Exchange x) {
        trips.start(plan(x, ForwardReason.BYPASS), x);
    }

    /**
     * A fetch for {@code x} that is its own. The client's conditions and ranges go along, unless the whole is wanted for
     * the store.
     */
    static FetchPlan plan(Exchange x, ForwardReason why) {
        return plan(x, why, List.of(), null, ResultCode.TCP_MISS);
    }

    private static FetchPlan plan(
            Exchange x,
            ForwardReason why,
            List<StoredHead> candidates,
            @Nullable StoredHead replaced,
            ResultCode code) {
        Fields fields = x.rules()
                .requestFields()
                .toOrigin(x.head(), x.uri(), x.clientAddress().getAddress(), true);
        if (!x.rules().configuration().caching().cacheMissRevalidate()) {
            fields = fields.without(FetchAndStore::isForValidation);
        }
        boolean whole = wantsWhole(x);
        if (whole) {
            fields = withoutRange(fields);
        }
        boolean conditional = isConditional(fields);
        StoredHead part = null;
        List<StoredHead> variants = List.of();
        if (x.head().isMethod("GET") && !conditional && !candidates.isEmpty()) {
            if (why == ForwardReason.PARTIAL && Combining.mayComplete(candidates.get(0), fields)) {
                part = candidates.get(0);
                fields = Combining.restOf(part, fields);
            } else if (why == ForwardReason.VARY_MISS) {
                Validation question = Validation.ofAny(candidates);
                variants = question.isConditional() ? candidates : List.of();
                fields = question.requestFields(fields);
            }
        }
        return new FetchPlan(
                x.rules(),
                x.head(),
                x.facts(),
                x.key(),
                new OriginRequest(
                        x.head().method(),
                        x.head().target(),
                        fields,
                        null,
                        x.uri().scheme().equals("https")),
                x.rules().selection().select(x.facts()),
                x.site().reuse(),
                null,
                null,
                conditional,
                x.head().isMethod("GET"),
                why,
                replaced,
                code,
                part,
                variants,
                whole);
    }

    /** The conditions that cache_miss_revalidate is about: those that ask for 304. */
    private static boolean isForValidation(String field) {
        return field.equalsIgnoreCase("If-None-Match") || field.equalsIgnoreCase("If-Modified-Since");
    }

    /** Squid's range_offset_limit: whether the whole is fetched for a request that asks for ranges. */
    private static boolean wantsWhole(Exchange x) {
        String range = x.head().isMethod("GET") ? x.head().fields().first("Range") : null;
        return range != null
                && x.rules().configuration().rangeOffsetLimits().fetchesWhole(x.facts(), ByteRange.parse(range));
    }

    private static Fields withoutRange(Fields fields) {
        return fields.without(name -> FieldRule.is(name, FieldRule.Use.RANGE));
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
