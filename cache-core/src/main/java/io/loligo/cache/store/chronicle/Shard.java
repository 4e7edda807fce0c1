package io.loligo.cache.store.chronicle;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.SelectingFields;
import io.loligo.cache.store.EntryReader;
import io.loligo.cache.store.ResponseStore.Purged;
import io.loligo.cache.store.chronicle.EntryLayout.HeadBytes;
import io.loligo.cache.store.chronicle.MapKeys.KeyHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import net.openhft.chronicle.hash.ChronicleHashClosedException;
import net.openhft.chronicle.hash.locks.InterProcessDeadLockException;
import org.jspecify.annotations.Nullable;

/**
 * One part of the store: its maps, its byte budget, its order of eviction.
 *
 * <p>Objects are immutable. What a key refers to changes only while the key's stripe is held, a lock over a few map
 * operations; readers take none. Whatever the maps throw is counted, and ends as a miss or as a response not stored.
 */
final class Shard {
    private static final System.Logger LOG = System.getLogger(Shard.class.getName());

    /** Responses that one key may have; the oldest goes when one more comes. */
    static final int VARIANTS_MAX = 64;
    /** Objects that one writer evicts to make room for one piece; then it gives up storing. */
    private static final int INLINE_EVICTIONS_MAX = 256;

    /** At most this share of the budget is kept for readers of what is removed already. */
    private static final int HELD_SHARE = 4;

    private static final int STRIPES = 64;
    /** How often a lookup follows a reference that changes under it. */
    private static final int LOOKUP_ATTEMPTS = 4;
    /** The evictor keeps this share of the budget free, so that writers seldom have to evict. */
    private static final int FREE_PER_MILLE = 20;

    /** What a list of variants takes of the budget, however long. */
    private static final long LIST_CHARGE =
            ShardMaps.headCharge(EntryLayout.LIST_MEMBERS_OFFSET + VARIANTS_MAX * Long.BYTES);

    /** What a writer takes for a list: room for it, and as much again because it is counted before that is given back. */
    private static final long LIST_RESERVE = 2 * LIST_CHARGE;

    /** After so many more bytes the evictor looks how full the disk is; less than its reserve by far. */
    private static final long WATCH_BYTES = 4L << 20;

    private final int number;
    private final long run;
    private final KeyHasher hasher;
    private final DecodedCache decoded;
    private final SlotPool slots;
    private final PurgeLog purges;
    private final PeersRegistry peers;
    private final Counters counters;
    private final StoreFaults faults;
    private final ThreadLocal<Scratch> scratches;
    private final Runnable wakeEvictor;

    private final EvictionIndex eviction;
    private final BodyPins pins;
    private final Object[] stripes = new Object[STRIPES];
    private final AtomicLong idCounter;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong objects = new AtomicLong();
    private final Set<StoredWriter> writers = ConcurrentHashMap.newKeySet();

    private final long limit;
    private volatile CacheControlTargets targets = CacheControlTargets.DEFAULT;
    private volatile boolean suspended;
    private volatile boolean closed;
    private volatile boolean broken;
    private volatile @Nullable ShardMaps maps;

    /** Which fault keeps this shard from being looked at and stored in; null when none does. */
    private volatile @Nullable String outOfUseFor;

    /** The maps that {@link #giveUp} took out of use, until they are unmapped. Guarded by this. */
    private @Nullable ShardMaps abandoned;

    Shard(
            int number,
            long run,
            long limit,
            KeyHasher hasher,
            DecodedCache decoded,
            SlotPool slots,
            PurgeLog purges,
            PeersRegistry peers,
            Counters counters,
            StoreFaults faults,
            ThreadLocal<Scratch> scratches,
            Runnable wakeEvictor) {
        this(
                number,
                run,
                limit,
                hasher,
                decoded,
                slots,
                purges,
                peers,
                counters,
                faults,
                scratches,
                wakeEvictor,
                new AtomicLong(1));
    }

    private Shard(
            int number,
            long run,
            long limit,
            KeyHasher hasher,
            DecodedCache decoded,
            SlotPool slots,
            PurgeLog purges,
            PeersRegistry peers,
            Counters counters,
            StoreFaults faults,
            ThreadLocal<Scratch> scratches,
            Runnable wakeEvictor,
            AtomicLong idCounter) {
        this.number = number;
        this.run = run;
        this.limit = limit;
        this.hasher = hasher;
        this.decoded = decoded;
        this.slots = slots;
        this.purges = purges;
        this.peers = peers;
        this.counters = counters;
        this.faults = faults;
        this.scratches = scratches;
        this.wakeEvictor = wakeEvictor;
        this.idCounter = idCounter;
        this.eviction = new EvictionIndex(limit);
        this.pins = new BodyPins(limit / HELD_SHARE);
        Arrays.setAll(stripes, i -> new Object());
    }

