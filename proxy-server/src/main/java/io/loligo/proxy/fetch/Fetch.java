package io.loligo.proxy.fetch;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.ContentRange;
import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.reuse.Combining;
import io.loligo.cache.reuse.Reuse;
import io.loligo.cache.reuse.ReusePolicy;
import io.loligo.cache.reuse.Validation;
import io.loligo.cache.reuse.ValidationOutcome;
import io.loligo.cache.status.ResultCode;
import io.loligo.cache.store.EntryWriter;
import io.loligo.cache.store.ResponseStore;
import io.loligo.proxy.config.Configuration.QuickAbort;
import io.loligo.proxy.exchange.Exchange;
import io.loligo.proxy.exchange.ServeStored;
import io.loligo.proxy.origin.OriginAnswer;
import io.loligo.proxy.origin.OriginBody;
import io.loligo.proxy.origin.OriginClient;
import io.loligo.proxy.origin.OriginHandler;
import io.undertow.connector.ByteBufferPool;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/**
 * One trip to the origin for all who wait for it: the client whose request started it, if there is one, and those whose
 * requests were collapsed into it. Origin, store and the starting client are worked on the owner's I/O thread; the other
 * clients are told on their own.
 *
 * <p>A client that leaves gives up its claim on the answer. When the last one has left before the answer's head came, the
 * trip is cancelled; while the body comes, {@link BodyRelay} decides.
 */
final class Fetch implements OriginHandler {

    /** What every fetch works with, and where its answer goes. */
    record Outlets(
            ResponseStore store,
            ByteBufferPool buffers,
            CollapsedForwarding collapsed,
            Delivery delivery,
            ServeStored serveStored,
            Consumer<Exchange> goAlone,
            InstantSource clock) {}

    private static final int PARTIAL_CONTENT = 206;
    private static final int NOT_MODIFIED = 304;
    /** Not Modified, Precondition Failed, Range Not Satisfiable; and a part that is not the one asked for. */
    private static final Set<Integer> REFUSALS_OF_A_PART = Set.of(PARTIAL_CONTENT, NOT_MODIFIED, 412, 416);

    private final Outlets outlets;
    private final FetchPlan plan;
    private final AnswerStorage answerStorage;
    private final XnioIoThread owner;
    /** The client whose request started it; it may have left since. */
    private final @Nullable Exchange starter;

    private final boolean shared;

    private final FetchClients clients;

    /** The order number of the fetch among the purges: those with a smaller one came before its request was sent. */
    private final long begun;

    /** The answer that is being stored and sent. Set before requests may read along. */
    private volatile @Nullable AnswerUnderway underway;

    /** The stored part whose bytes are among those that are being sent; null where there is none. */
    private volatile @Nullable StoredHead combinedWith;

    /** What the origin sends together with a stored part; null when there is none. Owner's thread. */
    private @Nullable CombinedBody combinedBody;
    /** Owner's thread. */
    private OriginClient.@Nullable Call call;

    /**
     * @param starter the client whose request starts it; null for a validation in the background
     * @param shared whether others may find it and join it
     */
    Fetch(Outlets outlets, FetchPlan plan, XnioIoThread owner, @Nullable Exchange starter, boolean shared) {
        this.outlets = outlets;
        this.plan = plan;
        this.answerStorage = new AnswerStorage(outlets.store(), outlets.clock(), plan);
        this.owner = owner;
        this.starter = starter;
        this.shared = shared;
        this.begun = outlets.store().purgeOrder();
        this.clients = new FetchClients(
                owner,
                starter,
                plan.asked().rules().configuration().limits().collapsing(),
                plan.mayStore() && !plan.isForOneClient() && quickAbort().goesOnBeforeHead(),
                new Ends());
    }

    /** What the end of waiting leads to. */
    private final class Ends implements FetchClients.Listener {
        @Override
        public void closed() {
            if (shared) {
                outlets.collapsed().ended(plan.asked().key(), Fetch.this);
            }
            if (starter == null) {
                outlets.collapsed().backgroundEnds();
            }
        }

        @Override
        public void unwanted() {
            if (Thread.currentThread() == owner) {
                cancel();
            } else {
                owner.execute(Fetch.this::cancel);
            }
        }

        @Override
        public void waitedTooLong(Exchange x) {
            outlets.goAlone().accept(x);
        }
    }

    /** Sends the request. Owner's thread. */
    void start(OriginClient origin) {
        if (starter != null) {
            Exchange x = starter;
            x.result(plan.abortedCode());
            x.onGone(() -> clients.leave(x));
        }
        call = origin.send(plan.request(), plan.candidates(), owner, this);
    }

