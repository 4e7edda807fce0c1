package io.loligo.cache.store.eviction;

import static io.loligo.cache.store.eviction.ObjectSlots.NONE;
import static io.loligo.cache.store.eviction.ObjectSlots.PAGE;
import static io.loligo.cache.store.eviction.ObjectSlots.offset;
import static io.loligo.cache.store.eviction.ObjectSlots.page;

import io.loligo.cache.store.ReplacementPolicy;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Evicts what has the lowest priority, in exact order: Squid's policies. Of objects with the same priority the older one
 * goes, that with the smaller id.
 *
 * <ul>
 *   <li>LRU: the priority is the time of the last request, in requests
 *   <li>GDSF: the age of the store + requests / size (Cherkasova, HPL-98-69R1)
 *   <li>LFUDA: the age of the store + requests (Arlitt and others, HPL-98-173)
 * </ul>
 *
 * The age of the store is the priority of the last that was evicted. An object's priority only ever grows until it goes,
 * and {@link #touch} only notes it; the heap is put right where its top turns out to be out of date.
 *
 * <p>44 to 46 bytes of heap for each object, in pages that are added as objects come.
 */
public final class PriorityIndex implements EvictionIndex {
    /** Of a request for an object of one unit, under GDSF; for the largest it is 2 still. */
    private static final long GDSF_ONE = 1L << 32;

    private static final int COUNT_MAX = Character.MAX_VALUE;

    private final ReplacementPolicy policy;
    private final ObjectSlots slots = new ObjectSlots();

    // By slot, in pages.
    private int[][] weights = new int[0][];
    private long[][] sorted = new long[0][];
    private int[][] places = new int[0][];
    private volatile long[][] priorities = new long[0][];
    private volatile char[][] counts = new char[0][];

    /** Slots, by place; a parent's {@link #sorted} priority is not higher than its children's. */
    private int[][] heap = new int[0][];

    private long requests;
    private long age;

    /** For {@code policy}, which is one of Squid's. */
    PriorityIndex(ReplacementPolicy policy) {
        this.policy = policy;
    }

    @Override
    public synchronized int size() {
        return slots.size();
    }

    @Override
    public void touch(long id) {
        int slot = slots.find(id);
        long[][] priorityPages = priorities;
        char[][] countPages = counts;
        int page = page(slot);
        if (slot == NONE || page >= priorityPages.length || page >= countPages.length) {
            return;
        }
        int count = Math.min(COUNT_MAX, countPages[page][offset(slot)] + 1);
        countPages[page][offset(slot)] = (char) count;
        long priority = priority(count, weights[page][offset(slot)]);
        if (priority > priorityPages[page][offset(slot)]) {
            priorityPages[page][offset(slot)] = priority;
        }
    }

    private long priority(int count, int weight) {
        return switch (policy) {
            case LRU -> ++requests;
            case GDSF -> age + count * GDSF_ONE / Math.max(1, weight);
            case LFUDA -> age + count;
            case HIT_DENSITY -> throw new IllegalStateException("not a matter of priorities");
        };
    }

    @Override
    public synchronized void add(long id, long bytes, int fingerprint) {
        if (slots.find(id) != NONE) {
            return;
        }
        int slot = slots.add(id);
        if (page(slot) == weights.length) {
            addPage();
        }
        int weight = EvictionIndex.weight(bytes);
        long priority = priority(1, weight);
        weights[page(slot)][offset(slot)] = weight;
        counts[page(slot)][offset(slot)] = 1;
        priorities[page(slot)][offset(slot)] = priority;
        sorted[page(slot)][offset(slot)] = priority;
        // Slots are dense, so there is a place for each.
        put(slot, slot);
        up(slot);
    }

    @Override
    public synchronized void replace(long id, long successor, long bytes) {
        int slot = slots.find(id);
        if (slot == NONE || slots.find(successor) != NONE) {
            return;
        }
        weights[page(slot)][offset(slot)] = EvictionIndex.weight(bytes);
        slots.rename(slot, successor);
        restore(place(slot));
    }

    @Override
    public synchronized long remove(long id) {
        int slot = slots.find(id);
        return slot == NONE ? 0 : release(slot);
    }

    @Override
    public synchronized @Nullable Victim poll() {
        if (slots.size() == 0) {
            return null;
        }
        int top = slot(0);
        while (refresh(top)) {
            down(0);
            top = slot(0);
        }
        if (policy != ReplacementPolicy.LRU) {
            age = Math.max(age, sorted[page(top)][offset(top)]);
        }
        long id = slots.id(top);
        return new Victim(id, release(top));
    }

    /** Sorts {@code slot} under its priority of now; false when it is so already. */
    private boolean refresh(int slot) {
        long priority = priorities[page(slot)][offset(slot)];
        if (priority == sorted[page(slot)][offset(slot)]) {
            return false;
        }
        sorted[page(slot)][offset(slot)] = priority;
        return true;
    }

    private long release(int slot) {
        int weight = weights[page(slot)][offset(slot)];
        int gap = place(slot);
        int lastPlace = slots.size() - 1;
        if (gap != lastPlace) {
            put(slot(lastPlace), gap);
        }
        int last = slots.remove(slot);
        if (last != slot) {
            weights[page(slot)][offset(slot)] = weights[page(last)][offset(last)];
            sorted[page(slot)][offset(slot)] = sorted[page(last)][offset(last)];
            priorities[page(slot)][offset(slot)] = priorities[page(last)][offset(last)];
            counts[page(slot)][offset(slot)] = counts[page(last)][offset(last)];
            put(slot, place(last));
        }
        if (gap != lastPlace) {
            restore(gap);
        }
        return (long) weight * WEIGHT_UNIT;
    }

    // ---- the heap

    private int slot(int place) {
        return heap[page(place)][offset(place)];
    }

    private int place(int slot) {
        return places[page(slot)][offset(slot)];
    }

    private void put(int slot, int place) {
        heap[page(place)][offset(place)] = slot;
        places[page(slot)][offset(slot)] = place;
    }

    private boolean isBefore(int slot, int other) {
        long priority = sorted[page(slot)][offset(slot)];
        long others = sorted[page(other)][offset(other)];
        return priority != others ? priority < others : slots.id(slot) < slots.id(other);
    }

    private void restore(int place) {
        int slot = slot(place);
        up(place);
        down(place(slot));
    }

    private void up(int from) {
        int place = from;
        int slot = slot(place);
        while (place > 0 && isBefore(slot, slot((place - 1) / 2))) {
            put(slot((place - 1) / 2), place);
            place = (place - 1) / 2;
        }
        put(slot, place);
    }

    private void down(int from) {
        int place = from;
        int slot = slot(place);
        int size = slots.size();
        while (2 * place + 1 < size) {
            int child = 2 * place + 1;
            if (child + 1 < size && isBefore(slot(child + 1), slot(child))) {
                child++;
            }
            if (!isBefore(slot(child), slot)) {
                break;
            }
            put(slot(child), place);
            place = child;
        }
        put(slot, place);
    }

    private void addPage() {
        int pages = weights.length;
        int[][] moreHeap = Arrays.copyOf(heap, pages + 1);
        moreHeap[pages] = new int[PAGE];
        heap = moreHeap;
        places = Arrays.copyOf(places, pages + 1);
        places[pages] = new int[PAGE];
        sorted = Arrays.copyOf(sorted, pages + 1);
        sorted[pages] = new long[PAGE];
        weights = Arrays.copyOf(weights, pages + 1);
        weights[pages] = new int[PAGE];
        long[][] morePriorities = Arrays.copyOf(priorities, pages + 1);
        morePriorities[pages] = new long[PAGE];
        priorities = morePriorities;
        char[][] moreCounts = Arrays.copyOf(counts, pages + 1);
        moreCounts[pages] = new char[PAGE];
        counts = moreCounts;
    }

    @Override
    public synchronized long heapBytes() {
        long slotBytes = 3 * Integer.BYTES + 2 * Long.BYTES + Character.BYTES;
        return slots.heapBytes() + (long) weights.length * PAGE * slotBytes;
    }
}
