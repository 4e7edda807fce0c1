package io.loligo.cache.store.chronicle;

import static io.loligo.cache.store.chronicle.Samples.body;
import static io.loligo.cache.store.chronicle.Samples.get;
import static io.loligo.cache.store.chronicle.Samples.head;
import static io.loligo.cache.store.chronicle.Samples.key;
import static io.loligo.cache.store.chronicle.Samples.language;
import static io.loligo.cache.store.chronicle.Samples.put;
import static io.loligo.cache.store.chronicle.Samples.there;
import static io.loligo.cache.store.chronicle.Samples.tryPut;
import static io.loligo.cache.store.chronicle.Samples.uri;
import static io.loligo.cache.store.chronicle.Samples.withField;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.loligo.cache.freshness.ResponseTimes;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.store.EntryReader;
import io.loligo.cache.store.EntryWriter;
import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgeRefused;
import io.loligo.cache.store.PurgeTarget;
import io.loligo.cache.store.ResponseStore.Purged;
import io.loligo.cache.store.chronicle.ban.RecentPurges;
import io.loligo.cache.store.chronicle.files.PeersRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("what the store takes and gives back")
class ChronicleStoreTest {
    private static final long MEBI = 1L << 20;
    private static final String DATE = "Sun, 06 Nov 1994 08:49:37 GMT";
    private static final String LATER = "Sun, 06 Nov 1994 08:49:46 GMT";

    private static ChronicleStore store;

    @BeforeAll
    static void open() throws IOException {
        store = ChronicleStore.open(new StoreOptions(null, 64 * MEBI, 4 * MEBI));
    }

    @AfterAll
    static void close() {
        store.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            an empty body                          |       0
            a body of one byte                     |       1
            a small body                           |    1000
            about the largest that lies with heads |   16384
            exactly one chunk                      |   16600
            one byte more than a chunk             |   16601
            exactly two chunks                     |   33200
            many chunks                            | 1000000
            the largest that is stored             | 4194304
            """)
    void gives_back_what_was_stored(String rule, int length) throws IOException {
        CacheKey key = key("/" + length);
        byte[] body = body(rule, length);

        StoredHead stored = put(store, head(key), body);

        assertThat(store.lookup(key)).singleElement().isEqualTo(stored);
        assertThat(stored.bodyLength()).isEqualTo(length);
        assertThat(get(store, key)).isEqualTo(body);
    }

    @Test
    void does_not_store_more_than_the_largest_object() {
        assertThat(tryPut(store, head(key("/too-large")), body("x", (int) (4 * MEBI + 1))))
                .isNull();
        assertThat(store.lookup(key("/too-large"))).isEmpty();
    }

    @Test
    void the_head_is_kept_as_it_goes_out_with_the_length_that_the_body_has() throws IOException {
        StoredHead sent = withField(head(key("/wire")), "Content-Length", "5");
        StoredHead stored = put(store, sent, "hello".getBytes(StandardCharsets.US_ASCII));

        try (EntryReader reader = Samples.open(store, stored)) {
            assertThat(Samples.text(reader.head()))
                    .isEqualTo(String.join(
                            "\r\n",
                            "HTTP/1.1 200 OK",
                            "Content-Type: text/plain",
                            "Cache-Control: max-age=60",
                            "Content-Length: 5",
                            ""));
            assertThat(Samples.text(there(reader.body()))).isEqualTo("hello");
        }
        assertThat(stored.fields().has("Content-Length")).isFalse();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            a value with a line feed would split the head  | a: b\\nc
            a character beyond Latin-1 has no wire form    | €
            """)
    void does_not_store_a_head_that_cannot_be_sent(String rule, String value) {
        StoredHead bad = withField(head(key("/bad")), "X", value.replace("\\n", "\n"));

        assertThat(tryPut(store, bad, body("x", 10))).isNull();
        assertThat(store.lookup(key("/bad"))).isEmpty();
    }

