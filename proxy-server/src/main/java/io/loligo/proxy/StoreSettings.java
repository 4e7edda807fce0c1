package io.loligo.proxy;

import io.loligo.cache.http.TagFields;
import io.loligo.cache.store.ResponseStore;
import io.loligo.cache.store.chronicle.StoreOptions;
import io.loligo.proxy.config.Configuration;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a {@link Configuration} says to the store. */
final class StoreSettings {
    private StoreSettings() {}

    /** What it is opened with, and keeps. */
    static StoreOptions options(Configuration configuration) {
        Configuration.StoreConfig config = configuration.store();
        TagFields tagFields = configuration.headerFields().tags().fields();
        if (config.directories().isEmpty()) {
            long largest = Math.min(config.maximumObjectBytes(), config.maximumObjectInMemoryBytes());
            return new StoreOptions(
                    null,
                    config.memoryBytes(),
                    Math.min(largest, config.memoryBytes()),
                    tagFields,
                    config.replacementPolicy());
        }
        Configuration.CacheDirectory first = config.directories().get(0);
        return new StoreOptions(
                first.path(),
                first.bytes(),
                Math.min(config.maximumObjectBytes(), first.bytes()),
                tagFields,
                config.replacementPolicy());
    }

    /** Tells it which fields are for this cache and not for its clients. */
    static void tellFields(ResponseStore store, Configuration.HeaderFields fields) {
        store.targets(fields.targets());
        store.hide(fields.hidden().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet()));
    }
}
