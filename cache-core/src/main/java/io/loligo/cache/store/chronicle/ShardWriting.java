package io.loligo.cache.store.chronicle;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.FieldNames;
import io.loligo.cache.store.chronicle.ban.Ban;
import io.loligo.cache.store.chronicle.ban.Bans;
import io.loligo.cache.store.chronicle.ban.PurgeEffect;
import io.loligo.cache.store.chronicle.ban.RecentPurges;
import io.loligo.cache.store.chronicle.files.Counters;
import io.loligo.cache.store.chronicle.files.PeersRegistry;
import io.loligo.cache.store.chronicle.files.StoreFaults;
import io.loligo.cache.store.chronicle.page.BodyChunks;
import io.loligo.cache.store.chronicle.page.EntryLayout;
import io.loligo.cache.store.chronicle.page.HeadBytes;
import io.loligo.cache.store.chronicle.page.KeyHasher;
import io.loligo.cache.store.chronicle.page.ObjectId;
import io.loligo.cache.store.chronicle.page.PageBuffer;
import io.loligo.cache.store.chronicle.page.PageBufferPool;
import io.loligo.cache.store.chronicle.page.PageCharge;
import io.loligo.cache.store.chronicle.page.Scratch;
import io.loligo.cache.store.chronicle.page.StoredObject;
import io.loligo.cache.store.chronicle.page.Value;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * How responses come into one shard, and how what is there gets another head.
 *
 * <p>For any number of threads. Everything is inserted before anything refers to it; only while it becomes visible is the
 * lock of its key held.
 */
final class ShardWriting {
    /** How often a head is made anew because a purge changed what it has to say; then it is not stored. */
    private static final int PUBLISH_ATTEMPTS = 8;

    /** What a writer takes for a list: room for it, and as much again because it is counted before that is given back. */
    private static final long LIST_RESERVE = 2 * ShardObjects.LIST_CHARGE;

    private final ShardState state;
    private final ShardObjects objects;
    private final ShardRoom room;
    private final ShardReading reading;
    private final Budget budget;
    private final Bans bans;
    private final RecentPurges recent;
    private final PeersRegistry peers;
    private final KeyHasher hasher;
    private final PageBufferPool buffers;
    private final Counters counters;
    private final StoreFaults faults;
    private final ThreadLocal<Scratch> scratches;

    private final Set<StoredWriter> writers = ConcurrentHashMap.newKeySet();
    private volatile FieldNames hidden = FieldNames.NONE;

    ShardWriting(ShardContext context, ShardState state, ShardObjects objects, ShardRoom room, ShardReading reading) {
        this.state = state;
        this.objects = objects;
        this.room = room;
        this.reading = reading;
        this.budget = state.budget();
        this.bans = context.bans();
        this.recent = context.recent();
        this.peers = context.peers();
        this.hasher = context.hasher();
        this.buffers = context.buffers();
        this.counters = context.counters();
        this.faults = context.faults();
        this.scratches = context.scratches();
    }

    /** The names of fields that are kept but not sent of what is stored from now on. */
    void hide(FieldNames names) {
        hidden = names;
    }

    FieldNames hidden() {
        return hidden;
    }

    /** Drops what is being written, once the shard takes no new work. */
    void close() {
        for (StoredWriter writer : writers) {
            writer.close();
        }
    }

    /**
     * A writer for {@code head}, which was asked for at {@code begun} and holds the bytes of {@code part}, too; null when this
     * shard stores nothing now. The key's hash is in {@code scratch}.
     */
    @Nullable StoredWriter write(
            StoredHead head,
            @Nullable StoredHead part,
            long begun,
            long maximumObjectBytes,
            PageBufferPool writersBuffers,
            Scratch scratch) {
        if (state.usable() == null || state.isClosed()) {
            return null;
        }
        if (state.isSuspended()) {
            faults.count(StoreFaults.DISK);
            return null;
        }
        try {
            peers.add(head.key().peers());
            StoredWriter writer = new StoredWriter(
                    state,
                    this,
                    reading,
                    head,
                    part,
                    objects.newId(),
                    scratch.hash.first,
                    scratch.hash.second,
                    begun,
                    maximumObjectBytes,
                    writersBuffers,
                    scratches);
            writers.add(writer);
            if (state.isClosed()) {
                // Perhaps too late to be told so.
                writer.close();
                return null;
            }
            return writer;
        } catch (IOException | RuntimeException | Error e) {
            state.fault(e);
            return null;
        }
    }

