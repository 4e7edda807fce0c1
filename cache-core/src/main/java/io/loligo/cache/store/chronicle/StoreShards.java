package io.loligo.cache.store.chronicle;

import io.loligo.cache.store.StoreStats;
import io.loligo.cache.store.chronicle.files.Counters;
import io.loligo.cache.store.chronicle.files.Geometry;
import io.loligo.cache.store.chronicle.files.ShardFiles;
import io.loligo.cache.store.chronicle.files.StoreDirectory;
import io.loligo.cache.store.chronicle.files.StoreDirectory.Meta;
import io.loligo.cache.store.chronicle.files.StoreDirectory.ShardContent;
import io.loligo.cache.store.chronicle.files.StoreFaults;
import io.loligo.cache.store.chronicle.page.PageCharge;
import io.loligo.cache.store.chronicle.page.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The shards of a store and how they come into service: at once when they were closed in order, after their repair when
 * they were not, made in the background when they are new and large, and made anew in the place of broken ones.
 */
final class StoreShards {
    private static final System.Logger LOG = System.getLogger(StoreShards.class.getName());

    /** Larger stores are made in the background when they are new. */
    private static final long MADE_AT_ONCE_MAX_BYTES = 1L << 30;

    /** Threads that repair shards after a crash, at most: each of them can keep a disk busy. */
    private static final int REPAIRERS_MAX = 4;

    private final long capacityBytes;
    private final Geometry geometry;
    private final @Nullable StoreDirectory directory;
    private final @Nullable Meta meta;
    private final Purges purges;
    private final ShardFiles files;
    private final StoreFaults faults;
    private final ThreadLocal<Scratch> scratches;
    private final Thread starter = new Thread(this::startShards, "loligo-store-start");

    /** Held while a shard comes into service. */
    private final Object serviceLock = new Object();

    /** Replaced whole when a shard is. */
    private volatile Shard[] all;

    private volatile boolean ended;

    /** With {@code all} new shards, of which none is in service yet. */
    StoreShards(
            Shard[] all,
            long capacityBytes,
            Geometry geometry,
            @Nullable StoreDirectory directory,
            @Nullable Meta meta,
            Purges purges,
            ShardFiles files,
            StoreFaults faults,
            ThreadLocal<Scratch> scratches) {
        this.all = all;
        this.capacityBytes = capacityBytes;
        this.geometry = geometry;
        this.directory = directory;
        this.meta = meta;
        this.purges = purges;
        this.files = files;
        this.faults = faults;
        this.scratches = scratches;
        starter.setDaemon(true);
    }

    /** The shards at present. */
    Shard[] all() {
        return all;
    }

    /** Opens what can be opened quickly, at once; leaves the rest to the starter thread. */
    void begin() throws IOException {
        boolean opened = false;
        try {
            purges.begin(all);
            for (int i = 0; i < all.length; i++) {
                ShardContent state = closedState(i);
                if (isNew()) {
                    all[i].repair().beginEmpty();
                }
                if (state != null && !isMadeInBackground()) {
                    all[i].start(openMaps(i, false), state);
                }
            }
            opened = true;
        } finally {
            if (!opened) {
                purges.close();
                for (Shard shard : all) {
                    shard.close();
                }
            }
        }
        purges.shardReady();
        starter.start();
    }

    /** Has no shard come into service any more; false when that was so already. */
    boolean end() {
        synchronized (serviceLock) {
            boolean first = !ended;
            ended = true;
            return first;
        }
    }

    /** Whether the starter has done its work, so that it is for the watch to make shards. */
    boolean isStarted() {
        return !starter.isAlive();
    }

    /** The thread that opens and repairs what earlier runs left. */
    Thread starter() {
        return starter;
    }

    /** What they hold together, and what is wrong with them, of a store with that limit. */
    StoreStats stats(long limitBytes, Counters counters) {
        long objects = 0;
        long bytes = 0;
        long heads = 0;
        long payload = 0;
        long mapped = 0;
        long tags = 0;
        int recovering = 0;
        int degraded = 0;
        for (Shard shard : all) {
            // What is in maps that nobody can use is lost.
            ShardContent content = shard.state().isBroken() ? ShardContent.EMPTY : shard.content();
            objects += content.objects();
            bytes += content.usedBytes();
            heads += content.headBytes();
            payload += content.payloadBytes();
            mapped += shard.state().mappedBytes();
            tags += shard.state().budget().tagBytes();
            recovering += shard.state().isReady() || shard.state().isOutOfUse() ? 0 : 1;
            degraded += shard.state().isOutOfUse() ? 1 : 0;
        }
        long index = objects * PageCharge.INDEX_CHARGE + tags;
        bytes += tags;
        return new StoreStats(
                objects,
                bytes,
                limitBytes,
                new StoreStats.Places(payload, heads, index, Math.max(0, bytes - payload - heads - index), mapped),
                directory != null,
                counters.evictions.sum(),
                counters.refusals.sum(),
                counters.faults.sum(),
                recovering,
                degraded,
                faults.ongoing());
    }

    private long held() {
        long objects = 0;
        for (Shard shard : all) {
            objects += shard.state().isBroken() ? 0 : shard.content().objects();
        }
        return objects;
    }

    /** How shard {@code number} was closed; null when it was not. A new one counts as closed empty. */
    private @Nullable ShardContent closedState(int number) {
        if (meta == null || isNew()) {
            return ShardContent.EMPTY;
        }
        return number < meta.shards().size() ? meta.shards().get(number) : null;
    }

