package io.loligo.cache.store;

import java.util.List;

/**
 * The store's state at one moment.
 *
 * @param objects responses that can be found
 * @param bytes what they take of the capacity, heads, bodies and overhead
 * @param capacityBytes the limit on {@code bytes}
 * @param persistent whether the content outlives the process
 * @param evictions responses dropped to make room since the start
 * @param faults operations that the store could not do since the start
 * @param recovering shards that are not usable yet
 * @param degraded shards that a fault has put out of use; requests that concern them are forwarded
 * @param ongoing the faults that are not over, the earliest first
 */
public record StoreStats(
        long objects,
        long bytes,
        long capacityBytes,
        boolean persistent,
        long evictions,
        long faults,
        int recovering,
        int degraded,
        List<StoreFault> ongoing) {

    public StoreStats {
        ongoing = List.copyOf(ongoing);
    }
}
