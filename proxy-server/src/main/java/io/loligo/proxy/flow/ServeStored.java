package io.loligo.proxy.flow;

import io.loligo.cache.freshness.Freshness;
import io.loligo.cache.freshness.StoredHead;
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
import io.loligo.proxy.respond.BodySource;
import io.loligo.proxy.respond.ErrorPage;
import io.loligo.proxy.respond.Lookup;
import io.loligo.proxy.respond.ResponseSender.Framing;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Step 7a: answers from the store, with 200, 206, 304, 412 or 416. Used on I/O threads; allocates next to nothing for a
 * plain hit.
 */
final class ServeStored {
    private final ResponseStore store;
    private final InstantSource clock;
    private final ResultCode hitCode;

    ServeStored(ResponseStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        this.hitCode = store.stats().persistent() ? ResultCode.TCP_HIT : ResultCode.TCP_MEM_HIT;
    }

    /** A hit: the origin is not asked. False, and nothing is done, when the object is gone since it was looked up. */
    boolean hit(Exchange x, StoredHead stored, Freshness freshness) {
        return serve(x, stored, freshness, code(x.rules(), stored), null);
    }

    /** What the log calls a hit on {@code stored}. */
    ResultCode code(Rules rules, StoredHead stored) {
        if (rules.freshness().offlineMode()) {
            return ResultCode.TCP_OFFLINE_HIT;
        }
        return Freshness.isNegative(stored, rules.freshness()) ? ResultCode.TCP_NEGATIVE_HIT : hitCode;
    }

    /**
     * Opens {@code stored} for a hit that goes out as it is stored; null, and nothing is done, when it is not whole or not in
     * wire form, or gone.
     */
    @Nullable EntryReader readPlain(StoredHead stored, Rules rules) {
        EntryReader reader = stored.isComplete() ? store.read(stored) : null;
        if (reader != null && !stored.endsWithAll(rules.hidden(), reader.unsent())) {
            reader.close();
            return null;
        }
        return reader;
    }

    /** Serves {@code x} if what is stored by now may be served as it is; else does nothing. */
    boolean serveIfFresh(Exchange x) {
        Reuse reuse = ReusePolicy.decide(
                x.head(), store.lookup(x.key()), clock.instant(), x.site().reuse());
        return reuse instanceof Reuse.Serve serve
                && x.rules().sendsHit(x.facts(), serve.stored())
                && hit(x, serve.stored(), serve.freshness());
    }

    /**
     * An answer from the store after the origin was asked.
     *
     * @param originStatus what it answered; 0 when it did not
     * @param collapsed whether this request shared another's trip
     * @return false, and nothing is done, when the object is gone since
     */
    boolean afterFetch(
            Exchange x, StoredHead stored, ResultCode code, ForwardReason why, int originStatus, boolean collapsed) {
        Freshness freshness = Freshness.of(stored, clock.instant(), x.rules().freshness());
        boolean freshened = code == ResultCode.TCP_REFRESH_UNMODIFIED;
        CacheStatus status =
                new CacheStatus(why, originStatus, freshness.ttlSeconds(), freshened, collapsed, null, null);
        return serve(x, stored, freshness, code, status);
    }

