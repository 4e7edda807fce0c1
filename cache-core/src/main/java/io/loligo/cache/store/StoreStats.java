package io.loligo.cache.store;

import java.util.List;

/**
 * The store's state at one moment.
 *
 * @param objects responses that can be found
 * @param bytes what they take of the capacity: {@link Places#payload}, heads, index and fragmentation
 * @param capacityBytes the ceiling of {@code bytes}
 * @param places where the bytes are
 * @param persistent whether the content outlives the process
 * @param evictions responses dropped to make room since the start
 * @param refusals responses not stored for want of room since the start
 * @param faults operations that the store could not do since the start
 * @param recovering shards that are not usable yet
 * @param degraded shards that a fault has put out of use; requests that concern them are forwarded
 * @param ongoing the faults that are not over, the earliest first
 */
public record StoreStats(
        long objects,
        long bytes,
        long capacityBytes,
        Places places,
        boolean persistent,
        long evictions,
        long refusals,
        long faults,
        int recovering,
        int degraded,
        List<StoreFault> ongoing) {

    public StoreStats {
        ongoing = List.copyOf(ongoing);
    }

    /**
     * Where the store's bytes are. The first four together are its {@link StoreStats#bytes}.
     *
     * @param payload bodies
     * @param heads status lines, fields, keys, and what else is kept of each response
     * @param index what finds and evicts them, outside the heap and on it
     * @param fragmentation what units of space waste, lists of variants, and bodies that are gone but for their readers
     * @param mapped the memory, or the files, that the store may take: fixed at the start, taken as it fills
     */
    public record Places(long payload, long heads, long index, long fragmentation, long mapped) {}
}
