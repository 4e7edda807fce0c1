package io.loligo.proxy.flow;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.ContentRange;
import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.invalidation.Invalidation;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.reuse.Combining;
import io.loligo.cache.reuse.Reuse;
import io.loligo.cache.reuse.ReusePolicy;
import io.loligo.cache.reuse.Validation;
import io.loligo.cache.reuse.ValidationOutcome;
import io.loligo.cache.status.ResultCode;
import io.loligo.cache.store.EntryReader;
import io.loligo.cache.store.EntryWriter;
import io.loligo.cache.store.ResponseStore;
import io.loligo.cache.storing.StoragePolicy;
import io.loligo.cache.storing.StorageVerdict;
import io.loligo.proxy.config.Configuration.QuickAbort;
import io.loligo.proxy.origin.OriginBody;
import io.loligo.proxy.origin.OriginHandler;
import io.undertow.connector.ByteBufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/**
 * One trip to the origin and all who wait for it: the request that started it, if there is one, and those that were
 * collapsed into it. Origin, store and the starting client are worked on the owner's I/O thread; the others are told on
 * their own.
 */
final class Fetch implements OriginHandler {
    /** Requests that may wait on one fetch; the next one fetches for itself. */
    static final int WAITERS_MAX = 20_000;

    /** Where the fetch's findings go. */
    record Outlets(
            ResponseStore store,
            ByteBufferPool buffers,
            CollapsedForwarding collapsed,
            Delivery delivery,
            ServeStored serveStored,
            Consumer<Exchange> goAlone,
            InstantSource clock) {}

    private static final int PARTIAL_CONTENT = 206;
    /** Not Modified, Precondition Failed, Range Not Satisfiable; and a part that is not the one asked for. */
    private static final Set<Integer> REFUSALS_OF_A_PART = Set.of(PARTIAL_CONTENT, 304, 412, 416);

    private enum State {
        /** No head yet: whoever comes waits. */
        ASKING,
        /** Being stored: whoever comes reads along. */
        STREAMING,
        /** Nobody can join. */
        CLOSED
    }

    private final Outlets outlets;
    private final FetchPlan plan;
    private final XnioIoThread owner;
    private final @Nullable Exchange leader;

    private final Object lock = new Object();
    private State state = State.ASKING;
    private final List<Exchange> waiters = new ArrayList<>();
    private @Nullable Arrived arrived;
    /** What the origin sends together with a stored part; null when there is none. Owner's thread. */
    private @Nullable CombinedBody combinedBody;

    /** @param leader the request that started it; null for a validation in the background */
    Fetch(Outlets outlets, FetchPlan plan, XnioIoThread owner, @Nullable Exchange leader) {
        this.outlets = outlets;
        this.plan = plan;
        this.owner = owner;
        this.leader = leader;
    }

    FetchPlan plan() {
        return plan;
    }

    /** What came of an attempt to join. */
    enum Joined {
        /** The request is taken care of. */
        YES,
        /** This fetch is not for it, or has waiters enough: it has to fetch for itself. */
        NO,
        /** This fetch is over: what it brought is in the store, if it is of use. */
        OVER
    }

    /** Takes {@code x} along if it can. Called on its thread. */
    Joined join(Exchange x) {
        Arrived streaming;
        synchronized (lock) {
            if (state == State.ASKING) {
                if (waiters.size() >= WAITERS_MAX) {
                    return Joined.NO;
                }
                waiters.add(x);
                return Joined.YES;
            }
            if (state == State.CLOSED) {
                return Joined.OVER;
            }
            streaming = arrived;
        }
        return streaming == null ? Joined.OVER : follow(x, streaming);
    }

    /**
     * Ends before it began: its leader found in the store what another fetch had just brought. Whoever joined meanwhile
     * looks there too.
     */
    void standDown(Consumer<Exchange> lookAgain) {
        List<Exchange> joined;
        synchronized (lock) {
            state = State.CLOSED;
            joined = List.copyOf(waiters);
            waiters.clear();
        }
        outlets.collapsed().ended(plan.key(), this);
        joined.forEach(x -> tell(x, lookAgain));
    }