    private boolean serve(
            Exchange x, StoredHead stored, Freshness freshness, ResultCode code, @Nullable CacheStatus status) {
        EntryReader reader = RangeSelection.isHeld(x.head(), stored) ? store.read(stored) : null;
        if (reader == null) {
            return false;
        }
        try {
            answer(x, stored, freshness, code, status, reader);
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
            @Nullable CacheStatus status,
            EntryReader reader) {
        x.result(code);
        x.answering(stored.status(), stored.fields().first("Content-Type"));
        Fields request = x.head().fields();
        switch (Preconditions.evaluate(request, stored)) {
            case NOT_MODIFIED -> notModified(x, stored, freshness, code, status, reader);
            case FAILED -> {
                reader.close();
                x.refuse(ErrorPage.ERR_PRECONDITION_FAILED, code, "");
            }
            case PROCEED -> {
                if (request.has("Range")) {
                    RangeSelection.of(x.head(), stored).match(new Ranges(x, stored, freshness, status, reader));
                } else {
                    whole(x, stored, freshness, status, reader);
                }
            }
        }
    }

    private void whole(
            Exchange x, StoredHead stored, Freshness freshness, @Nullable CacheStatus status, EntryReader reader) {
        ByteBuffer head;
        boolean inWireForm = !x.site().port().actAsOrigin() && stored.endsWithAll(x.hidden(), reader.unsent());
        if (status != null && inWireForm) {
            head = x.rules()
                    .responseFields()
                    .stored(
                            reader.head(),
                            freshness.ageSeconds(),
                            status,
                            x.result().isHit(),
                            Lookup.HIT,
                            x.site().port().port(),
                            x.keepAlive(),
                            x.version());
        } else if (inWireForm) {
            head = x.rules()
                    .responseFields()
                    .hit(
                            reader.head(),
                            x.site().port().port(),
                            freshness.ageSeconds(),
                            freshness.ttlSeconds(),
                            x.keepAlive(),
                            x.version());
        } else {
            Fields fields = asOfNow(x, stored, x.forClient(stored.fields()), freshness);
            if (mayHaveBody(stored.status())) {
                fields = fields.plus("Content-Length", Long.toString(reader.length()));
            }
            head = head(x, stored.status(), stored.reason(), fields, freshness, status);
        }
        if (x.isHead() || reader.length() == 0) {
            reader.close();
            x.sender().sendWhole(head, null, x::finished);
            return;
        }
        ByteBuffer body = reader.body();
        if (body != null) {
            x.sender().sendWhole(head, body, () -> {
                reader.close();
                x.finished();
            });
        } else {
            x.sender()
                    .send(head, Framing.LENGTH, new BodyPart(new StoredBody(reader), 0, reader.length()), x::finished);
        }
    }

    private void notModified(
            Exchange x,
            StoredHead stored,
            Freshness freshness,
            ResultCode code,
            @Nullable CacheStatus status,
            EntryReader reader) {
        reader.close();
        if (code == hitCode) {
            x.result(x.head().fields().has("If-None-Match") ? ResultCode.TCP_INM_HIT : ResultCode.TCP_IMS_HIT);
        }
        x.answering(304, stored.fields().first("Content-Type"));
        Fields fields = asOfNow(x, stored, x.forClient(Preconditions.notModifiedFields(stored.fields())), freshness);
        x.sender().sendWhole(head(x, 304, "Not Modified", fields, freshness, status), null, x::finished);
    }

    /** What each selection of bytes leads to. RFC 9110 §15.3.7 and §15.5.17. */
    private final class Ranges implements RangeSelection.Cases<Void> {
        private final Exchange x;
        private final StoredHead stored;
        private final Freshness freshness;
        private final @Nullable CacheStatus status;
        private final EntryReader reader;
        /** Where the stored body begins in the whole. */
        private final long base;

        private Ranges(
                Exchange x, StoredHead stored, Freshness freshness, @Nullable CacheStatus status, EntryReader reader) {
            this.x = x;
            this.stored = stored;
            this.freshness = freshness;
            this.status = status;
            this.reader = reader;
            this.base = stored.range() == null ? 0 : stored.range().first();
        }

        @Override
        public Void whole(RangeSelection.Whole selection) {
            ServeStored.this.whole(x, stored, freshness, status, reader);
            return null;
        }

        @Override
        public Void single(RangeSelection.Single selection) {
            Fields fields = asOfNow(x, stored, x.forClient(stored.fields()), freshness)
                    .with("Content-Range", selection.contentRange())
                    .plus("Content-Length", Long.toString(selection.size()));
            partial(fields, new BodyPart(new StoredBody(reader), selection.first() - base, selection.size()));
            return null;
        }

        @Override
        public Void multiple(RangeSelection.Multiple selection) {
            MultipartRanges parts = new MultipartRanges(
                    reader, base, selection.parts(), stored.fields().first("Content-Type"));
            Fields fields = asOfNow(x, stored, x.forClient(stored.fields()), freshness)
                    .without("Content-Range")
                    .with("Content-Type", parts.contentType())
                    .plus("Content-Length", Long.toString(parts.length()));
            partial(fields, parts);
            return null;
        }

        @Override
        public Void unsatisfiable(RangeSelection.Unsatisfiable selection) {
            reader.close();
            x.answering(416, null);
            String date = stored.fields().first("Date");
            Fields fields = (date == null ? Fields.EMPTY : Fields.of("Date", date))
                    .plus("Content-Range", selection.contentRange())
                    .plus("Content-Length", "0");
            x.sender()
                    .sendWhole(
                            head(
                                    x,
                                    416,
                                    "Range Not Satisfiable",
                                    asOfNow(x, stored, fields, freshness),
                                    freshness,
                                    status),
                            null,
                            x::finished);
            return null;
        }

        private void partial(Fields fields, BodySource body) {
            x.answering(206, fields.first("Content-Type"));
            x.sender()
                    .send(
                            head(x, 206, "Partial Content", fields, freshness, status),
                            Framing.LENGTH,
                            body,
                            x::finished);
        }
    }

    private static ByteBuffer head(
            Exchange x, int code, String reason, Fields fields, Freshness freshness, @Nullable CacheStatus status) {
        return x.rules()
                .responseFields()
                .head(
                        code,
                        reason,
                        fields,
                        status == null ? CacheStatus.hit(freshness.ttlSeconds()) : status,
                        x.result().isHit(),
                        Lookup.HIT,
                        x.site().port().port(),
                        x.keepAlive(),
                        x.version());
    }

    /** {@code fields} of {@code stored} with its age, or as the port's act-as-origin has them. */
    private Fields asOfNow(Exchange x, StoredHead stored, Fields fields, Freshness freshness) {
        return x.site().port().actAsOrigin()
                ? ActAsOrigin.fields(
                        fields, freshness, stored.lifetimeByOrigin(x.rules().freshness()), clock.instant())
                : fields.plus("Age", Long.toString(freshness.ageSeconds()));
    }

    private static boolean mayHaveBody(int status) {
        return status >= 200 && status != 204 && status != 304;
    }
}
