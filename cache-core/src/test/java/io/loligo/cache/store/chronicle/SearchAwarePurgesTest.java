package io.loligo.cache.store.chronicle;

import static io.loligo.cache.store.chronicle.Samples.body;
import static io.loligo.cache.store.chronicle.Samples.head;
import static io.loligo.cache.store.chronicle.Samples.key;
import static io.loligo.cache.store.chronicle.Samples.put;
import static io.loligo.cache.store.chronicle.Samples.withField;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgeTarget;
import io.loligo.cache.store.SearchAwareStore;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("purges of what equivalent URLs are answered with")
class SearchAwarePurgesTest {

    @DisplayName("stored for /p?a=1&x=1, where x does not matter: is it found for /p?a=1&x=2 after the purge?")
    @ParameterizedTest(name = "{0} {1}, soft: {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # kind  | text                            | soft  | found | stale
            url     | http://shop.example/p?a=1&x=1   | false | false |
            url     | http://shop.example/p?a=1&x=2   | false | false |
            url     | http://shop.example/p?a=1&x=2   | true  | true  | true
            url     | http://shop.example/p?a=2&x=1   | false | true  | false
            prefix  | http://shop.example/p           | false | false |
            prefix  | http://shop.example/p           | true  | true  | true
            glob    | *x=1                            | false | false |
            glob    | *x=2                            | false | true  | false
            tag     | t                               | false | false |
            tag     | t                               | true  | true  | true
            all     | ``                              | false | false |
            """)
    void equivalents(String kind, String text, boolean soft, boolean found, Boolean stale) throws Exception {
        ChronicleStore inner = ChronicleStore.open(new StoreOptions(null, 16L << 20, 1L << 20));
        try (SearchAwareStore store = new SearchAwareStore(inner)) {
            put(
                    store,
                    withField(withField(head(key("/p?a=1&x=1")), "No-Vary-Search", "params=(\"x\")"), "Cache-Tag", "t"),
                    body("p", 100));
            assertThat(store.lookup(key("/p?a=1&x=2"))).hasSize(1);

            PurgeTarget target = PurgesTest.target(kind, text);
            boolean about = !found || stale;
            assertThat(store.preview(target, 1).objects()).isEqualTo(about ? 1 : 0);
            assertThat(store.preview(target, 1).sample()).hasSize(about ? 1 : 0);
            assertThat(store.preview(target, 0).sample()).isEmpty();

            store.purge(new PurgeOrder(target, soft));

            assertThat(store.lookup(key("/p?a=1&x=2"))).hasSize(found ? 1 : 0);
            if (found) {
                assertThat(store.lookup(key("/p?a=1&x=2")).get(0).staleSince() != null)
                        .isEqualTo(stale);
            }
        }
    }
}