    @Override
    public void interim(ResponseHead head) {
        if (leader != null && leader.version() != HttpVersion.HTTP_1_0) {
            outlets.delivery().interim(leader, head);
        }
    }

    @Override
    public void answered(Answer answer, OriginBody body) {
        try {
            handle(answer, body);
        } catch (RuntimeException | Error e) {
            body.abort();
            if (combinedBody != null) {
                combinedBody.abort();
            }
            close();
            everybody(x -> RequestHandler.failed(x, e));
        }
    }

    private void handle(Answer answer, OriginBody body) {
        Reuse.Validate validate = plan.validate();
        Validation sent = plan.validation();
        if (validate != null && sent != null) {
            ValidationOutcome.answered(plan.head(), validate, sent, answer.head(), answer.times(), plan.reuseRules())
                    .match(new Validated(answer, body, validate.stored()));
        } else if (plan.part() != null) {
            completed(answer, body, plan.part());
        } else if (answer.head().status() == 304 && !plan.variants().isEmpty()) {
            variantNamed(answer, body);
        } else if (answer.head().status() == 304 && !plan.clientConditional()) {
            originError(answer, body);
        } else {
            arrive(answer, body, plan.code());
        }
    }

    /** The rest of a stored part was asked for, if that part is still good: RFC 9110 §13.1.5. */
    private void completed(Answer answer, OriginBody body, StoredHead part) {
        int status = answer.head().status();
        if (status == PARTIAL_CONTENT) {
            Combining whole = Combining.of(part, described(answer), plan.head().fields());
            EntryReader reader =
                    whole != null && whole.head().isComplete() ? outlets.store().read(part) : null;
            if (whole != null && reader != null) {
                arrive(answer, body, ResultCode.TCP_MISS, whole, reader);
                return;
            }
        }
        if (REFUSALS_OF_A_PART.contains(status)) {
            // An answer to our condition or range, which the client has not made.
            body.abort();
            outlets.store().remove(part);
            close();
            everybody(outlets.goAlone());
        } else {
            arrive(answer, body, ResultCode.TCP_MISS);
        }
    }

    /** One of the variants that other requests chose is what this one gets, too. RFC 9111 §4.3.4. */
    private void variantNamed(Answer answer, OriginBody body) {
        StoredHead named = Validation.named(plan.variants(), answer.head());
        if (named == null) {
            body.abort();
            close();
            everybody(outlets.goAlone());
        } else {
            new Validated(answer, body, named)
                    .notModified(ValidationOutcome.variantNamed(
                            plan.head(), named, answer.head(), answer.times(), plan.reuseRules()));
        }
    }

    private StoredHead described(Answer answer) {
        return StoragePolicy.head(
                plan.head(),
                answer.head(),
                answer.times(),
                plan.key(),
                plan.rules().configuration().headerFields().targets());
    }

    /** What each outcome of a validation leads to. */
    private final class Validated implements ValidationOutcome.Cases<Void> {
        private final Answer answer;
        private final OriginBody body;
        private final StoredHead stored;

        private Validated(Answer answer, OriginBody body, StoredHead stored) {
            this.answer = answer;
            this.body = body;
            this.stored = stored;
        }

        @Override
        public Void notModified(ValidationOutcome.NotModified outcome) {
            finish(body);
            StoredHead kept = outcome.upkeep() == ValidationOutcome.Upkeep.FRESHEN
                    ? outlets.store().freshen(stored, outcome.freshened())
                    : null;
            serve(kept == null ? stored : kept, ResultCode.TCP_REFRESH_UNMODIFIED);
            if (outcome.upkeep() == ValidationOutcome.Upkeep.REMOVE) {
                outlets.store().remove(stored);
            }
            return null;
        }

        @Override
        public Void replace(ValidationOutcome.Replace outcome) {
            arrive(answer, body, ResultCode.TCP_REFRESH_MODIFIED);
            return null;
        }

        @Override
        public Void headAnswered(ValidationOutcome.HeadAnswered outcome) {
            if (outcome.freshened() == null) {
                outlets.store().remove(stored);
            } else {
                outlets.store().freshen(stored, outcome.freshened());
            }
            arrive(answer, body, ResultCode.TCP_MISS);
            return null;
        }

