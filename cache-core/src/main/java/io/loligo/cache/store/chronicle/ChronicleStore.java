package io.loligo.cache.store.chronicle;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.http.FieldNames;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.store.EntryReader;
import io.loligo.cache.store.EntryWriter;
import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgePreview;
import io.loligo.cache.store.PurgeReceipt;
import io.loligo.cache.store.PurgeRefused;
import io.loligo.cache.store.PurgeTarget;
import io.loligo.cache.store.ResponseStore;
import io.loligo.cache.store.StoreStats;
import io.loligo.cache.store.chronicle.StoreDirectory.Closed;
import io.loligo.cache.store.chronicle.StoreDirectory.Meta;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The store on Chronicle Map: shards, each with its own maps, budget and order of eviction; one thread that evicts ahead
 * of the writers; and, with a directory, files that outlive the process.
 *
 * <p>After an orderly stop everything can be found again at once. After any other, each shard is repaired in the
 * background; until it is ready its lookups find nothing and its writers store nothing ({@link StoreStats#recovering}).
 * The same holds while the maps of a new, large store are being made.
 */
public final class ChronicleStore implements ResponseStore {
    private static final System.Logger LOG = System.getLogger(ChronicleStore.class.getName());

    /** Larger stores are made in the background when they are new. */
    private static final long MADE_AT_ONCE_MAX_BYTES = 1L << 30;

    /** Slots kept for readers between two uses: 32 MiB. */
    private static final int IDLE_SLOTS_MAX = 1024;
    /** Buffers kept for writers between two uses: 16 MiB. */
    private static final int IDLE_BUFFERS_MAX = 256;
    /** How often the disk's free space is looked at, at least. */
    private static final long WATCH_MILLIS = 1_000;
    /** What the fault is about that the disk is nearly full. */
    static final String DISK = "disk";

    private static final String GROUPS = "group invalidations";
    private static final String FREE = "free space";
    private static final String PURGES = "purges";

    /** Threads that repair shards after a crash, at most: each of them can keep a disk busy. */
    private static final int REPAIRERS_MAX = 4;

    private final StoreOptions options;
    private final Geometry geometry;
    private final long limitBytes;
    private final KeyHasher hasher;
    private final Counters counters = new Counters();
    private final StoreFaults faults = new StoreFaults(counters, InstantSource.system());
    private final SlotPool buffers =
            new SlotPool(EntryLayout.CHUNK_DATA_OFFSET + EntryLayout.CHUNK_DATA, IDLE_BUFFERS_MAX);
    private final ThreadLocal<Scratch> scratches = ThreadLocal.withInitial(Scratch::new);
    private final DecodedCache decoded;
    /** Replaced whole when a shard is. */
    private volatile Shard[] shards;

    private final @Nullable StoreDirectory directory;
    private final @Nullable Meta meta;

    private final Semaphore evictorWork = new Semaphore(0);
    private final Thread evictor;
    private final Thread starter;
    private final StoreWatch watch;
    private final Semaphore watchWork = new Semaphore(0);
    private final Thread watcher;
    /** Whether the disk keeps room for all files, so that it does not matter how full it is. */
    private volatile boolean hasSpace;

    private volatile boolean closed;

    /** Held while a shard comes into service. */
    private final Object serviceLock = new Object();

    private final PeersRegistry peers;
    private final Purges purges;
    private final GroupInvalidations groups;

    private ChronicleStore(
            StoreOptions options,
            Geometry geometry,
            long limitBytes,
            @Nullable StoreDirectory directory,
            @Nullable Meta meta,
            DiskSpace space,
            PeersRegistry peers,
            PurgeJournal purgeJournal,
            GroupInvalidations groups) {
        this.options = options;
        this.geometry = geometry;
        this.limitBytes = limitBytes;
        this.directory = directory;
        this.meta = meta;
        this.groups = groups;
        this.peers = peers;
        hasher = new KeyHasher(meta == null ? StoreDirectory.newSecret() : meta.secret());
        decoded = new DecodedCache(
                StoreCapacity.decodedPlaces(Runtime.getRuntime().maxMemory()));
        SlotPool slots = new SlotPool(EntryLayout.SMALL_MAX, IDLE_SLOTS_MAX);
        long run = meta == null ? 1 : meta.run();
        Bans bans = new Bans(options.tagFields());
        purges = new Purges(bans, purgeJournal, peers, hasher, counters, scratches, run);
        shards = new Shard[geometry.shards()];
        ShardLimits limits = ShardLimits.of(
                geometry.fillLimit(limitBytes / shards.length),
                Runtime.getRuntime().maxMemory(),
                shards.length);
        StoreCapacity.checkHeap(limits.objectsMax() * shards.length, limitBytes);
        for (int i = 0; i < shards.length; i++) {
            shards[i] = new Shard(
                    i,
                    run,
                    limits,
                    options.replacementPolicy(),
                    hasher,
                    decoded,
                    slots,
                    bans,
                    peers,
                    counters,
                    faults,
                    scratches,
                    this::wakeEvictor);
        }
        watch = new StoreWatch(this, shards.length, directory, space, faults, InstantSource.system());
        evictor = new Thread(this::evict, "loligo-store-evictor");
        evictor.setDaemon(true);
        starter = new Thread(this::startShards, "loligo-store-start");
        starter.setDaemon(true);
        watcher = new Thread(this::watch, "loligo-store-watch");
        watcher.setDaemon(true);
    }

    /**
     * Opens the store, with what an earlier run left if there is a directory. Returns as soon as lookups may be made.
     *
     * @throws StoreInUseException when another process uses the directory
     * @throws IOException when the directory cannot be made or written, or the disk has no room
     */
    public static ChronicleStore open(StoreOptions options) throws IOException {
        return open(options, Geometry.of(options));
    }

    /** For tests of maps that are too small for their budget. */
    static ChronicleStore open(StoreOptions options, Geometry geometry) throws IOException {
        return open(options, geometry, new DiskSpace(DiskSpace.PROGRAM));
    }

    /** For tests of files that the disk keeps no room for. */
    static ChronicleStore open(StoreOptions options, Geometry geometry, DiskSpace space) throws IOException {
        ShardMaps.prepareChronicle();
        Path parent = options.directory();
        if (parent == null) {
            StoreCapacity.requireMemory(options.capacityBytes());
            ChronicleStore store = new ChronicleStore(
                    options,
                    geometry,
                    options.capacityBytes(),
                    null,
                    null,
                    space,
                    new PeersRegistry(null),
                    new PurgeJournal(null),
                    GroupInvalidations.of(null));
            store.begin();
            return store;
        }
        StoreDirectory directory = StoreDirectory.open(parent);
        boolean open = false;
        try {
            Meta meta = directory.begin(geometry);
            space.restore(directory.path());
            long limit = StoreCapacity.onDisk(options, geometry, directory, meta, space);
            ChronicleStore store = new ChronicleStore(
                    options,
                    geometry,
                    limit,
                    directory,
                    meta,
                    space,
                    new PeersRegistry(directory.peers()),
                    new PurgeJournal(directory.purges()),
                    GroupInvalidations.of(directory.groupInvalidations()));
            store.begin();
            open = true;
            return store;
        } finally {
            if (!open) {
                directory.close();
            }
        }
    }

    /** Opens what can be opened quickly, at once; leaves the rest to the starter thread. */
    private void begin() throws IOException {
        boolean opened = false;
        try {
            purges.begin(shards);
            for (int i = 0; i < shards.length; i++) {
                Closed state = closedState(i);
                if (isNew()) {
                    shards[i].repair().beginEmpty();
                }
                if (state != null && !isMadeInBackground()) {
                    shards[i].start(openMaps(i, false), state);
                }
            }
            opened = true;
        } finally {
            if (!opened) {
                purges.close();
                for (Shard shard : shards) {
                    shard.close();
                }
            }
        }
        purges.shardReady();
        evictor.start();
        starter.start();
        watcher.start();
    }

    /** How shard {@code number} was closed; null when it was not. A new one counts as closed empty. */
    private @Nullable Closed closedState(int number) {
        if (meta == null || isNew()) {
            return Closed.EMPTY;
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
            boolean any = Files.exists(directory.mapFile(number, ShardMaps.INDEX));
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
            watch.opened(number, path);
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
            for (int i = 0; i < shards.length && !closed && isMadeInBackground(); i++) {
                make(i);
            }
            return;
        }
        // First what is out of service.
        Queue<Integer> unclosed = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < shards.length; i++) {
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
            if (!closed) {
                LOG.log(System.Logger.Level.INFO, "the store is repaired and holds {0} responses", stats().objects());
            }
        }
        Scratch scratch = scratches.get();
        for (int i = 0; i < shards.length && !closed; i++) {
            if (closedState(i) != null) {
                shards[i].repair().rebuildInService(scratch);
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
            interrupted |= join(other);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void recoverEach(Queue<Integer> unclosed) {
        Scratch scratch = scratches.get();
        for (Integer number = unclosed.poll(); number != null && !closed; number = unclosed.poll()) {
            recover(number, scratch);
        }
    }

    /** Whether there is nothing of an earlier run. */
    private boolean isNew() {
        return meta == null || meta.run() == 1;
    }

    /** Making maps takes seconds per GB, the server starts without them; opening them again does not. */
    private boolean isMadeInBackground() {
        return isNew() && options.capacityBytes() > MADE_AT_ONCE_MAX_BYTES;
    }

    private void make(int number) {
        try {
            ShardMaps maps = openMaps(number, false);
            synchronized (serviceLock) {
                if (closed) {
                    shards[number].giveUp();
                    maps.close();
                } else {
                    shards[number].start(maps, Closed.EMPTY);
                }
            }
            purges.shardReady();
        } catch (IOException | RuntimeException | Error e) {
            giveUp(number, e);
        }
    }

    private void giveUp(int number, Throwable e) {
        Shard shard = shards[number];
        shard.giveUp();
        faults.begin(
                shard.name(), shard.name() + " is out of use until new maps are made for it: it cannot be opened", e);
    }

    private void recover(int number, Scratch scratch) {
        Shard shard = shards[number];
        try {
            ShardMaps maps = openMaps(number, true);
            shard.repair().rebuild(maps, false, scratch);
            synchronized (serviceLock) {
                if (closed) {
                    shard.giveUp();
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

    /** Waits until what earlier runs left is repaired and known; for tests. */
    void awaitStarted() throws InterruptedException {
        starter.join();
    }

    // ---- ResponseStore

    @Override
    public void targets(CacheControlTargets targets) {
        for (Shard shard : shards) {
            shard.targets(targets);
        }
        decoded.clear();
    }

    @Override
    public void hide(Set<String> names) {
        FieldNames hidden = FieldNames.of(names);
        for (Shard shard : shards) {
            shard.writing().hide(hidden);
        }
    }

    @Override
    public List<StoredHead> lookup(CacheKey key) {
        try {
            Scratch scratch = scratches.get();
            Shard shard = shard(key, scratch);
            List<StoredHead> found = shard.reading().lookup(key, scratch);
            if (!shard.isSettled()) {
                return List.of();
            }
            for (int i = 0; i < found.size(); i++) {
                if (groups.covers(found.get(i))) {
                    return withoutInvalidated(found);
                }
            }
            return found;
        } catch (RuntimeException | Error e) {
            failed(e);
            return List.of();
        }
    }

    /** No memory for what a thread needs, or a fault that the JVM tells late. */
    private void failed(Throwable e) {
        faults.failed("operations", "an operation failed; the answer did not depend on it", e);
        try {
            LateFaults.settle();
        } catch (InternalError another) {
            counters.faults.increment();
        }
    }

    private List<StoredHead> withoutInvalidated(List<StoredHead> found) {
        List<StoredHead> valid = new ArrayList<>(found.size());
        for (StoredHead head : found) {
            if (groups.covers(head)) {
                remove(head);
            } else {
                valid.add(head);
            }
        }
        return List.copyOf(valid);
    }

    @Override
    public void invalidate(EffectiveUri uri, Collection<String> names, Instant at) {
        try {
            groups.add(uri, names, at);
        } catch (IOException e) {
            faults.failed(GROUPS, "invalidations of groups are not on the disk, and would not outlive the process", e);
        }
        // It forces the file, for which this thread does not wait.
        wakeEvictor();
    }

    @Override
    public @Nullable EntryReader read(StoredHead head) {
        try {
            if (groups.covers(head)) {
                return null;
            }
            Shard shard = shard(head);
            EntryReader reader = shard.reading().read(head, scratches.get());
            if (!shard.isSettled() && reader != null) {
                reader.close();
                return null;
            }
            return reader;
        } catch (RuntimeException | Error e) {
            failed(e);
            return null;
        }
    }

    @Override
    public EntryWriter write(StoredHead head) {
        try {
            Scratch scratch = scratches.get();
            StoredWriter writer =
                    shard(head.key(), scratch).writing().write(head, options.maximumObjectBytes(), buffers, scratch);
            return writer == null ? RefusingWriter.INSTANCE : writer;
        } catch (RuntimeException | Error e) {
            failed(e);
            return RefusingWriter.INSTANCE;
        }
    }

    @Override
    public @Nullable StoredHead freshen(StoredHead stored, StoredHead updated) {
        try {
            Shard shard = shard(stored);
            StoredHead freshened = shard.writing().freshen(stored, updated, scratches.get());
            return shard.isSettled() ? freshened : null;
        } catch (RuntimeException | Error e) {
            failed(e);
            return null;
        }
    }

    @Override
    public void remove(StoredHead head) {
        try {
            Shard shard = shard(head);
            shard.reading().remove(head, scratches.get());
            shard.isSettled();
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    @Override
    public Purged purge(EffectiveUri uri) {
        try {
            Purged purged = purges.purge(uri);
            LateFaults.settle();
            return purged;
        } catch (RuntimeException | Error e) {
            failed(e);
            return new Purged(0, 0);
        }
    }

    @Override
    public PurgeReceipt purge(PurgeOrder order) throws PurgeRefused {
        PurgeReceipt receipt = purges.purge(order);
        // It forces the journal, for which this thread does not wait.
        wakeEvictor();
        return receipt;
    }

    @Override
    public PurgePreview preview(PurgeTarget target, int sampleMax) throws PurgeRefused {
        return purges.preview(target, sampleMax);
    }

    @Override
    public @Nullable PurgeReceipt receipt(long id) {
        return purges.receipt(id);
    }

    @Override
    public List<PurgeReceipt> receipts() {
        return purges.receipts();
    }

    @Override
    public StoreStats stats() {
        long objects = 0;
        long bytes = 0;
        long heads = 0;
        long payload = 0;
        long mapped = 0;
        long tags = 0;
        int recovering = 0;
        int degraded = 0;
        for (Shard shard : shards) {
            // What is in maps that nobody can use is lost.
            Closed content = shard.isBroken() ? Closed.EMPTY : shard.content();
            objects += content.objects();
            bytes += content.usedBytes();
            heads += content.headBytes();
            payload += content.payloadBytes();
            mapped += shard.mappedBytes();
            tags += shard.tagBytes();
            recovering += shard.isReady() || shard.isOutOfUse() ? 0 : 1;
            degraded += shard.isOutOfUse() ? 1 : 0;
        }
        long index = objects * ShardMaps.INDEX_CHARGE + tags;
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

    /** The shard of {@code key}, whose hash is left in {@code scratch}. */
    private Shard shard(CacheKey key, Scratch scratch) {
        hasher.hash(key, scratch.text, scratch.hash);
        Shard[] all = shards;
        return all[(int) Math.floorMod(scratch.hash.second, (long) all.length)];
    }

    private Shard shard(StoredHead head) {
        Shard[] all = shards;
        return all[Math.min(ObjectId.shard(head.id()), all.length - 1)];
    }

    // ---- the evictor thread

    private void wakeEvictor() {
        if (evictorWork.availablePermits() == 0) {
            evictorWork.release();
        }
    }

    private void evict() {
        Scratch scratch = scratches.get();
        boolean suspended = false;
        while (!closed) {
            try {
                evictorWork.tryAcquire(WATCH_MILLIS, TimeUnit.MILLISECONDS);
                evictorWork.drainPermits();
            } catch (InterruptedException e) {
                // Nobody interrupts this thread but who wants it to end.
                return;
            }
            try {
                forceJournals();
                suspended = watchDisk(suspended);
                for (Shard shard : shards) {
                    shard.room().evictAhead(scratch);
                    shard.isSettled();
                }
            } catch (RuntimeException | Error e) {
                failed(e);
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
            if (suspended) {
                faults.begin(
                        DISK,
                        "the disk of " + directory.path()
                                + " is nearly full: nothing more is stored until there is room",
                        null);
            } else {
                faults.over(DISK, "storing goes on");
            }
            // Each time: a shard may be new.
            for (Shard shard : shards) {
                shard.suspend(suspended);
            }
            return suspended;
        } catch (IOException e) {
            if (directory.problem() == null) {
                faults.failed(FREE, "cannot see how full the disk of " + directory.path() + " is", e);
            }
            return wasSuspended;
        }
    }

    // ---- the watch thread

    private void watch() {
        while (!closed) {
            try {
                watchWork.tryAcquire(WATCH_MILLIS, TimeUnit.MILLISECONDS);
                if (!closed) {
                    watch.look();
                }
            } catch (InterruptedException e) {
                // Nobody interrupts this thread but who wants it to end.
                return;
            } catch (RuntimeException | Error e) {
                faults.failed("the watch", "the watch over the store failed", e);
            }
        }
    }

    /** The shards at present. */
    Shard[] shards() {
        return shards;
    }

    /** Whether the starter has done its work, so that it is for the watch to make shards. */
    boolean isStarted() {
        return !starter.isAlive();
    }

    void hasSpace(boolean newHasSpace) {
        boolean before = hasSpace;
        hasSpace = newHasSpace;
        if (before != newHasSpace) {
            // It says who may store.
            wakeEvictor();
        }
    }

    /** Whether the disk keeps room for all files. */
    boolean hasSpace() {
        return hasSpace;
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
            if (closed) {
                maps.close();
                return false;
            }
            Shard next = broken.successor();
            next.repair().beginEmpty();
            next.start(maps, Closed.EMPTY);
            Shard[] all = shards.clone();
            all[number] = next;
            shards = all;
            purges.shards(all);
        }
        purges.shardReady();
        return true;
    }

    /** Writes anew what is kept beside the shards, for it may have gone with the directory. */
    void filesWereLost() {
        try {
            if (directory != null && meta != null) {
                directory.write(new Meta(meta.secret(), meta.run(), geometry, List.of()));
                peers.rewrite();
            }
        } catch (IOException e) {
            faults.failed("the store's own files", "the files of a store made again cannot all be written", e);
        }
        groups.renew();
        purges.fileWasLost();
        wakeEvictor();
    }

    // ---- closing

    @Override
    public void close() {
        synchronized (serviceLock) {
            if (closed) {
                return;
            }
            closed = true;
        }
        List<@Nullable Closed> states = new ArrayList<>();
        wakeEvictor();
        watchWork.release();
        boolean interrupted = join(evictor);
        purges.close();
        interrupted |= join(watcher);
        for (Shard shard : shards) {
            boolean ready = shard.isReady();
            shard.close();
            states.add(ready && shard.isSound() ? shard.content() : null);
        }
        interrupted |= join(starter);
        if (directory != null && meta != null) {
            try (StoreDirectory releasing = directory;
                    GroupInvalidations forcing = groups) {
                forcing.force();
                purges.closeJournal();
                for (int i = 0; i < states.size(); i++) {
                    if (states.get(i) != null) {
                        releasing.force(i);
                    }
                }
                releasing.write(new Meta(meta.secret(), meta.run(), geometry, states));
            } catch (IOException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "the store in {0} could not be marked as closed, the next start will check it: {1}",
                        directory.path(),
                        e.getMessage());
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Awaits the end of one of the store's threads; true when the caller was interrupted meanwhile. */
    private static boolean join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }
}
