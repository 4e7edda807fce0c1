package io.loligo.cache.store.eviction;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Gives each object a slot: a number below the number of objects, under which others keep in pages of {@value #PAGE} what they
 * know of it. Slots stay dense: when an object goes, the one with the highest number takes over its slot.
 *
 * <p>14 to 15 bytes of heap for each object. {@link #find} may be called by any thread; the rest by one at a time.
 */
public final class ObjectSlots {
    static final int NONE = -1;
    private static final int PAGE_BITS = 12;
    static final int PAGE = 1 << PAGE_BITS;

    /** The table is in so many parts, so that growing one of them is short. */
    private static final int PARTS = 256;

    private static final int PART_START = 16;
    /** A part grows when all but a fourth of its places are taken, and then by a fourth. */
    private static final int ROOM_DIVISOR = 4;

    private volatile long[][] ids = new long[0][];
    private int size;

    /** Open addressing with linear probing; slot + 1, 0 is free. */
    private final AtomicReferenceArray<int[]> parts = new AtomicReferenceArray<>(PARTS);

    private final int[] partSizes = new int[PARTS];
    private long partPlaces;

    ObjectSlots() {
        for (int i = 0; i < PARTS; i++) {
            parts.setPlain(i, new int[PART_START]);
        }
        partPlaces = (long) PARTS * PART_START;
    }

    /** The page that {@code slot} is in; with NONE, one that there is not. */
    static int page(int slot) {
        return slot >>> PAGE_BITS;
    }

    /** Where in its page {@code slot} is. */
    static int offset(int slot) {
        return slot & PAGE - 1;
    }

    int size() {
        return size;
    }

    long id(int slot) {
        return ids[page(slot)][offset(slot)];
    }

    /** The slot of {@code id}, or NONE. Also while another thread changes the table: then it may miss or be outdated. */
    int find(long id) {
        long mixed = mix(id);
        int[] table = parts.getAcquire(part(mixed));
        int place = place(mixed, table.length);
        long[][] pages = ids;
        for (int probes = 0; probes < table.length; probes++) {
            int slot = table[place] - 1;
            if (slot == NONE) {
                return NONE;
            }
            if (page(slot) < pages.length && pages[page(slot)][offset(slot)] == id) {
                return slot;
            }
            place = place + 1 == table.length ? 0 : place + 1;
        }
        return NONE;
    }

    /** A slot for {@code id}, which has none yet: the next number. */
    int add(long id) {
        int slot = size++;
        if (page(slot) == ids.length) {
            long[][] more = Arrays.copyOf(ids, ids.length + 1);
            more[ids.length] = new long[PAGE];
            ids = more;
        }
        ids[page(slot)][offset(slot)] = id;
        put(id, slot);
        return slot;
    }

    /** Gives {@code slot} to {@code successor}, which has none yet. */
    void rename(int slot, long successor) {
        erase(id(slot));
        ids[page(slot)][offset(slot)] = successor;
        put(successor, slot);
    }

    /**
     * Takes out the object in {@code slot}.
     *
     * @return the slot whose object is in {@code slot} from now on; {@code slot} itself when it was the last one
     */
    int remove(int slot) {
        erase(id(slot));
        int last = --size;
        if (last != slot) {
            long moved = id(last);
            erase(moved);
            ids[page(slot)][offset(slot)] = moved;
            put(moved, slot);
        }
        ids[page(last)][offset(last)] = 0;
        return last;
    }

    long heapBytes() {
        return (long) ids.length * PAGE * Long.BYTES + partPlaces * Integer.BYTES;
    }

    private void put(long id, int slot) {
        long mixed = mix(id);
        int part = part(mixed);
        int[] table = parts.getPlain(part);
        if (++partSizes[part] > table.length - table.length / ROOM_DIVISOR) {
            int[] larger = new int[table.length + table.length / ROOM_DIVISOR];
            for (int entry : table) {
                if (entry != 0) {
                    insert(larger, mix(id(entry - 1)), entry);
                }
            }
            partPlaces += larger.length - table.length;
            table = larger;
            insert(table, mixed, slot + 1);
            parts.setRelease(part, table);
        } else {
            insert(table, mixed, slot + 1);
        }
    }

    private static void insert(int[] table, long mixed, int entry) {
        int place = place(mixed, table.length);
        while (table[place] != 0) {
            place = place + 1 == table.length ? 0 : place + 1;
        }
        table[place] = entry;
    }

    /** Frees the place of {@code id}, moving up what would otherwise no longer be found behind the gap. */
    private void erase(long id) {
        long mixed = mix(id);
        int part = part(mixed);
        int[] table = parts.getPlain(part);
        int gap = place(mixed, table.length);
        while (id(table[gap] - 1) != id) {
            gap = gap + 1 == table.length ? 0 : gap + 1;
        }
        int place = gap;
        while (true) {
            place = place + 1 == table.length ? 0 : place + 1;
            int entry = table[place];
            if (entry == 0) {
                break;
            }
            int home = place(mix(id(entry - 1)), table.length);
            if (distance(home, place, table.length) >= distance(gap, place, table.length)) {
                table[gap] = entry;
                gap = place;
            }
        }
        table[gap] = 0;
        partSizes[part]--;
    }

    private static int distance(int from, int to, int length) {
        return to >= from ? to - from : to - from + length;
    }

    private static int part(long mixed) {
        return (int) (mixed >>> 56);
    }

    private static int place(long mixed, int length) {
        return (int) (((mixed >>> 24 & 0xFFFFFFFFL) * length) >>> 32);
    }

    private static long mix(long id) {
        long mixed = id * 0x9E3779B97F4A7C15L;
        mixed ^= mixed >>> 32;
        return mixed * 0x9E3779B97F4A7C15L;
    }
}