        @Override
        public Void serveStale(ValidationOutcome.ServeStale outcome) {
            body.abort();
            serve(outcome.stored(), ResultCode.TCP_REFRESH_FAIL_OLD);
            return null;
        }

        @Override
        public Void passOn(ValidationOutcome.PassOn outcome) {
            arrive(answer, body, ResultCode.TCP_REFRESH_FAIL_ERR);
            return null;
        }

        @Override
        public Void gatewayError(ValidationOutcome.GatewayError outcome) {
            Fetch.this.originError(answer, body);
            return null;
        }

        @Override
        public Void askAgain(ValidationOutcome.AskAgain outcome) {
            finish(body);
            outlets.store().remove(stored);
            close();
            everybody(outlets.goAlone());
            return null;
        }

        @Override
        public Void originError(ValidationOutcome.OriginError outcome) {
            Fetch.this.originError(answer, body);
            return null;
        }

        private void serve(StoredHead head, ResultCode code) {
            close();
            String address = Delivery.address(answer);
            everybody(x -> {
                x.answeredBy(answer.code(), address);
                Fetch.this.serve(x, head, code, answer.head().status());
            });
        }
    }

    /**
     * Serves the response that was validated, or was to be. Who joined under the same key may have another variant in
     * mind, and the object may be gone meanwhile: such a request goes by itself.
     */
    private void serve(Exchange x, StoredHead head, ResultCode code, int originStatus) {
        boolean isNamed = x == leader && !plan.variants().isEmpty();
        boolean served = (isNamed || head.selecting().matches(x.head().fields()))
                && outlets.serveStored().afterFetch(x, head, code, plan.why(), originStatus, x != leader);
        if (!served) {
            outlets.goAlone().accept(x);
        }
    }

    private void originError(Answer answer, OriginBody body) {
        body.abort();
        failed(new Unreachable(
                Cause.MALFORMED,
                "status " + answer.head().status() + " to a request that did not ask for it",
                answer.peer(),
                answer.code()));
    }

    /** A new answer: to the store if it may, to the leader always, to the others if it is for them too. */
    private void arrive(Answer answer, OriginBody body, ResultCode leaderCode) {
        StoredHead part = answer.head().status() == PARTIAL_CONTENT ? partToExtend(answer) : null;
        Combining combining = part == null
                ? null
                : Combining.of(part, described(answer), plan.head().fields());
        EntryReader reader =
                part == null || combining == null ? null : outlets.store().read(part);
        arrive(answer, body, leaderCode, reader == null ? null : combining, reader);
    }

    /** The stored part that an arriving one may be combined with. RFC 9111 §3.4. */
    private @Nullable StoredHead partToExtend(Answer answer) {
        if (!plan.mayStore()) {
            return null;
        }
        StoredHead described = described(answer);
        for (StoredHead stored : outlets.store().lookup(plan.key())) {
            if (!stored.isComplete() && stored.selecting().overlaps(described.selecting())) {
                return stored;
            }
        }
        return null;
    }

