package io.loligo.cache.store.chronicle;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.store.EntryReader;
import io.loligo.cache.store.ReplacementPolicy;
import io.loligo.cache.store.chronicle.EntryLayout.HeadBytes;
import io.loligo.cache.store.chronicle.StoreDirectory.Closed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import net.openhft.chronicle.hash.ChronicleHashClosedException;
import net.openhft.chronicle.hash.locks.InterProcessDeadLockException;
import org.jspecify.annotations.Nullable;

/**
 * One part of the store: its maps, its byte budget, its order of eviction. Here is what requests ask of it, and whether it
 * is in use; its other parts are {@link ShardObjects}, {@link ShardRoom}, {@link ShardPurging} and {@link ShardRepair}.
 *
 * <p>For any number of threads. Readers take no lock; what changes takes that of {@link ShardObjects}. Whatever the maps
 * throw is counted, and ends as a miss or as a response not stored.
 */
final class Shard {
    private static final System.Logger LOG = System.getLogger(Shard.class.getName());

    /** At most this share of the budget is kept for readers of what is removed already. */
    private static final int HELD_SHARE = 4;

    /** How often a head is made anew because a purge changed what it has to say; then it is not stored. */
    private static final int PUBLISH_ATTEMPTS = 8;

    /** How often a lookup follows a reference that changes under it. */
    private static final int LOOKUP_ATTEMPTS = 4;

    /** What a writer takes for a list: room for it, and as much again because it is counted before that is given back. */
    private static final long LIST_RESERVE = 2 * ShardObjects.LIST_CHARGE;

    private final int number;
    private final long run;
    private final KeyHasher hasher;
    private final DecodedCache decoded;
    private final SlotPool slots;
    private final Bans bans;
    private final PeersRegistry peers;
    private final Counters counters;
    private final StoreFaults faults;
    private final ThreadLocal<Scratch> scratches;
    private final Runnable wakeEvictor;

    private final ReplacementPolicy replacementPolicy;
    private final EvictionIndex eviction;
    private final BodyPins pins;
    private final TagIndex tags = new TagIndex();
    private final AtomicLong idCounter;
    private final Budget budget;
    private final ShardObjects objects;
    private final ShardRoom room;
    private final ShardRepair repair;
    private final ShardPurging purging;

    private final Set<StoredWriter> writers = ConcurrentHashMap.newKeySet();