    /** An empty shard that takes the place of this one. No object of it has an id that one of this had. */
    Shard successor() {
        Shard next = new Shard(
                number,
                run,
                limit,
                hasher,
                decoded,
                slots,
                purges,
                peers,
                counters,
                faults,
                scratches,
                wakeEvictor,
                idCounter);
        next.targets = targets;
        next.suspended = suspended;
        return next;
    }

    // ---- state

    /** Starts work on {@code opened}, whose content takes {@code usedBytes}. */
    void start(ShardMaps opened, long usedBytes, long objectCount) {
        used.set(usedBytes);
        objects.set(objectCount);
        maps = opened;
    }

    boolean isReady() {
        return maps != null;
    }

    /** Whether its maps are sound and closed in order, so that the next start need not repair them. */
    boolean isSound() {
        return !broken;
    }

    /** A fault took this shard out of use for good. */
    boolean isBroken() {
        return broken;
    }

    /** Whether a fault keeps this shard from being looked at and stored in. */
    boolean isOutOfUse() {
        return outOfUseFor != null;
    }

    /** What faults of this whole shard are about. */
    String name() {
        return "shard " + number;
    }

    /** Finds and stores nothing until {@link #resume}. What is purged meanwhile is purged. */
    void pause(String about) {
        if (!broken) {
            outOfUseFor = about;
        }
    }

    void resume() {
        if (!broken) {
            outOfUseFor = null;
        }
    }

    /** Takes a shard out of use that could not be opened, or whose maps nobody should touch again. */
    synchronized void giveUp() {
        outOfUseFor = name();
        broken = true;
        if (maps != null) {
            abandoned = maps;
            maps = null;
        }
    }

    /** Unmaps what {@link #giveUp} left, once nobody uses it any more. Throws when that takes too long. */
    synchronized void unmap() {
        if (abandoned != null) {
            abandoned.close();
            abandoned = null;
        }
    }

    /** Whether {@link #unmap} has succeeded. Waits for one that is under way. */
    synchronized boolean isUnmapped() {
        return abandoned == null;
    }

    /** The maps, if they may be looked at and stored in. */
    private @Nullable ShardMaps usable() {
        String about = outOfUseFor;
        if (about != null) {
            faults.count(about);
            return null;
        }
        return maps;
    }

    long used() {
        return used.get();
    }

    long objects() {
        return objects.get();
    }

    /** How heads are read from now on. */
    void targets(CacheControlTargets newTargets) {
        targets = newTargets;
    }

    /** While suspended, nothing is stored: the disk is nearly full. */
    void suspend(boolean newSuspended) {
        suspended = newSuspended;
    }

    /** Refuses new work, drops what is being written, and unmaps. */
    void close() {
        closed = true;
        for (StoredWriter writer : writers) {
            writer.close();
        }
        ShardMaps open = maps;
        maps = null;
        if (open != null) {
            try {
                for (StoredObject free : pins.release()) {
                    deleteBody(open, free, scratches.get());
                }
                open.close();
            } catch (RuntimeException | Error e) {
                broken = true;
                LOG.log(System.Logger.Level.WARNING, "shard " + number + " of the store did not close cleanly", e);
            }
        }
    }

    /** False when what this thread has just done here met a fault that the JVM had not told yet. */
    boolean isSettled() {
        try {
            LateFaults.settle();
            return true;
        } catch (InternalError e) {
            fault(e);
            return false;
        }
    }

    /** For what is done outside, on behalf of this shard. */
    void failed(Throwable e) {
        fault(e);
        isSettled();
    }

    /** Notes a fault; one that says that the maps themselves are unusable takes the shard out of use. */
    private void fault(Throwable e) {
        if (closed || broken) {
            return;
        }
        if (e instanceof InterProcessDeadLockException
                || e instanceof InternalError
                || e instanceof ChronicleHashClosedException) {
            giveUp();
            faults.begin(name(), name() + " is out of use until new maps are made for it: its maps cannot be used", e);
        } else {
            faults.failed(name() + " at work", name() + " could not do something; the answer did not depend on it", e);
        }
    }

    private Object stripe(KeyHash hash) {
        return stripes[(int) (hash.first >>> 8) & STRIPES - 1];
    }

    private static int fingerprint(KeyHash hash) {
        return (int) (hash.first >>> 20);
    }

    long newId() {
        return ObjectId.of(run, idCounter.getAndIncrement(), number);
    }

    // ---- looking up

    /** The heads under {@code key}, whose hash is in {@code scratch}. */
    List<StoredHead> lookup(CacheKey key, Scratch scratch) {
        ShardMaps open = usable();
        if (open == null) {
            return List.of();
        }
        try {
            long before = 0;
            for (int attempt = 0; attempt < LOOKUP_ATTEMPTS; attempt++) {
                long reference = open.reference(scratch.hash, scratch.reference);
                if (reference == 0) {
                    return List.of();
                }
                if (reference == before) {
                    forgetDangling(open, scratch);
                    return List.of();
                }
                List<StoredHead> found = ObjectId.isList(reference)
                        ? variants(open, ObjectId.id(reference), key, scratch)
                        : single(open, reference, key, scratch);
                if (found != null) {
                    return found;
                }
                // Swung and removed between the two reads, or damaged: look where it refers to now.
                before = reference;
            }
        } catch (RuntimeException | Error e) {
            fault(e);
        }
        return List.of();
    }

