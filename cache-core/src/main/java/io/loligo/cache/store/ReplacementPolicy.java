package io.loligo.cache.store;

/** Which objects leave a full store first. */
public enum ReplacementPolicy {
    /**
     * What promises the fewest hits for the room it takes: the promise is learned from what was asked for as often and as
     * long ago. The default.
     */
    HIT_DENSITY,
    /** What was not asked for the longest. Squid's lru and heap LRU. */
    LRU,
    /** GreedyDual-Size with frequency: what is large and was seldom asked for. Squid's heap GDSF. */
    GDSF,
    /** Least frequently used, with dynamic aging: what was seldom asked for, whatever its size. Squid's heap LFUDA. */
    LFUDA
}