    void forget(StoredWriter writer) {
        writers.remove(writer);
    }

    /** Inserts one chunk; false when there is no room or the map cannot take it. */
    boolean insertChunk(long bodyId, int chunkNumber, PageBuffer chunk, Scratch scratch) {
        ShardMaps open = state.usable();
        long charge = PageCharge.pageCharge(chunk.length());
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
            state.fault(e);
        } finally {
            if (!inserted) {
                budget.add(-charge);
            }
        }
        return inserted;
    }

    /** Removes the chunks, {@code length} bytes of data, of a body that never became an object. */
    void removeChunks(long bodyId, long length, Scratch scratch) {
        ShardMaps open = state.maps();
        if (open == null || length == 0) {
            return;
        }
        try {
            objects.removeBody(open, new BodyChunks(bodyId, length), scratch);
        } catch (RuntimeException | Error e) {
            state.fault(e);
        }
    }

    /** {@code head} as it would be kept; null when it cannot be. */
    @Nullable HeadBytes encode(StoredHead head, long bodyLength, Scratch scratch) {
        return HeadBytes.of(head, bodyLength, hidden, scratch.draft);
    }

    /**
     * Makes a written response visible in place of the variant it replaces.
     *
     * @param body the body, from {@code EntryLayout.CHUNK_DATA_OFFSET} on, when it is to lie with the head; null when it
     *     is in chunks
     * @return the head as stored, null when it could not be
     */
    @Nullable StoredHead commit(StoredWriter writer, HeadBytes bytes, @Nullable PageBuffer body, Scratch scratch) {
        ShardMaps open = state.usable();
        int inlineLength = body == null ? 0 : (int) bytes.bodyLength();
        long charge = PageCharge.objectCharge(bytes.length() + inlineLength);
        if (open == null || !room.makeRoom(open, charge + LIST_RESERVE, scratch)) {
            return null;
        }
        StoredObject stored = null;
        try {
            int checksum = body == null ? 0 : EntryLayout.checksum(body, EntryLayout.CHUNK_DATA_OFFSET, inlineLength);
            long bodyAddress = body == null ? 0 : body.address() + EntryLayout.CHUNK_DATA_OFFSET;
            scratch.hash.of(writer.keyFirst(), writer.keySecond());
            for (int attempt = 0; stored == null && attempt < PUBLISH_ATTEMPTS; attempt++) {
                PurgeEffect effect = purgedSince(writer, scratch);
                if (effect != null && effect.dropped()) {
                    return null;
                }
                HeadBytes purged = effect == null ? bytes : bytes.of(effect.on(writer.head()));
                StoredObject object = insertHead(open, purged, writer.id(), checksum, bodyAddress, scratch);
                if (object == null) {
                    return null;
                }
                synchronized (objects.stripe(scratch.hash)) {
                    if (Objects.equals(effect, purgedSince(writer, scratch))) {
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
            state.fault(e);
            return null;
        } finally {
            budget.add(ShardObjects.headCharge(stored) - charge - LIST_RESERVE);
        }
    }

    private @Nullable PurgeEffect purgedSince(StoredWriter writer, Scratch scratch) {
        StoredHead head = writer.head();
        StoredHead part = writer.part();
        PurgeEffect ofPart = part == null ? null : recent.since(writer.begun(), part, null, scratch.text);
        return PurgeEffect.both(ofPart, recent.since(writer.begun(), head, head.staleSince(), scratch.text));
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
            bytes.put(scratch.made, salted, bodyChecksum);
            Value value = scratch.joined.of(scratch.made.address(), scratch.made.length(), bodyAddress, bodyLength);
            if (open.insertPage(scratch.page.head(salted), value)) {
                return bytes.object(salted, hidden);
            }
        } while (room.makeGap(open, attempt++, scratch));
        return null;
    }

    /** See {@link io.loligo.cache.store.ResponseStore#freshen}. */
    @Nullable StoredHead freshen(StoredHead stored, StoredHead updated, long begun, Scratch scratch) {
        if (!updated.key().equals(stored.key())) {
            return null;
        }
        StoredHead retimed = stored.staleSince() == null ? retime(stored.id(), updated, begun, scratch) : null;
        if (retimed != null) {
            return retimed;
        }
        long known = stored.latestPurge();
        return renew(stored.id(), updated, (old, head) -> validated(old, head, known, begun, scratch), scratch);
    }

    /**
     * Writes the times and the Date of {@code updated} over those of object {@code id}, where that differs in nothing else. A
     * ban that covers the object goes on doing so, for it goes by the id: where there is one, this is not the way.
     *
     * @return the head as stored; null, and nothing is changed, when it cannot be done
     */
    private @Nullable StoredHead retime(long id, StoredHead updated, long begun, Scratch scratch) {
        ShardMaps open = state.isOutOfUse() ? null : state.maps();
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
                        || recent.since(begun, updated, null, scratch.text) != null
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
            state.fault(e);
            return null;
        }
    }

    /**
     * What purges leave of a validation; null for nothing. Those count that are about the response as it was or as it is now:
     * the ones that came since the request began, and the ones in force after ban {@code known}, the latest that who
     * validated the response knew of.
     */
    private @Nullable StoredHead validated(
            StoredObject old, StoredHead updated, long known, long begun, Scratch scratch) {
        List<Ban> unknown = bans.covering(old.id(), old.head(), known);
        PurgeEffect inForce = unknown.isEmpty() ? null : PurgeEffect.of(unknown, null);
        PurgeEffect before = recent.since(begun, old.head(), null, scratch.text);
        PurgeEffect now = recent.since(begun, updated, null, scratch.text);
        PurgeEffect effect = PurgeEffect.both(inForce, PurgeEffect.both(before, now));
        if (effect == null) {
            return updated.withStaleness(null, 0);
        }
        return effect.dropped() ? null : effect.on(updated);
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
        ShardMaps open = state.usable();
        if (open == null) {
            return null;
        }
        PageBuffer buffer = null;
        long charge = 0;
        StoredObject renewed = null;
        try {
            // Not scratch.aside: looking at the other variants needs that.
            buffer = buffers.take(scratch);
            if (!open.page(scratch.page.head(oldId), buffer)) {
                return null;
            }
            StoredObject old = objects.head(buffer, oldId);
            if (old == null) {
                counters.faults.increment();
                return null;
            }
            StoredHead wanted = updated == null ? old.head() : updated;
            HeadBytes large = encode(wanted, old.head().bodyLength(), scratch);
            if (large == null) {
                return null;
            }
            HeadBytes bytes = old.inline() ? large.inline() : large.withBody(old.bodyId());
            long wantedBytes = PageCharge.objectCharge(bytes.length() + (old.inline() ? (int) bytes.bodyLength() : 0));
            if (!room.makeRoom(open, wantedBytes + LIST_RESERVE, scratch)) {
                return null;
            }
            charge = wantedBytes;
            long id = objects.newId();
            int checksum = buffer.buffer().getInt(EntryLayout.BODY_CHECKSUM_OFFSET);
            hasher.hash(old.head().key(), scratch.text, scratch.hash);
            for (int attempt = 0; renewed == null && attempt < PUBLISH_ATTEMPTS; attempt++) {
                StoredHead head = last.apply(old, wanted);
                StoredObject object = head == null
                        ? null
                        : insertHead(open, bytes.of(head), id, checksum, buffer.address() + old.bodyOffset(), scratch);
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
            state.fault(e);
            return null;
        } finally {
            if (buffer != null) {
                buffers.give(buffer, scratch);
            }
            if (charge > 0) {
                budget.add(ShardObjects.headCharge(renewed) - charge - LIST_RESERVE);
            }
        }
    }
}
