package io.loligo.cache.store.chronicle;

import io.loligo.cache.store.chronicle.ban.GroupInvalidations;
import io.loligo.cache.store.chronicle.files.StoreCapacity;
import io.loligo.cache.store.chronicle.files.StoreDirectory;
import io.loligo.cache.store.chronicle.files.StoreFaults;
import io.loligo.cache.store.chronicle.page.Scratch;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The thread that evicts ahead of the writers, and does what else no I/O thread should wait for: it has the disk keep what
 * was purged and invalidated, and sees how full the disk is.
 */
final class Evictor {
    /** What the fault is about that invalidations of groups are not on the disk. */
    static final String GROUPS = "group invalidations";

    private static final String FREE = "free space";
    private static final String PURGES = "purges";

    private final @Nullable StoreDirectory directory;
    private final GroupInvalidations groups;
    private final Purges purges;
    private final StoreFaults faults;
    private final StoreShards shards;
    private final ThreadLocal<Scratch> scratches;
    private final Semaphore work = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "loligo-store-evictor");
    private volatile boolean hasSpace;
    private volatile boolean ended;

    Evictor(
            @Nullable StoreDirectory directory,
            GroupInvalidations groups,
            Purges purges,
            StoreFaults faults,
            StoreShards shards,
            ThreadLocal<Scratch> scratches) {
        this.directory = directory;
        this.groups = groups;
        this.purges = purges;
        this.faults = faults;
        this.shards = shards;
        this.scratches = scratches;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** There may be something to do. */
    void wake() {
        if (work.availablePermits() == 0) {
            work.release();
        }
    }

    /** Whether the disk keeps room for all files, so that it does not matter how full it is. */
    void hasSpace(boolean newHasSpace) {
        boolean before = hasSpace;
        hasSpace = newHasSpace;
        if (before != newHasSpace) {
            // It says who may store.
            wake();
        }
    }

    boolean hasSpace() {
        return hasSpace;
    }

    /** Ends the thread, and awaits that; true when the caller was interrupted meanwhile. */
    boolean end() {
        ended = true;
        wake();
        return StoreThreads.join(thread);
    }

    private void run() {
        Scratch scratch = scratches.get();
        boolean suspended = false;
        while (!ended) {
            try {
                work.tryAcquire(StoreThreads.WATCH_MILLIS, TimeUnit.MILLISECONDS);
                work.drainPermits();
            } catch (InterruptedException e) {
                // Nobody interrupts this thread but who wants it to end.
                return;
            }
            try {
                forceJournals();
                suspended = watchDisk(suspended);
                for (Shard shard : shards.all()) {
                    shard.room().evictAhead(scratch);
                    shard.state().isSettled();
                }
            } catch (RuntimeException | Error e) {
                faults.operationFailed(e);
            }
        }
    }

    private void forceJournals() {
        try {
            groups.force();
            faults.over(GROUPS, "the disk has them");
        } catch (IOException e) {
            faults.failed(GROUPS, "invalidations of groups are not on the disk, and would not outlive the process", e);
        }
        try {
            purges.force();
            faults.over(PURGES, "the disk has them");
        } catch (IOException e) {
            faults.failed(PURGES, "purges are not on the disk, and would not outlive the process", e);
        }
    }

    private boolean watchDisk(boolean wasSuspended) {
        if (directory == null) {
            return false;
        }
        try {
            long left = directory.usableBytes();
            faults.over(FREE, "it can be seen again");
            boolean suspended = left < StoreCapacity.DISK_RESERVE_BYTES && !hasSpace;
            // Each time, because a shard may be new; and first, because storing goes on when the fault is over.
            for (Shard shard : shards.all()) {
                shard.state().suspend(suspended);
            }
            if (suspended) {
                faults.begin(
                        StoreFaults.DISK,
                        "the disk of " + directory.path()
                                + " is nearly full: nothing more is stored until there is room",
                        null);
            } else {
                faults.over(StoreFaults.DISK, "storing goes on");
            }
            return suspended;
        } catch (IOException e) {
            if (directory.problem() == null) {
                faults.failed(FREE, "cannot see how full the disk of " + directory.path() + " is", e);
            }
            return wasSuspended;
        }
    }
}
