package io.loligo.proxy.log;

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
 * <p>The queue is full when it has as many items as it may have, or when its large items have as many bytes. An item of up
 * to {@link #SMALL_BYTES} is covered by its place in the queue; only what an item has beyond that is counted in bytes. So
 * the common item costs the offering thread no second counter.
 *
 * <p>A writer that has something to do looks into the queue again every {@link #NAP_NANOS} instead of being woken for
 * each item: waking costs the offering thread a system call. After {@link #NAPS_BEFORE_SLEEP} naps in vain it sleeps
 * until the next offer wakes it.
 */
final class WriterQueue<T> implements AutoCloseable {
    private static final long NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int NAPS_BEFORE_SLEEP = 20;
    /** Bytes that each place in the queue stands for. */
    static final int SMALL_BYTES = 2 << 10;

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

    /** Something to do once {@code after} items are written. */
    private record Order(long after, Runnable step) {}

    private final AtomicReferenceArray<T> slots;
    private final int mask;
    private final AtomicLong offered = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();
    private final LongAdder dropped = new LongAdder();
    /** Bytes of the queued items beyond {@link #SMALL_BYTES} each. */
    private final AtomicLong largeBytes = new AtomicLong();

    private final long largeBytesMax;
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
     * @param bytesLimit how many bytes of heap they may hold together; more than {@link #SMALL_BYTES} for each
     */
    WriterQueue(String threadName, int limit, long bytesLimit, Sink<T> sink) {
        if (Integer.bitCount(limit) != 1) {
            throw new IllegalArgumentException("the limit of a writer queue must be a power of two: " + limit);
        }
        this.largeBytesMax = bytesLimit - (long) limit * SMALL_BYTES;
        if (largeBytesMax <= 0) {
            throw new IllegalArgumentException(
                    "a queue of " + limit + " items needs more than " + bytesLimit + " bytes");
        }
        this.slots = new AtomicReferenceArray<>(limit);
        this.mask = limit - 1;
        this.sink = sink;
        this.writer = new Thread(this::run, threadName);
        writer.setDaemon(true);
        writer.start();
    }

    /** Queues {@code item}, never waiting. False when it was dropped because the queue is full or closed. */
    boolean offer(T item) {
        int large = Math.max(0, sink.bytes(item) - SMALL_BYTES);
        if (large > 0 && largeBytes.addAndGet(large) > largeBytesMax) {
            return drop(large);
        }
        while (true) {
            long position = offered.get();
            if (closing || position - taken.get() > mask) {
                return drop(large);
            }
            if (offered.compareAndSet(position, position + 1)) {
                slots.set((int) position & mask, item);
                wake();
                return true;
            }
        }
    }

    private boolean drop(int large) {
        if (large > 0) {
            largeBytes.addAndGet(-large);
        }
        dropped.increment();
        if (!dropping && !closing) {
            dropping = true;
            sink.dropping();
        }
        return false;
    }

    /** Runs {@code order} on the writer thread, after every item that was queued before this call. */
    void order(Runnable order) {
        orders.add(new Order(offered.get(), order));
        wake();
    }

    /** Waits until everything that was queued before this call is written and flushed, at most {@link #CLOSE_LIMIT_MILLIS}. */
    boolean awaitWritten() {
        CountDownLatch written = new CountDownLatch(1);
        order(() -> {
            sink.drained();
            written.countDown();
        });
        try {
            return written.await(CLOSE_LIMIT_MILLIS, TimeUnit.MILLISECONDS);
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
        for (Order next = orders.peek(); next != null && next.after <= taken.get(); next = orders.peek()) {
            orders.remove();
            guarded(next.step);
        }
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
        long position = taken.get();
        int slot = (int) position & mask;
        T item = slots.get(slot);
        if (item != null) {
            slots.set(slot, null);
            int large = sink.bytes(item) - SMALL_BYTES;
            if (large > 0) {
                largeBytes.addAndGet(-large);
            }
            taken.set(position + 1);
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
