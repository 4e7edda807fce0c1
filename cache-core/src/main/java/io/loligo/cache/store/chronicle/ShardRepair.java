package io.loligo.cache.store.chronicle;

import io.loligo.cache.store.chronicle.files.Counters;
import io.loligo.cache.store.chronicle.files.PeersRegistry;
import io.loligo.cache.store.chronicle.page.EntryLayout;
import io.loligo.cache.store.chronicle.page.KeyHasher;
import io.loligo.cache.store.chronicle.page.LongList;
import io.loligo.cache.store.chronicle.page.ObjectId;
import io.loligo.cache.store.chronicle.page.Scratch;
import io.loligo.cache.store.chronicle.page.StoredObject;
import io.loligo.cache.store.chronicle.page.VariantList;
import java.io.IOException;
import java.util.Arrays;

/**
 * What a start finds out about the content of one shard that earlier runs left: what is to be evicted and found by its
 * tags and, after an unclean stop, what is to be removed because it is incomplete.
 *
 * <p>The work of one thread, which goes on beside any other that uses the shard; it ends early when the shard is closed.
 */
final class ShardRepair {
    private final ShardState state;
    private final ShardObjects objects;
    private final Budget budget;
    private final PeersRegistry peers;
    private final KeyHasher hasher;
    private final Counters counters;
    private volatile boolean tagsKnown;

    ShardRepair(ShardContext context, ShardState state, ShardObjects objects) {
        this.state = state;
        this.objects = objects;
        this.budget = state.budget();
        this.peers = context.peers();
        this.hasher = context.hasher();
        this.counters = context.counters();
    }

    /** {@link #rebuild} for a shard that is in use already. */
    void rebuildInService(Scratch scratch) {
        ShardMaps open = state.maps();
        if (open == null) {
            return;
        }
        try {
            rebuild(open, true, scratch);
        } catch (RuntimeException | Error e) {
            state.fault(e);
        }
    }

    /**
     * Finds out what the maps hold, to be able to evict it. After a clean stop this goes on beside the traffic; after an
     * unclean one it comes first, counts the bytes, and removes whatever is incomplete or that nothing refers to.
     *
     * @param clean whether the budget is right already
     */
    void rebuild(ShardMaps open, boolean clean, Scratch scratch) {
        LongList bodies = new LongList();
        boolean complete = true;
        for (int segment = 0; segment < open.segments() && !state.isClosed(); segment++) {
            LongList ids = open.headIds(segment);
            for (int i = 0; i < ids.size() && !state.isClosed(); i++) {
                try {
                    rebuild(open, ids.get(i), clean, bodies, scratch);
                } catch (IOException e) {
                    complete = false;
                    state.fault(e);
                }
            }
        }
        if (!clean) {
            removeStrayChunks(open, bodies.sorted(), scratch);
            removeDanglingReferences(open, scratch);
        }
        tagsKnown = complete && !state.isClosed();
    }

    /** There is nothing of an earlier run: every object that comes is known. */
    void beginEmpty() {
        tagsKnown = true;
    }

    /** Whether every object here is found by its tags. */
    boolean isTagsKnown() {
        return tagsKnown && state.isReady();
    }

    private void rebuild(ShardMaps open, long id, boolean clean, LongList bodies, Scratch scratch) throws IOException {
        if (!objects.isFromEarlierRun(id) || !open.page(scratch.page.head(id), scratch.aside)) {
            return;
        }
        if (EntryLayout.isList(scratch.aside)) {
            VariantList list = EntryLayout.list(scratch.aside, id, true);
            if (list == null) {
                objects.discard(open, id, 0, scratch);
            } else if (!clean) {
                scratch.hash.of(list.keyFirst(), list.keySecond());
                if (open.reference(scratch.hash, scratch.reference) == ObjectId.listReference(id)) {
                    budget.add(ShardObjects.LIST_CHARGE);
                } else {
                    objects.discard(open, id, 0, scratch);
                }
            }
            return;
        }
        StoredObject object = objects.head(scratch.aside, id);
        if (object == null) {
            counters.faults.increment();
            objects.discard(open, id, 0, scratch);
            return;
        }
        peers.add(object.head().key().peers());
        hasher.hash(object.head().key(), scratch.text, scratch.hash);
        synchronized (objects.stripe(scratch.hash)) {
            if (!objects.refersTo(open, id, scratch)) {
                if (!clean) {
                    open.removePage(scratch.page.head(id));
                }
                return;
            }
            if (!clean) {
                budget.add(object.charge());
                budget.count(object, 1);
                if (!hasAllChunks(open, object, scratch)) {
                    objects.change(open, scratch, null, 0, other -> other.id() == id);
                    return;
                }
                if (!object.inline()) {
                    bodies.add(object.bodyId());
                }
            }
            objects.know(object, scratch);
        }
    }

    private static boolean hasAllChunks(ShardMaps open, StoredObject object, Scratch scratch) {
        for (int i = 0; i < object.chunks(); i++) {
            if (!open.hasChunk(object.bodyId(), i, scratch.page)) {
                return false;
            }
        }
        return true;
    }

    private void removeStrayChunks(ShardMaps open, long[] bodies, Scratch scratch) {
        for (int segment = 0; segment < open.segments() && !state.isClosed(); segment++) {
            LongList keys = open.chunkKeys(segment);
            for (int i = 0; i < keys.size(); i += 2) {
                if (Arrays.binarySearch(bodies, ObjectId.unsalted(keys.get(i))) < 0) {
                    open.removePage(scratch.page.of(keys.get(i), (int) keys.get(i + 1)));
                }
            }
        }
    }

    private void removeDanglingReferences(ShardMaps open, Scratch scratch) {
        for (int segment = 0; segment < open.indexSegments() && !state.isClosed(); segment++) {
            LongList all = open.references(segment);
            for (int i = 0; i < all.size(); i += 3) {
                if (!open.hasPage(scratch.page.head(ObjectId.id(all.get(i + 2))))) {
                    open.forget(scratch.hash.of(all.get(i), all.get(i + 1)));
                }
            }
        }
    }
}
