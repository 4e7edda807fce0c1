package io.loligo.proxy.exchange;

import io.loligo.cache.freshness.Freshness;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.FieldNames;
import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.Fields;
import io.loligo.cache.reuse.Preconditions;
import io.loligo.cache.reuse.RangeSelection;
import io.loligo.cache.reuse.Reuse;
import io.loligo.cache.reuse.ReusePolicy;
import io.loligo.cache.status.CacheStatus;
import io.loligo.cache.status.ForwardReason;
import io.loligo.cache.status.ResultCode;
import io.loligo.cache.store.EntryReader;
import io.loligo.cache.store.ResponseStore;
import io.loligo.proxy.respond.ActAsOrigin;
import io.loligo.proxy.respond.Answer;
import io.loligo.proxy.respond.BodySource;
import io.loligo.proxy.respond.CacheRemarks;
import io.loligo.proxy.respond.ErrorPage;
import io.loligo.proxy.respond.Lookup;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Step 7a: answers from the store, with 200, 206, 304, 412 or 416. Used on I/O threads; allocates next to nothing for a
 * plain hit.
 */
public final class ServeStored {
    private final ResponseStore store;
    private final InstantSource clock;
    private final ResultCode hitCode;

    public ServeStored(ResponseStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        this.hitCode = store.stats().persistent() ? ResultCode.TCP_HIT : ResultCode.TCP_MEM_HIT;
    }

    /** A hit: the origin is not asked. False, and nothing is done, when the object is gone since it was looked up. */
    public boolean hit(Exchange x, StoredHead stored, Freshness freshness) {
        return serve(
                x, stored, freshness, code(x.rules(), stored), CacheStatus.hit(freshness.ttlSeconds()), Fields.EMPTY);
    }

    /** What the log calls a hit on {@code stored}. */
    public ResultCode code(Rules rules, StoredHead stored) {
        if (rules.freshness().offlineMode()) {
            return ResultCode.TCP_OFFLINE_HIT;
        }
        return Freshness.isNegative(stored, rules.freshness()) ? ResultCode.TCP_NEGATIVE_HIT : hitCode;
    }

    /**
     * Opens {@code stored} for a hit that goes out as it is stored; null, and nothing is done, when it is not whole or not in
     * wire form, or gone.
     */
    public @Nullable EntryReader readPlain(StoredHead stored, Rules rules) {
        EntryReader reader = rules.sendsStoredForm() && stored.isComplete() ? store.read(stored) : null;
        if (reader != null && !isPlain(stored, reader, rules)) {
            reader.close();
            return null;
        }
        return reader;
    }

    /** Whether {@code stored} goes out as it is stored, whoever asks for it. */
    private static boolean isPlain(StoredHead stored, EntryReader reader, Rules rules) {
        boolean asked = rules.mayKeepSetCookie()
                && reader.unsent() > 0
                && stored.fields().has(FieldRule.SET_COOKIE.fieldName());
        return !asked && stored.endsWithAll(rules.unsentFromStore(), reader.unsent());
    }

    /** Serves {@code x} if what is stored by now may be served as it is; else does nothing. */
    public boolean serveIfFresh(Exchange x) {
        Reuse reuse = ReusePolicy.decide(
                x.rules().asOriginSees(x.facts()),
                store.lookup(x.key()),
                clock.instant(),
                x.site().reuse());
        return reuse instanceof Reuse.Serve serve
                && x.rules().sendsHit(x.facts(), serve.stored())
                && hit(x, serve.stored(), serve.freshness());
    }

    /**
     * An answer from the store after the origin was asked.
     *
     * @param originStatus what it answered; 0 when it did not
     * @param collapsed whether this request shared another's trip
     * @param cookies Set-Cookie fields of the origin's answer that are for this client
     * @return false, and nothing is done, when the object is gone since
     */
    public boolean afterFetch(
            Exchange x,
            StoredHead stored,
            ResultCode code,
            ForwardReason why,
            int originStatus,
            boolean collapsed,
            Fields cookies) {
        Freshness freshness = Freshness.of(stored, clock.instant(), x.rules().freshness());
        boolean freshened = code == ResultCode.TCP_REFRESH_UNMODIFIED;
        CacheStatus status =
                new CacheStatus(why, originStatus, freshness.ttlSeconds(), freshened, collapsed, null, null);
        return serve(x, stored, freshness, code, status, cookies);
    }

    private boolean serve(
            Exchange x, StoredHead stored, Freshness freshness, ResultCode code, CacheStatus status, Fields cookies) {
        EntryReader reader = RangeSelection.isHeld(x.head(), stored) ? store.read(stored) : null;
        if (reader == null) {
            return false;
        }
        try {
            answer(x, stored, freshness, code, status, cookies, reader);
            return true;
        } catch (RuntimeException | Error e) {
            reader.close();
            throw e;
        }
    }

    private void answer(
            Exchange x,
            StoredHead stored,
            Freshness freshness,
            ResultCode code,
            CacheStatus status,
            Fields cookies,
            EntryReader reader) {
        x.result(code);
        Fields request = x.head().fields();
        switch (Preconditions.evaluate(request, stored)) {
            case NOT_MODIFIED -> notModified(x, stored, freshness, code, status, cookies, reader);
            case FAILED -> {
                reader.close();
                x.refuse(ErrorPage.ERR_PRECONDITION_FAILED, code == hitCode ? ResultCode.TCP_HIT : code, "");
            }
            case PROCEED -> {
                if (request.has("Range")) {
                    RangeSelection.of(x.head(), stored)
                            .match(new Ranges(x, stored, freshness, status, cookies, reader));
                } else {
                    whole(x, stored, freshness, status, cookies, reader);
                }
            }
        }
    }

