package io.loligo.cache.store.chronicle;

/**
 * How a store's capacity is laid out in files. Files made for one geometry cannot be read with another.
 *
 * @param shards 1 to 8 independent parts, each with its own files and locks
 * @param shardBytes the byte limit of one shard, shared by heads and chunks
 * @param mapBytes what each map of a shard is built for; more than {@code shardBytes}, because a map that is full to the
 *     last chunk grows or fails
 */
record Geometry(int shards, long shardBytes, long mapBytes) {
    static final int SHARDS_MAX = 8;
    /** A shard holds at least this many objects of the largest size, lest one of them evict everything else. */
    static final int LARGEST_OBJECTS_PER_SHARD = 4;
    /** Below this a shard's fixed costs outweigh what it holds. */
    static final long SHARD_BYTES_MIN = 16L << 20;

    static final int FILL_PERCENT_MAX = 90;

    static Geometry of(StoreOptions options) {
        long least = Math.max(SHARD_BYTES_MIN, LARGEST_OBJECTS_PER_SHARD * options.maximumObjectBytes());
        int shards = (int) Math.max(1, Math.min(SHARDS_MAX, options.capacityBytes() / least));
        long shardBytes = options.capacityBytes() / shards;
        return new Geometry(shards, shardBytes, shardBytes / FILL_PERCENT_MAX * 100);
    }
}
