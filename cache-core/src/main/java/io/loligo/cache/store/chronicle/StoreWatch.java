package io.loligo.cache.store.chronicle;

import io.loligo.cache.store.chronicle.files.Backoff;
import io.loligo.cache.store.chronicle.files.DiskSpace;
import io.loligo.cache.store.chronicle.files.FileMark;
import io.loligo.cache.store.chronicle.files.ShardFiles;
import io.loligo.cache.store.chronicle.files.StoreCapacity;
import io.loligo.cache.store.chronicle.files.StoreDirectory;
import io.loligo.cache.store.chronicle.files.StoreFaults;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks after the store's health, once a second: whether its path still leads to its files and these are whole; and makes
 * anew what a fault has put out of use, at growing intervals until that succeeds. Requests are forwarded meanwhile.
 *
 * <ul>
 *   <li>The directory is gone, moved or replaced: no shard is used. It is back: they are. It stays away: it is made again,
 *       and each shard whose files are not there starts empty.
 *   <li>A shard's files are gone, replaced or cut, or its maps turned out unusable: that shard alone starts empty. Its old
 *       files are deleted, for two of each would not have room.
 * </ul>
 *
 * <p>A thread of its own, which alone uses all this.
 */
final class StoreWatch {
    /** What faults of the whole directory are about. */
    static final String DIRECTORY = "directory";

    private static final System.Logger LOG = System.getLogger(StoreWatch.class.getName());
    private static final String SPACE = "space";
    /** How long nothing else is looked at because maps that cannot be used are being unmapped. */
    private static final long UNMAP_MILLIS = 2_000;

    private final StoreShards shards;
    private final Evictor evictor;
    private final Runnable filesWereLost;
    private final ShardFiles files;
    private final @Nullable StoreDirectory directory;
    private final DiskSpace space;
    private final StoreFaults faults;
    private final InstantSource clock;

