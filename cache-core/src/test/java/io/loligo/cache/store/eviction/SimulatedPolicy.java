package io.loligo.cache.store.eviction;

import io.loligo.cache.store.ReplacementPolicy;
import io.loligo.cache.store.chronicle.Samples;
import org.jspecify.annotations.Nullable;

/** What the simulation compares. */
enum SimulatedPolicy {
    LOLIGO("Loligo", ReplacementPolicy.HIT_DENSITY),
    SQUID_LRU("lru", ReplacementPolicy.LRU),
    SQUID_GDSF("heap GDSF", ReplacementPolicy.GDSF),
    SQUID_LFUDA("heap LFUDA", ReplacementPolicy.LFUDA),
    LRU("LRU"),
    FIFO("FIFO"),
    S3_FIFO("S3-FIFO"),
    GDSF("GDSF"),
    TINY_LFU("W-TinyLFU"),
    CLAIRVOYANT("clairvoyant");

    private final String label;

    /** Of the production code; null for what is a model. */
    private final @Nullable ReplacementPolicy production;

    SimulatedPolicy(String label) {
        this(label, null);
    }

    SimulatedPolicy(String label, @Nullable ReplacementPolicy production) {
        this.label = label;
        this.production = production;
    }

    String label() {
        return label;
    }

    @Nullable ReplacementPolicy production() {
        return production;
    }

    SimulatedCache cache(Trace trace, long capacity) {
        return switch (this) {
            case LOLIGO, SQUID_LRU, SQUID_GDSF, SQUID_LFUDA ->
                new SimulatedCache.Production(EvictionIndex.of(Samples.there(production)), trace, capacity);
            case LRU -> new SimulatedCache.Lru(capacity, true);
            case FIFO -> new SimulatedCache.Lru(capacity, false);
            case S3_FIFO -> new SimulatedCache.S3Fifo(trace, capacity);
            case GDSF -> new SimulatedCache.Gdsf(trace, capacity);
            case TINY_LFU -> new SimulatedCache.TinyLfu(capacity);
            case CLAIRVOYANT -> new SimulatedCache.Clairvoyant(trace, capacity);
        };
    }
}
