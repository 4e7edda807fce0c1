package io.loligo.cache.store.chronicle.files;

/**
 * What one shard may take. At either limit objects are evicted.
 *
 * @param bytes of its maps, and of the heap for what finds and evicts objects, as far as objects take them
 * @param indexHeapBytes of the Java heap, for the order of eviction and the index of tags
 */
public record ShardLimits(long bytes, long indexHeapBytes) {
    /** What an object takes in the order of eviction, at most. */
    private static final int OBJECT_HEAP_BYTES = 48;

    /** What each of an object's tags takes in the index of tags. */
    private static final int TAG_HEAP_BYTES = 40;

    /** Of the Java heap, for the indexes of all shards. */
    private static final int HEAP_PERCENT = 40;

    /** For one of {@code shards} in a JVM with that heap. */
    public static ShardLimits of(long bytes, long heapBytes, int shards) {
        return new ShardLimits(bytes, heapBytes / 100 * HEAP_PERCENT / shards);
    }

    /** What {@code tags} tags of objects take of {@link #bytes}; objects themselves are charged when they are stored. */
    public static long tagBytes(long tags) {
        return tags * TAG_HEAP_BYTES;
    }

    /** Whether the heap has room for the indexes of so many objects and tags, and another in {@code spareMille}. */
    public boolean hasIndexRoom(long objects, long tags, int spareMille) {
        long taken = objects * OBJECT_HEAP_BYTES + tags * TAG_HEAP_BYTES;
        return taken <= indexHeapBytes - indexHeapBytes / 1000 * spareMille;
    }

    /** How many objects with few tags the heap has room for. */
    public long objectsMax() {
        return indexHeapBytes / OBJECT_HEAP_BYTES;
    }
}
