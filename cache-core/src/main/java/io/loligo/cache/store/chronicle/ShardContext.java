package io.loligo.cache.store.chronicle;

import io.loligo.cache.store.ReplacementPolicy;
import io.loligo.cache.store.chronicle.ban.Bans;
import io.loligo.cache.store.chronicle.ban.RecentPurges;
import io.loligo.cache.store.chronicle.files.Counters;
import io.loligo.cache.store.chronicle.files.PeersRegistry;
import io.loligo.cache.store.chronicle.files.ShardLimits;
import io.loligo.cache.store.chronicle.files.StoreFaults;
import io.loligo.cache.store.chronicle.page.KeyHasher;
import io.loligo.cache.store.chronicle.page.PageBufferPool;
import io.loligo.cache.store.chronicle.page.Scratch;

/**
 * What the shards of one store share. Every part of it may be used by any thread.
 *
 * @param run how often the store has been opened, this time included
 * @param limits what each shard may take
 * @param replacementPolicy what is evicted first
 * @param decoded heads and lists that were looked up lately
 * @param buffers memory for pages that readers hold
 * @param bans the purges that lookups observe
 * @param recent the purges that writers observe
 * @param peers the peers texts of keys
 * @param scratches what each thread talks to the maps with
 * @param wakeEvictor tells the evictor that there may be something to do
 */
record ShardContext(
        long run,
        ShardLimits limits,
        ReplacementPolicy replacementPolicy,
        KeyHasher hasher,
        DecodedCache decoded,
        PageBufferPool buffers,
        Bans bans,
        RecentPurges recent,
        PeersRegistry peers,
        Counters counters,
        StoreFaults faults,
        ThreadLocal<Scratch> scratches,
        Runnable wakeEvictor) {}