    /** Nobody waits for the answer's head any more. */
    private void cancel() {
        if (call != null) {
            call.cancel();
        }
    }

    /** The order number of the fetch among the purges: those with a smaller one came before its request was sent. */
    long begun() {
        return begun;
    }

    /**
     * Whether a purge that is about its answer came into force after it began: then nobody who comes later may join it. Any
     * thread.
     */
    boolean isOutdated() {
        AnswerUnderway streaming = underway;
        StoredHead part = combinedWith;
        ResponseStore store = outlets.store();
        EffectiveUri uri = plan.asked().key().uri();
        return store.purgedSince(begun, uri, streaming == null ? null : streaming.stored())
                || (part != null && store.purgedSince(begun, uri, part));
    }

    /** What came of an attempt to join. */
    enum Joined {
        /** The request is taken care of. */
        YES,
        /** This fetch is not for it, or has waiters enough: it has to fetch for itself. */
        NO,
        /** This fetch is over: if its answer is of use, it is in the store. */
        OVER
    }

    /** Has {@code x} share the answer if it can. Called on its thread. */
    Joined join(Exchange x) {
        return switch (clients.join(x)) {
            case WAITS -> {
                x.collapses();
                x.result(plan.abortedCode());
                yield Joined.YES;
            }
            case FULL -> Joined.NO;
            case OVER -> Joined.OVER;
            case STREAMING -> {
                AnswerUnderway streaming = underway;
                yield streaming == null ? Joined.OVER : follow(x, streaming);
            }
        };
    }

    /**
     * Ends before it began: the store had, by then, what another fetch had just brought. Those who joined meanwhile look
     * there too.
     */
    void standDown(Consumer<Exchange> lookAgain) {
        clients.close().forEach(x -> FetchClients.tell(x, lookAgain));
    }

    @Override
    public void interim(ResponseHead head) {
        Exchange leader = clients.leader();
        if (leader != null && leader.version() != HttpVersion.HTTP_1_0) {
            outlets.delivery().interim(leader, head);
        }
    }

    @Override
    public void answered(OriginAnswer answer, OriginBody body) {
        try {
            plan.purpose().match(new AnswerSteps(answer, body));
        } catch (RuntimeException | Error e) {
            body.abort();
            if (combinedBody != null) {
                combinedBody.abort();
            }
            endForAll(x -> x.failed(e));
        }
    }

    /** What the answer to each purpose means. */
    private final class AnswerSteps implements Purpose.Cases<Void> {
        private final OriginAnswer answer;
        private final OriginBody body;

        private AnswerSteps(OriginAnswer answer, OriginBody body) {
            this.answer = answer;
            this.body = body;
        }

        @Override
        public Void miss(Purpose.Miss purpose) {
            return forClient();
        }

        @Override
        public Void reload(Purpose.Reload purpose) {
            return forClient();
        }

        @Override
        public Void pass(Purpose.Pass purpose) {
            return forClient();
        }

        @Override
        public Void validate(Purpose.Validate purpose) {
            return ValidationOutcome.answered(
                            plan.asked().head(),
                            purpose.verdict(),
                            purpose.validation(),
                            answer.head(),
                            answer.times(),
                            plan.asked().reuse())
                    .match(validationSteps(purpose.verdict().stored()));
        }

        @Override
        public Void restOfPart(Purpose.RestOfPart purpose) {
            int status = answer.head().status();
            AnswerStorage.Combined whole =
                    status == PARTIAL_CONTENT ? answerStorage.completed(purpose.part(), answer) : null;
            if (whole != null) {
                deliver(answer, body, ResultCode.TCP_MISS, whole);
            } else if (REFUSALS_OF_A_PART.contains(status)) {
                // An answer to our condition or range, which the client has not made.
                body.abort();
                outlets.store().remove(purpose.part());
                goAlone();
            } else {
                deliver(answer, body, ResultCode.TCP_MISS);
            }
            return null;
        }

        /** One of the variants that other requests chose may be what this one gets, too. RFC 9111 §4.3.4. */
        @Override
        public Void anyVariant(Purpose.AnyVariant purpose) {
            if (answer.head().status() != NOT_MODIFIED) {
                return forClient();
            }
            StoredHead named = Validation.named(purpose.variants(), answer.head());
            if (named == null) {
                body.abort();
                goAlone();
                return null;
            }
            return validationSteps(named)
                    .notModified(ValidationOutcome.variantNamed(
                            plan.asked().head(),
                            named,
                            answer.head(),
                            answer.times(),
                            plan.asked().reuse()));
        }

