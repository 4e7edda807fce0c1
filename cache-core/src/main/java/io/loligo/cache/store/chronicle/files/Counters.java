package io.loligo.cache.store.chronicle.files;

import java.util.concurrent.atomic.LongAdder;

/** What happened since the start, over all shards. */
public final class Counters {
    public final LongAdder evictions = new LongAdder();
    /** Responses not stored for want of room. */
    public final LongAdder refusals = new LongAdder();

    public final LongAdder faults = new LongAdder();
}
