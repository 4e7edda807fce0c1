package io.loligo.proxy;

import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.TagFields;
import io.loligo.cache.store.ResponseStore;
import io.loligo.cache.store.chronicle.StoreOptions;
import io.loligo.proxy.config.Configuration;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Passes the settings of a {@link Configuration} to the store. */
final class StoreSettings {
    private StoreSettings() {}

    /** The options that the store is opened with. They hold until the process ends; a reload does not change them. */
    static StoreOptions options(Configuration configuration) {
        Configuration.StoreConfig config = configuration.store();
        TagFields tagFields = configuration.headerFields().tags().fields();
        if (config.directories().isEmpty()) {
            long largest = Math.min(config.maximumObjectBytes(), config.maximumObjectInMemoryBytes());
            return new StoreOptions(
                    null,
                    Math.max(StoreOptions.CAPACITY_MIN, config.memoryBytes()),
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

    /** Sets which fields of origins' answers are meant for this cache and are not sent to clients. A reload may change them. */
    static void tellFields(ResponseStore store, Configuration.HeaderFields fields) {
        store.targets(fields.targets());
        store.hide(Stream.concat(fields.hidden().stream(), Stream.of(FieldRule.SET_COOKIE.fieldName()))
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet()));
    }
}
