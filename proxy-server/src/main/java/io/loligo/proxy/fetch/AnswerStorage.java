package io.loligo.proxy.fetch;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.ContentRange;
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
 * What a fetch's answer is to the store: what of it is kept, which stored part it completes, and what it makes out of date.
 * Used on the fetch's I/O thread.
 */
final class AnswerStorage {
    private static final int PARTIAL_CONTENT = 206;

    private final ResponseStore store;
    private final CollapsedForwarding collapsed;
    private final InstantSource clock;
    private final FetchPlan plan;

    AnswerStorage(ResponseStore store, CollapsedForwarding collapsed, InstantSource clock, FetchPlan plan) {
        this.store = store;
        this.collapsed = collapsed;
        this.clock = clock;
        this.plan = plan;
    }

    /**
     * What an answer makes together with a stored part.
     *
     * @param reader of that part, for who takes this to close
     */
    record Completed(Combining combining, EntryReader reader) {}

    /**
     * What is made of an answer.
     *
     * @param described what ranges are cut by; null where nobody's are
     * @param stored what goes to the store; null when nothing does
     * @param notStored why it must not; null where it goes there, or was not to go there whatever it is
     */
    record Taken(
            @Nullable StoredHead described, @Nullable StoredHead stored, StorageVerdict.@Nullable Reason notStored) {

        /** The bytes that the origin sends, where they are a part; else null. */
        @Nullable ContentRange range() {
            return described == null ? null : described.range();
        }
    }

    /** The whole that an answer to a request for the rest of {@code part} makes with it; null when it makes none. */
    @Nullable Completed whole(StoredHead part, OriginAnswer answer) {
        Combining whole = Combining.of(part, described(answer), plan.head().fields());
        EntryReader reader = whole != null && whole.head().isComplete() ? store.read(part) : null;
        return whole == null || reader == null ? null : new Completed(whole, reader);
    }

    /** What an answer makes with a part that happens to be stored; null when it stands alone. RFC 9111 §3.4. */
    @Nullable Completed extended(OriginAnswer answer) {
        StoredHead part = answer.head().status() == PARTIAL_CONTENT ? partToExtend(answer) : null;
        Combining combining = part == null
                ? null
                : Combining.of(part, described(answer), plan.head().fields());
        EntryReader reader = part == null || combining == null ? null : store.read(part);
        return combining == null || reader == null ? null : new Completed(combining, reader);
    }

    private @Nullable StoredHead partToExtend(OriginAnswer answer) {
        if (!plan.mayStore()) {
            return null;
        }
        StoredHead described = described(answer);
        for (StoredHead stored : store.lookup(plan.key())) {
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
     * @param completed what it makes with a stored part; null when it stands alone
     */
    Taken of(OriginAnswer answer, Fields endToEnd, @Nullable Completed completed) {
        boolean partial = answer.head().status() == PARTIAL_CONTENT;
        StoredHead described = partial || plan.whole() ? described(answer) : null;
        StorageVerdict verdict = plan.mayStore() ? verdict(answer, endToEnd) : null;
        StorageVerdict.Reason notStored =
                verdict instanceof StorageVerdict.DoNotStore refused ? refused.reason() : null;
        StoredHead stored = verdict instanceof StorageVerdict.Store store ? store.head() : null;
        if (stored != null && completed != null) {
            stored = completed.combining().head();
        } else if (stored != null && described != null && described.range() != null && !standsAlone(described)) {
            stored = null;
        }
        return new Taken(described, stored, notStored);
    }

    private StoredHead described(OriginAnswer answer) {
        return StoragePolicy.head(
                plan.head(),
                answer.head(),
                answer.times(),
                plan.key(),
                plan.rules().configuration().headerFields().targets());
    }

    private StorageVerdict verdict(OriginAnswer answer, Fields endToEnd) {
        return StoragePolicy.decide(
                asked(),
                answer.head(),
                endToEnd,
                answer.times(),
                plan.key(),
                plan.rules().storage(answer.peer(), plan.reuseRules(), plan.facts(), answer.head()));
    }

    /** The request whose answer is weighed: with our range, where the rest of a part was asked for. */
    private RequestHead asked() {
        RequestHead head = plan.head();
        String range = plan.part() == null ? null : plan.request().fields().first("Range");
        return range == null
                ? head
                : new RequestHead(
                        head.method(),
                        head.target(),
                        head.version(),
                        head.fields().plus("Range", range));
    }

    /**
     * Whether a part may be stored that is combined with none: not in place of the whole that it is a part of, and not
     * where If-Range may have cost it fields. RFC 9110 §15.3.7.
     */
    private boolean standsAlone(StoredHead part) {
        return !plan.head().fields().has("If-Range")
                && store.lookup(plan.key()).stream()
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
     * @param begun the order number of the fetch's beginning among the purges
     * @return the number that the answer is stored by
     */
    long dropOutdated(OriginAnswer answer, boolean stored, boolean replacing, long begun) {
        if (!stored && replacing && plan.validate() != null) {
            store.remove(plan.validate().stored());
        }
        if (!stored
                && plan.replaced() != null
                && !isForOneClient()
                && isNews(answer.head().status())) {
            store.remove(plan.replaced());
        }
        return invalidate(answer.head(), begun);
    }

    /** Whether an answer of this status shows that what is stored is out of date: no failure, no 304. */
    private static boolean isNews(int status) {
        return status != 304 && status < 500;
    }

    /** Drops what a state-changing request made unusable, and has nobody join an older request for it. */
    private long invalidate(ResponseHead answer, long begun) {
        long order = begun;
        EffectiveUri uri = plan.key().uri();
        List<EffectiveUri> uris = Invalidation.uris(plan.head(), uri, answer);
        if (!uris.isEmpty()) {
            order = store.invalidate(uris, begun);
            collapsed.leaveBehind(uris::contains);
        }
        List<String> groups = Invalidation.groups(plan.head(), answer);
        if (!groups.isEmpty()) {
            store.invalidate(uri, groups, clock.instant());
            collapsed.leaveBehind(uri::sameOrigin);
        }
        return order;
    }

    /** Whether the answer says nothing about other clients' requests: a 304 to its condition, a page for its login. */
    boolean isForOneClient() {
        return plan.clientConditional() || plan.head().fields().has("Authorization");
    }

    /** What the client gets of {@code answer}, without the fields of the connection; of {@code whole} where that is not null. */
    static ResponseHead forClient(OriginAnswer answer, Fields endToEnd, @Nullable StoredHead whole) {
        if (whole == null) {
            return new ResponseHead(answer.head().status(), answer.head().reason(), endToEnd);
        }
        String age = answer.head().fields().first("Age");
        Fields fields = age == null ? whole.fields() : whole.fields().plus("Age", age);
        return new ResponseHead(whole.status(), whole.reason(), fields);
    }
}