    /**
     * @param combining what the answer makes together with a stored part; null when it stands alone
     * @param reader of that part, which is taken over
     */
    private void arrive(
            Answer answer,
            OriginBody fromOrigin,
            ResultCode leaderCode,
            @Nullable Combining combining,
            @Nullable EntryReader reader) {
        boolean partial = answer.head().status() == PARTIAL_CONTENT;
        StoredHead described = partial || plan.whole() ? described(answer) : null;
        ContentRange range = described == null ? null : described.range();
        OriginBody body = fromOrigin;
        if (combining != null && reader != null && range != null) {
            combinedBody =
                    new CombinedBody(owner, reader, fromOrigin, combining.before(), range.size(), combining.after());
            body = combinedBody;
        }
        Fields endToEnd = FieldRule.endToEnd(answer.head().fields());
        StorageVerdict verdict = plan.mayStore() ? verdict(answer, endToEnd) : null;
        StorageVerdict.Reason notStored =
                verdict instanceof StorageVerdict.DoNotStore refused ? refused.reason() : null;
        StoredHead storable = verdict instanceof StorageVerdict.Store store ? store.head() : null;
        if (storable != null && combining != null) {
            storable = combining.head();
        } else if (storable != null && described != null && range != null && !standsAlone(described)) {
            storable = null;
        }
        if (storable == null && plan.validate() != null && leaderCode == ResultCode.TCP_REFRESH_MODIFIED) {
            outlets.store().remove(plan.validate().stored());
        }
        if (storable == null
                && plan.replaced() != null
                && !isForOneClient()
                && isNews(answer.head().status())) {
            outlets.store().remove(plan.replaced());
        }
        invalidate(answer.head());
        StoredHead completed = plan.part() == null || combining == null ? null : combining.head();
        ResponseHead head = completed != null
                ? completeHead(completed, answer.head())
                : new ResponseHead(answer.head().status(), answer.head().reason(), endToEnd);
        EntryWriter writer = storable == null ? null : outlets.store().write(storable);
        BodyRelay relay = new BodyRelay(
                owner,
                outlets.buffers(),
                body,
                writer,
                plan.rules().configuration().limits().readAheadGap(),
                abandonPolicy(combining, range),
                stored -> close());
        StoredHead cutBy = described == null ? storable : described;
        Arrived all = new Arrived(answer, head, cutBy, storable, notStored, relay, 0, -1, plan.whole());
        Arrived now = combining == null || completed != null || range == null
                ? all
                : all.part(head, combining.before(), range.size());
        List<Exchange> followers;
        synchronized (lock) {
            arrived = now;
            state = storable == null ? State.CLOSED : State.STREAMING;
            followers = List.copyOf(waiters);
            waiters.clear();
        }
        if (storable == null) {
            outlets.collapsed().ended(plan.key(), this);
            if (plan.mayStore() && plan.head().isMethod("GET") && !isForOneClient()) {
                outlets.collapsed().unshareable(plan.key(), outlets.clock().millis());
            }
        } else {
            outlets.collapsed().shareable(plan.key());
        }
        BodyRelay.Reader first = leader == null ? null : relay.open(owner);
        relay.start();
        if (leader != null && first != null) {
            tell(leader, x -> stream(x, now, first, leaderCode, false));
        }
        for (Exchange follower : followers) {
            tell(follower, x -> {
                if (follow(x, now) != Joined.YES) {
                    outlets.goAlone().accept(x);
                }
            });
        }
    }

    /** Whether an answer of this status shows that what is stored is out of date: no failure, no 304. */
    private static boolean isNews(int status) {
        return status != 304 && status < 500;
    }

    /** Drops what a state-changing request made unusable, and has nobody join an older request for it. */
    private void invalidate(ResponseHead answer) {
        EffectiveUri uri = plan.key().uri();
        List<EffectiveUri> uris = Invalidation.uris(plan.head(), uri, answer);
        if (!uris.isEmpty()) {
            uris.forEach(outlets.store()::purge);
            outlets.collapsed().leaveBehind(uris::contains);
        }
        List<String> groups = Invalidation.groups(plan.head(), answer);
        if (!groups.isEmpty()) {
            outlets.store().invalidate(uri, groups, outlets.clock().instant());
            outlets.collapsed().leaveBehind(uri::sameOrigin);
        }
    }

    /** What becomes of the body when the last client has gone. */
    private BodyRelay.AbandonPolicy abandonPolicy(@Nullable Combining combining, @Nullable ContentRange range) {
        if (leader == null || plan.whole()) {
            // What nobody waited for to begin with is fetched for the store, and so is more than was asked for.
            return (received, length) -> true;
        }
        QuickAbort quickAbort = plan.rules().configuration().limits().quickAbort();
        // Once the origin has sent its part, the rest comes from the store.
        long fromOrigin = combining == null || range == null ? Long.MAX_VALUE : combining.before() + range.size();
        return (received, length) -> received >= fromOrigin || quickAbort.goesOn(received, length);
    }

