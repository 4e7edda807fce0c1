package io.loligo.cache.store.chronicle;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.store.EntryReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How what is stored in one shard is found and read.
 *
 * <p>For any number of threads, which take no lock but where they remove something.
 */
final class ShardReading {
    /** How often a lookup follows a reference that changes under it. */
    private static final int LOOKUP_ATTEMPTS = 4;

    private final Shard shard;
    private final ShardObjects objects;
    private final DecodedCache decoded;
    private final EvictionIndex eviction;
    private final Bans bans;
    private final BodyPins pins;
    private final KeyHasher hasher;
    private final SlotPool slots;
    private final Counters counters;
    private final ThreadLocal<Scratch> scratches;

    ShardReading(
            Shard shard,
            ShardObjects objects,
            DecodedCache decoded,
            EvictionIndex eviction,
            Bans bans,
            BodyPins pins,
            KeyHasher hasher,
            SlotPool slots,
            Counters counters,
            ThreadLocal<Scratch> scratches) {
        this.shard = shard;
        this.objects = objects;
        this.decoded = decoded;
        this.eviction = eviction;
        this.bans = bans;
        this.pins = pins;
        this.hasher = hasher;
        this.slots = slots;
        this.counters = counters;
        this.scratches = scratches;
    }

    /** The heads under {@code key}, whose hash is in {@code scratch}. */
    List<StoredHead> lookup(CacheKey key, Scratch scratch) {
        ShardMaps open = shard.usable();
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
            shard.fault(e);
        }
        return List.of();
    }

    private @Nullable List<StoredHead> single(ShardMaps open, long id, CacheKey key, Scratch scratch) {
        StoredObject object = decoded.object(id);
        if (object == null) {
            Slot slot = scratch.found;
            if (slot == null) {
                slot = slots.take(scratch);
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
        ShardMaps open = shard.usable();
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
                slot = slots.take(scratch);
                if (!open.page(scratch.page.head(id), slot)) {
                    slots.give(slot, scratch);
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
                slots.give(slot, scratch);
                remove(head, scratch);
                return null;
            }
            Bans.Sentence sentence = bans.on(object);
            if ((sentence != null && sentence.dropped()) || (!object.inline() && !pin(open, object, scratch))) {
                slots.give(slot, scratch);
                return null;
            }
            eviction.touch(id);
            return new StoredReader(shard, object, slot, scratches);
        } catch (RuntimeException | Error e) {
            shard.fault(e);
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
            ShardMaps open = shard.maps();
            StoredObject free = open == null ? null : pins.unpin(bodyId);
            if (open == null || free == null) {
                return;
            }
            try {
                objects.removeBody(open, free.body(), scratch);
            } catch (RuntimeException | Error e) {
                shard.fault(e);
            }
        }
    }

    /** Takes back the slot of a reader that is done. */
    void give(Slot slot) {
        slots.give(slot, scratches.get());
    }

    /**
     * Copies data of chunk {@code chunkNumber} of {@code bodyId} to {@code dst}, at most {@code wanted} bytes.
     *
     * @return the number of bytes copied; -1 when the chunk is gone or damaged
     */
    int readChunk(long bodyId, int chunkNumber, int from, int wanted, ByteBuffer dst, Scratch scratch) {
        ShardMaps open = shard.maps();
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
            shard.fault(e);
            return -1;
        }
    }

    /** Drops {@code head}, if it is still there. */
    void remove(StoredHead head, Scratch scratch) {
        ShardMaps open = shard.maps();
        if (open == null) {
            return;
        }
        try {
            hasher.hash(head.key(), scratch.text, scratch.hash);
            synchronized (objects.stripe(scratch.hash)) {
                objects.change(open, scratch, null, 0, other -> other.id() == head.id());
            }
        } catch (RuntimeException | Error e) {
            shard.fault(e);
        }
    }
}
