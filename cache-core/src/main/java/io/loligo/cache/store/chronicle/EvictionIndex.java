package io.loligo.cache.store.chronicle;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Chooses what to evict: S3-FIFO (Yang and others, SOSP 2023), weighted by bytes. Newcomers wait in a small queue; what
 * was asked for more than once while there moves to the main queue, the rest goes, so a scan passes through without
 * touching what is in use. A newcomer that left not long ago goes to the main queue at once.
 *
 * <p>About 35 bytes of heap for each object, in pages of {@value #PAGE} that are added as objects come. A hit is one racy
 * byte; everything else holds this object's monitor, for a time that does not grow with the number of objects.
 */
final class EvictionIndex {
    static final int PAGE_BITS = 12;
    static final int PAGE = 1 << PAGE_BITS;
    private static final int PAGE_MASK = PAGE - 1;
    /** Weights are kept in units of this many bytes. */
    static final int WEIGHT_UNIT = 512;

    private static final int SMALL_QUEUE_PERCENT = 10;
    private static final byte FREQUENCY_MAX = 3;
    /** Asked for this often while in the small queue: promoted. */
    private static final byte PROMOTED_FROM = 2;
    /** So many objects get another round in one call before the next is evicted whatever its frequency. */
    private static final int ROUNDS_MAX = 10_000;

    private static final int NONE = -1;
    private static final int TABLES = 64;
    private static final int TABLE_START = 64;

    private final long smallLimit;

    // By slot, in pages.
    private long[][] ids = new long[0][];
    private int[][] weights = new int[0][];
    private int[][] fingerprints = new int[0][];
    private int[][] newer = new int[0][];
    private int[][] older = new int[0][];
    private byte[][] frequencies = new byte[0][];
    private boolean[][] inMain = new boolean[0][];

    private int freeSlots = NONE;
    private int size;

    private final Queue small = new Queue();
    private final Queue main = new Queue();

    /** Open addressing, slot + 1, in parts so that growing one of them is short. */
    private final int[][] tables = new int[TABLES][TABLE_START];

    private final int[] tableSizes = new int[TABLES];

    /** Fingerprints of keys evicted from the small queue; a newer one takes the place of an older one. */
    private int[] ghosts = new int[PAGE];

    private static final class Queue {
        int newest = NONE;
        int oldest = NONE;
        long weight;
    }

    /** For a part of the store that holds {@code limitBytes}. */
    EvictionIndex(long limitBytes) {
        smallLimit = Math.max(1, limitBytes / WEIGHT_UNIT * SMALL_QUEUE_PERCENT / 100);
    }

    synchronized int size() {
        return size;
    }

    /** Notes that {@code id} was asked for. Any thread, no lock; now and then a note is lost. */
    void touch(long id) {
        int slot = find(id);
        if (slot != NONE) {
            int page = slot >>> PAGE_BITS;
            byte[][] pages = frequencies;
            if (page < pages.length) {
                byte frequency = pages[page][slot & PAGE_MASK];
                if (frequency < FREQUENCY_MAX) {
                    pages[page][slot & PAGE_MASK] = (byte) (frequency + 1);
                }
            }
        }
    }

    /**
     * Adds an object; nothing happens when it is there already.
     *
     * @param bytes what it takes of the budget
     * @param fingerprint some bits of its key's hash, by which it is known again under another id
     */
    synchronized void add(long id, long bytes, int fingerprint) {
        if (find(id) != NONE) {
            return;
        }
        int slot = freeSlot();
        set(ids, slot, id);
        set(weights, slot, weight(bytes));
        set(fingerprints, slot, fingerprint);
        frequencies[slot >>> PAGE_BITS][slot & PAGE_MASK] = 0;
        int ghost = fingerprint & (ghosts.length - 1);
        boolean known = ghosts[ghost] == fingerprint && fingerprint != 0;
        if (known) {
            ghosts[ghost] = 0;
        }
        enter(slot, known);
        put(id, slot);
        size++;
    }

    /** Gives {@code id}'s place in line to {@code successor}, which takes {@code bytes}. */
    synchronized void replace(long id, long successor, long bytes) {
        int slot = find(id);
        if (slot == NONE) {
            return;
        }
        Queue queue = inMain[slot >>> PAGE_BITS][slot & PAGE_MASK] ? main : small;
        queue.weight += weight(bytes) - get(weights, slot);
        set(weights, slot, weight(bytes));
        erase(id);
        set(ids, slot, successor);
        put(successor, slot);
    }

    /** Takes {@code id} out and says what it took of the budget; 0 when it is not here. */
    synchronized long remove(long id) {
        int slot = find(id);
        if (slot == NONE) {
            return 0;
        }
        long bytes = (long) get(weights, slot) * WEIGHT_UNIT;
        leave(slot);
        release(slot);
        return bytes;
    }

    /** What {@link #poll} took out: an object and what it takes of the budget. */
    record Victim(long id, long bytes) {}

    /** Takes out the object that is to go next; null when there is none. */
    synchronized @Nullable Victim poll() {
        for (int rounds = 0; ; rounds++) {
            if (small.oldest == NONE && main.oldest == NONE) {
                return null;
            }
            boolean fromSmall = small.oldest != NONE && (small.weight > smallLimit || main.oldest == NONE);
            int slot = fromSmall ? small.oldest : main.oldest;
            byte frequency = frequencies[slot >>> PAGE_BITS][slot & PAGE_MASK];
            leave(slot);
            if (rounds < ROUNDS_MAX && frequency >= (fromSmall ? PROMOTED_FROM : 1)) {
                frequencies[slot >>> PAGE_BITS][slot & PAGE_MASK] = (byte) (fromSmall ? 0 : frequency - 1);
                enter(slot, true);
                continue;
            }
            if (fromSmall) {
                int fingerprint = get(fingerprints, slot);
                ghosts[fingerprint & (ghosts.length - 1)] = fingerprint;
            }
            Victim victim = new Victim(get(ids, slot), (long) get(weights, slot) * WEIGHT_UNIT);
            release(slot);
            return victim;
        }
    }

    private static int weight(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, (bytes + WEIGHT_UNIT - 1) / WEIGHT_UNIT);
    }

    private void enter(int slot, boolean intoMain) {
        inMain[slot >>> PAGE_BITS][slot & PAGE_MASK] = intoMain;
        Queue queue = intoMain ? main : small;
        set(older, slot, queue.newest);
        set(newer, slot, NONE);
        if (queue.newest == NONE) {
            queue.oldest = slot;
        } else {
            set(newer, queue.newest, slot);
        }
        queue.newest = slot;
        queue.weight += get(weights, slot);
    }

    private void leave(int slot) {
        Queue queue = inMain[slot >>> PAGE_BITS][slot & PAGE_MASK] ? main : small;
        int before = get(older, slot);
        int after = get(newer, slot);
        if (before == NONE) {
            queue.oldest = after;
        } else {
            set(newer, before, after);
        }
        if (after == NONE) {
            queue.newest = before;
        } else {
            set(older, after, before);
        }
        queue.weight -= get(weights, slot);
    }

    private void release(int slot) {
        erase(get(ids, slot));
        set(ids, slot, 0L);
        set(older, slot, freeSlots);
        freeSlots = slot;
        size--;
    }

    private int freeSlot() {
        if (freeSlots == NONE) {
            addPage();
        }
        int slot = freeSlots;
        freeSlots = get(older, slot);
        return slot;
    }

    private void addPage() {
        int page = ids.length;
        weights = Arrays.copyOf(weights, page + 1);
        weights[page] = new int[PAGE];
        fingerprints = Arrays.copyOf(fingerprints, page + 1);
        fingerprints[page] = new int[PAGE];
        newer = Arrays.copyOf(newer, page + 1);
        newer[page] = new int[PAGE];
        older = Arrays.copyOf(older, page + 1);
        older[page] = new int[PAGE];
        inMain = Arrays.copyOf(inMain, page + 1);
        inMain[page] = new boolean[PAGE];
        byte[][] moreFrequencies = Arrays.copyOf(frequencies, page + 1);
        moreFrequencies[page] = new byte[PAGE];
        frequencies = moreFrequencies;
        long[][] moreIds = Arrays.copyOf(ids, page + 1);
        moreIds[page] = new long[PAGE];
        ids = moreIds;
        for (int slot = (page + 1) * PAGE - 1; slot >= page * PAGE; slot--) {
            set(older, slot, freeSlots);
            freeSlots = slot;
        }
        if (ids.length * PAGE > 2 * ghosts.length) {
            // The old ones are forgotten; the next evictions fill it again.
            ghosts = new int[2 * ghosts.length];
        }
    }

    /** The slot of {@code id}, or NONE. Also called without the monitor: then it may miss, never mislead. */
    private int find(long id) {
        long mixed = mix(id);
        int[] table = tables[(int) (mixed >>> 58)];
        int mask = table.length - 1;
        int place = (int) mixed & mask;
        long[][] pages = ids;
        for (int probes = 0; probes <= mask; probes++) {
            int slot = table[place] - 1;
            if (slot == NONE) {
                return NONE;
            }
            int page = slot >>> PAGE_BITS;
            if (page < pages.length && pages[page][slot & PAGE_MASK] == id) {
                return slot;
            }
            place = place + 1 & mask;
        }
        return NONE;
    }

    private void put(long id, int slot) {
        int part = (int) (mix(id) >>> 58);
        if (tableSizes[part]++ * 2 >= tables[part].length) {
            int[] larger = new int[2 * tables[part].length];
            for (int entry : tables[part]) {
                if (entry != 0) {
                    insert(larger, mix(get(ids, entry - 1)), entry);
                }
            }
            tables[part] = larger;
        }
        insert(tables[part], mix(id), slot + 1);
    }

    private static void insert(int[] table, long mixed, int entry) {
        int mask = table.length - 1;
        int place = (int) mixed & mask;
        while (table[place] != 0) {
            place = place + 1 & mask;
        }
        table[place] = entry;
    }

    /** Removes {@code id} from its table, moving up what would otherwise no longer be found behind the gap. */
    private void erase(long id) {
        int part = (int) (mix(id) >>> 58);
        int[] table = tables[part];
        int mask = table.length - 1;
        int gap = (int) mix(id) & mask;
        while (get(ids, table[gap] - 1) != id) {
            gap = gap + 1 & mask;
        }
        int place = gap;
        while (true) {
            place = place + 1 & mask;
            int entry = table[place];
            if (entry == 0) {
                break;
            }
            int home = (int) mix(get(ids, entry - 1)) & mask;
            if ((place - home & mask) >= (place - gap & mask)) {
                table[gap] = entry;
                gap = place;
            }
        }
        table[gap] = 0;
        tableSizes[part]--;
    }

    private static long mix(long id) {
        long mixed = id * 0x9E3779B97F4A7C15L;
        mixed ^= mixed >>> 32;
        return mixed * 0x9E3779B97F4A7C15L;
    }

    private static long get(long[][] pages, int slot) {
        return pages[slot >>> PAGE_BITS][slot & PAGE_MASK];
    }

    private static void set(long[][] pages, int slot, long value) {
        pages[slot >>> PAGE_BITS][slot & PAGE_MASK] = value;
    }

    private static int get(int[][] pages, int slot) {
        return pages[slot >>> PAGE_BITS][slot & PAGE_MASK];
    }

    private static void set(int[][] pages, int slot, int value) {
        pages[slot >>> PAGE_BITS][slot & PAGE_MASK] = value;
    }
}