    private final @Nullable Thread[] unmappings;
    private final List<Backoff> shardBackoffs = new ArrayList<>();
    private final Backoff directoryBackoff = new Backoff();
    private final Backoff spaceBackoff = new Backoff();
    private final Semaphore work = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "loligo-store-watch");
    private boolean gone;
    private volatile boolean ended;

    /** @param filesWereLost told when the directory is back or made again: what is kept beside the shards may be gone */
    StoreWatch(
            StoreShards shards,
            Evictor evictor,
            Runnable filesWereLost,
            ShardFiles files,
            @Nullable StoreDirectory directory,
            DiskSpace space,
            StoreFaults faults,
            InstantSource clock) {
        this.shards = shards;
        this.evictor = evictor;
        this.filesWereLost = filesWereLost;
        this.files = files;
        this.directory = directory;
        this.space = space;
        this.faults = faults;
        this.clock = clock;
        unmappings = new Thread[shards.all().length];
        for (int i = 0; i < unmappings.length; i++) {
            shardBackoffs.add(new Backoff());
        }
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Ends the thread, and awaits that; true when the caller was interrupted meanwhile. */
    boolean end() {
        ended = true;
        work.release();
        return StoreThreads.join(thread);
    }

    private void run() {
        while (!ended) {
            try {
                work.tryAcquire(StoreThreads.WATCH_MILLIS, TimeUnit.MILLISECONDS);
                if (!ended) {
                    look();
                }
            } catch (InterruptedException e) {
                // Nobody interrupts this thread but who wants it to end.
                return;
            } catch (RuntimeException | Error e) {
                faults.failed("the watch", "the watch over the store failed", e);
            }
        }
    }

    /** One round. */
    private void look() throws InterruptedException {
        faults.expire();
        if (directory == null) {
            heal(null);
        } else if (isThere(directory)) {
            checkFiles(directory);
            heal(directory);
            takeSpace(directory);
        }
    }

    private boolean isThere(StoreDirectory directory) {
        String problem = directory.problem();
        if (problem == null) {
            if (gone) {
                resume("it is back");
            }
            return true;
        }
        Instant now = clock.instant();
        if (!gone) {
            gone = true;
            for (Shard shard : shards.all()) {
                shard.state().pause(DIRECTORY);
            }
            faults.begin(
                    DIRECTORY,
                    directory.path() + " " + problem + "; requests are forwarded until it is back or can be made again",
                    null);
            directoryBackoff.tried(now);
        } else if (shards.isStarted() && directoryBackoff.isDue(now)) {
            directoryBackoff.tried(now);
            try {
                directory.openAgain();
                resume("it was made again");
                return true;
            } catch (IOException e) {
                faults.note(DIRECTORY, String.valueOf(e.getMessage()));
            }
        }
        return false;
    }

    private void resume(String how) {
        gone = false;
        int lost = 0;
        Shard[] all = shards.all();
        for (int i = 0; i < all.length; i++) {
            if (all[i].state().isReady() && files.problem(i) != null) {
                all[i].state().giveUp();
            }
            lost += all[i].state().isBroken() ? 1 : 0;
            all[i].state().resume();
        }
        filesWereLost.run();
        faults.over(
                DIRECTORY,
                how
                        + (lost == 0
                                ? ", with everything stored"
                                : "; " + lost + " of " + all.length + " shards start empty"));
    }

    private void checkFiles(StoreDirectory directory) {
        Shard[] all = shards.all();
        for (int i = 0; i < all.length; i++) {
            Shard shard = all[i];
            if (!shard.state().isReady() || shard.state().isOutOfUse()) {
                continue;
            }
            String problem = files.problem(i);
            if (problem != null) {
                shard.state().giveUp();
                faults.begin(
                        shard.state().name(),
                        problem + "; requests for what " + shard.state().name()
                                + " held are forwarded until it is made again",
                        null);
                continue;
            }
            try {
                files.note(i, directory.path());
            } catch (IOException e) {
                faults.failed(DIRECTORY, "the files in " + directory.path() + " cannot be looked at", e);
            }
        }
    }

    private void heal(@Nullable StoreDirectory directory) throws InterruptedException {
        Shard[] all = shards.all();
        Instant now = clock.instant();
        List<Integer> due = new ArrayList<>();
        for (int i = 0; i < all.length && shards.isStarted(); i++) {
            if (all[i].state().isBroken() && shardBackoffs.get(i).isDue(now)) {
                shardBackoffs.get(i).tried(now);
                // All of them first: each may take its time.
                startUnmapping(i, all[i]);
                due.add(i);
            }
        }
        for (int i : due) {
            heal(directory, i, all[i]);
        }
    }

    private void heal(@Nullable StoreDirectory directory, int number, Shard broken) throws InterruptedException {
        try {
            boolean mapped = !isUnmapped(number, broken, directory != null);
            if (directory != null) {
                directory.discard(number, mapped);
                StoreCapacity.requireReserve(directory);
            }
            if (shards.replace(number, broken)) {
                faults.over(broken.state().name(), "it starts empty");
            }
        } catch (IOException | RuntimeException | Error e) {
            faults.begin(
                    broken.state().name(),
                    broken.state().name() + " is out of use until new maps are made for it",
                    null);
            faults.note(broken.state().name(), "that failed: " + e);
        }
    }

    /**
     * Whether nothing of shard {@code number} is mapped any more. An operation that a fault ended in the middle may have
     * left its map as if it were in use, and Chronicle waits long for its end. Then files stay mapped for longer, maybe
     * until the process ends; memory must not be taken twice.
     */
    private boolean isUnmapped(int number, Shard broken, boolean inFiles) throws IOException, InterruptedException {
        Thread unmapping = startUnmapping(number, broken);
        unmapping.join(UNMAP_MILLIS);
        boolean unmapped = !unmapping.isAlive() && broken.state().isUnmapped();
        if (!unmapped && !inFiles) {
            throw new IOException("its memory is in use still");
        }
        return unmapped;
    }

    private Thread startUnmapping(int number, Shard broken) {
        Thread unmapping = unmappings[number];
        if (unmapping == null || !unmapping.isAlive()) {
            unmapping = new Thread(() -> unmap(broken), "loligo-store-unmap-" + number);
            unmapping.setDaemon(true);
            unmapping.start();
            unmappings[number] = unmapping;
        }
        return unmapping;
    }

    private static void unmap(Shard broken) {
        try {
            broken.state().unmap();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.DEBUG, broken.state().name() + " stays mapped", e);
        }
    }

    /** Has the disk keep the blocks of files that it does not keep yet, where it has them to spare. */
    private void takeSpace(StoreDirectory directory) throws InterruptedException {
        List<FileMark> files = new ArrayList<>();
        long wanted = 0;
        boolean complete = shards.isStarted();
        Shard[] all = shards.all();
        for (int i = 0; i < all.length; i++) {
            complete &= all[i].state().isReady();
            for (FileMark mark : this.files.of(i)) {
                files.add(mark);
                wanted += space.has(mark) ? 0 : mark.length();
            }
        }
        Instant now = clock.instant();
        if (!complete || wanted == 0) {
            evictor.hasSpace(complete && !files.isEmpty());
            return;
        }
        evictor.hasSpace(false);
        if (space.isImpossible() || !spaceBackoff.isDue(now)) {
            return;
        }
        spaceBackoff.tried(now);
        try {
            if (directory.usableBytes() - StoreCapacity.DISK_RESERVE_BYTES >= wanted && space.take(files)) {
                evictor.hasSpace(true);
                space.remember(directory.path(), files);
            }
            faults.over(SPACE, "it worked");
        } catch (IOException e) {
            faults.failed(SPACE, "cannot have room kept in " + directory.path(), e);
        }
    }
}