    private @Nullable List<StoredHead> single(ShardMaps open, long id, CacheKey key, Scratch scratch) {
        StoredObject object = decoded.object(id);
        if (object == null) {
            Slot slot = scratch.found;
            if (slot == null) {
                slot = takeSlot(scratch);
                scratch.found = slot;
            }
            scratch.foundId = 0;
            object = load(open, id, slot, scratch);
            if (object == null) {
                return null;
            }
            scratch.foundId = id;
        }
        if (!object.head().key().equals(key)) {
            return List.of();
        }
        eviction.touch(id);
        return object.alone();
    }

    private @Nullable List<StoredHead> variants(ShardMaps open, long listId, CacheKey key, Scratch scratch) {
        Variants variants = decoded.variants(listId);
        if (variants == null || variants.heads().isEmpty()) {
            variants = loadList(open, listId, scratch);
            if (variants == null) {
                return null;
            }
            List<StoredHead> heads = new ArrayList<>(variants.members().size());
            for (int i = 0; i < variants.members().size(); i++) {
                StoredObject member = object(open, variants.members().get(i), scratch);
                if (member != null && member.head().key().equals(key)) {
                    heads.add(member.head());
                }
            }
            variants = new Variants(
                    listId, variants.keyFirst(), variants.keySecond(), variants.members(), List.copyOf(heads));
            decoded.add(variants);
        }
        return variants.heads();
    }

    /** The decoded object {@code id}, from the cache or the map; null when it is gone or damaged. */
    private @Nullable StoredObject object(ShardMaps open, long id, Scratch scratch) {
        StoredObject known = decoded.object(id);
        return known != null ? known : load(open, id, scratch.aside, scratch);
    }

    private @Nullable StoredObject load(ShardMaps open, long id, Slot into, Scratch scratch) {
        if (!open.head(scratch.id.of(id), into)) {
            return null;
        }
        StoredObject object = EntryLayout.head(into, id, isToBeVerified(id, into), targets);
        if (object == null) {
            counters.faults.increment();
            return null;
        }
        decoded.add(object);
        return object;
    }

    private @Nullable Variants loadList(ShardMaps open, long id, Scratch scratch) {
        if (!open.head(scratch.id.of(id), scratch.aside)) {
            return null;
        }
        return EntryLayout.list(scratch.aside, id, isFromEarlierRun(id));
    }

    /**
     * Whether what ends with {@code last} is to be checked although this run wrote it: where a file is cut, the rest of the
     * page reads as zeros until somebody notices.
     */
    private static boolean isPerhapsCut(byte last) {
        return last == 0;
    }

    /** Whether the checksums of {@code copied}, of object {@code id}, are to be looked at. */
    private boolean isToBeVerified(long id, Slot copied) {
        return isFromEarlierRun(id)
                || (copied.length() > 0 && isPerhapsCut(copied.buffer().get(copied.length() - 1)));
    }

    private boolean isFromEarlierRun(long id) {
        return ObjectId.run(id) != run;
    }

    /** Removes what cannot be found or read, so that the index does not fill with it. */
    private void forgetDangling(ShardMaps open, Scratch scratch) {
        synchronized (stripe(scratch.hash)) {
            change(open, scratch, null, 0, other -> false);
        }
    }

    // ---- reading

    @Nullable EntryReader read(StoredHead head, Scratch scratch) {
        ShardMaps open = usable();
        if (open == null) {
            return null;
        }
        Slot slot = null;
        try {
            long id = head.id();
            Slot found = scratch.found;
            if (found != null && scratch.foundId == id) {
                // The lookup before copied it already: the slot changes hands.
                slot = found;
                scratch.found = null;
            } else {
                slot = takeSlot(scratch);
                if (!open.head(scratch.id.of(id), slot)) {
                    give(slot);
                    return null;
                }
            }
            scratch.foundId = 0;
            StoredObject object = decoded.object(id);
            boolean usable;
            if (object == null) {
                object = EntryLayout.head(slot, id, isToBeVerified(id, slot), targets);
                usable = object != null;
            } else {
                usable = slot.length() == object.valueLength()
                        && slot.buffer().getLong(EntryLayout.ID_OFFSET) == id
                        && (!isToBeVerified(id, slot)
                                || EntryLayout.isIntact(slot, object.bodyOffset(), object.inline()));
            }
            if (object == null || !usable) {
                counters.faults.increment();
                give(slot);
                remove(head, scratch);
                return null;
            }
            if (!object.inline() && !pin(open, object, scratch)) {
                give(slot);
                return null;
            }
            eviction.touch(id);
            return new StoredReader(this, object, slot, scratches);
        } catch (RuntimeException | Error e) {
            fault(e);
            return null;
        }
    }