    private final ShardLimits limits;
    private volatile Set<String> hidden = Set.of();
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
            ShardLimits limits,
            ReplacementPolicy replacementPolicy,
            KeyHasher hasher,
            DecodedCache decoded,
            SlotPool slots,
            Bans bans,
            PeersRegistry peers,
            Counters counters,
            StoreFaults faults,
            ThreadLocal<Scratch> scratches,
            Runnable wakeEvictor) {
        this(
                number,
                run,
                limits,
                replacementPolicy,
                hasher,
                decoded,
                slots,
                bans,
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
            ShardLimits limits,
            ReplacementPolicy replacementPolicy,
            KeyHasher hasher,
            DecodedCache decoded,
            SlotPool slots,
            Bans bans,
            PeersRegistry peers,
            Counters counters,
            StoreFaults faults,
            ThreadLocal<Scratch> scratches,
            Runnable wakeEvictor,
            AtomicLong idCounter) {
        this.number = number;
        this.run = run;
        this.limits = limits;
        this.hasher = hasher;
        this.decoded = decoded;
        this.slots = slots;
        this.bans = bans;
        this.peers = peers;
        this.counters = counters;
        this.faults = faults;
        this.scratches = scratches;
        this.wakeEvictor = wakeEvictor;
        this.idCounter = idCounter;
        this.replacementPolicy = replacementPolicy;
        this.eviction = EvictionIndex.of(replacementPolicy);
        this.budget = new Budget(limits, tags, wakeEvictor);
        this.pins = new BodyPins(limits.bytes() / HELD_SHARE);
        this.objects = new ShardObjects(
                number, run, idCounter, hasher, decoded, eviction, tags, pins, bans, budget, counters, wakeEvictor);
        this.room = new ShardRoom(this, objects, budget, eviction, hasher, counters);
        this.repair = new ShardRepair(this, objects, budget, peers, hasher, counters);
        this.purging = new ShardPurging(this, objects, tags, bans, decoded, hasher);
    }

    /** An empty shard that takes the place of this one. No object of it has an id that one of this had. */
    Shard successor() {
        Shard next = new Shard(
                number,
                run,
                limits,
                replacementPolicy,
                hasher,
                decoded,
                slots,
                bans,
                peers,
                counters,
                faults,
                scratches,
                wakeEvictor,
                idCounter);
        next.targets(objects.targets());
        next.hidden = hidden;
        next.suspended = suspended;
        return next;
    }

    // ---- state

    ShardObjects objects() {
        return objects;
    }

    ShardRoom room() {
        return room;
    }

    ShardRepair repair() {
        return repair;
    }

    ShardPurging purging() {
        return purging;
    }

    /** The maps, also while a fault keeps them from being looked at and stored in; null while there are none. */
    @Nullable ShardMaps maps() {
        return maps;
    }

    boolean isClosed() {
        return closed;
    }

    /** Starts work on {@code opened}, which was closed in the state {@code content}. */
    void start(ShardMaps opened, Closed content) {
        budget.start(content);
        maps = opened;
    }

    /** What it holds; changes under the caller while the shard is in use. */
    Closed content() {
        return budget.content();
    }

    /** The heap that the index of tags takes. */
    long tagBytes() {
        return budget.tagBytes();
    }

    /** Bytes of memory or files that its maps may take; 0 while it has none. */
    long mappedBytes() {
        ShardMaps open = maps;
        try {
            return open == null ? 0 : open.mappedBytes();
        } catch (RuntimeException e) {
            // Closed between the two lines.
            fault(e);
            return 0;
        }
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

    /** How heads are read from now on. */
    void targets(CacheControlTargets newTargets) {
        objects.targets(newTargets);
    }

    /** The names, in lower case, of fields that are kept but not sent of what is stored from now on. */
    void hide(Set<String> names) {
        hidden = names;
    }

    boolean isSuspended() {
        return suspended;
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
        ShardMaps open;
        synchronized (pins) {
            open = maps;
            maps = null;
        }
        // What was half done is done then, and what comes later does nothing.
        objects.end();
        if (open != null) {
            try {
                for (StoredObject free : pins.release()) {
                    objects.remove(free.body());
                }
                Scratch scratch = scratches.get();
                while (objects.removeSome(open, scratch)) {
                    // Until nothing is left.
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
    void fault(Throwable e) {
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
                long retired = bans.retired();
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
                if (found != null && (retired == bans.retired() || found.isEmpty())) {
                    return found;
                }
                if (found != null) {
                    continue;
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
            object = objects.load(open, id, slot, scratch);
            if (object == null) {
                return null;
            }
            scratch.foundId = id;
        }
        if (!object.head().key().equals(key)) {
            return List.of();
        }
        eviction.touch(id);
        Bans.Sentence sentence = bans.on(object);
        if (sentence == null) {
            return object.alone();
        }
        return sentence.dropped() ? List.of() : List.of(sentence.on(object.head()));
    }

    private @Nullable List<StoredHead> variants(ShardMaps open, long listId, CacheKey key, Scratch scratch) {
        Variants variants = decoded.variants(listId);
        if (variants == null || variants.heads().isEmpty()) {
            variants = objects.loadList(open, listId, scratch);
            if (variants == null) {
                return null;
            }
            List<StoredHead> heads = new ArrayList<>(variants.members().size());
            for (int i = 0; i < variants.members().size(); i++) {
                StoredObject member = objects.object(open, variants.members().get(i), scratch);
                if (member == null && hasMovedOn(open, listId, scratch)) {
                    return null;
                }
                if (member != null && member.head().key().equals(key)) {
                    heads.add(member.head());
                }
            }
            variants = new Variants(
                    listId, variants.keyFirst(), variants.keySecond(), variants.members(), List.copyOf(heads));
            decoded.add(variants);
        }
        return bans.isEmpty() ? variants.heads() : standing(open, variants, scratch);
    }

    /** What bans leave of {@code variants}; null when their key refers to others meanwhile. */
    private @Nullable List<StoredHead> standing(ShardMaps open, Variants variants, Scratch scratch) {
        List<StoredHead> left = new ArrayList<>(variants.heads().size());
        for (StoredHead head : variants.heads()) {
            StoredObject object = objects.object(open, head.id(), scratch);
            if (object == null && hasMovedOn(open, variants.id(), scratch)) {
                return null;
            }
            Bans.Sentence sentence = object == null ? null : bans.on(object);
            if (object != null && (sentence == null || !sentence.dropped())) {
                left.add(sentence == null ? head : sentence.on(head));
            }
        }
        return List.copyOf(left);
    }

    private boolean hasMovedOn(ShardMaps open, long listId, Scratch scratch) {
        return open.reference(scratch.hash, scratch.reference) != ObjectId.listReference(listId);
    }

    /** Removes what cannot be found or read, so that the index does not fill with it. */
    private void forgetDangling(ShardMaps open, Scratch scratch) {
        synchronized (objects.stripe(scratch.hash)) {
            objects.change(open, scratch, null, 0, other -> false);
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
                if (!open.page(scratch.page.head(id), slot)) {
                    give(slot);
                    return null;
                }
            }
            scratch.foundId = 0;
            StoredObject object = decoded.object(id);
            boolean usable;
            if (object == null) {
                object = objects.head(slot, id);
                usable = object != null;
            } else {
                usable = slot.length() == object.valueLength()
                        && slot.buffer().getLong(EntryLayout.ID_OFFSET) == id
                        && (!objects.isToBeVerified(id, slot)
                                || EntryLayout.isIntact(slot, object.bodyOffset(), object.inline()));
            }
            if (object == null || !usable) {
                counters.faults.increment();
                give(slot);
                remove(head, scratch);
                return null;
            }
            Bans.Sentence sentence = bans.on(object);
            if ((sentence != null && sentence.dropped()) || (!object.inline() && !pin(open, object, scratch))) {
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
        if (open.hasPage(scratch.page.head(object.id()))) {
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
        // So that the maps are not closed between the two: nobody would remove the body.
        synchronized (pins) {
            ShardMaps open = maps;
            StoredObject free = open == null ? null : pins.unpin(bodyId);
            if (open == null || free == null) {
                return;
            }
            try {
                objects.removeBody(open, free.body(), scratch);
            } catch (RuntimeException | Error e) {
                fault(e);
            }
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
            boolean verify = objects.isFromEarlierRun(bodyId);
            if (dst.isDirect() && !verify) {
                ChunkWindow window = scratch.window.aim(bodyId, chunkNumber, from, wanted, dst);
                if (!open.chunk(bodyId, chunkNumber, scratch.page, window) || window.taken() <= 0) {
                    return -1;
                }
                if (!ShardObjects.isPerhapsCut(dst.get(dst.position() + window.taken() - 1))) {
                    dst.position(dst.position() + window.taken());
                    return window.taken();
                }
                verify = true;
            }
            Slot chunk = scratch.chunk();
            if (!open.chunk(bodyId, chunkNumber, scratch.page, chunk)) {
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
        long mark = bans.mark();
        try {
            peers.add(head.key().peers());
            StoredWriter writer = new StoredWriter(
                    this,
                    head,
                    objects.newId(),
                    scratch.hash.first,
                    scratch.hash.second,
                    mark,
                    maximumObjectBytes,
                    buffers,
                    scratches);
            writers.add(writer);
            if (closed) {
                // Perhaps too late to be told so.
                writer.close();
                return null;
            }
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
        long charge = ShardMaps.pageCharge(chunk.length());
        if (open == null || !room.makeRoom(open, charge, scratch)) {
            return false;
        }
        boolean inserted = false;
        try {
            int attempt = 0;
            do {
                inserted = open.insertChunk(bodyId, chunkNumber, attempt, scratch.page, chunk);
            } while (!inserted && room.makeGap(open, attempt++, scratch));
        } catch (RuntimeException | Error e) {
            fault(e);
        } finally {
            if (!inserted) {
                budget.add(-charge);
            }
        }
        return inserted;
    }

    /** Removes the chunks, {@code length} bytes of data, of a body that never became an object. */
    void removeChunks(long bodyId, long length, Scratch scratch) {
        ShardMaps open = maps;
        if (open == null || length == 0) {
            return;
        }
        try {
            objects.removeBody(open, new RemovedBodies.Body(bodyId, length), scratch);
        } catch (RuntimeException | Error e) {
            fault(e);
        }
    }

    /** {@code head} as it would be kept; null when it cannot be. */
    @Nullable HeadBytes encode(StoredHead head, long bodyLength) {
        return EntryLayout.encode(head, bodyLength, hidden);
    }

    /**
     * Makes a written response visible in place of the variant it replaces.
     *
     * @param body the body, from {@code EntryLayout.CHUNK_DATA_OFFSET} on, when it is to lie with the head; null when it
     *     is in chunks
     * @return the head as stored, null when it could not be
     */
    @Nullable StoredHead commit(StoredWriter writer, HeadBytes bytes, @Nullable Slot body, Scratch scratch) {
        ShardMaps open = usable();
        int inlineLength = body == null ? 0 : (int) bytes.bodyLength();
        long charge = ShardMaps.objectCharge(bytes.length() + inlineLength);
        if (open == null || !room.makeRoom(open, charge + LIST_RESERVE, scratch)) {
            return null;
        }
        StoredObject stored = null;
        try {
            int checksum = body == null ? 0 : EntryLayout.checksum(body, EntryLayout.CHUNK_DATA_OFFSET, inlineLength);
            long bodyAddress = body == null ? 0 : body.address() + EntryLayout.CHUNK_DATA_OFFSET;
            scratch.hash.of(writer.keyFirst(), writer.keySecond());
            for (int attempt = 0; stored == null && attempt < PUBLISH_ATTEMPTS; attempt++) {
                Bans.Sentence sentence = bans.since(writer.banMark(), writer.id(), writer.head());
                if (sentence != null && sentence.dropped()) {
                    return null;
                }
                HeadBytes sentenced = sentence == null ? bytes : bytes.of(sentence.on(writer.head()));
                StoredObject object = insertHead(open, sentenced, writer.id(), checksum, bodyAddress, scratch);
                if (object == null) {
                    return null;
                }
                synchronized (objects.stripe(scratch.hash)) {
                    if (Objects.equals(sentence, bans.since(writer.banMark(), writer.id(), writer.head()))) {
                        objects.publish(open, object, 0, scratch);
                        stored = object;
                    } else {
                        // A purge came since: it changes what the page has to say.
                        open.removePage(scratch.page.head(object.id()));
                    }
                }
            }
            return stored == null ? null : stored.head();
        } catch (RuntimeException | Error e) {
            fault(e);
            return null;
        } finally {
            budget.add(ShardObjects.headCharge(stored) - charge - LIST_RESERVE);
        }
    }

    /**
     * Inserts a head, and an inline body, under {@code id} with whichever salt finds room. Nothing refers to it yet, so no
     * lock is held.
     */
    private @Nullable StoredObject insertHead(
            ShardMaps open, HeadBytes bytes, long id, int bodyChecksum, long bodyAddress, Scratch scratch) {
        int bodyLength = bytes.isInline() ? (int) bytes.bodyLength() : 0;
        int attempt = 0;
        do {
            long salted = ObjectId.salted(id, attempt % ObjectId.SALTS);
            EntryLayout.putHead(scratch.made, bytes, salted, bodyChecksum);
            Value value = scratch.joined.of(scratch.made.address(), scratch.made.length(), bodyAddress, bodyLength);
            if (open.insertPage(scratch.page.head(salted), value)) {
                return EntryLayout.object(bytes, salted, hidden);
            }
        } while (room.makeGap(open, attempt++, scratch));
        return null;
    }

    /** See {@link io.loligo.cache.store.ResponseStore#freshen}. */
    @Nullable StoredHead freshen(StoredHead stored, StoredHead updated, Scratch scratch) {
        if (!updated.key().equals(stored.key())) {
            return null;
        }
        StoredHead retimed = stored.staleSince() == null ? retime(stored.id(), updated, scratch) : null;
        return retimed == null
                ? renew(stored.id(), updated, (old, head) -> validated(old, head, stored.latestPurge()), scratch)
                : retimed;
    }

    /**
     * Writes the times and the Date of {@code updated} over those of object {@code id}, where that differs in nothing else. A
     * ban that covers the object goes on doing so, for it goes by the id: where there is one, this is not the way.
     *
     * @return the head as stored; null, and nothing is changed, when it cannot be done
     */
    private @Nullable StoredHead retime(long id, StoredHead updated, Scratch scratch) {
        ShardMaps open = outOfUseFor == null ? maps : null;
        if (open == null) {
            return null;
        }
        try {
            hasher.hash(updated.key(), scratch.text, scratch.hash);
            synchronized (objects.stripe(scratch.hash)) {
                long reference = open.reference(scratch.hash, scratch.reference);
                StoredObject old =
                        objects.isAmong(open, id, reference, scratch) ? objects.object(open, id, scratch) : null;
                if (old == null
                        || old.head().staleSince() != null
                        || !old.head().isButForTimes(updated)
                        || !bans.covering(id, old.head(), 0).isEmpty()
                        || !open.rewritePage(scratch.page.head(id), scratch.times.of(old, updated))
                        || !scratch.times.isWritten()) {
                    return null;
                }
                StoredObject retimed = old.withTimes(updated);
                objects.retimed(retimed, reference);
                if (scratch.foundId == id) {
                    // Copied before.
                    scratch.foundId = 0;
                }
                return retimed.head();
            }
        } catch (RuntimeException | Error e) {
            fault(e);
            return null;
        }
    }

    /** What bans leave of a validation that knew of them up to ban {@code known}; null for nothing. */
    private @Nullable StoredHead validated(StoredObject old, StoredHead updated, long known) {
        List<Ban> unknown = bans.covering(old.id(), old.head(), known);
        if (unknown.isEmpty()) {
            return updated.withStaleness(null, 0);
        }
        Bans.Sentence sentence = Bans.Sentence.of(unknown, null);
        return sentence.dropped() ? null : sentence.on(updated);
    }

    /**
     * Gives the body of object {@code oldId} another head, under another id.
     *
     * @param updated the head; null for the one that it has
     * @param last what becomes of that head, when the new id is in use already; null for nothing
     */
    @Nullable StoredHead renew(
            long oldId,
            @Nullable StoredHead updated,
            BiFunction<StoredObject, StoredHead, @Nullable StoredHead> last,
            Scratch scratch) {
        ShardMaps open = usable();
        if (open == null) {
            return null;
        }
        Slot slot = null;
        long charge = 0;
        StoredObject renewed = null;
        try {
            // Not scratch.aside: looking at the other variants needs that.
            slot = takeSlot(scratch);
            if (!open.page(scratch.page.head(oldId), slot)) {
                return null;
            }
            StoredObject old = objects.head(slot, oldId);
            if (old == null) {
                counters.faults.increment();
                return null;
            }
            StoredHead wanted = updated == null ? old.head() : updated;
            HeadBytes large = encode(wanted, old.head().bodyLength());
            if (large == null) {
                return null;
            }
            HeadBytes bytes = old.inline() ? large.inline() : large.withBody(old.bodyId());
            long wantedBytes = ShardMaps.objectCharge(bytes.length() + (old.inline() ? (int) bytes.bodyLength() : 0));
            if (!room.makeRoom(open, wantedBytes + LIST_RESERVE, scratch)) {
                return null;
            }
            charge = wantedBytes;
            long id = objects.newId();
            int checksum = slot.buffer().getInt(EntryLayout.BODY_CHECKSUM_OFFSET);
            hasher.hash(old.head().key(), scratch.text, scratch.hash);
            for (int attempt = 0; renewed == null && attempt < PUBLISH_ATTEMPTS; attempt++) {
                StoredHead head = last.apply(old, wanted);
                StoredObject object = head == null
                        ? null
                        : insertHead(open, bytes.of(head), id, checksum, slot.address() + old.bodyOffset(), scratch);
                if (object == null) {
                    return null;
                }
                synchronized (objects.stripe(scratch.hash)) {
                    // Evicted, purged or replaced meanwhile: there is nothing to renew.
                    boolean there = objects.refersTo(open, oldId, scratch);
                    if (there && Objects.equals(head, last.apply(old, wanted))) {
                        objects.publish(open, object, oldId, scratch);
                        renewed = object;
                    } else {
                        open.removePage(scratch.page.head(object.id()));
                    }
                    if (!there) {
                        return null;
                    }
                }
            }
            return renewed == null ? null : renewed.head();
        } catch (RuntimeException | Error e) {
            fault(e);
            return null;
        } finally {
            if (slot != null) {
                give(slot);
            }
            if (charge > 0) {
                budget.add(ShardObjects.headCharge(renewed) - charge - LIST_RESERVE);
            }
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
            synchronized (objects.stripe(scratch.hash)) {
                objects.change(open, scratch, null, 0, other -> other.id() == head.id());
            }
        } catch (RuntimeException | Error e) {
            fault(e);
        }
    }
}
