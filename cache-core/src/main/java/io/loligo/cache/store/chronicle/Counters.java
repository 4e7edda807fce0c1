package io.loligo.cache.store.chronicle;

import java.util.concurrent.atomic.LongAdder;

/** What happened since the start, over all shards. */
final class Counters {
    final LongAdder evictions = new LongAdder();
    /** Responses not stored for want of room. */
    final LongAdder refusals = new LongAdder();

    final LongAdder faults = new LongAdder();
}
