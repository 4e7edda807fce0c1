package io.loligo.cache.store.chronicle.files;

/**
 * How a store's capacity is laid out in files. Files made for one geometry cannot be read with another.
 *
 * @param shards 1 to 8 independent parts, each with its own files and locks
 * @param shardBytes the ceiling of one shard: what it keeps of objects and of what finds them
 * @param pageBytes the space of a shard's pages. A little more than {@code shardBytes}, because a map in which all sizes
 *     mix finds no room for the larger ones beyond {@link #FILL_PERCENT_MAX}
 */
public record Geometry(int shards, long shardBytes, long pageBytes) {
    static final int SHARDS_MAX = 8;
    /**
     * A shard holds at least this many objects of the largest size, lest one of them evict everything else, and one can
     * stay for its readers, see {@code BodyPins}.
     */
    static final int LARGEST_OBJECTS_PER_SHARD = 5;
    /** Below this a shard's fixed costs outweigh what it holds. */
    static final long SHARD_BYTES_MIN = 16L << 20;

    /** Of the page space, in use: measured with sizes from 300 bytes to {@code EntryLayout#SMALL_MAX} and random removal. */
    static final int FILL_PERCENT_MAX = 88;

    /** The page space as a share of the ceiling. With the maps' own tables it stays within the tenth that is promised. */
    static final int PAGES_PERCENT = 104;

    public static Geometry of(long capacityBytes, long maximumObjectBytes) {
        long least = Math.max(SHARD_BYTES_MIN, LARGEST_OBJECTS_PER_SHARD * maximumObjectBytes);
        int shards = (int) Math.max(1, Math.min(SHARDS_MAX, capacityBytes / least));
        long shardBytes = capacityBytes / shards;
        return new Geometry(shards, shardBytes, shardBytes / 100 * PAGES_PERCENT);
    }

    /** What the objects of a shard with {@code bytes} of the capacity may take together. */
    public long fillLimit(long bytes) {
        return Math.min(bytes, pageBytes / 100 * FILL_PERCENT_MAX);
    }
}
