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
import io.loligo.proxy.origin.Candidate;
import io.loligo.proxy.origin.OriginRequest;
import io.loligo.proxy.origin.RequestBody;
import io.loligo.proxy.respond.HeaderFilter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a fetch asks of whom, and for what. Made before the fetch starts, and never changed.
 *
 * @param asked the client's request
 * @param request the request that goes to the origin
 * @param candidates the peers that may answer, in the order in which they are tried
 * @param why the reason that Cache-Status gives for asking the origin
 * @param purpose what the fetch is for
 * @param clientConditional whether a condition or a range of the client is part of {@code request}: then the answer is for
 *     this client only, and a 304 answers the client's condition
 * @param rangesWithheld whether the whole is fetched though the client asked for ranges, which are cut from it then. Squid's
 *     range_offset_limit
 */
record FetchPlan(
        ClientRequest asked,
        OriginRequest request,
        List<Candidate> candidates,
        ForwardReason why,
        Purpose purpose,
        boolean clientConditional,
        boolean rangesWithheld) {

    /** Nothing stored answers {@code x}. Stored variants, or a stored part, may make the origin's answer shorter. */
    static FetchPlan miss(Exchange x, Reuse.Fetch verdict) {
        return unlessConditional(x, verdict.why(), Purpose.Miss.INSTANCE, verdict.candidates());
    }

    /** A client that waited in vain for another's fetch, or whose stored answer must not be sent, has one of its own. */
    static FetchPlan alone(Exchange x, ForwardReason why) {
        return unlessConditional(x, why, Purpose.Miss.INSTANCE, List.of());
    }

    /**
     * The client of {@code x} reloads.
     *
     * @param code what the log calls the answer
     */
    static FetchPlan reload(Exchange x, Reuse.Reload verdict, ResultCode code) {
        return unlessConditional(x, verdict.why(), new Purpose.Reload(verdict.stored(), code), List.of());
    }

    /** The stored response that {@code verdict} names is validated. */
    static FetchPlan validation(Exchange x, Reuse.Validate verdict) {
        Validation validation = Validation.of(verdict.stored());
        Fields fields = toOrigin(x, true);
        Fields conditional = permitted(
                x,
                verdict.stored().isComplete()
                        ? validation.requestFields(fields)
                        : validation.requestFieldsWithRange(fields));
        return of(x, verdict.why(), new Purpose.Validate(verdict, validation), conditional, null, false, false);
    }

    /** The request of {@code x} goes to the origin past the cache, with its body. */
    static FetchPlan pass(Exchange x, ForwardReason why) {
        boolean mayStore = why == ForwardReason.METHOD && x.head().isMethod("POST");
        return of(
                x,
                why,
                new Purpose.Pass(mayStore),
                toOrigin(x, false),
                x.client().body(),
                true,
                false);
    }

    /**
     * The client's conditions and ranges go along, unless the whole is wanted for the store. Where there are none, one of
     * {@code candidates} may be of use, which takes the place of {@code purpose}.
     */
    private static FetchPlan unlessConditional(
            Exchange x, ForwardReason why, Purpose purpose, List<StoredHead> candidates) {
        Fields fields = toOrigin(x, true);
        if (!x.rules().configuration().caching().cacheMissRevalidate()) {
            fields = fields.without(FetchPlan::asksForNotModified);
        }
        boolean rangesWithheld = wantsWhole(x);
        if (rangesWithheld) {
            fields = fields.without(name -> FieldRule.is(name, FieldRule.Use.RANGE));
        }
        boolean conditional = isConditional(fields);
        Purpose what = purpose;
        if (x.head().isMethod("GET") && !conditional && !candidates.isEmpty()) {
            StoredHead first = candidates.get(0);
            if (why == ForwardReason.PARTIAL && Combining.mayComplete(first, fields)) {
                what = new Purpose.RestOfPart(first);
                fields = permitted(x, Combining.restOf(first, fields));
            } else if (why == ForwardReason.VARY_MISS) {
                Validation named = Validation.ofAny(candidates);
                what = named.isConditional() ? new Purpose.AnyVariant(candidates) : purpose;
                fields = permitted(x, named.requestFields(fields));
            }
        }
        return of(x, why, what, fields, null, conditional, rangesWithheld);
    }

    private static FetchPlan of(
            Exchange x,
            ForwardReason why,
            Purpose purpose,
            Fields fields,
            @Nullable RequestBody body,
            boolean clientConditional,
            boolean rangesWithheld) {
        OriginRequest request = new OriginRequest(
                x.head().method(),
                x.head().target(),
                fields,
                body,
                x.uri().scheme().equals("https"),
                peerFields(x));
        return new FetchPlan(
                ClientRequest.of(x),
                request,
                x.rules().selection().select(x.facts()),
                why,
                purpose,
                clientConditional,
                rangesWithheld);
    }

    /** @param mayBeStored whether the fields that the key does not know of have to stay behind */
    private static Fields toOrigin(Exchange x, boolean mayBeStored) {
        Fields fields = x.rules()
                .requestFields()
                .toOrigin(x.head(), x.uri(), x.clientAddress().getAddress(), mayBeStored);
        HeaderFilter filter = x.rules().requestFilter();
        return filter == null ? fields : filter.apply(fields, HeaderFilter.Message.request(x.facts()));
    }

    /** {@code fields} with conditions of our own: request_header_access may take those away, and nothing changes them. */
    private static Fields permitted(Exchange x, Fields fields) {
        HeaderFilter filter = x.rules().requestFilter();
        if (filter == null) {
            return fields;
        }
        HeaderFilter.Message message = HeaderFilter.Message.request(x.facts());
        return fields.without(name -> FieldRule.is(name, FieldRule.Use.CONDITIONAL) && filter.denies(name, message));
    }

    /** The rules for the fields that each peer's line adds. */
    private static OriginRequest.@Nullable PeerFields peerFields(Exchange x) {
        HeaderFilter filter = x.rules().requestFilter();
        if (filter == null) {
            return null;
        }
        HeaderFilter.Message message = HeaderFilter.Message.request(x.facts());
        return (name, value) -> filter.passed(name, value, message);
    }

    /** The conditions that cache_miss_revalidate is about. */
    private static boolean asksForNotModified(String field) {
        return field.equalsIgnoreCase("If-None-Match") || field.equalsIgnoreCase("If-Modified-Since");
    }

    /** Squid's range_offset_limit: whether the whole is fetched for a request that asks for ranges. */
    private static boolean wantsWhole(Exchange x) {
        String range = x.head().isMethod("GET") ? x.head().fields().first("Range") : null;
        return range != null
                && x.rules().configuration().rangeOffsetLimits().fetchesWhole(x.facts(), ByteRange.parse(range));
    }

    private static boolean isConditional(Fields fields) {
        for (int i = 0; i < fields.size(); i++) {
            if (FieldRule.is(fields.name(i), FieldRule.Use.CONDITIONAL)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the answer may be stored at all. */
    boolean mayStore() {
        return purpose instanceof Purpose.Pass pass
                ? pass.mayStore()
                : asked.head().isMethod("GET");
    }

    /** Whether the answer says nothing about other clients' requests: a 304 to its condition, a page for its login. */
    boolean isForOneClient() {
        return clientConditional || asked.head().fields().has("Authorization");
    }

    /** What the log calls an answer of the origin that nothing stored had to do with. */
    ResultCode code() {
        return purpose instanceof Purpose.Reload reload ? reload.code() : ResultCode.TCP_MISS;
    }

    /** What the log calls the exchange of a client that leaves before the answer. */
    ResultCode abortedCode() {
        return purpose instanceof Purpose.Validate ? ResultCode.TCP_REFRESH : code();
    }
}
