package io.loligo.proxy.log;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue between threads that must not wait and one writer thread that may. Items are taken in the order in
 * which they were offered; an item that finds the queue full is dropped and counted.
 *
 * <p>The queue is full when it has as many items as it may have, or when they hold as many bytes as they may hold. Items and
 * bytes are counted by the same two atomic longs, one for what was offered and one for what was taken:
 *
 * <pre>
 *  63              40 39                                          0
 *  +-----------------+---------------------------------------------+
 *  | items, modulo   | bytes of those items, modulo 2^40           |
 *  | 2^24            |                                             |
 *  +-----------------+---------------------------------------------+
 * </pre>
 *
 * <p>A writer that has something to do looks into the queue again every {@link #NAP_NANOS} instead of being woken for
 * each item: waking costs the offering thread a system call. After {@link #NAPS_BEFORE_SLEEP} naps in vain it sleeps
 * until the next offer wakes it.
 */
final class WriterQueue<T> implements AutoCloseable {
    private static final long NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int NAPS_BEFORE_SLEEP = 20;
    private static final int BYTES_BITS = 40;
    private static final long BYTES_MASK = (1L << BYTES_BITS) - 1;
    /** Items are counted modulo 2^24, so a queue has room for far fewer. */
    private static final int LIMIT_MAX = 1 << 20;

    /** How long {@link #close} waits for the writer to write what is queued, for example to a disk that hangs. */
    private static final long CLOSE_LIMIT_MILLIS = 5_000;

    private static final System.Logger LOG = System.getLogger(WriterQueue.class.getName());

    /** What the writer thread does; called by that thread alone. */
    interface Sink<T> {
        void write(T item);

        /** The bytes of heap that {@code item} holds, roughly; the same at each call. Called by any thread. */
        int bytes(T item);

        /** The queue is empty for the moment. */
        void drained();

        /** An item is dropped, for the first time since {@link #drained}. Called by the thread that offered it. */
        default void dropping() {}
    }

    /** Something to do once everything up to {@code after} is written, a state of {@link #offered}. */
    private record Order(long after, Runnable step) {}

    private final AtomicReferenceArray<T> slots;
    private final int mask;
    private final AtomicLong offered = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();
    private final LongAdder dropped = new LongAdder();
    private volatile long bytesLimit;
    private volatile boolean dropping;
    private final Queue<Order> orders = new ConcurrentLinkedQueue<>();
    private final Sink<T> sink;
    private final Thread writer;
    private volatile boolean asleep;
    private volatile boolean closing;

    /**
     * Starts the writer thread.
     *
     * @param limit how many items may wait; a power of two
     * @param bytesLimit how many bytes they may hold together
     */
    WriterQueue(String threadName, int limit, long bytesLimit, Sink<T> sink) {
        if (Integer.bitCount(limit) != 1 || limit > LIMIT_MAX) {
            throw new IllegalArgumentException(
                    "the limit of a writer queue must be a power of two up to " + LIMIT_MAX + ": " + limit);
        }
        this.bytesLimit = bytesLimit;
        this.slots = new AtomicReferenceArray<>(limit);
        this.mask = limit - 1;
        this.sink = sink;
        this.writer = new Thread(this::run, threadName);
        writer.setDaemon(true);
        writer.start();
    }

    /** Queues {@code item}, never waiting. False when it was dropped because the queue is full or closed. */
    boolean offer(T item) {
        int bytes = sink.bytes(item);
        while (true) {
            long before = offered.get();
            long done = taken.get();
            if (closing || items(before) - items(done) > mask || (before - done & BYTES_MASK) + bytes > bytesLimit) {
                drop();
                return false;
            }
            if (offered.compareAndSet(before, plus(before, bytes))) {
                slots.set(slot(before), item);
                wake();
                return true;
            }
        }
    }

    private void drop() {
        dropped.increment();
        if (!dropping && !closing) {
            dropping = true;
            sink.dropping();
        }
    }

    /** How many bytes what waits may hold from now on. */
    void limitBytes(long bytes) {
        bytesLimit = bytes;
    }

    /** {@code state} and one item more. */
    private static long plus(long state, int bytes) {
        return (items(state) + 1) << BYTES_BITS | (state + bytes & BYTES_MASK);
    }

    private int slot(long state) {
        return (int) items(state) & mask;
    }

    private static long items(long state) {
        return state >>> BYTES_BITS;
    }

    /** Runs {@code order} on the writer thread, after every item that was queued before this call. */
    void order(Runnable order) {
        orders.add(new Order(offered.get(), order));
        wake();
    }

    /** Waits until everything that was queued before this call is written and flushed, at most {@link #CLOSE_LIMIT_MILLIS}. */
    boolean awaitWritten() {
        return awaitWritten(Duration.ofMillis(CLOSE_LIMIT_MILLIS));
    }

    /** As {@link #awaitWritten()}, at most {@code limit}; false when that was not enough. */
    boolean awaitWritten(Duration limit) {
        CountDownLatch written = new CountDownLatch(1);
        order(() -> {
            sink.drained();
            written.countDown();
        });
        try {
            return written.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Items that were not taken since the start because the queue was full or closed. */
    long dropped() {
        return dropped.sum();
    }

    private void wake() {
        if (asleep) {
            asleep = false;
            LockSupport.unpark(writer);
        }
    }

    private void run() {
        int naps = 0;
        while (true) {
            // Read before draining: what was offered before close() was called is still written.
            boolean last = closing;
            if (drain()) {
                naps = 0;
                dropping = false;
                guarded(sink::drained);
            }
            if (offered.get() != taken.get()) {
                // More came, or a thread has taken its place in the queue and not yet put its item there.
                Thread.onSpinWait();
            } else if (last) {
                return;
            } else if (naps++ < NAPS_BEFORE_SLEEP) {
                LockSupport.parkNanos(this, NAP_NANOS);
            } else {
                sleep();
            }
        }
    }

    private void sleep() {
        asleep = true;
        // Looked at again after the flag is up, so that an offer is either seen here or wakes us.
        if (offered.get() == taken.get() && orders.isEmpty() && !closing) {
            LockSupport.park(this);
        }
        asleep = false;
    }

    /** Writes what is queued, with the orders in their places. */
    private boolean drain() {
        boolean any = false;
        while (true) {
            obey();
            T item = poll();
            if (item == null) {
                return any;
            }
            try {
                sink.write(item);
            } catch (RuntimeException bug) {
                report(bug);
            }
            any = true;
        }
    }

    /** Runs the orders before which nothing is left to write. */
    private void obey() {
        for (Order next = orders.peek(); next != null && isTaken(next.after); next = orders.peek()) {
            orders.remove();
            guarded(next.step);
        }
    }

    /** Whether everything up to {@code after} is taken: a difference modulo 2^24 that is not negative. */
    private boolean isTaken(long after) {
        return (items(taken.get()) - items(after)) << BYTES_BITS >= 0;
    }

    private static void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException bug) {
            report(bug);
        }
    }

    /** A bug in the sink costs one item, not the thread that writes all the others. */
    private static void report(RuntimeException bug) {
        LOG.log(System.Logger.Level.ERROR, "writing to a log failed", bug);
    }

    private @Nullable T poll() {
        long done = taken.get();
        int slot = slot(done);
        T item = slots.get(slot);
        if (item != null) {
            slots.set(slot, null);
            taken.set(plus(done, sink.bytes(item)));
        }
        return item;
    }

    /** Writes what is queued, then ends the writer thread; waits for that at most {@link #CLOSE_LIMIT_MILLIS}. */
    @Override
    public void close() {
        closing = true;
        asleep = false;
        LockSupport.unpark(writer);
        try {
            writer.join(CLOSE_LIMIT_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
