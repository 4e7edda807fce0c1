package io.loligo.cache.store.chronicle.page;

/**
 * Names of objects, unique for as long as a store lives: never 0, never used twice, so a name that is still found means
 * the same bytes that it always meant.
 *
 * <pre>
 *  63    62     61          40 39                   6 5    3 2     0
 * +----+------+---------------+----------------------+------+-------+
 * | 0  | list | run of server | counter in the run   | salt | shard |
 * +----+------+---------------+----------------------+------+-------+
 * </pre>
 *
 * <p>The salt decides, with the rest, in which segment of the map a page lies: where one segment has no room for it, the
 * next salt leads to another. Objects of one counter are one object, whatever their salt.
 *
 * <p>The list bit is part of a reference, never of an id: it says that the id names a list of variants.
 */
public final class ObjectId {
    static final int SHARD_BITS = 3;
    static final int SALT_BITS = 3;
    public static final int SALTS = 1 << SALT_BITS;
    static final int RUN_SHIFT = 40;
    public static final long RUN_MAX = (1L << 22) - 1;
    private static final long LIST = 1L << 62;

    private ObjectId() {}

    public static long of(long run, long counter, int shard) {
        return run << RUN_SHIFT | counter << (SHARD_BITS + SALT_BITS) | shard;
    }

    /** {@code id} with that salt, 0 to {@link #SALTS} - 1. */
    public static long salted(long id, int salt) {
        return unsalted(id) | (long) salt << SHARD_BITS;
    }

    public static long unsalted(long id) {
        return id & ~((SALTS - 1L) << SHARD_BITS);
    }

    public static long run(long id) {
        return id >>> RUN_SHIFT;
    }

    public static int shard(long id) {
        return (int) (id & (1 << SHARD_BITS) - 1);
    }

    public static long listReference(long id) {
        return id | LIST;
    }

    public static boolean isList(long reference) {
        return (reference & LIST) != 0;
    }

    public static long id(long reference) {
        return reference & ~LIST;
    }
}
