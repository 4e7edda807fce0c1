package io.loligo.cache.store.chronicle;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
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
 * <p>A thread of its own, which alone uses all this, but for {@link #opened}.
 */
final class StoreWatch {
    /** What faults of the whole directory are about. */
    static final String DIRECTORY = "directory";

    private static final System.Logger LOG = System.getLogger(StoreWatch.class.getName());
    private static final String SPACE = "space";
    /** How long nothing else is looked at because maps that cannot be used are being unmapped. */
    private static final long UNMAP_MILLIS = 2_000;

    private final ChronicleStore store;
    private final @Nullable StoreDirectory directory;
    private final DiskSpace space;
    private final StoreFaults faults;
    private final InstantSource clock;

    /** The files that each shard's maps are in. Written by who opens them. */
    private final AtomicReferenceArray<List<FileMark>> marks;

    private final @Nullable Thread[] unmappings;
    private final List<Backoff> shardBackoffs = new ArrayList<>();
    private final Backoff directoryBackoff = new Backoff();
    private final Backoff spaceBackoff = new Backoff();
    private final Semaphore work = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "loligo-store-watch");
    private boolean gone;
    private volatile boolean ended;

    StoreWatch(
            ChronicleStore store,
            int shards,
            @Nullable StoreDirectory directory,
            DiskSpace space,
            StoreFaults faults,
            InstantSource clock) {
        this.store = store;
        this.directory = directory;
        this.space = space;
        this.faults = faults;
        this.clock = clock;
        unmappings = new Thread[shards];
        marks = new AtomicReferenceArray<>(shards);
        for (int i = 0; i < shards; i++) {
            marks.set(i, List.of());
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
        return ChronicleStore.join(thread);
    }

    private void run() {
        while (!ended) {
            try {
                work.tryAcquire(ChronicleStore.WATCH_MILLIS, TimeUnit.MILLISECONDS);
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
            for (Shard shard : store.shards()) {
                shard.pause(DIRECTORY);
            }
            faults.begin(
                    DIRECTORY,
                    directory.path() + " " + problem + "; requests are forwarded until it is back or can be made again",
                    null);
            directoryBackoff.tried(now);
        } else if (store.isStarted() && directoryBackoff.isDue(now)) {
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
        Shard[] shards = store.shards();
        for (int i = 0; i < shards.length; i++) {
            if (shards[i].isReady() && problem(i) != null) {
                shards[i].giveUp();
            }
            lost += shards[i].isBroken() ? 1 : 0;
            shards[i].resume();
        }
        store.filesWereLost();
        faults.over(
                DIRECTORY,
                how
                        + (lost == 0
                                ? ", with everything stored"
                                : "; " + lost + " of " + shards.length + " shards start empty"));
    }

    /** What is wrong with a shard's files, in words; null when nothing is. */
    private @Nullable String problem(int number) {
        for (FileMark mark : marks.get(number)) {
            String problem = mark.problem();
            if (problem != null) {
                return mark.path() + " " + problem;
            }
        }
        return null;
    }

    private void checkFiles(StoreDirectory directory) {
        Shard[] shards = store.shards();
        for (int i = 0; i < shards.length; i++) {
            Shard shard = shards[i];
            if (!shard.isReady() || shard.isOutOfUse()) {
                continue;
            }
            String problem = problem(i);
            if (problem != null) {
                shard.giveUp();
                faults.begin(
                        shard.name(),
                        problem + "; requests for what " + shard.name() + " held are forwarded until it is made again",
                        null);
                continue;
            }
            try {
                marks.set(i, FileMark.all(directory.path(), StoreDirectory.SHARD + i + "."));
            } catch (IOException e) {
                faults.failed(DIRECTORY, "the files in " + directory.path() + " cannot be looked at", e);
            }
        }
    }

    private void heal(@Nullable StoreDirectory directory) throws InterruptedException {
        Shard[] shards = store.shards();
        Instant now = clock.instant();
        List<Integer> due = new ArrayList<>();
        for (int i = 0; i < shards.length && store.isStarted(); i++) {
            if (shards[i].isBroken() && shardBackoffs.get(i).isDue(now)) {
                shardBackoffs.get(i).tried(now);
                // All of them first: each may take its time.
                startUnmapping(i, shards[i]);
                due.add(i);
            }
        }
        for (int i : due) {
            heal(directory, i, shards[i]);
        }
    }

    private void heal(@Nullable StoreDirectory directory, int number, Shard broken) throws InterruptedException {
        try {
            boolean mapped = !isUnmapped(number, broken, directory != null);
            if (directory != null) {
                directory.discard(number, mapped);
                StoreCapacity.requireReserve(directory);
            }
            if (store.replace(number, broken)) {
                faults.over(broken.name(), "it starts empty");
            }
        } catch (IOException | RuntimeException | Error e) {
            faults.begin(broken.name(), broken.name() + " is out of use until new maps are made for it", null);
            faults.note(broken.name(), "that failed: " + e);
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
        boolean unmapped = !unmapping.isAlive() && broken.isUnmapped();
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
            broken.unmap();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.DEBUG, broken.name() + " stays mapped", e);
        }
    }

    /** Has the disk keep the blocks of files that it does not keep yet, where it has them to spare. */
    private void takeSpace(StoreDirectory directory) throws InterruptedException {
        List<FileMark> files = new ArrayList<>();
        long wanted = 0;
        boolean complete = store.isStarted();
        Shard[] shards = store.shards();
        for (int i = 0; i < shards.length; i++) {
            complete &= shards[i].isReady();
            for (FileMark mark : marks.get(i)) {
                files.add(mark);
                wanted += space.has(mark) ? 0 : mark.length();
            }
        }
        Instant now = clock.instant();
        if (!complete || wanted == 0) {
            store.hasSpace(complete && !files.isEmpty());
            return;
        }
        store.hasSpace(false);
        if (space.isImpossible() || !spaceBackoff.isDue(now)) {
            return;
        }
        spaceBackoff.tried(now);
        try {
            if (directory.usableBytes() - StoreCapacity.DISK_RESERVE_BYTES >= wanted && space.take(files)) {
                store.hasSpace(true);
                space.remember(directory.path(), files);
            }
            faults.over(SPACE, "it worked");
        } catch (IOException e) {
            faults.failed(SPACE, "cannot have room kept in " + directory.path(), e);
        }
    }

    /** Notes which files shard {@code number} was opened with. Any thread. */
    void opened(int number, Path path) throws IOException {
        marks.set(number, FileMark.all(path, StoreDirectory.SHARD + number + "."));
    }
}
