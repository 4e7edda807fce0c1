package io.loligo.tests.bench.parts;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.KeyPolicy;
import io.loligo.cache.key.SiteOptions;
import io.loligo.cache.store.ResponseStore;
import io.loligo.cache.store.chronicle.StoreOptions;
import io.loligo.tests.bench.Pages;
import io.loligo.tests.bench.ReadyStore;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * From a request to its key, as the server makes it, and to the hash of the key. A lookup in an empty store computes that
 * hash and does nothing else.
 */
@State(Scope.Thread)
public class KeyBench extends Part {
    private static final long CAPACITY = 64L << 20;

    /** What cache_peer_access allows; the server has the text ready for each set of peers. */
    private static final String PEERS = "origin";

    private final SiteOptions site = new SiteOptions("http", 80, "www.example.org", 0, true, -1, "cache.example.org");
    private final RequestHead request = Request.head(1);
    private final CacheKey key = Pages.key(1);

    @SuppressWarnings("NullAway.Init") // open() sets it.
    private ResponseStore empty;

    @Setup
    public void open() throws Exception {
        empty = ReadyStore.open(new StoreOptions(null, CAPACITY, Pages.LARGEST));
    }

    @TearDown
    public void close() {
        empty.close();
    }

    @Benchmark
    public CacheKey key() {
        return new CacheKey((EffectiveUri) KeyPolicy.effectiveUri(request, null, site), PEERS);
    }

    @Benchmark
    public List<StoredHead> hashAndLookupOfNothing() {
        return empty.lookup(key);
    }

    @Benchmark
    public List<StoredHead> requestToLookupOfNothing() {
        return empty.lookup(key());
    }
}