    /** Keeps the body's chunks until {@link #unpin}; false when they are being removed already. */
    private boolean pin(ShardMaps open, StoredObject object, Scratch scratch) {
        pins.pin(object.bodyId());
        // Who removes an object removes its head first and asks for readers then.
        if (open.hasHead(scratch.id.of(object.id()))) {
            return true;
        }
        unpin(object.bodyId(), scratch);
        return false;
    }

    /** As {@link #pin} for a body that is about to be committed, and whose writer goes on reading it for followers. */
    void pinOwn(long bodyId) {
        pins.pin(bodyId);
    }

    void unpin(long bodyId, Scratch scratch) {
        StoredObject free = pins.unpin(bodyId);
        ShardMaps open = maps;
        if (free == null || open == null) {
            return;
        }
        try {
            deleteBody(open, free, scratch);
        } catch (RuntimeException | Error e) {
            fault(e);
        }
    }

    private Slot takeSlot(Scratch scratch) {
        Slot spare = scratch.spare;
        if (spare == null) {
            return slots.take();
        }
        scratch.spare = null;
        return spare;
    }

    void give(Slot slot) {
        Scratch scratch = scratches.get();
        if (scratch.spare == null && slot.capacity() == EntryLayout.SMALL_MAX) {
            scratch.spare = slot;
        } else {
            slots.give(slot);
        }
    }

    /**
     * Copies data of chunk {@code chunkNumber} of {@code bodyId} to {@code dst}, at most {@code wanted} bytes.
     *
     * @return the number of bytes copied; -1 when the chunk is gone or damaged
     */
    int readChunk(long bodyId, int chunkNumber, int from, int wanted, ByteBuffer dst, Scratch scratch) {
        ShardMaps open = maps;
        if (open == null) {
            return -1;
        }
        try {
            scratch.chunkKey.of(bodyId, chunkNumber);
            boolean verify = isFromEarlierRun(bodyId);
            if (dst.isDirect() && !verify) {
                ChunkWindow window = scratch.window.aim(bodyId, chunkNumber, from, wanted, dst);
                if (!open.chunk(scratch.chunkKey, window) || window.taken() <= 0) {
                    return -1;
                }
                if (!isPerhapsCut(dst.get(dst.position() + window.taken() - 1))) {
                    dst.position(dst.position() + window.taken());
                    return window.taken();
                }
                verify = true;
            }
            Slot chunk = scratch.chunk();
            if (!open.chunk(scratch.chunkKey, chunk)) {
                return -1;
            }
            int length = EntryLayout.chunkData(chunk, bodyId, chunkNumber, verify);
            if (length < 0) {
                counters.faults.increment();
            }
            int copied = Math.min(wanted, length - from);
            if (copied <= 0) {
                return -1;
            }
            dst.put(chunk.view(EntryLayout.CHUNK_DATA_OFFSET + from, copied));
            return copied;
        } catch (RuntimeException | Error e) {
            fault(e);
            return -1;
        }
    }

    // ---- writing

    /** A writer for {@code head}, or null when this shard stores nothing now. The key's hash is in {@code scratch}. */
    @Nullable StoredWriter write(StoredHead head, long maximumObjectBytes, SlotPool buffers, Scratch scratch) {
        if (usable() == null || closed) {
            return null;
        }
        if (suspended) {
            faults.count(ChronicleStore.DISK);
            return null;
        }
        long mark = purges.mark();
        long uriHash = hasher.hash(head.key().uri(), scratch.text);
        try {
            peers.add(head.key().peers());
            StoredWriter writer = new StoredWriter(
                    this,
                    head,
                    newId(),
                    scratch.hash.first,
                    scratch.hash.second,
                    mark,
                    uriHash,
                    maximumObjectBytes,
                    buffers,
                    scratches);
            writers.add(writer);
            return writer;
        } catch (IOException | RuntimeException | Error e) {
            fault(e);
            return null;
        }
    }

    void forget(StoredWriter writer) {
        writers.remove(writer);
    }

    /** Inserts one chunk; false when there is no room or the map cannot take it. */
    boolean insertChunk(long bodyId, int chunkNumber, Slot chunk, Scratch scratch) {
        ShardMaps open = usable();
        long charge = ShardMaps.chunkCharge(chunk.length());
        if (open == null || !makeRoom(open, charge, scratch)) {
            return false;
        }
        try {
            open.insertChunk(scratch.chunkKey.of(bodyId, chunkNumber), chunk);
            return true;
        } catch (RuntimeException | Error e) {
            used.addAndGet(-charge);
            fault(e);
            return false;
        }
    }