    /** The maps of a shard; those that cannot be opened are set aside, and new ones made. */
    private ShardMaps openMaps(int number, boolean recover) throws IOException {
        if (directory == null) {
            return ShardMaps.open(geometry, number, null, false);
        }
        try {
            // A crash may have come before there was anything to repair.
            boolean any =
                    Files.exists(directory.path().resolve(StoreDirectory.SHARD + number + "." + StoreDirectory.INDEX));
            return opened(number, ShardMaps.open(geometry, number, directory.path(), recover && any), directory.path());
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "shard " + number + " could not be opened", e);
            directory.setAside(number, String.valueOf(e.getMessage()));
            return opened(number, ShardMaps.open(geometry, number, directory.path(), false), directory.path());
        }
    }

    private ShardMaps opened(int number, ShardMaps maps, Path path) throws IOException {
        boolean noted = false;
        try {
            files.note(number, path);
            noted = true;
            return maps;
        } finally {
            if (!noted) {
                maps.close();
            }
        }
    }

    /** The starter thread: finds out what is there to evict, and repairs shards that were not closed. */
    private void startShards() {
        if (isNew()) {
            for (int i = 0; i < all.length && !ended && isMadeInBackground(); i++) {
                make(i);
            }
            return;
        }
        // First what is out of service.
        Queue<Integer> unclosed = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < all.length; i++) {
            if (closedState(i) == null) {
                unclosed.add(i);
            }
        }
        if (!unclosed.isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the store was not closed in order: it is repaired in the background, and serves nothing of an"
                            + " earlier run until then");
            recover(unclosed);
            if (!ended) {
                LOG.log(System.Logger.Level.INFO, "the store is repaired and holds {0} responses", held());
            }
        }
        Scratch scratch = scratches.get();
        for (int i = 0; i < all.length && !ended; i++) {
            if (closedState(i) != null) {
                all[i].repair().rebuildInService(scratch);
            }
        }
    }

    /** Repairs shards with this thread, and others where processors are left for the requests. */
    private void recover(Queue<Integer> unclosed) {
        int threads = Math.min(REPAIRERS_MAX, Runtime.getRuntime().availableProcessors() / 2);
        List<Thread> others = new ArrayList<>();
        for (int i = 1; i < threads; i++) {
            Thread other = new Thread(() -> recoverEach(unclosed), "loligo-store-start-" + i);
            other.setDaemon(true);
            other.start();
            others.add(other);
        }
        recoverEach(unclosed);
        boolean interrupted = false;
        for (Thread other : others) {
            interrupted |= StoreThreads.join(other);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void recoverEach(Queue<Integer> unclosed) {
        Scratch scratch = scratches.get();
        for (Integer number = unclosed.poll(); number != null && !ended; number = unclosed.poll()) {
            recover(number, scratch);
        }
    }

    /** Whether there is nothing of an earlier run. */
    private boolean isNew() {
        return meta == null || meta.run() == 1;
    }

    /** Making maps takes seconds per GB, the server starts without them; opening them again does not. */
    private boolean isMadeInBackground() {
        return isNew() && capacityBytes > MADE_AT_ONCE_MAX_BYTES;
    }

    private void make(int number) {
        try {
            ShardMaps maps = openMaps(number, false);
            synchronized (serviceLock) {
                if (ended) {
                    all[number].state().giveUp();
                    maps.close();
                } else {
                    all[number].start(maps, ShardContent.EMPTY);
                }
            }
            purges.shardReady();
        } catch (IOException | RuntimeException | Error e) {
            giveUp(number, e);
        }
    }

    private void giveUp(int number, Throwable e) {
        Shard shard = all[number];
        shard.state().giveUp();
        faults.begin(
                shard.state().name(),
                shard.state().name() + " is out of use until new maps are made for it: it cannot be opened",
                e);
    }

    private void recover(int number, Scratch scratch) {
        Shard shard = all[number];
        try {
            ShardMaps maps = openMaps(number, true);
            shard.repair().rebuild(maps, false, scratch);
            synchronized (serviceLock) {
                if (ended) {
                    shard.state().giveUp();
                    maps.close();
                    return;
                }
                shard.start(maps, shard.content());
            }
            purges.shardReady();
        } catch (IOException | RuntimeException | Error e) {
            giveUp(number, e);
        }
    }

    private ShardMaps makeMaps(int number) throws IOException {
        if (directory == null) {
            return ShardMaps.open(geometry, number, null, false);
        }
        Path place = directory.placeForNew();
        ShardMaps maps = ShardMaps.open(geometry, number, place, false);
        boolean adopted = false;
        try {
            directory.adopt(place);
            adopted = true;
            return opened(number, maps, directory.path());
        } finally {
            if (!adopted) {
                maps.close();
            }
        }
    }

    /** Puts a new, empty shard in the place of {@code broken}; false when the store is being closed. */
    boolean replace(int number, Shard broken) throws IOException {
        ShardMaps maps = makeMaps(number);
        synchronized (serviceLock) {
            if (ended) {
                maps.close();
                return false;
            }
            Shard next = broken.successor();
            next.repair().beginEmpty();
            next.start(maps, ShardContent.EMPTY);
            Shard[] others = all.clone();
            others[number] = next;
            all = others;
            purges.shards(others);
        }
        purges.shardReady();
        return true;
    }
}
