package io.loligo.tests.bench;

import io.loligo.cache.store.ResponseStore;
import io.loligo.cache.store.chronicle.ChronicleStore;
import io.loligo.cache.store.chronicle.StoreOptions;
import java.io.IOException;

/** Stores of which every part is in service: large ones are made in the background. */
public final class ReadyStore {
    private ReadyStore() {}

    public static ResponseStore open(StoreOptions options) throws IOException, InterruptedException {
        ResponseStore store = ChronicleStore.open(options);
        await(store);
        return store;
    }

    static void await(ResponseStore store) throws InterruptedException {
        while (store.stats().recovering() > 0) {
            Thread.sleep(1);
        }
    }
}