    /** Removes the chunks of a body that never became an object. */
    void removeChunks(long bodyId, int count, int lastLength, Scratch scratch) {
        ShardMaps open = maps;
        if (open == null) {
            return;
        }
        try {
            for (int i = 0; i < count; i++) {
                open.removeChunk(scratch.chunkKey.of(bodyId, i));
                int data = i == count - 1 ? lastLength : EntryLayout.CHUNK_DATA;
                used.addAndGet(-ShardMaps.chunkCharge(EntryLayout.CHUNK_DATA_OFFSET + data));
            }
        } catch (RuntimeException | Error e) {
            fault(e);
        }
    }

    /**
     * Makes a written response visible in place of the variant it replaces.
     *
     * @param body the body, from {@code EntryLayout.CHUNK_DATA_OFFSET} on, when it is to lie with the head; null when it
     *     is in chunks
     * @return the head as stored, null when it could not be
     */
    @Nullable StoredHead commit(StoredWriter writer, HeadBytes bytes, long bodyLength, @Nullable Slot body, Scratch scratch) {
        ShardMaps open = usable();
        int inlineLength = body == null ? 0 : (int) bodyLength;
        long charge = ShardMaps.headCharge(bytes.length() + inlineLength);
        if (open == null || !makeRoom(open, charge + LIST_RESERVE, scratch)) {
            return null;
        }
        long id = writer.id();
        boolean stored = false;
        try {
            int checksum = body == null ? 0 : EntryLayout.checksum(body, EntryLayout.CHUNK_DATA_OFFSET, inlineLength);
            EntryLayout.putHead(scratch.made, bytes, writer.head(), id, id, bodyLength, body != null, checksum);
            StoredObject object = EntryLayout.object(bytes, writer.head(), id, id, bodyLength, body != null);
            scratch.hash.of(writer.keyFirst(), writer.keySecond());
            synchronized (stripe(scratch.hash)) {
                if (purges.hasPurged(writer.uriHash(), writer.purgeMark())) {
                    return null;
                }
                long bodyAddress = body == null ? 0 : body.address() + EntryLayout.CHUNK_DATA_OFFSET;
                publish(open, object, 0, scratch, bodyAddress, inlineLength);
            }
            stored = true;
            return object.head();
        } catch (RuntimeException | Error e) {
            fault(e);
            return null;
        } finally {
            used.addAndGet(stored ? -LIST_RESERVE : -LIST_RESERVE - charge);
        }
    }

    /** See {@link io.loligo.cache.store.ResponseStore#freshen}. */
    @Nullable StoredHead freshen(StoredHead stored, StoredHead updated, Scratch scratch) {
        ShardMaps open = usable();
        if (open == null || !updated.key().equals(stored.key())) {
            return null;
        }
        Slot slot = null;
        long charge = 0;
        boolean done = false;
        try {
            // Not scratch.aside: looking at the other variants needs that.
            slot = takeSlot(scratch);
            if (!open.head(scratch.id.of(stored.id()), slot)) {
                return null;
            }
            StoredObject old = EntryLayout.head(slot, stored.id(), isToBeVerified(stored.id(), slot), targets);
            if (old == null) {
                counters.faults.increment();
                return null;
            }
            long bodyLength = old.head().bodyLength();
            int inlineLength = old.inline() ? (int) bodyLength : 0;
            HeadBytes bytes = EntryLayout.encode(updated, bodyLength);
            if (bytes == null) {
                return null;
            }
            long wanted = ShardMaps.headCharge(bytes.length() + inlineLength);
            if (!makeRoom(open, wanted + LIST_RESERVE, scratch)) {
                return null;
            }
            charge = wanted;
            long id = newId();
            long bodyId = old.inline() ? id : old.bodyId();
            int checksum = slot.buffer().getInt(EntryLayout.BODY_CHECKSUM_OFFSET);
            EntryLayout.putHead(scratch.made, bytes, updated, id, bodyId, bodyLength, old.inline(), checksum);
            StoredObject object = EntryLayout.object(bytes, updated, id, bodyId, bodyLength, old.inline());
            hasher.hash(stored.key(), scratch.text, scratch.hash);
            synchronized (stripe(scratch.hash)) {
                if (!refersTo(open, stored.id(), scratch)) {
                    // Evicted, purged or replaced meanwhile: there is nothing to freshen.
                    return null;
                }
                publish(open, object, stored.id(), scratch, slot.address() + old.bodyOffset(), inlineLength);
            }
            done = true;
            return object.head();
        } catch (RuntimeException | Error e) {
            fault(e);
            return null;
        } finally {
            if (slot != null) {
                give(slot);
            }
            if (charge > 0) {
                used.addAndGet(done ? -LIST_RESERVE : -LIST_RESERVE - charge);
            }
        }
    }

