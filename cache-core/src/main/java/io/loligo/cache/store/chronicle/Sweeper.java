package io.loligo.cache.store.chronicle;

import io.loligo.cache.store.chronicle.ban.Ban;
import io.loligo.cache.store.chronicle.ban.Bans;
import io.loligo.cache.store.chronicle.page.LongList;
import io.loligo.cache.store.chronicle.page.Scratch;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The thread that removes what bans are about where it has to be searched for. One pass over the heads serves every ban
 * that is in force when it begins; one that comes meanwhile waits for the next. Rests for as long as it works, so that it
 * takes half a processor at most.
 */
final class Sweeper implements AutoCloseable {
    /** A shard that could not be swept is tried again after a second, then after twice as long each time. */
    private static final long RETRY_MILLIS_MIN = 1_000;

    private static final long RETRY_MILLIS_MAX = 60_000;
    /** A rest is not longer, whatever kept the processor busy. */
    private static final long REST_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(200);

    private final Bans bans;
    private final ThreadLocal<Scratch> scratches;
    private final Consumer<Ban> done;
    private final Semaphore work = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "loligo-store-sweeper");
    private volatile Shard[] shards = {};
    private volatile boolean closed;

    /** @param done told of each ban when every shard is swept */
    Sweeper(Bans bans, ThreadLocal<Scratch> scratches, Consumer<Ban> done) {
        this.bans = bans;
        this.scratches = scratches;
        this.done = done;
        thread.setDaemon(true);
    }

    void start(Shard[] all) {
        shards = all;
        thread.start();
    }

    /** Others take the place of some. */
    void shards(Shard[] all) {
        shards = all;
    }

    /** There may be something to sweep. */
    void wake() {
        work.release();
    }

    private void run() {
        Scratch scratch = scratches.get();
        long retryMillis = RETRY_MILLIS_MIN;
        boolean failed = false;
        while (!closed) {
            try {
                if (failed) {
                    boolean woken = work.tryAcquire(retryMillis, TimeUnit.MILLISECONDS);
                    retryMillis = woken ? RETRY_MILLIS_MIN : Math.min(2 * retryMillis, RETRY_MILLIS_MAX);
                } else {
                    retryMillis = RETRY_MILLIS_MIN;
                    work.acquire();
                }
                work.drainPermits();
            } catch (InterruptedException e) {
                // Nobody interrupts this thread but who wants it to end.
                return;
            }
            failed = !pass(scratch);
        }
    }

    /** Sweeps what is in service; false when a shard that is could not be swept. */
    private boolean pass(Scratch scratch) {
        List<Ban> all = bans.inForce();
        Shard[] present = shards;
        boolean complete = true;
        for (int i = 0; i < present.length && !closed; i++) {
            int number = i;
            Shard shard = present[i];
            List<Ban> here = all.stream().filter(ban -> !ban.isSwept(number)).toList();
            if (!here.isEmpty() && shard.state().isReady()) {
                long latest =
                        here.stream().mapToLong(ban -> ban.mark(number)).max().orElseThrow();
                if (isSwept(shard, latest, scratch)) {
                    here.forEach(ban -> ban.swept(number));
                } else {
                    complete = false;
                }
            }
        }
        for (Ban ban : all) {
            boolean swept = true;
            for (int i = 0; i < present.length; i++) {
                swept &= ban.isSwept(i);
            }
            if (swept) {
                done.accept(ban);
            }
        }
        return complete;
    }

    private boolean isSwept(Shard shard, long latest, Scratch scratch) {
        // What was about to be published when the bans came is published then.
        shard.objects().awaitPublications();
        boolean complete = true;
        int segments = shard.purging().headSegments();
        for (int segment = 0; segment < segments; segment++) {
            long start = System.nanoTime();
            LongList ids = shard.purging().headIds(segment);
            for (int i = 0; i < ids.size() && !closed; i++) {
                if (ids.get(i) <= latest) {
                    complete &= shard.purging().enforce(ids.get(i), scratch);
                }
            }
            if (closed) {
                return false;
            }
            LockSupport.parkNanos(Math.min(System.nanoTime() - start, REST_NANOS_MAX));
        }
        return shard.state().isSettled() && complete && shard.state().isReady();
    }

    @Override
    public void close() {
        closed = true;
        work.release();
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
