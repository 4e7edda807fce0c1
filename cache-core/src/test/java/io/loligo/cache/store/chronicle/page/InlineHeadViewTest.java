package io.loligo.cache.store.chronicle.page;

import static io.loligo.cache.store.chronicle.Samples.there;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.http.FieldNames;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.store.chronicle.Samples;
import io.loligo.cache.store.chronicle.page.MapKeys.KeyHash;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("what eviction sees of an object")
class InlineHeadViewTest {
    private static final long ID = 0x0102030400L;

    private final KeyHasher hasher = new KeyHasher("000102030405060708090a0b0c0d0e0f");
    private final InlineHeadView glance = new InlineHeadView();

    private static CacheKey key(String scheme, int port, String path) {
        return new CacheKey(new EffectiveUri(scheme, "www.example.org", port, path), "a,b");
    }

    /** The page of an object with that key, and a body of {@code body} bytes that end with a 1. */
    private static PageBuffer page(CacheKey key, int body) {
        PageBuffer page = new PageBuffer(4096);
        FieldNames hidden = FieldNames.of(Set.of("content-type"));
        there(HeadBytes.of(Samples.head(key), body, hidden, new HeadBytes.Draft()))
                .inline()
                .put(page, ID, 0);
        page.length(page.length() + body);
        page.buffer().put(page.length() - 1, (byte) 1);
        return page;
    }

    private boolean sees(PageBuffer page, long id) {
        glance.of(id).take(page.address(), page.length());
        return glance.seen();
    }

    private KeyHash hash(CacheKey key) {
        KeyHash hash = new KeyHash();
        hasher.hash(key, new KeyHasher.Text(), hash);
        return hash;
    }

    @ParameterizedTest(name = "{0}:{1}{2}")
    @CsvSource({"http,80,/", "https,443,/a?b=c", "http,65535,/%C3%A9", "https,1,*"})
    void an_object_with_its_body_in_one_page_is_seen_as_it_is(String scheme, int port, String path) {
        CacheKey key = key(scheme, port, path);
        PageBuffer page = page(key, 700);
        StoredObject object = there(EntryLayout.head(page, ID, false, CacheControlTargets.DEFAULT));

        assertThat(sees(page, ID)).isTrue();

        KeyHash seen = new KeyHash();
        glance.hash(hasher, new KeyHasher.Text(), seen);
        assertThat(seen).usingRecursiveComparison().isEqualTo(hash(key));
        assertThat(glance.id()).isEqualTo(object.id());
        assertThat(glance.charge()).isEqualTo(object.charge());
        assertThat(glance.headLength()).isEqualTo(object.bodyOffset());
        assertThat(glance.bodyLength()).isEqualTo(700);
    }

    @ParameterizedTest(name = "{0}:{1}{2}")
    @CsvSource({"ws,81,/", "http,0,/", "http,80,/caf\u00e9"})
    void a_key_that_is_not_hashed_as_it_is_stored_is_left_to_others(String scheme, int port, String path) {
        assertThat(sees(page(key(scheme, port, path), 700), ID)).isFalse();
    }

    @Test
    void another_object_is_not_seen() {
        assertThat(sees(page(key("http", 80, "/"), 700), ID + 64)).isFalse();
    }

    @Test
    void what_may_have_been_cut_is_not_seen() {
        PageBuffer page = page(key("http", 80, "/"), 700);
        page.buffer().put(page.length() - 1, (byte) 0);

        assertThat(sees(page, ID)).isFalse();
    }

    @Test
    void neither_a_list_nor_an_object_with_its_body_elsewhere_is_seen() {
        PageBuffer list = new PageBuffer(100);
        LongList members = new LongList();
        members.add(-1);
        EntryLayout.putList(list, ID, 1, 2, members);
        PageBuffer large = new PageBuffer(4096);
        there(HeadBytes.of(Samples.head(key("http", 80, "/")), 1_000_000, FieldNames.NONE, new HeadBytes.Draft()))
                .put(large, ID, 0);

        assertThat(sees(list, ID)).isFalse();
        assertThat(sees(large, ID)).isFalse();
    }

    @Test
    void a_page_that_ends_early_is_not_seen() {
        PageBuffer page = page(key("http", 80, "/"), 700);
        for (int length = page.length() - 1; length >= 0; length--) {
            page.length(length);
            assertThat(sees(page, ID)).isFalse();
        }
    }
}
