package io.loligo.proxy.fetch;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.ContentRange;
import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.invalidation.Invalidation;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.reuse.Combining;
import io.loligo.cache.store.EntryReader;
import io.loligo.cache.store.ResponseStore;
import io.loligo.cache.storing.StoragePolicy;
import io.loligo.cache.storing.StorageVerdict;
import io.loligo.proxy.origin.OriginAnswer;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an origin's answer means to the store: whether it is stored, which stored part it is combined with, and which stored
 * responses it makes out of date. Used on the fetch's I/O thread.
 */
final class AnswerStorage {
    private static final int PARTIAL_CONTENT = 206;

    private final ResponseStore store;
    private final InstantSource clock;
    private final FetchPlan plan;

    AnswerStorage(ResponseStore store, InstantSource clock, FetchPlan plan) {
        this.store = store;
        this.clock = clock;
        this.plan = plan;
    }

    /**
     * What an answer makes together with a stored part.
     *
     * @param part the stored part
     * @param reader of that part, for who takes this to close
     */
    record Combined(Combining combining, StoredHead part, EntryReader reader) {}

    /**
     * Whether an answer is stored.
     *
     * @param described the head that ranges are cut by; null where none are
     * @param stored the head that is stored; null when the answer is not
     * @param notStored why it must not be stored; null where it is stored, or was never to be
     */
    record StorageOutcome(
            @Nullable StoredHead described, @Nullable StoredHead stored, StorageVerdict.@Nullable Reason notStored) {

        /** The bytes that the origin sends, where they are a part; else null. */
        @Nullable ContentRange range() {
            return described == null ? null : described.range();
        }
    }

    /** The whole that an answer to a request for the rest of {@code part} makes with it; null when it makes none. */
    @Nullable Combined completed(StoredHead part, OriginAnswer answer) {
        Combining whole =
                Combining.of(part, described(answer), plan.asked().head().selecting());
        EntryReader reader = whole != null && whole.head().isComplete() ? store.read(part) : null;
        return whole == null || reader == null ? null : new Combined(whole, part, reader);
    }

    /** What an answer makes with a part that happens to be stored; null when it stands alone. RFC 9111 §3.4. */
    @Nullable Combined extended(OriginAnswer answer) {
        StoredHead part = answer.head().status() == PARTIAL_CONTENT ? partToExtend(answer) : null;
        Combining combining = part == null
                ? null
                : Combining.of(part, described(answer), plan.asked().head().selecting());
        EntryReader reader = part == null || combining == null ? null : store.read(part);
        return part == null || combining == null || reader == null ? null : new Combined(combining, part, reader);
    }

    private @Nullable StoredHead partToExtend(OriginAnswer answer) {
        if (!plan.mayStore()) {
            return null;
        }
        StoredHead described = described(answer);
        for (StoredHead stored : store.lookup(plan.asked().key())) {
            if (!stored.isComplete() && stored.selecting().overlaps(described.selecting())) {
                return stored;
            }
        }
        return null;
    }

    /**
     * Decides what is stored of {@code answer}.
     *
     * @param endToEnd its fields without those of the connection
     * @param combined what it makes with a stored part; null when it stands alone
     */
    StorageOutcome decide(OriginAnswer answer, Fields endToEnd, @Nullable Combined combined) {
        boolean partial = answer.head().status() == PARTIAL_CONTENT;
        StoredHead described = partial || plan.rangesWithheld() ? described(answer) : null;
        StorageVerdict verdict = plan.mayStore() ? verdict(answer, endToEnd) : null;
        StorageVerdict.Reason notStored =
                verdict instanceof StorageVerdict.DoNotStore refused ? refused.reason() : null;
        StoredHead stored = verdict instanceof StorageVerdict.Store store ? store.head() : null;
        if (stored != null && combined != null) {
            stored = combined.combining().head();
        } else if (stored != null && described != null && described.range() != null && !standsAlone(described)) {
            stored = null;
        }
        return new StorageOutcome(described, stored, notStored);
    }

