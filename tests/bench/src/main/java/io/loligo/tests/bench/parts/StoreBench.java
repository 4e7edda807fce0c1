package io.loligo.tests.bench.parts;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.store.ResponseStore;
import io.loligo.cache.store.chronicle.StoreOptions;
import io.loligo.tests.bench.Pages;
import io.loligo.tests.bench.ReadyStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One get and one put of a hot page. {@code tests/bench/store parts} has cold ones, and two threads. */
@State(Scope.Thread)
public class StoreBench extends Part {
    private static final long CAPACITY = 256L << 20;
    /** Pages in the store; a put replaces one of them. A power of two. */
    private static final int PAGES = 8;

    @Param({"1024", "16384"})
    public int bytes;

    private final Pages pages = new Pages();
    private final ByteBuffer into = ByteBuffer.allocateDirect(128 << 10);
    private long turn;

    @SuppressWarnings("NullAway.Init") // fill() sets it.
    private ResponseStore store;

    @Setup
    public void fill() throws Exception {
        store = ReadyStore.open(new StoreOptions(null, CAPACITY, Pages.LARGEST));
        for (int i = 0; i < PAGES; i++) {
            pages.put(store, i, bytes);
        }
    }

    @TearDown
    public void close() {
        store.close();
    }

    @Benchmark
    public long get() throws IOException {
        return Pages.get(store, turn++ & (PAGES - 1), into);
    }

    @Benchmark
    public @Nullable StoredHead put() {
        return pages.put(store, turn++ & (PAGES - 1), bytes);
    }
}
