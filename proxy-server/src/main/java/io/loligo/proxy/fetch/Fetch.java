package io.loligo.proxy.fetch;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.ContentRange;
import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.ResponseHead;
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
import io.loligo.proxy.origin.OriginHandler;
import io.undertow.connector.ByteBufferPool;
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
    private final AnswerStorage answerStorage;
    private final XnioIoThread owner;
    private final @Nullable Exchange leader;

    /** The order number of its beginning among the purges. */
    private final long begun;

    private final Object lock = new Object();
    private State state = State.ASKING;
    private final List<Exchange> waiters = new ArrayList<>();
    private @Nullable AnswerUnderway arrived;
    /** What the origin sends together with a stored part; null when there is none. Owner's thread. */
    private @Nullable CombinedBody combinedBody;

    /** @param leader the request that started it; null for a validation in the background */
    Fetch(Outlets outlets, FetchPlan plan, XnioIoThread owner, @Nullable Exchange leader) {
        this.outlets = outlets;
        this.plan = plan;
        this.answerStorage = new AnswerStorage(outlets.store(), outlets.collapsed(), outlets.clock(), plan);
        this.owner = owner;
        this.leader = leader;
        this.begun = outlets.store().purgeOrder();
    }

    /** The order number of its beginning among the purges. */
    long begun() {
        return begun;
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
        AnswerUnderway streaming;
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
    public void answered(OriginAnswer answer, OriginBody body) {
        try {
            handle(answer, body);
        } catch (RuntimeException | Error e) {
            body.abort();
            if (combinedBody != null) {
                combinedBody.abort();
            }
            close();
            everybody(x -> x.failed(e));
        }
    }

    private void handle(OriginAnswer answer, OriginBody body) {
        Reuse.Validate validate = plan.validate();
        Validation sent = plan.validation();
        if (validate != null && sent != null) {
            ValidationOutcome.answered(plan.head(), validate, sent, answer.head(), answer.times(), plan.reuseRules())
                    .match(new ValidationSteps(this, outlets.store(), answer, body, validate.stored()));
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
    private void completed(OriginAnswer answer, OriginBody body, StoredHead part) {
        int status = answer.head().status();
        AnswerStorage.Completed whole = status == PARTIAL_CONTENT ? answerStorage.whole(part, answer) : null;
        if (whole != null) {
            arrive(answer, body, ResultCode.TCP_MISS, whole);
            return;
        }
        if (REFUSALS_OF_A_PART.contains(status)) {
            // An answer to our condition or range, which the client has not made.
            body.abort();
            outlets.store().remove(part);
            goAlone();
        } else {
            arrive(answer, body, ResultCode.TCP_MISS);
        }
    }

    /** One of the variants that other requests chose is what this one gets, too. RFC 9111 §4.3.4. */
    private void variantNamed(OriginAnswer answer, OriginBody body) {
        StoredHead named = Validation.named(plan.variants(), answer.head());
        if (named == null) {
            body.abort();
            goAlone();
        } else {
            new ValidationSteps(this, outlets.store(), answer, body, named)
                    .notModified(ValidationOutcome.variantNamed(
                            plan.head(), named, answer.head(), answer.times(), plan.reuseRules()));
        }
    }

    /** Nobody can join any more, and everybody gets {@code head}. */
    void serveAll(StoredHead head, ResultCode code, OriginAnswer answer) {
        close();
        String address = Delivery.address(answer.address());
        everybody(x -> {
            x.answeredBy(answer.code(), address);
            serve(x, head, code, answer.head().status());
        });
    }

    /** Nobody can join any more, and each asks the origin for itself. */
    void goAlone() {
        close();
        everybody(outlets.goAlone());
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
    void arrive(OriginAnswer answer, OriginBody body, ResultCode leaderCode) {
        arrive(answer, body, leaderCode, answerStorage.extended(answer));
    }

    /** @param completed what the answer makes together with a stored part; null when it stands alone */
    private void arrive(
            OriginAnswer answer,
            OriginBody fromOrigin,
            ResultCode leaderCode,
            AnswerStorage.@Nullable Completed completed) {
        Fields endToEnd = FieldRule.endToEnd(answer.head().fields());
        AnswerStorage.Taken taken = answerStorage.of(answer, endToEnd, completed);
        ContentRange range = taken.range();
        OriginBody body = fromOrigin;
        if (completed != null && range != null) {
            combinedBody = new CombinedBody(
                    owner,
                    completed.reader(),
                    fromOrigin,
                    completed.combining().before(),
                    range.size(),
                    completed.combining().after());
            body = combinedBody;
        }
        StoredHead storable = taken.stored();
        long order = answerStorage.dropOutdated(
                answer, storable != null, leaderCode == ResultCode.TCP_REFRESH_MODIFIED, begun);
        Combining combining = completed == null ? null : completed.combining();
        StoredHead whole = plan.part() == null || combining == null ? null : combining.head();
        ResponseHead head = AnswerStorage.forClient(answer, endToEnd, whole);
        EntryWriter writer = storable == null ? null : outlets.store().write(storable, order);
        BodyRelay relay = new BodyRelay(
                owner,
                outlets.buffers(),
                body,
                writer,
                plan.rules().configuration().limits().readAheadGap(),
                abandonPolicy(combining, range),
                stored -> close());
        StoredHead cutBy = taken.described() == null ? storable : taken.described();
        AnswerUnderway all =
                new AnswerUnderway(answer, head, cutBy, storable, taken.notStored(), relay, 0, -1, plan.whole());
        AnswerUnderway now = combining == null || whole != null || range == null
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
            if (plan.mayStore() && plan.head().isMethod("GET") && !answerStorage.isForOneClient()) {
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
                                x.head(),
                                List.of(stored),
                                outlets.clock().instant(),
                                x.site().reuse())
                        instanceof Reuse.Serve
                && x.rules().sendsHit(x.facts(), stored);
    }

    /** Nobody can join any more: the body has ended, or there will be none. */
    void close() {
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
            x.answeredBy(failure.code(), Delivery.address(failure.address()));
            if (outcome instanceof ValidationOutcome.ServeStale stale) {
                serve(x, stale.stored(), ResultCode.TCP_REFRESH_FAIL_OLD, 0);
            } else {
                ResultCode code = validate == null ? plan.code() : ResultCode.TCP_REFRESH_FAIL_ERR;
                outlets.delivery().failed(x, failure, code);
            }
        });
    }

    /** Tells the leader and every waiter, each on its thread. */
    void everybody(Consumer<Exchange> step) {
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
                x.failed(e);
            }
        });
    }
}
