package io.loligo.cache.store.chronicle.page;

/** What pages take of a shard's budget: the map rounds each of them up to units, and adds to it. */
public final class PageCharge {
    /** The unit of the page space: small, because each object wastes half of it; its search takes the longer for it. */
    public static final int UNIT = 128;

    /** What the map adds to a value: the key and the length. */
    private static final int PAGE_EXTRA = Long.BYTES + Integer.BYTES + 3;

    /**
     * Each object counts as this many bytes at least, so that the tables, which are made for as many objects, hold what the
     * space holds. Just so much that a segment's table has 8192 places, two thirds of which are taken at most.
     */
    public static final int OBJECT_CHARGE_MIN = 1664;

    /**
     * What finding and evicting an object takes: its entry and its places in the tables of the two maps, and its places in
     * the order of eviction.
     */
    public static final int INDEX_CHARGE = 80;

    private PageCharge() {}

    /** What an object takes of the budget, without chunks: its page, and what finds it. */
    public static long objectCharge(int headBytes) {
        return Math.max(OBJECT_CHARGE_MIN, pageCharge(headBytes) + INDEX_CHARGE);
    }

    /** What a page takes of the space: the map's rounding and its own bytes. */
    public static long pageCharge(int valueBytes) {
        return (valueBytes + PAGE_EXTRA + UNIT - 1L) / UNIT * UNIT;
    }
}