        private Void forClient() {
            if (answer.head().status() == NOT_MODIFIED && !plan.clientConditional()) {
                originError(answer, body);
            } else {
                deliver(answer, body, plan.code());
            }
            return null;
        }

        private ValidationSteps validationSteps(StoredHead stored) {
            return new ValidationSteps(Fetch.this, outlets.store(), answer, body, stored);
        }
    }

    /** Nobody can join any more, and everybody gets {@code head}, which is stored. */
    void serveAll(StoredHead head, ResultCode code, OriginAnswer answer) {
        outlets.collapsed().shareable(plan.asked().key());
        endForAll(x -> {
            x.answeredBy(answer);
            // Cookies that came with a 304 are for the client whose request was answered with it, and for no other.
            // Those of
            // an error that the stored response stands in for are as little sent as the error.
            Fields cookies = x.equals(starter) && answer.head().status() == NOT_MODIFIED
                    ? FieldRule.SET_COOKIE.linesIn(answer.head().fields())
                    : Fields.EMPTY;
            serve(x, head, code, answer.head().status(), cookies);
        });
    }

    /** Nobody can join any more, and each asks the origin for itself. */
    void goAlone() {
        endForAll(outlets.goAlone());
    }

    /**
     * Serves the response that was validated, or was to be. A request that joined under the same key may ask for another
     * variant, and the object may be gone meanwhile: such a request fetches for itself.
     */
    private void serve(Exchange x, StoredHead head, ResultCode code, int originStatus, Fields cookies) {
        boolean isStarter = x.equals(starter);
        boolean isNamed = isStarter && plan.purpose() instanceof Purpose.AnyVariant;
        boolean served = (isNamed
                        || head.selecting()
                                .matches(x.rules().asOriginSees(x.facts()).selecting()))
                && outlets.serveStored().afterFetch(x, head, code, plan.why(), originStatus, !isStarter, cookies);
        if (!served) {
            outlets.goAlone().accept(x);
        }
    }

    void originError(OriginAnswer answer, OriginBody body) {
        body.abort();
        failed(new Unreachable(
                Cause.MALFORMED,
                "status " + answer.head().status() + " to a request that did not ask for it",
                answer.peer(),
                answer.address(),
                answer.code()));
    }

    /** A new answer: to the store if it may, to the leader always, to the others if it is for them too. */
    void deliver(OriginAnswer answer, OriginBody body, ResultCode leaderCode) {
        deliver(answer, body, leaderCode, answerStorage.extended(answer));
    }

    /** @param combined what the answer makes together with a stored part; null when it stands alone */
    private void deliver(
            OriginAnswer answer,
            OriginBody fromOrigin,
            ResultCode leaderCode,
            AnswerStorage.@Nullable Combined combined) {
        Fields endToEnd = FieldRule.endToEnd(answer.head().fields());
        AnswerStorage.StorageOutcome outcome = answerStorage.decide(answer, endToEnd, combined);
        ContentRange range = outcome.range();
        OriginBody body = combined == null || range == null ? fromOrigin : combinedBody(combined, fromOrigin, range);
        StoredHead storable = outcome.stored();
        long order = answerStorage.dropOutdated(
                answer, storable != null, leaderCode == ResultCode.TCP_REFRESH_MODIFIED, begun);
        Combining combining = combined == null ? null : combined.combining();
        StoredHead whole = plan.purpose() instanceof Purpose.RestOfPart && combining != null ? combining.head() : null;
        ResponseHead head = AnswerStorage.forClient(answer, endToEnd, whole);
        StoredHead part = combined == null ? null : combined.part();
        combinedWith = part;
        EntryWriter writer = storable == null ? null : outlets.store().write(storable, part, order);
        BodyRelay relay = new BodyRelay(
                owner,
                outlets.buffers(),
                body,
                writer,
                plan.asked().rules().configuration().limits().readAheadGap(),
                abandonPolicy(combining, range),
                stored -> clients.close());
        StoredHead cutBy = outcome.described() == null ? storable : outcome.described();
        AnswerUnderway all = new AnswerUnderway(
                answer, head, cutBy, storable, outcome.notStored(), relay, 0, -1, plan.rangesWithheld());
        AnswerUnderway now = combining == null || whole != null || range == null
                ? all
                : all.part(head, combining.before(), range.size());
        underway = now;
        Exchange leader = clients.leader();
        List<Exchange> followers = clients.answered(storable != null);
        rememberWhetherShareable(storable != null);
        BodyRelay.Reader first = leader == null ? null : relay.open(owner);
        relay.expect(followers.size());
        relay.start();
        if (leader != null && first != null) {
            FetchClients.tell(leader, x -> stream(x, now, first, leaderCode, false));
        }
        haveFollow(followers, now);
    }

