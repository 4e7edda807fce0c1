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
import io.loligo.cache.store.chronicle.ban.Bans;
import io.loligo.cache.store.chronicle.ban.GroupInvalidations;
import io.loligo.cache.store.chronicle.ban.PurgeJournal;
import io.loligo.cache.store.chronicle.ban.RecentPurges;
import io.loligo.cache.store.chronicle.files.Counters;
import io.loligo.cache.store.chronicle.files.DiskSpace;
import io.loligo.cache.store.chronicle.files.Geometry;
import io.loligo.cache.store.chronicle.files.LateFaults;
import io.loligo.cache.store.chronicle.files.PeersRegistry;
import io.loligo.cache.store.chronicle.files.ShardFiles;
import io.loligo.cache.store.chronicle.files.ShardLimits;
import io.loligo.cache.store.chronicle.files.StoreCapacity;
import io.loligo.cache.store.chronicle.files.StoreDirectory;
import io.loligo.cache.store.chronicle.files.StoreDirectory.Meta;
import io.loligo.cache.store.chronicle.files.StoreDirectory.ShardContent;
import io.loligo.cache.store.chronicle.files.StoreFaults;
import io.loligo.cache.store.chronicle.page.EntryLayout;
import io.loligo.cache.store.chronicle.page.KeyHasher;
import io.loligo.cache.store.chronicle.page.ObjectId;
import io.loligo.cache.store.chronicle.page.PageBufferPool;
import io.loligo.cache.store.chronicle.page.Scratch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
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

    /** Buffers kept for readers between two uses: 32 MiB. */
    private static final int IDLE_READERS_BUFFERS_MAX = 1024;
    /** Buffers kept for writers between two uses: 16 MiB. */
    private static final int IDLE_WRITERS_BUFFERS_MAX = 256;

    private final StoreOptions options;
    private final Geometry geometry;
    private final long limitBytes;
    private final KeyHasher hasher;
    private final Counters counters = new Counters();
    private final StoreFaults faults = new StoreFaults(counters, InstantSource.system());
    private final PageBufferPool buffers =
            new PageBufferPool(EntryLayout.CHUNK_DATA_OFFSET + EntryLayout.CHUNK_DATA, IDLE_WRITERS_BUFFERS_MAX);
    private final ThreadLocal<Scratch> scratches = ThreadLocal.withInitial(Scratch::new);
    private final DecodedCache decoded;
    private final StoreShards shards;

    private final @Nullable StoreDirectory directory;
    private final @Nullable Meta meta;

    private final Evictor evictor;
    private final StoreWatch watch;
    private final PeersRegistry peers;
    private final Purges purges;
    private final RecentPurges recent;
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
        long run = meta == null ? 1 : meta.run();
        Bans bans = new Bans(options.tagFields());
        recent = new RecentPurges(hasher, run, options.tagFields());
        purges = new Purges(bans, recent, purgeJournal, peers, hasher, counters, scratches, run);
        ShardLimits limits = ShardLimits.of(
                geometry.fillLimit(limitBytes / geometry.shards()),
                Runtime.getRuntime().maxMemory(),
                geometry.shards());
        StoreCapacity.checkHeap(limits.objectsMax() * geometry.shards(), limitBytes);
        ShardContext context = new ShardContext(
                run,
                limits,
                options.replacementPolicy(),
                hasher,
                decoded,
                new PageBufferPool(EntryLayout.SMALL_MAX, IDLE_READERS_BUFFERS_MAX),
                bans,
                recent,
                peers,
                counters,
                faults,
                scratches,
                this::wakeEvictor);
        Shard[] made = new Shard[geometry.shards()];
        Arrays.setAll(made, number -> new Shard(context, number));
        ShardFiles files = new ShardFiles(made.length);
        shards = new StoreShards(
                made, options.capacityBytes(), geometry, directory, meta, purges, files, faults, scratches);
        evictor = new Evictor(directory, groups, purges, faults, shards, scratches);
        watch = new StoreWatch(
                shards, evictor, this::filesWereLost, files, directory, space, faults, InstantSource.system());
    }

    /**
     * Opens the store, with what an earlier run left if there is a directory. Returns as soon as lookups may be made.
     *
     * @throws StoreInUseException when another process uses the directory
     * @throws IOException when the directory cannot be made or written, or the disk has no room
     */
    public static ChronicleStore open(StoreOptions options) throws IOException {
        return open(options, Geometry.of(options.capacityBytes(), options.maximumObjectBytes()));
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
            long limit = StoreCapacity.onDisk(options.capacityBytes(), geometry, directory, meta, space);
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

    private void begin() throws IOException {
        shards.begin();
        evictor.start();
        watch.start();
    }

    private void wakeEvictor() {
        evictor.wake();
    }

    /** Waits until what earlier runs left is repaired and known; for tests. */
    void awaitStarted() throws InterruptedException {
        shards.starter().join();
    }

    /** The shards at present; for tests. */
    Shard[] shards() {
        return shards.all();
    }

    /** Whether the disk keeps room for all files; for tests. */
    boolean hasSpace() {
        return evictor.hasSpace();
    }

    // ---- ResponseStore

    @Override
    public void targets(CacheControlTargets targets) {
        for (Shard shard : shards.all()) {
            shard.targets(targets);
        }
        decoded.clear();
    }

    @Override
    public void hide(Set<String> names) {
        FieldNames hidden = FieldNames.of(names);
        for (Shard shard : shards.all()) {
            shard.writing().hide(hidden);
        }
    }

    @Override
    public List<StoredHead> lookup(CacheKey key) {
        try {
            Scratch scratch = scratches.get();
            Shard shard = shard(key, scratch);
            List<StoredHead> found = shard.reading().lookup(key, scratch);
            if (!shard.state().isSettled()) {
                return List.of();
            }
            for (int i = 0; i < found.size(); i++) {
                if (groups.covers(found.get(i))) {
                    return withoutInvalidated(found);
                }
            }
            return found;
        } catch (RuntimeException | Error e) {
            faults.operationFailed(e);
            return List.of();
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
        recent.addGroups(uri, names, scratches.get().text);
        try {
            groups.add(uri, names, at);
        } catch (IOException e) {
            faults.failed(
                    Evictor.GROUPS,
                    "invalidations of groups are not on the disk, and would not outlive the process",
                    e);
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
            if (!shard.state().isSettled() && reader != null) {
                reader.close();
                return null;
            }
            return reader;
        } catch (RuntimeException | Error e) {
            faults.operationFailed(e);
            return null;
        }
    }

    @Override
    public EntryWriter write(StoredHead head, @Nullable StoredHead part, long begun) {
        try {
            Scratch scratch = scratches.get();
            StoredWriter writer = shard(head.key(), scratch)
                    .writing()
                    .write(head, part, begun, options.maximumObjectBytes(), buffers, scratch);
            return writer == null ? RefusingWriter.INSTANCE : writer;
        } catch (RuntimeException | Error e) {
            faults.operationFailed(e);
            return RefusingWriter.INSTANCE;
        }
    }

    @Override
    public @Nullable StoredHead freshen(StoredHead stored, StoredHead updated, long begun) {
        try {
            Shard shard = shard(stored);
            StoredHead freshened = shard.writing().freshen(stored, updated, begun, scratches.get());
            return shard.state().isSettled() ? freshened : null;
        } catch (RuntimeException | Error e) {
            faults.operationFailed(e);
            return null;
        }
    }

    @Override
    public void remove(StoredHead head) {
        try {
            Shard shard = shard(head);
            shard.reading().remove(head, scratches.get());
            shard.state().isSettled();
        } catch (RuntimeException | Error e) {
            faults.operationFailed(e);
        }
    }

    @Override
    public Purged purge(EffectiveUri uri) {
        try {
            Purged purged = purges.purge(uri);
            LateFaults.settle();
            return purged;
        } catch (RuntimeException | Error e) {
            faults.operationFailed(e);
            return new Purged(0, 0);
        }
    }

    @Override
    public long invalidate(Collection<EffectiveUri> uris, long begun) {
        try {
            long own = purges.invalidate(uris, begun);
            LateFaults.settle();
            return own;
        } catch (RuntimeException | Error e) {
            faults.operationFailed(e);
            return begun;
        }
    }

    @Override
    public long purgeOrder() {
        return recent.order();
    }

    @Override
    public boolean purgedSince(long begun, EffectiveUri uri, @Nullable StoredHead head) {
        return begun != recent.order() && recent.isPurgedSince(begun, uri, head, scratches.get().text);
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
        return shards.stats(limitBytes, counters);
    }

    /** The shard of {@code key}, whose hash is left in {@code scratch}. */
    private Shard shard(CacheKey key, Scratch scratch) {
        hasher.hash(key, scratch.text, scratch.hash);
        Shard[] all = shards.all();
        return all[(int) Math.floorMod(scratch.hash.second, (long) all.length)];
    }

    private Shard shard(StoredHead head) {
        Shard[] all = shards.all();
        return all[Math.min(ObjectId.shard(head.id()), all.length - 1)];
    }

    /** Writes anew what is kept beside the shards, for it may have gone with the directory. */
    private void filesWereLost() {
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
        if (!shards.end()) {
            return;
        }
        List<@Nullable ShardContent> states = new ArrayList<>();
        boolean interrupted = evictor.end();
        purges.close();
        interrupted |= watch.end();
        for (Shard shard : shards.all()) {
            boolean ready = shard.state().isReady();
            shard.close();
            states.add(ready && shard.state().isSound() ? shard.content() : null);
        }
        interrupted |= StoreThreads.join(shards.starter());
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
}
