package io.loligo.cache.store.chronicle;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.store.EntryReader;
import io.loligo.cache.store.chronicle.ban.Bans;
import io.loligo.cache.store.chronicle.ban.PurgeEffect;
import io.loligo.cache.store.chronicle.files.Counters;
import io.loligo.cache.store.chronicle.page.ChunkWindow;
import io.loligo.cache.store.chronicle.page.EntryLayout;
import io.loligo.cache.store.chronicle.page.KeyHasher;
import io.loligo.cache.store.chronicle.page.ObjectId;
import io.loligo.cache.store.chronicle.page.PageBuffer;
import io.loligo.cache.store.chronicle.page.PageBufferPool;
import io.loligo.cache.store.chronicle.page.Scratch;
import io.loligo.cache.store.chronicle.page.StoredObject;
import io.loligo.cache.store.chronicle.page.VariantList;
import io.loligo.cache.store.eviction.EvictionIndex;
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

    private final ShardState state;
    private final ShardObjects objects;
    private final DecodedCache decoded;
    private final EvictionIndex eviction;
    private final Bans bans;
    private final BodyPins pins;
    private final KeyHasher hasher;
    private final PageBufferPool buffers;
    private final Counters counters;
    private final ThreadLocal<Scratch> scratches;

    ShardReading(ShardContext context, ShardState state, ShardObjects objects) {
        this.state = state;
        this.objects = objects;
        this.decoded = context.decoded();
        this.eviction = state.eviction();
        this.bans = context.bans();
        this.pins = state.pins();
        this.hasher = context.hasher();
        this.buffers = context.buffers();
        this.counters = context.counters();
        this.scratches = context.scratches();
    }

    /** The heads under {@code key}, whose hash is in {@code scratch}. */
    List<StoredHead> lookup(CacheKey key, Scratch scratch) {
        ShardMaps open = state.usable();
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
            state.fault(e);
        }
        return List.of();
    }

    private @Nullable List<StoredHead> single(ShardMaps open, long id, CacheKey key, Scratch scratch) {
        StoredObject object = decoded.object(id);
        if (object == null) {
            PageBuffer buffer = scratch.found;
            if (buffer == null) {
                buffer = buffers.take(scratch);
                scratch.found = buffer;
            }
            scratch.foundId = 0;
            object = objects.load(open, id, buffer, scratch);
            if (object == null) {
                return null;
            }
            scratch.foundId = id;
        }
        if (!object.head().key().equals(key)) {
            return List.of();
        }
        eviction.touch(id);
        PurgeEffect effect = bans.on(object);
        if (effect == null) {
            return object.alone();
        }
        return effect.dropped() ? List.of() : List.of(effect.on(object.head()));
    }

    private @Nullable List<StoredHead> variants(ShardMaps open, long listId, CacheKey key, Scratch scratch) {
        VariantList variants = decoded.variants(listId);
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
            variants = new VariantList(
                    listId, variants.keyFirst(), variants.keySecond(), variants.members(), List.copyOf(heads));
            decoded.add(variants);
        }
        return bans.isEmpty() ? variants.heads() : standing(open, variants, scratch);
    }

    /** What bans leave of {@code variants}; null when their key refers to others meanwhile. */
    private @Nullable List<StoredHead> standing(ShardMaps open, VariantList variants, Scratch scratch) {
        List<StoredHead> left = new ArrayList<>(variants.heads().size());
        for (StoredHead head : variants.heads()) {
            StoredObject object = objects.object(open, head.id(), scratch);
            if (object == null && hasMovedOn(open, variants.id(), scratch)) {
                return null;
            }
            PurgeEffect effect = object == null ? null : bans.on(object);
            if (object != null && (effect == null || !effect.dropped())) {
                left.add(effect == null ? head : effect.on(head));
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
        ShardMaps open = state.usable();
        if (open == null) {
            return null;
        }
        PageBuffer buffer = null;
        try {
            long id = head.id();
            PageBuffer found = scratch.found;
            if (found != null && scratch.foundId == id) {
                // The lookup before copied it already: the buffer changes hands.
                buffer = found;
                scratch.found = null;
            } else {
                buffer = buffers.take(scratch);
                if (!open.page(scratch.page.head(id), buffer)) {
                    buffers.give(buffer, scratch);
                    return null;
                }
            }
            scratch.foundId = 0;
            StoredObject object = decoded.object(id);
            boolean usable;
            if (object == null) {
                object = objects.head(buffer, id);
                usable = object != null;
            } else {
                usable = buffer.length() == object.valueLength()
                        && buffer.buffer().getLong(EntryLayout.ID_OFFSET) == id
                        && (!objects.isToBeVerified(id, buffer)
                                || EntryLayout.isIntact(buffer, object.bodyOffset(), object.inline()));
            }
            if (object == null || !usable) {
                counters.faults.increment();
                buffers.give(buffer, scratch);
                remove(head, scratch);
                return null;
            }
            PurgeEffect effect = bans.on(object);
            if ((effect != null && effect.dropped()) || (!object.inline() && !pin(open, object, scratch))) {
                buffers.give(buffer, scratch);
                return null;
            }
            eviction.touch(id);
            return new StoredReader(state, this, object, buffer, scratches);
        } catch (RuntimeException | Error e) {
            state.fault(e);
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
            ShardMaps open = state.maps();
            StoredObject free = open == null ? null : pins.unpin(bodyId);
            if (open == null || free == null) {
                return;
            }
            try {
                objects.removeBody(open, free.body(), scratch);
            } catch (RuntimeException | Error e) {
                state.fault(e);
            }
        }
    }

    /** Takes back the buffer of a reader that is done. */
    void give(PageBuffer buffer) {
        buffers.give(buffer, scratches.get());
    }

    /**
     * Copies data of chunk {@code chunkNumber} of {@code bodyId} to {@code dst}, at most {@code wanted} bytes.
     *
     * @return the number of bytes copied; -1 when the chunk is gone or damaged
     */
    int readChunk(long bodyId, int chunkNumber, int from, int wanted, ByteBuffer dst, Scratch scratch) {
        ShardMaps open = state.maps();
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
                if (!EntryLayout.isPerhapsCut(dst.get(dst.position() + window.taken() - 1))) {
                    dst.position(dst.position() + window.taken());
                    return window.taken();
                }
                verify = true;
            }
            PageBuffer chunk = scratch.chunk();
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
            state.fault(e);
            return -1;
        }
    }

    /** Drops {@code head}, if it is still there. */
    void remove(StoredHead head, Scratch scratch) {
        ShardMaps open = state.maps();
        if (open == null) {
            return;
        }
        try {
            hasher.hash(head.key(), scratch.text, scratch.hash);
            synchronized (objects.stripe(scratch.hash)) {
                objects.change(open, scratch, null, 0, other -> other.id() == head.id());
            }
        } catch (RuntimeException | Error e) {
            state.fault(e);
        }
    }
}