    @Test
    void a_second_response_replaces_the_first_and_its_space_comes_back() throws IOException {
        CacheKey key = key("/replaced");
        put(store, head(key), body("warm up", 300_000));
        long before = store.stats().bytes();
        long objects = store.stats().objects();

        StoredHead second = put(store, head(key), body("second", 300_000));

        assertThat(store.lookup(key)).containsExactly(second);
        assertThat(get(store, key)).isEqualTo(body("second", 300_000));
        assertThat(store.stats().bytes()).isEqualTo(before);
        assertThat(store.stats().objects()).isEqualTo(objects);
    }

    @Test
    void a_reader_opened_before_a_small_object_is_replaced_goes_on_reading_it() throws IOException {
        CacheKey key = key("/held");
        StoredHead first = put(store, head(key), body("first", 1000));
        try (EntryReader reader = Samples.open(store, first)) {
            put(store, head(key), body("second", 1000));

            ByteBuffer bytes = ByteBuffer.allocate(1000);
            assertThat(reader.read(0, bytes)).isEqualTo(1000);
            assertThat(bytes.array()).isEqualTo(body("first", 1000));
        }
        assertThat(store.read(first)).isNull();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"purged", "replaced", "removed", "freshened, then purged"})
    void a_large_object_is_read_to_its_end_though_it_is_meanwhile(String fate) throws IOException {
        CacheKey key = key("/read/" + fate);
        long before = store.stats().bytes();
        StoredHead first = put(store, head(key), body("first", 500_000));
        try (EntryReader reader = Samples.open(store, first)) {
            switch (fate) {
                case "purged" -> store.purge(key.uri());
                case "replaced" -> put(store, head(key), body("second", 500_000));
                case "removed" -> store.remove(first);
                default -> {
                    Samples.freshen(store, first, withField(first, "X-New", "1"));
                    store.purge(key.uri());
                }
            }
            assertThat(store.lookup(key)).doesNotContain(first);
            assertThat(store.read(first)).isNull();

            ByteBuffer bytes = ByteBuffer.allocate(500_000);
            while (bytes.hasRemaining()) {
                reader.read(bytes.position(), bytes);
            }
            assertThat(bytes.array()).isEqualTo(body("first", 500_000));
        }
        store.purge(key.uri());
        assertThat(store.stats().bytes()).isEqualTo(before);
    }

    @Test
    void readers_cannot_keep_more_than_a_quarter_of_the_store() throws IOException {
        List<EntryReader> readers = new ArrayList<>();
        long before = store.stats().bytes();
        for (int i = 0; i < 6; i++) {
            StoredHead head = put(store, head(key("/kept/" + i)), body("kept", 4_000_000));
            readers.add(Samples.open(store, head));
            store.purge(uri("/kept/" + i));
        }

        // Long bodies are removed by another thread.
        await().untilAsserted(() -> assertThat(store.stats().bytes() - before).isBetween(4_000_000L, 16 * MEBI));
        assertThat(readers)
                .anySatisfy(reader -> assertThatThrownBy(() -> reader.read(0, ByteBuffer.allocate(10)))
                        .isInstanceOf(IOException.class));
        readers.forEach(EntryReader::close);
        await().untilAsserted(() -> assertThat(store.stats().bytes()).isEqualTo(before));
    }

    @Test
    void variants_stand_side_by_side_newest_first_and_replace_their_like() throws IOException {
        CacheKey key = key("/vary");
        StoredHead english = put(store, head(key, language("en")), body("english", 100));
        StoredHead german = put(store, head(key, language("de")), body("deutsch", 100_000));
        StoredHead french = put(store, head(key, language("fr")), body("francais", 100));
        assertThat(store.lookup(key)).containsExactly(french, german, english);

        StoredHead german2 = put(store, head(key, language("de")), body("deutsch 2", 100));

        assertThat(store.lookup(key)).containsExactly(german2, french, english);
        assertThat(get(store, english)).isEqualTo(body("english", 100));
        assertThat(get(store, german2)).isEqualTo(body("deutsch 2", 100));
        assertThat(store.read(german)).isNull();
    }

    @Test
    void what_answers_two_requests_goes_when_one_of_them_is_answered_anew() throws IOException {
        CacheKey key = key("/shared");
        StoredHead german = put(store, head(key, language("de")), body("shared", 100_000));
        StoredHead french = put(store, head(key, language("fr")), body("francais", 100));

        StoredHead shared =
                Samples.freshen(store, german, head(key, language("de").and(language("en"))));

        assertThat(store.lookup(key)).containsExactly(shared, french);
        assertThat(get(store, shared)).isEqualTo(body("shared", 100_000));

        StoredHead english = put(store, head(key, language("en")), body("english", 100));

        assertThat(store.lookup(key)).containsExactly(english, french);
    }

    @Test
    void the_oldest_of_too_many_variants_goes() {
        CacheKey key = key("/many");
        for (int i = 0; i <= ShardObjects.VARIANTS_MAX; i++) {
            put(store, head(key, language("l" + i)), body("v" + i, 10));
        }
        List<StoredHead> heads = store.lookup(key);

        assertThat(heads).hasSize(ShardObjects.VARIANTS_MAX);
        assertThat(heads).extracting(StoredHead::selecting).doesNotContain(language("l0"));
    }

    @Test
    void removing_one_variant_leaves_the_others() {
        CacheKey key = key("/remove");
        StoredHead first = put(store, head(key, language("a")), body("a", 10));
        StoredHead second = put(store, head(key, language("b")), body("b", 10));

        store.remove(first);

        assertThat(store.lookup(key)).containsExactly(second);
        store.remove(second);
        assertThat(store.lookup(key)).isEmpty();
    }

    @ParameterizedTest(name = "a body of {0} bytes")
    @CsvSource({"0", "1000", "32000", "200000"})
    void freshening_changes_the_head_and_keeps_the_body(int length) throws IOException {
        CacheKey key = key("/fresh-" + length);
        byte[] body = body("fresh", length);
        StoredHead old = put(store, head(key), body);
        StoredHead other = put(store, head(key, language("x")), body("other", 10));
        long objects = store.stats().objects();

        StoredHead updated = Samples.freshen(store, old, withField(old, "X-New", "a longer head than it was before"));

        assertThat(store.lookup(key)).containsExactly(updated, other);
        assertThat(updated.id()).isNotEqualTo(old.id());
        assertThat(updated.fields().first("X-New")).isEqualTo("a longer head than it was before");
        assertThat(get(store, updated)).isEqualTo(body);
        assertThat(store.read(old)).isNull();
        assertThat(store.stats().objects()).isEqualTo(objects);

        StoredHead again = Samples.freshen(store, updated, withField(updated, "X-New", "2"));
        assertThat(get(store, again)).isEqualTo(body);
        assertThat(store.purge(key.uri()).objects()).isEqualTo(2);
    }

    @ParameterizedTest(name = "a body of {0} bytes")
    @CsvSource({"0", "1000", "32000"})
    void a_validation_without_news_leaves_the_object_where_it_is(int length) throws IOException {
        CacheKey key = key("/validated-" + length);
        byte[] body = body("validated", length);
        StoredHead old = put(store, withField(head(key), "Date", DATE), body);
        StoredHead other = put(store, head(key, language("x")), body("other", 10));
        assertThat(store.lookup(key)).containsExactly(other, old);
        long bytes = store.stats().bytes();

        StoredHead updated = Samples.freshen(store, old, Samples.validated(old, LATER, 9));

        assertThat(updated.id()).isEqualTo(old.id());
        assertThat(updated.times().responseTime())
                .isEqualTo(old.times().responseTime().plusSeconds(9));
        assertThat(updated.fields().first("Date")).isEqualTo(LATER);
        assertThat(store.lookup(key)).containsExactly(other, updated);
        assertThat(store.stats().bytes()).isEqualTo(bytes);
        try (EntryReader reader = Samples.open(store, updated)) {
            assertThat(Samples.text(reader.head())).contains("Date: " + LATER + "\r\n");
        }
        assertThat(get(store, updated)).isEqualTo(body);
        // Who did not know of that validation makes its own.
        StoredHead again = Samples.freshen(store, old, Samples.validated(old, DATE, 10));
        assertThat(store.lookup(key)).containsExactly(other, again);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            it took so long that there is no room for the number | Sun, 06 Nov 1994 08:49:46 GMT | 3600
            its Date is of another length                         | Sun Nov  6 08:49:46 1994      |    1
            """)
    void a_validation_that_does_not_fit_in_its_place_gets_another(String rule, String date, long seconds)
            throws IOException {
        CacheKey key = key("/no-room/" + seconds);
        StoredHead old = put(store, withField(head(key), "Date", DATE), body("a", 100));
        StoredHead asked = there(old.validated(
                date,
                new ResponseTimes(
                        old.times().requestTime(), old.times().requestTime().plusSeconds(seconds))));

        StoredHead updated = Samples.freshen(store, old, asked);

        assertThat(updated.id()).isNotEqualTo(old.id());
        assertThat(updated.times()).isEqualTo(asked.times());
        assertThat(updated.fields().first("Date")).isEqualTo(date);
        assertThat(store.lookup(key)).containsExactly(updated);
        assertThat(get(store, updated)).isEqualTo(body("a", 100));
    }

    @Test
    void freshening_what_is_gone_gives_nothing_and_brings_nothing_back() {
        StoredHead old = put(store, head(key("/gone")), body("gone", 100));
        store.remove(old);

        assertThat(store.freshen(old, withField(old, "X", "1"), store.purgeOrder()))
                .isNull();
        assertThat(store.freshen(old, withField(old, "Date", DATE), store.purgeOrder()))
                .isNull();
        assertThat(store.freshen(old, old, store.purgeOrder())).isNull();
        assertThat(store.lookup(key("/gone"))).isEmpty();
    }

    @Test
    void a_purge_takes_every_variant_under_every_peers_text_and_nothing_else() {
        put(store, head(key("/p?x=1", "a"), language("en")), body("1", 100));
        put(store, head(key("/p?x=1", "a"), language("de")), body("2", 100_000));
        put(store, head(key("/p?x=1", "a,b")), body("3", 100));
        put(store, head(key("/p?x=2", "a")), body("4", 100));
        long before = store.stats().bytes();

        Purged purged = store.purge(uri("/p?x=1"));

        assertThat(purged.objects()).isEqualTo(3);
        assertThat(purged.bytes())
                .isGreaterThan(100_200)
                .isLessThanOrEqualTo(before - store.stats().bytes());
        assertThat(store.lookup(key("/p?x=1", "a"))).isEmpty();
        assertThat(store.lookup(key("/p?x=1", "a,b"))).isEmpty();
        assertThat(store.lookup(key("/p?x=2", "a"))).hasSize(1);
        assertThat(store.purge(uri("/p?x=1"))).isEqualTo(new Purged(0, 0));
    }

    @Test
    void a_purge_finds_keys_whose_peers_could_not_be_remembered() throws IOException {
        try (ChronicleStore own = ChronicleStore.open(new StoreOptions(null, 4 * MEBI, MEBI))) {
            for (int i = 0; i <= PeersRegistry.TEXTS_MAX; i++) {
                own.write(head(key("/", "peers" + i)), own.purgeOrder()).close();
            }
            put(own, head(key("/p", "peers beyond the limit")), body("1", 100));
            put(own, head(key("/q", "peers beyond the limit")), body("2", 100));

            assertThat(own.purge(uri("/p")).objects()).isEqualTo(1);

            assertThat(own.lookup(key("/p", "peers beyond the limit"))).isEmpty();
            assertThat(own.lookup(key("/q", "peers beyond the limit"))).hasSize(1);
        }
    }

    @Test
    void what_was_being_written_during_a_purge_does_not_appear_afterwards() {
        try (EntryWriter during = store.write(head(key("/late")), store.purgeOrder());
                EntryWriter elsewhere = store.write(head(key("/late2")), store.purgeOrder())) {
            during.append(ByteBuffer.wrap(body("late", 100)));
            elsewhere.append(ByteBuffer.wrap(body("late2", 100)));
            store.purge(uri("/late"));

            assertThat(during.commit()).isNull();
            assertThat(elsewhere.commit()).isNotNull();
        }
        assertThat(store.lookup(key("/late"))).isEmpty();
        assertThat(put(store, head(key("/late")), body("later", 100))).isNotNull();
    }

    @Test
    void a_writer_that_has_lived_through_more_purges_than_are_remembered_does_not_commit() throws PurgeRefused {
        try (EntryWriter slow = store.write(head(key("/slow")), store.purgeOrder())) {
            for (int i = 0; i <= RecentPurges.LISTED; i++) {
                store.purge(new PurgeOrder(new PurgeTarget.Url(uri("/other/" + i)), true));
            }
            assertThat(slow.commit()).isNull();
        }
    }

    @Test
    void a_writer_that_closes_without_commit_leaves_nothing() {
        long before = store.stats().bytes();
        try (EntryWriter writer = store.write(head(key("/vanishes")), store.purgeOrder())) {
            assertThat(writer.append(ByteBuffer.wrap(body("v", 500_000)))).isTrue();
            assertThat(store.stats().bytes()).isGreaterThan(before + 400_000);
        }
        assertThat(store.lookup(key("/vanishes"))).isEmpty();
        assertThat(store.stats().bytes()).isEqualTo(before);
    }

    @Test
    void followers_read_what_is_being_written_in_chunks_and_in_the_buffer() {
        byte[] body = body("followed", 200_000);
        try (EntryWriter writer = store.write(head(key("/followed")), store.purgeOrder())) {
            ByteBuffer got = ByteBuffer.allocateDirect(200_000);
            for (int i = 0; i < body.length; i += 8_000) {
                writer.append(ByteBuffer.wrap(body, i, 8_000));
                while (writer.read(got.position(), got) > 0) {
                    assertThat(got.position()).isLessThanOrEqualTo((int) writer.length());
                }
                assertThat(got.position()).isEqualTo((int) writer.length());
            }
            assertThat(writer.commit()).isNotNull();
            ByteBuffer late = ByteBuffer.allocate(200_000);
            while (writer.read(late.position(), late) > 0) {
                assertThat(late.position()).isPositive();
            }
            assertThat(late.array()).isEqualTo(body);
            byte[] bytes = new byte[body.length];
            got.get(0, bytes);
            assertThat(bytes).isEqualTo(body);
        }
    }

    @Test
    void followers_read_to_the_end_what_is_purged_as_soon_as_it_is_stored() throws IOException {
        CacheKey key = key("/followed/purged");
        long before = store.stats().bytes();
        byte[] body = body("followed", 500_000);
        EntryWriter writer = store.write(head(key), store.purgeOrder());
        assertThat(writer.append(ByteBuffer.wrap(body))).isTrue();
        assertThat(writer.commit()).isNotNull();
        store.purge(key.uri());

        ByteBuffer bytes = ByteBuffer.allocate(body.length);
        while (bytes.hasRemaining()) {
            assertThat(writer.read(bytes.position(), bytes)).isPositive();
        }
        assertThat(bytes.array()).isEqualTo(body);
        writer.close();
        assertThat(store.stats().bytes()).isEqualTo(before);
    }

    @Test
    void a_refused_piece_is_left_as_it_was_and_what_came_before_can_still_be_read() {
        try (EntryWriter writer = store.write(head(key("/refused")), store.purgeOrder())) {
            byte[] first = body("refused", 3_000_000);
            writer.append(ByteBuffer.wrap(first));
            ByteBuffer rest = ByteBuffer.allocate(2_000_000);

            assertThat(writer.append(rest)).isFalse();

            assertThat(rest.remaining()).isEqualTo(2_000_000);
            assertThat(writer.length()).isEqualTo(3_000_000);
            ByteBuffer tail = ByteBuffer.allocate(10);
            assertThat(writer.read(2_999_990, tail)).isEqualTo(10);
            assertThat(writer.commit()).isNull();
        }
    }
}
