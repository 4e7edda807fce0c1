package io.loligo.cache.store.chronicle.ban;

import io.loligo.cache.store.chronicle.page.LongList;
import java.util.Arrays;

/**
 * Which objects of a shard bear a tag: exact, as long as it is told of every object that comes and goes. Tags are known by
 * a 64-bit hash; who purges compares the tag itself with what the object bears, so that a collision costs a look.
 *
 * <p>An entry is one tag of one object; it lies in the list of its tag and in that of its object. 24 bytes of heap for
 * each, in pages that are added as entries come; {@link SlotTable} adds 5 to 11 for each object with tags and for each tag.
 * Adding and removing takes a time that grows with the object's tags only. For any thread.
 */
public final class TagIndex {
    private static final int PAGE_BITS = 12;
    private static final int PAGE = 1 << PAGE_BITS;
    private static final int PAGE_MASK = PAGE - 1;
    private static final int NONE = SlotTable.NONE;

    // By entry, in pages.
    private long[][] objects = new long[0][];
    private int[][] tagOf = new int[0][];
    private int[][] nextOfTag = new int[0][];
    private int[][] previousOfTag = new int[0][];
    private int[][] nextOfObject = new int[0][];
    private int freeEntries = NONE;
    private int entries;

    // By tag, in pages. A free slot's first is the next free one.
    private long[][] hashes = new long[0][];
    private int[][] first = new int[0][];
    private int[][] counts = new int[0][];
    private int freeTags = NONE;
    private int tags;

    /** An object's id to the first of its entries. */
    private final SlotTable byObject = new SlotTable(entry -> get(objects, entry));

    private final SlotTable byTag = new SlotTable(tag -> get(hashes, tag));

    /** Notes that object {@code id} bears tags with these hashes; nothing happens when it is known already. */
    public synchronized void add(long id, long[] tagHashes) {
        if (tagHashes.length == 0 || byObject.find(id) != NONE) {
            return;
        }
        int next = NONE;
        for (long hash : tagHashes) {
            int tag = tag(hash);
            int entry = freeEntry();
            set(objects, entry, id);
            set(tagOf, entry, tag);
            int head = get(first, tag);
            set(nextOfTag, entry, head);
            set(previousOfTag, entry, NONE);
            if (head != NONE) {
                set(previousOfTag, head, entry);
            }
            set(first, tag, entry);
            set(counts, tag, get(counts, tag) + 1);
            set(nextOfObject, entry, next);
            next = entry;
            entries++;
        }
        byObject.put(id, next);
    }

    /** Forgets object {@code id}, if it is known. */
    public synchronized void remove(long id) {
        int entry = byObject.find(id);
        if (entry == NONE) {
            return;
        }
        byObject.remove(id);
        while (entry != NONE) {
            int next = get(nextOfObject, entry);
            unlink(entry);
            set(nextOfObject, entry, freeEntries);
            freeEntries = entry;
            entries--;
            entry = next;
        }
    }

    private void unlink(int entry) {
        int tag = get(tagOf, entry);
        int before = get(previousOfTag, entry);
        int after = get(nextOfTag, entry);
        if (before == NONE) {
            set(first, tag, after);
        } else {
            set(nextOfTag, before, after);
        }
        if (after != NONE) {
            set(previousOfTag, after, before);
        }
        set(counts, tag, get(counts, tag) - 1);
        if (get(counts, tag) == 0) {
            byTag.remove(get(hashes, tag));
            set(first, tag, freeTags);
            freeTags = tag;
            tags--;
        }
    }

    /** The objects that bear a tag with this hash. */
    public synchronized LongList objects(long tagHash) {
        LongList found = new LongList();
        int tag = byTag.find(tagHash);
        for (int entry = tag == NONE ? NONE : get(first, tag); entry != NONE; entry = get(nextOfTag, entry)) {
            found.add(get(objects, entry));
        }
        return found;
    }

    /** How many tags of objects there are. */
    public synchronized int entries() {
        return entries;
    }

    /** How many different tags there are. */
    synchronized int tags() {
        return tags;
    }

    /** The heap that it takes. */
    synchronized long heapBytes() {
        long perEntry = Long.BYTES + 4L * Integer.BYTES;
        long perTag = Long.BYTES + 2L * Integer.BYTES;
        return (long) objects.length * PAGE * perEntry
                + (long) hashes.length * PAGE * perTag
                + byObject.heapBytes()
                + byTag.heapBytes();
    }

    private int tag(long hash) {
        int known = byTag.find(hash);
        if (known != NONE) {
            return known;
        }
        if (freeTags == NONE) {
            int from = hashes.length * PAGE;
            hashes = withPage(hashes, new long[PAGE]);
            first = withPage(first, new int[PAGE]);
            counts = withPage(counts, new int[PAGE]);
            for (int tag = from + PAGE - 1; tag >= from; tag--) {
                set(first, tag, freeTags);
                freeTags = tag;
            }
        }
        int tag = freeTags;
        freeTags = get(first, tag);
        set(hashes, tag, hash);
        set(first, tag, NONE);
        set(counts, tag, 0);
        byTag.put(hash, tag);
        tags++;
        return tag;
    }

    private int freeEntry() {
        if (freeEntries == NONE) {
            int from = objects.length * PAGE;
            objects = withPage(objects, new long[PAGE]);
            tagOf = withPage(tagOf, new int[PAGE]);
            nextOfTag = withPage(nextOfTag, new int[PAGE]);
            previousOfTag = withPage(previousOfTag, new int[PAGE]);
            nextOfObject = withPage(nextOfObject, new int[PAGE]);
            for (int entry = from + PAGE - 1; entry >= from; entry--) {
                set(nextOfObject, entry, freeEntries);
                freeEntries = entry;
            }
        }
        int entry = freeEntries;
        freeEntries = get(nextOfObject, entry);
        return entry;
    }

    private static <T> T[] withPage(T[] pages, T page) {
        T[] more = Arrays.copyOf(pages, pages.length + 1);
        more[pages.length] = page;
        return more;
    }

    private static long get(long[][] pages, int slot) {
        return pages[slot >>> PAGE_BITS][slot & PAGE_MASK];
    }

    private static int get(int[][] pages, int slot) {
        return pages[slot >>> PAGE_BITS][slot & PAGE_MASK];
    }

    private static void set(long[][] pages, int slot, long value) {
        pages[slot >>> PAGE_BITS][slot & PAGE_MASK] = value;
    }

    private static void set(int[][] pages, int slot, int value) {
        pages[slot >>> PAGE_BITS][slot & PAGE_MASK] = value;
    }
}
