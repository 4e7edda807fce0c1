package io.loligo.proxy.fetch;

import io.loligo.proxy.config.Configuration.Collapsing;
import io.loligo.proxy.exchange.Exchange;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;
import org.xnio.XnioIoThread;

/**
 * The clients of one fetch: the leader, whose request started it, and the waiters, which wait for its answer's head. Knows
 * when nobody wants the answer any more. Used by every I/O thread.
 *
 * <p>At most {@link Collapsing#waitersMax} requests wait, each for at most {@link Collapsing#waitMax}; then it has to fetch
 * for itself. One timer per fetch sees to that. It runs only while somebody waits.
 */
final class FetchClients {

    /** Told what becomes of a fetch. */
    interface Listener {
        /** Nobody can join any more. Called once, by any thread. */
        void closed();

        /**
         * Every client has left before the answer's head came, and the fetch is not worth going on with: quick_abort.
         * Called at most once, after {@link #closed}, by any thread.
         */
        void unwanted();

        /** {@code x} has waited for too long. Called on its thread. */
        void waitedTooLong(Exchange x);
    }

    /** What came of an attempt to join. */
    enum Joined {
        /** The request waits for the answer's head. */
        WAITS,
        /** The answer's body is on its way, and may be read along. */
        STREAMING,
        /** As many requests as may wait are waiting. */
        FULL,
        /** The fetch is over: if its answer is of use, it is in the store. */
        OVER
    }

    private enum State {
        /** The answer's head has not come: requests for the same key wait for it. */
        ASKING,
        /** The answer is being stored: requests for the same key read along. */
        STREAMING,
        /** No request can join. */
        CLOSED
    }

    private final XnioIoThread owner;
    private final @Nullable Exchange leader;
    private final Collapsing limits;
    private final boolean goesOnUnwanted;
    private final Listener listener;

    private final Object lock = new Object();
    private State state = State.ASKING;
    private boolean leaderGone;
    /** When each began to wait, by {@link System#nanoTime}; the first has waited longest. */
    private Map<Exchange, Long> waiters = Map.of();

    private XnioExecutor.@Nullable Key timer;

    /**
     * @param owner the I/O thread of the fetch, and of the leader
     * @param leader null for a fetch that no client waits for
     * @param goesOnUnwanted whether the fetch goes on without its clients before the answer's head has come
     */
    FetchClients(
            XnioIoThread owner,
            @Nullable Exchange leader,
            Collapsing limits,
            boolean goesOnUnwanted,
            Listener listener) {
        this.owner = owner;
        this.leader = leader;
        this.limits = limits;
        this.goesOnUnwanted = goesOnUnwanted;
        this.listener = listener;
    }

    /** The client whose request started the fetch; null when there was none, or it has left. Owner's thread. */
    @Nullable Exchange leader() {
        synchronized (lock) {
            return leaderGone ? null : leader;
        }
    }

    /** Has {@code x} wait for the answer's head, if that has not come. Called on its thread. */
    Joined join(Exchange x) {
        synchronized (lock) {
            if (state == State.STREAMING) {
                return Joined.STREAMING;
            }
            if (state == State.CLOSED) {
                return Joined.OVER;
            }
            if (waiters.size() >= limits.waitersMax()) {
                return Joined.FULL;
            }
            if (waiters.isEmpty()) {
                waiters = new LinkedHashMap<>();
            }
            waiters.put(x, System.nanoTime());
            if (timer == null) {
                timer = after(limits.waitMax().toNanos());
            }
        }
        x.onGone(() -> leave(x));
        return Joined.WAITS;
    }

    /** {@code x}, which leads or waits, has left. Called on its thread. */
    void leave(Exchange x) {
        boolean unwanted;
        synchronized (lock) {
            if (x.equals(leader)) {
                leaderGone = true;
            } else if (waiters.isEmpty() || waiters.remove(x) == null) {
                return;
            }
            unwanted = closeIfUnwanted();
        }
        tellIfUnwanted(unwanted);
    }

    /** Nobody waits any more: {@code streaming} says whether those who come may read along. */
    List<Exchange> answered(boolean streaming) {
        return end(streaming ? State.STREAMING : State.CLOSED);
    }

    /** No request can join any more. Gives those that wait. */
    List<Exchange> close() {
        return end(State.CLOSED);
    }

    private List<Exchange> end(State next) {
        List<Exchange> waiting;
        XnioExecutor.Key running;
        boolean closes;
        synchronized (lock) {
            closes = next == State.CLOSED && state != State.CLOSED;
            if (state != State.CLOSED) {
                state = next;
            }
            waiting = List.copyOf(waiters.keySet());
            waiters = Map.of();
            running = timer;
            timer = null;
        }
        if (running != null) {
            running.remove();
        }
        if (closes) {
            listener.closed();
        }
        return waiting;
    }

    /** Guarded by lock. */
    private boolean closeIfUnwanted() {
        boolean unwanted =
                state == State.ASKING && leader != null && leaderGone && waiters.isEmpty() && !goesOnUnwanted;
        if (unwanted) {
            state = State.CLOSED;
        }
        return unwanted;
    }

    private void tellIfUnwanted(boolean unwanted) {
        if (unwanted) {
            listener.closed();
            listener.unwanted();
        }
    }

    private XnioExecutor.Key after(long nanos) {
        // A millisecond more than the rest of the time: it is over then.
        return owner.executeAfter(this::timePassed, TimeUnit.NANOSECONDS.toMillis(nanos) + 1, TimeUnit.MILLISECONDS);
    }

    /** Sends away those that have waited for long enough. Owner's thread. */
    private void timePassed() {
        List<Exchange> overdue = new ArrayList<>();
        boolean unwanted;
        synchronized (lock) {
            timer = null;
            long now = System.nanoTime();
            Iterator<Map.Entry<Exchange, Long>> longest = waiters.entrySet().iterator();
            while (timer == null && longest.hasNext()) {
                Map.Entry<Exchange, Long> waiter = longest.next();
                long left = limits.waitMax().toNanos() - (now - waiter.getValue());
                if (left > 0) {
                    timer = after(left);
                } else {
                    overdue.add(waiter.getKey());
                    longest.remove();
                }
            }
            unwanted = closeIfUnwanted();
        }
        overdue.forEach(x -> tell(x, listener::waitedTooLong));
        tellIfUnwanted(unwanted);
    }

    /**
     * Takes the next step for {@code x} on its thread, unless its client has left. A mistake of ours costs that request, not
     * those beside it.
     */
    static void tell(Exchange x, Consumer<Exchange> step) {
        if (Thread.currentThread() == x.thread()) {
            take(step, x);
        } else {
            x.run(() -> take(step, x));
        }
    }

    private static void take(Consumer<Exchange> step, Exchange x) {
        if (x.isGone()) {
            return;
        }
        try {
            step.accept(x);
        } catch (RuntimeException | Error e) {
            x.failed(e);
        }
    }
}