    /** The head of the whole that a stored part and its rest make, as the client gets it. */
    private static ResponseHead completeHead(StoredHead whole, ResponseHead answer) {
        String age = answer.fields().first("Age");
        Fields fields = age == null ? whole.fields() : whole.fields().plus("Age", age);
        return new ResponseHead(whole.status(), whole.reason(), fields);
    }

    /**
     * Whether a part may be stored that is combined with none: not in place of the whole that it is a part of, and not
     * where If-Range may have cost it fields. RFC 9110 §15.3.7.
     */
    private boolean standsAlone(StoredHead part) {
        return !plan.head().fields().has("If-Range")
                && outlets.store().lookup(plan.key()).stream()
                        .noneMatch(stored -> stored.isComplete()
                                && stored.selecting().overlaps(part.selecting())
                                && stored.isPartOfSame(part));
    }

    /** Whether the answer says nothing about other clients' requests: a 304 to its condition, a page for its login. */
    private boolean isForOneClient() {
        return plan.clientConditional() || plan.head().fields().has("Authorization");
    }

    private StorageVerdict verdict(Answer answer, Fields endToEnd) {
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

    /** Lets {@code x} read along where the stored answer is for it too. On its thread. */
    private Joined follow(Exchange x, Arrived streaming) {
        StoredHead stored = streaming.stored();
        if (stored == null || !stored.isComplete() || !isFreshFor(x, stored)) {
            return Joined.NO;
        }
        BodyRelay.Reader reader = streaming.relay().open(x.thread());
        if (reader == null) {
            return Joined.OVER;
        }
        stream(x, streaming, reader, ResultCode.TCP_CF_HIT, true);
        return Joined.YES;
    }

    private void stream(Exchange x, Arrived streaming, BodyRelay.Reader reader, ResultCode code, boolean collapsed) {
        try {
            outlets.delivery().stream(x, streaming, reader, code, plan.why(), collapsed);
        } catch (RuntimeException | Error e) {
            reader.close();
            throw e;
        }
    }

    private boolean isFreshFor(Exchange x, StoredHead stored) {
        return ReusePolicy.decide(
                                x.head(),
                                List.of(stored),
                                outlets.clock().instant(),
                                x.site().reuse())
                        instanceof Reuse.Serve
                && x.rules().sendsHit(x.facts(), stored);
    }

    /** Nobody can join any more: the body has ended, or there will be none. */
    private void close() {
        synchronized (lock) {
            state = State.CLOSED;
        }
        outlets.collapsed().ended(plan.key(), this);
    }

    @Override
    public void failed(Unreachable failure) {
        close();
        Reuse.Validate validate = plan.validate();
        ValidationOutcome outcome = validate == null
                ? null
                : ValidationOutcome.unanswered(validate, outlets.clock().instant(), plan.reuseRules());
        everybody(x -> {
            x.answeredBy(failure.code(), null);
            if (outcome instanceof ValidationOutcome.ServeStale stale) {
                serve(x, stale.stored(), ResultCode.TCP_REFRESH_FAIL_OLD, 0);
            } else {
                ResultCode code = validate == null ? plan.code() : ResultCode.TCP_REFRESH_FAIL_ERR;
                outlets.delivery().failed(x, failure, code);
            }
        });
    }

    /** Tells the leader and every waiter, each on its thread. */
    private void everybody(Consumer<Exchange> step) {
        List<Exchange> all;
        synchronized (lock) {
            all = new ArrayList<>(waiters);
            waiters.clear();
        }
        if (leader != null) {
            all.add(0, leader);
        }
        all.forEach(x -> tell(x, step));
    }

    /** Takes the next step for {@code x} on its thread; a mistake of ours costs that request, not those beside it. */
    private static void tell(Exchange x, Consumer<Exchange> step) {
        x.run(() -> {
            try {
                step.accept(x);
            } catch (RuntimeException | Error e) {
                RequestHandler.failed(x, e);
            }
        });
    }

    /** A 304 has no body; reading its end gives the connection back. */
    private static void finish(OriginBody body) {
        try {
            if (body.read(ByteBuffer.allocate(1)) >= 0) {
                body.abort();
            }
        } catch (IOException e) {
            // Its connection is closed by then, and the head is all that was wanted of it.
            body.abort();
        }
    }
}