    /**
     * Inserts the head that lies in {@code scratch.made} and makes its key refer to it. The stripe is held.
     *
     * @param predecessor the object whose body and place in line pass on to {@code object}; 0 when there is none
     */
    private void publish(
            ShardMaps open, StoredObject object, long predecessor, Scratch scratch, long bodyAddress, int bodyLength) {
        Value value = scratch.joined.of(scratch.made.address(), object.bodyOffset(), bodyAddress, bodyLength);
        open.insertHead(scratch.id.of(object.id()), value);
        boolean visible = false;
        try {
            decoded.add(object);
            if (predecessor != 0) {
                eviction.replace(predecessor, object.id(), object.headCharge() + object.bodyCharge());
            }
            change(open, scratch, object, predecessor, other -> other.id() == predecessor);
            objects.incrementAndGet();
            // Also after replace: the predecessor may have been about to be evicted, or not been known yet.
            eviction.add(object.id(), object.headCharge() + object.bodyCharge(), fingerprint(scratch.hash));
            visible = true;
        } finally {
            if (!visible) {
                decoded.forget(object.id());
                eviction.replace(object.id(), predecessor, object.headCharge() + object.bodyCharge());
                open.removeHead(scratch.id.of(object.id()));
            }
        }
    }

    private boolean refersTo(ShardMaps open, long id, Scratch scratch) {
        LongList members = members(open, open.reference(scratch.hash, scratch.reference), scratch);
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i) == id) {
                return true;
            }
        }
        return false;
    }

    private LongList members(ShardMaps open, long reference, Scratch scratch) {
        LongList members = new LongList();
        if (reference == 0) {
            return members;
        }
        if (!ObjectId.isList(reference)) {
            members.add(reference);
            return members;
        }
        Variants list = decoded.variants(ObjectId.id(reference));
        if (list == null) {
            list = loadList(open, ObjectId.id(reference), scratch);
        }
        return list == null ? members : list.members();
    }

    /**
     * Changes what the key in {@code scratch.hash} refers to, then removes what it no longer does. The stripe is held.
     *
     * @param added becomes the newest variant and replaces the one with the same selecting fields
     * @param bodyPassedOn the dropped object whose chunks stay, because {@code added} has them now; 0 when there is none
     * @param dropped which of the present variants go
     */
    private Purged change(
            ShardMaps open,
            Scratch scratch,
            @Nullable StoredObject added,
            long bodyPassedOn,
            Predicate<StoredObject> dropped) {
        long before = open.reference(scratch.hash, scratch.reference);
        LongList members = members(open, before, scratch);
        LongList kept = new LongList();
        List<StoredObject> removed = new ArrayList<>(1);
        LongList unreadable = new LongList();
        if (added != null) {
            kept.add(added.id());
        }
        for (int i = 0; i < members.size(); i++) {
            StoredObject member = object(open, members.get(i), scratch);
            if (member == null) {
                unreadable.add(members.get(i));
            } else if (dropped.test(member) || (added != null && isReplaced(member, added))) {
                removed.add(member);
            } else if (kept.size() < VARIANTS_MAX) {
                kept.add(member.id());
            } else {
                removed.add(member);
            }
        }
        boolean listLost = before != 0 && members.size() == 0;
        if (added == null && removed.isEmpty() && unreadable.size() == 0 && !listLost) {
            return new Purged(0, 0);
        }
        if (kept.size() == 0) {
            if (before != 0) {
                open.forget(scratch.hash);
            }
        } else if (kept.size() == 1) {
            open.reference(scratch.hash, kept.get(0), scratch.reference);
        } else {
            open.reference(scratch.hash, ObjectId.listReference(insertList(open, kept, scratch)), scratch.reference);
        }
        boolean wasList = before != 0 && ObjectId.isList(before);
        if (wasList) {
            open.removeHead(scratch.id.of(ObjectId.id(before)));
            decoded.forget(ObjectId.id(before));
        }
        // At once, so that a list that takes the place of another never counts twice.
        used.addAndGet((kept.size() > 1 ? LIST_CHARGE : 0) - (wasList ? LIST_CHARGE : 0));
        long bytes = 0;
        for (StoredObject object : removed) {
            bytes += object.headCharge() + object.bodyCharge();
            delete(open, object, object.id() != bodyPassedOn, scratch);
        }
        for (int i = 0; i < unreadable.size(); i++) {
            discard(open, unreadable.get(i), eviction.remove(unreadable.get(i)), scratch);
        }
        return new Purged(removed.size(), bytes);
    }

    private static boolean isReplaced(StoredObject member, StoredObject added) {
        SelectingFields selecting = member.head().selecting();
        // Another key under the same hash: there is room for one of them only.
        return selecting.equals(added.head().selecting())
                || !member.head().key().equals(added.head().key());
    }

    private long insertList(ShardMaps open, LongList members, Scratch scratch) {
        long id = newId();
        EntryLayout.putList(scratch.made, id, scratch.hash.first, scratch.hash.second, members);
        open.insertHead(scratch.id.of(id), scratch.made);
        return id;
    }

    private void delete(ShardMaps open, StoredObject object, boolean withBody, Scratch scratch) {
        open.removeHead(scratch.id.of(object.id()));
        decoded.forget(object.id());
        eviction.remove(object.id());
        objects.decrementAndGet();
        used.addAndGet(-object.headCharge());
        if (withBody && !object.inline() && !pins.holds(object)) {
            deleteBody(open, object, scratch);
        }
    }

    private void deleteBody(ShardMaps open, StoredObject object, Scratch scratch) {
        for (int i = 0; i < object.chunks(); i++) {
            open.removeChunk(scratch.chunkKey.of(object.bodyId(), i));
        }
        used.addAndGet(-object.bodyCharge());
    }

    /** Removes what can be found of an object whose head cannot be read. */
    private void discard(ShardMaps open, long id, long bytes, Scratch scratch) {
        open.removeHead(scratch.id.of(id));
        decoded.forget(id);
        for (int i = 0; open.hasChunk(scratch.chunkKey.of(id, i)); i++) {
            open.removeChunk(scratch.chunkKey);
        }
        if (bytes > 0) {
            objects.decrementAndGet();
            used.addAndGet(-bytes);
        }
    }

    // ---- making room

    /** Takes {@code bytes} of the budget, evicting for them if need be; false when they cannot be had now. */
    private boolean makeRoom(ShardMaps open, long bytes, Scratch scratch) {
        int evicted = 0;
        while (!closed && !suspended) {
            long now = used.get();
            if (now + bytes <= limit) {
                if (used.compareAndSet(now, now + bytes)) {
                    if (now + bytes > evictorStart() || now / WATCH_BYTES != (now + bytes) / WATCH_BYTES) {
                        wakeEvictor.run();
                    }
                    return true;
                }
            } else if (bytes > limit || evicted++ >= INLINE_EVICTIONS_MAX || !evictOne(open, scratch.nested())) {
                counters.faults.increment();
                return false;
            }
        }
        return false;
    }

    private long evictorStart() {
        return limit - limit / 1000 * FREE_PER_MILLE;
    }

    /** Evicts until there is some room to spare. The evictor's work. */
    void evictAhead(Scratch scratch) {
        ShardMaps open = maps;
        while (open != null && !closed && used.get() > evictorStart() && evictOne(open, scratch)) {
            open = maps;
        }
    }

    private boolean evictOne(ShardMaps open, Scratch scratch) {
        EvictionIndex.Victim victim = eviction.poll();
        if (victim == null) {
            return false;
        }
        try {
            StoredObject object = object(open, victim.id(), scratch);
            if (object == null) {
                // Gone: then whoever removed it has given its bytes back. Still there: then it cannot be read.
                if (open.head(scratch.id.of(victim.id()), scratch.aside)) {
                    discard(open, victim.id(), victim.bytes(), scratch);
                }
            } else {
                hasher.hash(object.head().key(), scratch.text, scratch.hash);
                synchronized (stripe(scratch.hash)) {
                    Purged evicted = change(open, scratch, null, 0, other -> other.id() == victim.id());
                    if (evicted.objects() == 0 && open.hasHead(scratch.id.of(victim.id()))) {
                        // Nothing refers to it: a removal before this failed half way.
                        delete(open, object, true, scratch);
                    }
                }
            }
            counters.evictions.increment();
            return true;
        } catch (RuntimeException | Error e) {
            // Lest it stays for good because nobody knows of it.
            eviction.add(victim.id(), victim.bytes(), fingerprint(scratch.hash));
            fault(e);
            return false;
        }
    }

    // ---- removing

    void remove(StoredHead head, Scratch scratch) {
        ShardMaps open = maps;
        if (open == null) {
            return;
        }
        try {
            hasher.hash(head.key(), scratch.text, scratch.hash);
            synchronized (stripe(scratch.hash)) {
                change(open, scratch, null, 0, other -> other.id() == head.id());
            }
        } catch (RuntimeException | Error e) {
            fault(e);
        }
    }

    /** Removes every variant of {@code key}, whose hash is in {@code scratch}. */
    Purged purge(CacheKey key, Scratch scratch) {
        ShardMaps open = maps;
        if (open == null) {
            return new Purged(0, 0);
        }
        try {
            synchronized (stripe(scratch.hash)) {
                return change(
                        open, scratch, null, 0, other -> other.head().key().equals(key));
            }
        } catch (RuntimeException | Error e) {
            fault(e);
            return new Purged(0, 0);
        }
    }

    /** Removes every object of {@code uri} by looking at all heads: for when it is not known under which keys they are. */
    Purged purgeByScan(EffectiveUri uri, Scratch scratch) {
        ShardMaps open = maps;
        long count = 0;
        long bytes = 0;
        try {
            for (int segment = 0; open != null && segment < open.headSegments(); segment++) {
                LongList ids = open.headIds(segment);
                for (int i = 0; i < ids.size(); i++) {
                    StoredObject object = objectUnlessList(open, ids.get(i), scratch);
                    if (object != null && object.head().key().uri().equals(uri)) {
                        hasher.hash(object.head().key(), scratch.text, scratch.hash);
                        Purged purged = purge(object.head().key(), scratch);
                        count += purged.objects();
                        bytes += purged.bytes();
                    }
                }
            }
        } catch (RuntimeException | Error e) {
            fault(e);
        }
        return new Purged(count, bytes);
    }

    private @Nullable StoredObject objectUnlessList(ShardMaps open, long id, Scratch scratch) {
        return open.head(scratch.id.of(id), scratch.aside) && !EntryLayout.isList(scratch.aside)
                ? EntryLayout.head(scratch.aside, id, isFromEarlierRun(id), targets)
                : null;
    }

    // ---- starting on what earlier runs left

    /** {@link #rebuild} for a shard that is in use already. */
    void rebuildInService(Scratch scratch) {
        ShardMaps open = maps;
        if (open == null) {
            return;
        }
        try {
            rebuild(open, true, scratch);
        } catch (RuntimeException | Error e) {
            fault(e);
        }
    }

    /**
     * Finds out what the maps hold, to be able to evict it. After a clean stop this goes on beside the traffic; after an
     * unclean one it comes first, counts the bytes, and removes whatever is incomplete or that nothing refers to.
     *
     * @param clean whether {@link #used} and {@link #objects} are right already
     */
    void rebuild(ShardMaps open, boolean clean, Scratch scratch) {
        LongList bodies = new LongList();
        for (int segment = 0; segment < open.headSegments() && !closed; segment++) {
            LongList ids = open.headIds(segment);
            for (int i = 0; i < ids.size() && !closed; i++) {
                try {
                    rebuild(open, ids.get(i), clean, bodies, scratch);
                } catch (IOException e) {
                    fault(e);
                }
            }
        }
        if (!clean) {
            removeStrayChunks(open, bodies.sorted(), scratch);
            removeDanglingReferences(open, scratch);
        }
    }

    private void rebuild(ShardMaps open, long id, boolean clean, LongList bodies, Scratch scratch) throws IOException {
        if (!isFromEarlierRun(id) || !open.head(scratch.id.of(id), scratch.aside)) {
            return;
        }
        if (EntryLayout.isList(scratch.aside)) {
            Variants list = EntryLayout.list(scratch.aside, id, true);
            if (list == null) {
                discard(open, id, 0, scratch);
            } else if (!clean) {
                scratch.hash.of(list.keyFirst(), list.keySecond());
                if (open.reference(scratch.hash, scratch.reference) == ObjectId.listReference(id)) {
                    used.addAndGet(LIST_CHARGE);
                } else {
                    discard(open, id, 0, scratch);
                }
            }
            return;
        }
        StoredObject object = EntryLayout.head(scratch.aside, id, true, targets);
        if (object == null) {
            counters.faults.increment();
            discard(open, id, 0, scratch);
            return;
        }
        peers.add(object.head().key().peers());
        hasher.hash(object.head().key(), scratch.text, scratch.hash);
        synchronized (stripe(scratch.hash)) {
            if (!refersTo(open, id, scratch)) {
                if (!clean) {
                    open.removeHead(scratch.id.of(id));
                }
                return;
            }
            if (!clean) {
                used.addAndGet(object.headCharge() + object.bodyCharge());
                objects.incrementAndGet();
                if (!hasAllChunks(open, object, scratch)) {
                    change(open, scratch, null, 0, other -> other.id() == id);
                    return;
                }
                if (!object.inline()) {
                    bodies.add(object.bodyId());
                }
            }
            eviction.add(id, object.headCharge() + object.bodyCharge(), fingerprint(scratch.hash));
        }
    }

    private static boolean hasAllChunks(ShardMaps open, StoredObject object, Scratch scratch) {
        for (int i = 0; i < object.chunks(); i++) {
            if (!open.hasChunk(scratch.chunkKey.of(object.bodyId(), i))) {
                return false;
            }
        }
        return true;
    }

    private void removeStrayChunks(ShardMaps open, long[] bodies, Scratch scratch) {
        for (int segment = 0; segment < open.chunkSegments() && !closed; segment++) {
            LongList keys = open.chunkKeys(segment);
            for (int i = 0; i < keys.size(); i += 2) {
                if (Arrays.binarySearch(bodies, keys.get(i)) < 0) {
                    open.removeChunk(scratch.chunkKey.of(keys.get(i), (int) keys.get(i + 1)));
                }
            }
        }
    }

    private void removeDanglingReferences(ShardMaps open, Scratch scratch) {
        for (int segment = 0; segment < open.indexSegments() && !closed; segment++) {
            LongList all = open.references(segment);
            for (int i = 0; i < all.size(); i += 3) {
                if (!open.head(scratch.id.of(ObjectId.id(all.get(i + 2))), scratch.aside)) {
                    open.forget(scratch.hash.of(all.get(i), all.get(i + 1)));
                }
            }
        }
    }
}
