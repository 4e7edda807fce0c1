package io.loligo.cache.store.chronicle;

import static io.loligo.cache.store.chronicle.Samples.body;
import static io.loligo.cache.store.chronicle.Samples.get;
import static io.loligo.cache.store.chronicle.Samples.head;
import static io.loligo.cache.store.chronicle.Samples.key;
import static io.loligo.cache.store.chronicle.Samples.put;
import static io.loligo.cache.store.chronicle.Samples.there;
import static io.loligo.cache.store.chronicle.Samples.uri;
import static io.loligo.cache.store.chronicle.Samples.withField;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgePreview;
import io.loligo.cache.store.PurgeReceipt;
import io.loligo.cache.store.PurgeRefused;
import io.loligo.cache.store.PurgeTarget;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("purges")
class PurgesTest {
    private ChronicleStore store;

    @BeforeEach
    void open() throws IOException {
        store = ChronicleStore.open(new StoreOptions(null, 64L << 20, 1L << 20));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private PurgeReceipt hard(PurgeTarget target) throws PurgeRefused {
        return store.purge(new PurgeOrder(target, false));
    }

    private PurgeReceipt soft(PurgeTarget target) throws PurgeRefused {
        return store.purge(new PurgeOrder(target, true));
    }

    private PurgeReceipt done(PurgeReceipt receipt) {
        return await().until(() -> there(store.receipt(receipt.id())), PurgeReceipt::done);
    }

    static PurgeTarget target(String kind, String text) {
        return switch (kind) {
            case "url" -> new PurgeTarget.Url(there(uri("/").resolve(text)));
            case "prefix" -> new PurgeTarget.Prefix(text);
            case "host" -> new PurgeTarget.Host(text);
            case "glob" -> new PurgeTarget.Glob(text);
            case "pattern" -> new PurgeTarget.Pattern(text);
            case "tag" -> new PurgeTarget.Tag(text);
            case "all" -> new PurgeTarget.All();
            default -> throw new IllegalArgumentException(kind);
        };
    }

    @DisplayName("is the response of http://shop.example/a/b.html?c=d with Surrogate-Key: red green purged?")
    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            url     | http://shop.example/a/b.html?c=d     | true
            url     | http://shop.example:80/a/b.html?c=d  | true
            url     | http://shop.example/a/b.html         | false
            url     | https://shop.example/a/b.html?c=d    | false
            prefix  | http://shop.example/a/               | true
            prefix  | http://shop.example/a/b.html?c=d     | true
            prefix  | http://shop.example/a/b.html?c=de    | false
            prefix  | shop.example                         | false
            host    | shop.example                         | true
            host    | example                              | false
            glob    | http://shop.example/*.html?c=d       | true
            glob    | *.html*                              | true
            glob    | *.html                               | false
            glob    | http://shop.example/?/b.html*        | true
            glob    | http://shop.example/??/b.html*       | false
            glob    | http*a*b*d                           | true
            glob    | http*d*b                             | false
            glob    | ***                                  | true
            pattern | /[a-z]/b\\.html                      | true
            pattern | ^/a                                  | false
            pattern | (?i)SHOP\\.EXAMPLE/a/.*\\?c=d$       | true
            pattern | (a+)+$                               | false
            tag     | red                                  | true
            tag     | green                                | true
            tag     | gree                                 | false
            tag     | red green                            | false
            tag     | Red                                  | false
            all     | ``                                   | true
            """)
    void kinds(String kind, String text, boolean purged) throws Exception {
        put(store, withField(head(key("/a/b.html?c=d")), "Surrogate-Key", "red green"), body("x", 1_000));
        put(store, head(new CacheKey(new EffectiveUri("http", "z.example", 80, "/"), "backend")), body("z", 10));
        PurgeTarget target = target(kind, text.replace("\\\\", "\\"));

        PurgePreview preview = store.preview(target, 10);
        boolean other = kind.equals("all") || text.equals("***");
        assertThat(preview.objects()).isEqualTo((purged ? 1 : 0) + (other ? 1 : 0));
        if (purged) {
            assertThat(preview.sample()).contains("http://shop.example/a/b.html?c=d");
        }
        assertThat(store.lookup(key("/a/b.html?c=d"))).hasSize(1);

        PurgeReceipt receipt = hard(target);
        assertThat(store.lookup(key("/a/b.html?c=d"))).hasSize(purged ? 0 : 1);
        put(store, head(key("/later")), body("later", 10));
        PurgeReceipt done = done(receipt);
        assertThat(done.objects()).isEqualTo(preview.objects());
        assertThat(done.bytes()).isEqualTo(preview.bytes());
        assertThat(store.lookup(key("/later"))).hasSize(1);
        assertThat(store.stats().objects()).isEqualTo(3 - done.objects());
    }

    @DisplayName("after a soft purge a response is found as before, and stale since then")
    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            url     | http://shop.example/1
            prefix  | http://shop.example/1
            host    | shop.example
            glob    | *1
            pattern | /1$
            tag     | red
            all     | ``
            """)
    void softly(String kind, String text) throws Exception {
        StoredHead before = put(store, withField(head(key("/1")), "xkey", "red"), body("1", 100));
        Instant start = Instant.now();

        PurgeReceipt receipt = soft(target(kind, text));
        StoredHead at = store.lookup(key("/1")).get(0);
        assertThat(at.staleSince()).isBetween(start, Instant.now());
        assertThat(done(receipt).objects()).isEqualTo(1);

        StoredHead after = store.lookup(key("/1")).get(0);
        assertThat(after.staleSince()).isEqualTo(receipt.time());
        assertThat(after.fields()).isEqualTo(before.fields());
        assertThat(get(store, after)).isEqualTo(body("1", 100));
        assertThat(store.purge(uri("/1")).objects()).isEqualTo(1);
        assertThat(store.stats().bytes()).isZero();
    }
}