    private void whole(
            Exchange x,
            StoredHead stored,
            Freshness freshness,
            CacheStatus status,
            Fields cookies,
            EntryReader reader) {
        CacheRemarks remarks = x.remarks(status, x.result().isHit(), Lookup.HIT);
        long length = reader.length();
        BodySource body = x.isHead() || length == 0 ? null : new StoredBody(reader);
        Answer answer;
        FieldNames unsent = x.unsent(stored);
        if (x.rules().sendsStoredForm()
                && !x.site().port().actAsOrigin()
                && cookies.isEmpty()
                && stored.endsWithAll(unsent, reader.unsent())) {
            answer = Answer.stored(
                    stored.status(),
                    stored.reason(),
                    stored.fields(),
                    new Answer.StoredForm(reader.head(), freshness.ageSeconds(), unsent),
                    remarks,
                    body,
                    length);
        } else {
            Fields fields = asOfNow(x, stored, stored.fields(), cookies, freshness);
            if (mayHaveBody(stored.status())) {
                fields = fields.plus("Content-Length", Long.toString(length));
            }
            answer = body == null
                    ? Answer.withoutBody(stored.status(), stored.reason(), fields, remarks)
                    : Answer.of(stored.status(), stored.reason(), fields, remarks, body, length);
        }
        try {
            x.send(answer, stored.fields().first("Content-Type"));
        } finally {
            if (body == null) {
                reader.close();
            }
        }
    }

    private void notModified(
            Exchange x,
            StoredHead stored,
            Freshness freshness,
            ResultCode code,
            CacheStatus status,
            Fields cookies,
            EntryReader reader) {
        reader.close();
        if (code == hitCode) {
            // With both conditions Squid names the other one.
            x.result(x.head().fields().has("If-Modified-Since") ? ResultCode.TCP_IMS_HIT : ResultCode.TCP_INM_HIT);
        }
        Fields fields = asOfNow(x, stored, Preconditions.notModifiedFields(stored.fields()), cookies, freshness);
        x.send(
                Answer.withoutBody(
                        304,
                        "Not Modified",
                        fields,
                        x.remarks(status, x.result().isHit(), Lookup.HIT)),
                stored.fields().first("Content-Type"));
    }

    /** What each selection of bytes leads to. RFC 9110 §15.3.7 and §15.5.17. */
    private final class Ranges implements RangeSelection.Cases<Void> {
        private final Exchange x;
        private final StoredHead stored;
        private final Freshness freshness;
        private final CacheStatus status;
        private final Fields cookies;
        private final EntryReader reader;
        /** Where the stored body begins in the whole. */
        private final long base;

        private Ranges(
                Exchange x,
                StoredHead stored,
                Freshness freshness,
                CacheStatus status,
                Fields cookies,
                EntryReader reader) {
            this.cookies = cookies;
            this.x = x;
            this.stored = stored;
            this.freshness = freshness;
            this.status = status;
            this.reader = reader;
            this.base = stored.range() == null ? 0 : stored.range().first();
        }

        @Override
        public Void whole(RangeSelection.Whole selection) {
            ServeStored.this.whole(x, stored, freshness, status, cookies, reader);
            return null;
        }

        @Override
        public Void single(RangeSelection.Single selection) {
            Fields fields = asOfNow(x, stored, stored.fields(), cookies, freshness)
                    .with("Content-Range", selection.contentRange())
                    .plus("Content-Length", Long.toString(selection.size()));
            partial(
                    fields,
                    new BodyPart(new StoredBody(reader), selection.first() - base, selection.size()),
                    selection.size());
            return null;
        }

        @Override
        public Void multiple(RangeSelection.Multiple selection) {
            MultipartRanges parts = new MultipartRanges(
                    reader, base, selection.parts(), stored.fields().first("Content-Type"));
            Fields fields = asOfNow(x, stored, stored.fields(), cookies, freshness)
                    .without("Content-Range")
                    .with("Content-Type", parts.contentType())
                    .plus("Content-Length", Long.toString(parts.length()));
            partial(fields, parts, parts.length());
            return null;
        }

        @Override
        public Void unsatisfiable(RangeSelection.Unsatisfiable selection) {
            reader.close();
            String date = stored.fields().first("Date");
            Fields fields = (date == null ? Fields.EMPTY : Fields.of("Date", date))
                    .plus("Content-Range", selection.contentRange())
                    .plus("Content-Length", "0");
            x.send(Answer.withoutBody(
                    416, "Range Not Satisfiable", asOfNow(x, stored, fields, cookies, freshness), remarks()));
            return null;
        }

        private void partial(Fields fields, BodySource body, long length) {
            if (x.isHead()) {
                body.close();
                x.send(Answer.withoutBody(206, "Partial Content", fields, remarks()));
            } else {
                x.send(Answer.of(206, "Partial Content", fields, remarks(), body, length));
            }
        }

        private CacheRemarks remarks() {
            return x.remarks(status, x.result().isHit(), Lookup.HIT);
        }
    }

    /** What {@code x} gets of {@code fields} of {@code stored}: with its age, or as the port's act-as-origin has them. */
    private Fields asOfNow(Exchange x, StoredHead stored, Fields fields, Fields cookies, Freshness freshness) {
        Fields sent = x.forClient(fields, stored);
        if (!cookies.isEmpty()) {
            sent = Fields.builder().addAll(sent).addAll(cookies).build();
        }
        return x.site().port().actAsOrigin()
                ? ActAsOrigin.fields(
                        sent, freshness, stored.lifetimeByOrigin(x.rules().freshness()), clock.instant())
                : sent.plus("Age", Long.toString(freshness.ageSeconds()));
    }

    private static boolean mayHaveBody(int status) {
        return status >= 200 && status != 204 && status != 304;
    }
}