    private StoredHead described(OriginAnswer answer) {
        return StoragePolicy.head(
                plan.asked().head(),
                answer.head(),
                answer.times(),
                plan.asked().key(),
                plan.asked().rules().configuration().headerFields().targets());
    }

    private StorageVerdict verdict(OriginAnswer answer, Fields endToEnd) {
        return StoragePolicy.decide(
                asked(),
                answer.head(),
                endToEnd,
                answer.times(),
                plan.asked().key(),
                plan.asked()
                        .rules()
                        .storage(
                                answer.peer(),
                                plan.asked().reuse(),
                                plan.asked().facts(),
                                answer.head()));
    }

    /** The request whose answer is weighed: with our range, where the rest of a part was asked for. */
    private RequestHead asked() {
        RequestHead head = plan.asked().head();
        String range = plan.purpose() instanceof Purpose.RestOfPart
                ? plan.request().fields().first("Range")
                : null;
        return range == null
                ? head
                : new RequestHead(
                        head.method(),
                        head.target(),
                        head.version(),
                        head.fields().plus("Range", range),
                        head.selecting());
    }

    /**
     * Whether a part may be stored that is combined with none: not in place of the whole that it is a part of, and not
     * where If-Range may have cost it fields. RFC 9110 §15.3.7.
     */
    private boolean standsAlone(StoredHead part) {
        return !plan.asked().head().fields().has("If-Range")
                && store.lookup(plan.asked().key()).stream()
                        .noneMatch(stored -> stored.isComplete()
                                && stored.selecting().overlaps(part.selecting())
                                && stored.isPartOfSame(part));
    }

    /**
     * Drops what {@code answer} shows to be out of date where nothing is stored in its place, and what a state-changing
     * request made unusable.
     *
     * @param stored whether it is stored itself
     * @param replacing whether it is the new response that a validation brought
     * @param begun the order number of the fetch among the purges
     * @return the number that the answer is stored by
     */
    long dropOutdated(OriginAnswer answer, boolean stored, boolean replacing, long begun) {
        boolean outdates = !stored && isNews(answer.head().status());
        if (outdates && replacing && plan.purpose() instanceof Purpose.Validate validated) {
            store.remove(validated.verdict().stored());
        }
        if (outdates && plan.purpose() instanceof Purpose.Reload reload && !plan.isForOneClient()) {
            store.remove(reload.replaced());
        }
        return invalidate(answer.head(), begun);
    }

    /** Whether an answer of this status shows that what is stored is out of date: no failure, no 304, nothing about one request. */
    private static boolean isNews(int status) {
        return status != 304 && status < 500 && !StoragePolicy.isAboutOneRequest(status);
    }

    /** Drops what a state-changing request made unusable. To the store it is a purge: nobody joins an older fetch of it. */
    private long invalidate(ResponseHead answer, long begun) {
        long order = begun;
        EffectiveUri uri = plan.asked().key().uri();
        List<EffectiveUri> uris = Invalidation.uris(plan.asked().head(), uri, answer);
        if (!uris.isEmpty()) {
            order = store.invalidate(uris, begun);
        }
        List<String> groups = Invalidation.groups(plan.asked().head(), answer);
        if (!groups.isEmpty()) {
            store.invalidate(uri, groups, clock.instant());
        }
        return order;
    }

    /**
     * What the client gets of {@code answer}, without the fields of the connection; of {@code whole} where that is not null,
     * with the cookies of {@code answer} in place of stored ones, which were set for another client.
     */
    static ResponseHead forClient(OriginAnswer answer, Fields endToEnd, @Nullable StoredHead whole) {
        if (whole == null) {
            return new ResponseHead(answer.head().status(), answer.head().reason(), endToEnd);
        }
        String age = answer.head().fields().first("Age");
        Fields own = whole.fields().without(FieldRule.SET_COOKIE.fieldName());
        Fields.Builder fields = Fields.builder().addAll(own).addAll(FieldRule.SET_COOKIE.linesIn(endToEnd));
        if (age != null) {
            fields.add("Age", age);
        }
        return new ResponseHead(whole.status(), whole.reason(), fields.build());
    }
}