    private OriginBody combinedBody(AnswerStorage.Combined combined, OriginBody fromOrigin, ContentRange range) {
        combinedBody = new CombinedBody(
                owner,
                combined.reader(),
                fromOrigin,
                combined.combining().before(),
                range.size(),
                combined.combining().after());
        return combinedBody;
    }

    private void rememberWhetherShareable(boolean stored) {
        if (stored) {
            outlets.collapsed().shareable(plan.asked().key());
        } else if (plan.mayStore() && plan.asked().head().isMethod("GET") && !plan.isForOneClient()) {
            outlets.collapsed().unshareable(plan.asked().key(), outlets.clock().millis());
        }
    }

    /** Has those that waited read along; the last of them sees to it that somebody reads at all. */
    private void haveFollow(List<Exchange> followers, AnswerUnderway now) {
        if (followers.isEmpty()) {
            if (starter != null && clients.leader() == null) {
                now.relay().abandonIfUnread();
            }
            return;
        }
        for (Exchange follower : followers) {
            follower.run(() -> {
                FetchClients.tell(follower, x -> {
                    if (follow(x, now) != Joined.YES) {
                        outlets.goAlone().accept(x);
                    }
                });
                now.relay().came();
            });
        }
    }

    /** What becomes of the body when the last client has gone. */
    private BodyRelay.AbandonPolicy abandonPolicy(@Nullable Combining combining, @Nullable ContentRange range) {
        if (starter == null || plan.rangesWithheld()) {
            // What nobody waited for to begin with is fetched for the store, and so is more than was asked for.
            return (received, length) -> true;
        }
        QuickAbort quickAbort = quickAbort();
        // Once the origin has sent its part, the rest comes from the store.
        long fromOrigin = combining == null || range == null ? Long.MAX_VALUE : combining.before() + range.size();
        return (received, length) -> received >= fromOrigin || quickAbort.goesOn(received, length);
    }

    private QuickAbort quickAbort() {
        return plan.asked().rules().configuration().limits().quickAbort();
    }

    /** Lets {@code x} read along where the stored answer is for it too. On its thread. */
    private Joined follow(Exchange x, AnswerUnderway streaming) {
        StoredHead stored = streaming.stored();
        if (stored == null || !stored.isComplete() || !isFreshFor(x, stored)) {
            return Joined.NO;
        }
        BodyRelay.Reader reader = streaming.relay().open(x.thread());
        if (reader == null) {
            return Joined.OVER;
        }
        x.collapses();
        stream(x, streaming, reader, ResultCode.TCP_CF_HIT, true);
        return Joined.YES;
    }

    private void stream(
            Exchange x, AnswerUnderway streaming, BodyRelay.Reader reader, ResultCode code, boolean collapsed) {
        try {
            outlets.delivery().stream(x, streaming, reader, code, plan.why(), collapsed);
        } catch (RuntimeException | Error e) {
            reader.close();
            throw e;
        }
    }

    private boolean isFreshFor(Exchange x, StoredHead stored) {
        return ReusePolicy.decide(
                                x.rules().asOriginSees(x.facts()),
                                List.of(stored),
                                outlets.clock().instant(),
                                x.site().reuse())
                        instanceof Reuse.Serve
                && x.rules().sendsHit(x.facts(), stored);
    }

    @Override
    public void failed(Unreachable failure) {
        Reuse.Validate validate = plan.purpose() instanceof Purpose.Validate purpose ? purpose.verdict() : null;
        ValidationOutcome outcome = validate == null
                ? null
                : ValidationOutcome.unanswered(
                        validate, outlets.clock().instant(), plan.asked().reuse());
        endForAll(x -> {
            x.answeredBy(failure.code(), Delivery.address(failure));
            if (outcome instanceof ValidationOutcome.ServeStale stale) {
                serve(x, stale.stored(), ResultCode.TCP_REFRESH_FAIL_OLD, 0, Fields.EMPTY);
            } else {
                ResultCode code = validate == null ? plan.code() : ResultCode.TCP_REFRESH_FAIL_ERR;
                outlets.delivery().failed(x, failure, code, validate != null);
            }
        });
    }

    /** Nobody can join any more: takes the last step for the leader and every waiter, each on its thread. */
    private void endForAll(Consumer<Exchange> step) {
        Exchange leader = clients.leader();
        List<Exchange> waiters = clients.close();
        if (leader != null) {
            FetchClients.tell(leader, step);
        }
        for (Exchange waiter : waiters) {
            FetchClients.tell(waiter, step);
        }
    }
}
