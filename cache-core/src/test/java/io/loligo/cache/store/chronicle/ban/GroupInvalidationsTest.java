package io.loligo.cache.store.chronicle.ban;

import static io.loligo.cache.store.chronicle.Samples.body;
import static io.loligo.cache.store.chronicle.Samples.head;
import static io.loligo.cache.store.chronicle.Samples.key;
import static io.loligo.cache.store.chronicle.Samples.put;
import static io.loligo.cache.store.chronicle.Samples.uri;
import static io.loligo.cache.store.chronicle.Samples.withField;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.store.chronicle.ChronicleStore;
import io.loligo.cache.store.chronicle.Samples;
import io.loligo.cache.store.chronicle.StoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("RFC 9875: invalidated groups")
class GroupInvalidationsTest {
    private static final Instant SENT = Samples.TIMES.requestTime();
    private static final Instant BEFORE = SENT.minusNanos(1_000);

    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("groups");
    }

    private static StoredHead grouped(CacheKey key, String groups) {
        return withField(head(key), "Cache-Groups", groups);
    }

    @DisplayName("§2.1: does an invalidation of group a of http://shop.example/ concern the response?")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        of the group                       | http  | shop.example  | 80 | "a"           | true
        of another too                     | http  | shop.example  | 80 | "b", "a"      | true
        parameters do not count            | http  | shop.example  | 80 | "a";x=1       | true
        of another                         | http  | shop.example  | 80 | "b"           | false
        names have case                    | http  | shop.example  | 80 | "A"           | false
        of none                            | http  | shop.example  | 80 | ``            | false
        malformed: of none                 | http  | shop.example  | 80 | "a",          | false
        a token is no name                 | http  | shop.example  | 80 | a             | false
        a token beside it: malformed       | http  | shop.example  | 80 | "a", b        | false
        a list in the list: malformed      | http  | shop.example  | 80 | ("a")         | false
        another host                       | http  | other.example | 80 | "a"           | false
        another port                       | http  | shop.example  | 81 | "a"           | false
        another scheme                     | https | shop.example  | 80 | "a"           | false
        """)
    void sameGroup(String rule, String scheme, String host, int port, String groups, boolean expected)
            throws IOException {
        GroupInvalidations invalidations = GroupInvalidations.of(null);

        invalidations.add(uri("/any"), List.of("a"), SENT);

        CacheKey key = new CacheKey(new EffectiveUri(scheme, host, port, "/p"), "backend");
        assertThat(invalidations.covers(grouped(key, groups))).isEqualTo(expected);
    }

    @Test
    @DisplayName(
            "what was asked for after the invalidation is good; an earlier invalidation never takes a later one back")
    void time() throws IOException {
        GroupInvalidations invalidations = GroupInvalidations.of(null);
        StoredHead head = grouped(key("/p"), "\"a\"");

        invalidations.add(uri("/"), List.of("a"), BEFORE);
        assertThat(invalidations.covers(head)).isFalse();

        invalidations.add(uri("/"), List.of("a"), SENT);
        invalidations.add(uri("/"), List.of("a"), BEFORE);
        assertThat(invalidations.covers(head)).isTrue();
    }

    @Test
    @DisplayName("32 groups of 32 characters are told apart")
    void limits() throws IOException {
        GroupInvalidations invalidations = GroupInvalidations.of(null);
        StringBuilder groups = new StringBuilder();
        for (int i = 0; i < 32; i++) {
            groups.append(i == 0 ? "" : ", ")
                    .append('"')
                    .append("%032d".formatted(i))
                    .append('"');
        }

        invalidations.add(uri("/"), List.of("%032d".formatted(31)), SENT);

        assertThat(invalidations.covers(grouped(key("/p"), groups.toString()))).isTrue();
        assertThat(invalidations.covers(grouped(key("/p"), "\"%032d\"".formatted(30))))
                .isFalse();
    }

    @ParameterizedTest(name = "{0} more than fit")
    @ValueSource(strings = {"groups", "sites", "a name longer"})
    @DisplayName("more than fits is coarsened, never forgotten, and the file tells it")
    void coarsened(String what) throws IOException {
        GroupInvalidations invalidations = GroupInvalidations.of(file());
        int count = what.equals("groups") ? GroupInvalidations.GROUPS_MAX + 1 : GroupInvalidations.SITES_MAX + 1;
        invalidations.add(uri("/"), List.of("first"), SENT);
        for (int i = 0; i < count; i++) {
            switch (what) {
                case "groups" -> invalidations.add(uri("/"), List.of("g" + i), SENT);
                case "sites" ->
                    invalidations.add(new EffectiveUri("http", "h" + i + ".example", 80, "/"), List.of("g"), SENT);
                default ->
                    invalidations.add(uri("/"), List.of("x".repeat(GroupInvalidations.NAME_LENGTH_MAX + 1)), SENT);
            }
        }
        StoredHead concerned = grouped(key("/p"), "\"first\"");
        StoredHead coarse = grouped(key("/p"), "\"never named\"");

        assertThat(invalidations.covers(concerned)).isTrue();
        assertThat(invalidations.covers(coarse)).isTrue();
        assertThat(invalidations.covers(head(key("/p")))).isFalse();
        assertThat(invalidations.sizes().get(0)).isLessThanOrEqualTo(GroupInvalidations.SITES_MAX);
        assertThat(invalidations.sizes().get(1)).isLessThanOrEqualTo(GroupInvalidations.GROUPS_MAX);
        GroupInvalidations later = GroupInvalidations.of(file());
        assertThat(later.covers(concerned)).isTrue();
        assertThat(later.covers(coarse)).isTrue();
        assertThat(later.covers(head(key("/p")))).isFalse();
    }

    @Test
    @DisplayName("a crash loses nothing: neither a torn last line nor a damaged one brings a response back")
    void damaged() throws IOException {
        GroupInvalidations.of(file()).add(uri("/"), List.of("a b", "c"), SENT);
        Files.writeString(file(), "group 2026", StandardOpenOption.APPEND);

        GroupInvalidations torn = GroupInvalidations.of(file());
        assertThat(torn.covers(grouped(key("/p"), "\"a b\""))).isTrue();
        assertThat(torn.covers(grouped(key("/p"), "\"other\""))).isFalse();

        Files.writeString(file(), "group ?\n", StandardOpenOption.APPEND);
        assertThat(GroupInvalidations.of(file()).covers(grouped(key("/p"), "\"other\"")))
                .isTrue();
    }

    @Test
    @DisplayName("the file does not grow for ever")
    void rewritten() throws IOException {
        GroupInvalidations invalidations = GroupInvalidations.of(file());
        for (int i = 0; i <= GroupInvalidations.LINES_MAX; i++) {
            invalidations.add(uri("/"), List.of("a"), SENT);
        }

        invalidations.force();
        invalidations.add(uri("/"), List.of("b"), SENT);
        invalidations.close();

        assertThat(Files.readAllLines(file())).hasSize(2);
        assertThat(GroupInvalidations.of(file()).covers(grouped(key("/p"), "\"b\"")))
                .isTrue();
    }

    @Test
    @DisplayName("the store finds no response of an invalidated group, nor one that was under way, nor after a restart")
    void store() throws Exception {
        StoreOptions options = new StoreOptions(directory, 16L << 20, 1L << 20);
        try (ChronicleStore store = ChronicleStore.open(options)) {
            put(store, grouped(key("/one"), "\"a\""), body("one", 100));
            put(store, grouped(key("/two"), "\"b\""), body("two", 100));
            StoredHead known = store.lookup(key("/one")).get(0);

            store.invalidate(uri("/"), List.of("a"), SENT);
            put(store, grouped(key("/late"), "\"a\""), body("late", 100));

            assertThat(store.read(known)).isNull();
            assertThat(store.lookup(key("/one"))).isEmpty();
            assertThat(store.lookup(key("/late"))).isEmpty();
            assertThat(store.lookup(key("/two"))).hasSize(1);
            put(store, grouped(key("/late"), "\"a\""), body("late", 100));
        }
        try (ChronicleStore store = ChronicleStore.open(options)) {
            assertThat(store.lookup(key("/late"))).isEmpty();
            assertThat(store.lookup(key("/two"))).hasSize(1);
        }
    }
}
