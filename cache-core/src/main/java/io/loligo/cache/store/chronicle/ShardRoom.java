package io.loligo.cache.store.chronicle;

import io.loligo.cache.store.ResponseStore.Purged;
import io.loligo.cache.store.chronicle.files.Counters;
import io.loligo.cache.store.chronicle.page.InlineHeadView;
import io.loligo.cache.store.chronicle.page.KeyHasher;
import io.loligo.cache.store.chronicle.page.Scratch;
import io.loligo.cache.store.chronicle.page.StoredObject;
import io.loligo.cache.store.eviction.EvictionIndex;

/**
 * How one shard gets room for what is written: ahead of the writers by the evictor, else by the writer itself, which
 * evicts so much at most and then gives up.
 *
 * <p>For any number of threads. A writer may be in the middle of something, so it evicts with another {@link Scratch}.
 */
final class ShardRoom {
    /** Objects that one writer evicts to make room for one page; then it gives up storing. */
    private static final int INLINE_EVICTIONS_MAX = 256;

    /**
     * Objects that one writer evicts because no segment has room for a page although the budget has: so many leave a gap
     * even among pages of the largest size.
     */
    private static final int GAP_EVICTIONS_MAX = 32;

    private final ShardState state;
    private final ShardObjects objects;
    private final Budget budget;
    private final EvictionIndex eviction;
    private final KeyHasher hasher;
    private final Counters counters;

    ShardRoom(ShardContext context, ShardState state, ShardObjects objects) {
        this.state = state;
        this.objects = objects;
        this.budget = state.budget();
        this.eviction = state.eviction();
        this.hasher = context.hasher();
        this.counters = context.counters();
    }

    /** Takes {@code bytes} of the budget, evicting for them if need be; false when they cannot be had now. */
    boolean makeRoom(ShardMaps open, long bytes, Scratch scratch) {
        int evicted = 0;
        while (!state.isClosed() && !state.isSuspended()) {
            if (budget.take(bytes)) {
                return true;
            }
            if (!budget.isEnoughFor(bytes) || evicted++ >= INLINE_EVICTIONS_MAX || !free(open, scratch.nested())) {
                counters.refusals.increment();
                return false;
            }
        }
        return false;
    }

    /**
     * Evicts something because a page has found no segment with room for it.
     *
     * @param attempt how often the page has been tried before, from 0
     * @return whether to try again
     */
    boolean makeGap(ShardMaps open, int attempt, Scratch scratch) {
        if (attempt < GAP_EVICTIONS_MAX && !state.isClosed() && free(open, scratch.nested())) {
            return true;
        }
        counters.refusals.increment();
        return false;
    }

    /**
     * Makes some room: out of what is removed already, else by evicting. What is evicted counts as used until its body is
     * removed, so evicting on and on before that would empty the shard.
     */
    private boolean free(ShardMaps open, Scratch scratch) {
        try {
            return objects.removeSome(open, scratch) || evictOne(open, scratch);
        } catch (RuntimeException | Error e) {
            state.fault(e);
            return false;
        }
    }

    /** Evicts until there is some room to spare. The evictor's work. */
    void evictAhead(Scratch scratch) {
        ShardMaps open = state.maps();
        try {
            while (open != null
                    && !state.isClosed()
                    && (objects.removeSome(open, scratch) || (!budget.hasRoomToSpare() && evictOne(open, scratch)))) {
                open = state.maps();
            }
        } catch (RuntimeException | Error e) {
            state.fault(e);
        }
    }

    private boolean evictOne(ShardMaps open, Scratch scratch) {
        EvictionIndex.Victim victim = eviction.poll();
        if (victim == null) {
            return false;
        }
        try {
            if (evictAtAGlance(open, victim.id(), scratch)) {
                counters.evictions.increment();
                return true;
            }
            StoredObject object = objects.object(open, victim.id(), scratch);
            if (object == null) {
                // Gone: then whoever removed it has given its bytes back. Still there: then it cannot be read.
                if (open.page(scratch.page.head(victim.id()), scratch.aside)) {
                    objects.discard(open, victim.id(), victim.bytes(), scratch);
                }
            } else {
                hasher.hash(object.head().key(), scratch.text, scratch.hash);
                synchronized (objects.stripe(scratch.hash)) {
                    Purged evicted = objects.change(open, scratch, null, 0, other -> other.id() == victim.id());
                    if (evicted.objects() == 0 && open.hasPage(scratch.page.head(victim.id()))) {
                        // Nothing refers to it: a removal before this failed half way.
                        objects.delete(open, object, true, scratch);
                    }
                }
            }
            counters.evictions.increment();
            return true;
        } catch (RuntimeException | Error e) {
            // Lest it stays for good because nobody knows of it.
            eviction.add(victim.id(), victim.bytes(), ShardObjects.fingerprint(scratch.hash));
            state.fault(e);
            return false;
        }
    }

    /** Evicts what most victims are: small, and all that there is under its key. False when this one is not. */
    private boolean evictAtAGlance(ShardMaps open, long id, Scratch scratch) {
        InlineHeadView glance = scratch.glance.of(id);
        if (objects.isFromEarlierRun(id) || !open.page(scratch.page.head(id), glance) || !glance.seen()) {
            return false;
        }
        glance.hash(hasher, scratch.text, scratch.hash);
        synchronized (objects.stripe(scratch.hash)) {
            return objects.remove(open, glance, scratch);
        }
    }
}
