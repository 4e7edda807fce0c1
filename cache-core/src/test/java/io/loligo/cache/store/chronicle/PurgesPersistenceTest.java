package io.loligo.cache.store.chronicle;

import static io.loligo.cache.store.chronicle.Samples.body;
import static io.loligo.cache.store.chronicle.Samples.head;
import static io.loligo.cache.store.chronicle.Samples.key;
import static io.loligo.cache.store.chronicle.Samples.put;
import static io.loligo.cache.store.chronicle.Samples.there;
import static io.loligo.cache.store.chronicle.Samples.uri;
import static io.loligo.cache.store.chronicle.Samples.withField;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.loligo.cache.http.TagFields;
import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgeReceipt;
import io.loligo.cache.store.PurgeRefused;
import io.loligo.cache.store.PurgeTarget;
import io.loligo.cache.store.ReplacementPolicy;
import io.loligo.cache.store.chronicle.ban.Bans;
import io.loligo.cache.store.chronicle.ban.PurgeJournal;
import io.loligo.cache.store.chronicle.ban.RecentPurges;
import io.loligo.cache.store.chronicle.ban.TargetMatch;
import io.loligo.cache.store.chronicle.files.Counters;
import io.loligo.cache.store.chronicle.files.PeersRegistry;
import io.loligo.cache.store.chronicle.files.ShardLimits;
import io.loligo.cache.store.chronicle.files.StoreDirectory;
import io.loligo.cache.store.chronicle.files.StoreFaults;
import io.loligo.cache.store.chronicle.page.EntryLayout;
import io.loligo.cache.store.chronicle.page.KeyHasher;
import io.loligo.cache.store.chronicle.page.PageBufferPool;
import io.loligo.cache.store.chronicle.page.Scratch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("purges over restarts and crashes")
class PurgesPersistenceTest {
    private static final long MEBI = 1L << 20;

    @TempDir
    Path directory;

    private ChronicleStore open() throws IOException {
        return open(directory);
    }

    private static ChronicleStore open(Path where) throws IOException {
        return ChronicleStore.open(new StoreOptions(where, 16 * MEBI, MEBI));
    }

    private Path journal() {
        return directory.resolve(StoreDirectory.NAME).resolve("purges");
    }

    private static PurgeReceipt done(ChronicleStore store, long id) {
        return await().until(() -> there(store.receipt(id)), PurgeReceipt::done);
    }

    /** What a process that is killed now leaves. */
    private Path killed() throws IOException {
        Path copy = directory.resolve("killed");
        Files.createDirectories(copy.resolve(StoreDirectory.NAME));
        try (Stream<Path> files = Files.list(directory.resolve(StoreDirectory.NAME))) {
            for (Path file : files.toList()) {
                Files.copy(
                        file,
                        copy.resolve(StoreDirectory.NAME)
                                .resolve(file.getFileName().toString()));
            }
        }
        return copy;
    }

    @DisplayName("an acknowledged purge holds although the process is killed at once")
    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            url     | http://shop.example/gone
            prefix  | http://shop.example/go
            glob    | */gone
            pattern | /go+ne$
            tag     | old
            """)
    void killed(String kind, String text) throws Exception {
        Path copy;
        try (ChronicleStore store = open()) {
            put(store, withField(head(key("/gone")), "Cache-Tag", "old"), body("gone", 1_000));
            put(store, head(key("/kept")), body("kept", 1_000));
            store.purge(new PurgeOrder(PurgesTest.target(kind, text), false));
            copy = killed();
        }
        try (ChronicleStore store = open(copy)) {
            assertThat(store.lookup(key("/gone"))).isEmpty();
            store.awaitStarted();
            assertThat(store.lookup(key("/gone"))).isEmpty();
            assertThat(store.lookup(key("/kept"))).hasSize(1);
            done(store, 1);
            assertThat(store.stats().objects()).isEqualTo(1);
        }
    }

    @DisplayName("a purge that is made while the store is repaired is made up for, be the process killed again or not")
    @ParameterizedTest(name = "{0} {1}, killed again: {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            url     | http://shop.example/gone | false
            url     | http://shop.example/gone | true
            tag     | old                      | false
            tag     | old                      | true
            unasked | http://shop.example/gone | false
            unasked | http://shop.example/gone | true
            """)
    void whileRepaired(String kind, String text, boolean again) throws Exception {
        Path first;
        try (ChronicleStore store = open()) {
            put(store, withField(head(key("/gone")), "xkey", "old"), body("gone", 1_000));
            put(store, head(key("/kept")), body("kept", 1_000));
            first = killed();
        }
        Path last = first;
        try (ChronicleStore store = open(first)) {
            if (kind.equals("unasked")) {
                store.purge(uri("/gone"));
            } else {
                store.purge(new PurgeOrder(PurgesTest.target(kind, text), false));
            }
            if (again) {
                last = directory.resolve("again");
                Files.createDirectories(last.resolve(StoreDirectory.NAME));
                Path purges = first.resolve(StoreDirectory.NAME).resolve("purges");
                // The maps as they were, for these are being worked on: what counts is that the purge is not forgotten.
                try (Stream<Path> files = Files.list(directory.resolve(StoreDirectory.NAME))) {
                    for (Path file : files.toList()) {
                        Files.copy(
                                file,
                                last.resolve(StoreDirectory.NAME)
                                        .resolve(file.getFileName().toString()));
                    }
                }
                if (Files.exists(purges)) {
                    Files.copy(purges, last.resolve(StoreDirectory.NAME).resolve("purges"));
                }
            }
            store.awaitStarted();
            assertThat(store.lookup(key("/gone"))).isEmpty();
            assertThat(store.lookup(key("/kept"))).hasSize(1);
            await().untilAsserted(() -> assertThat(store.stats().objects()).isEqualTo(1));
            assertThat(store.receipts()).hasSize(kind.equals("unasked") ? 0 : 1);
        }
    }

    @Test
    @DisplayName("what was under way goes on at the next start; receipts are remembered, and ids grow")
    void goesOn() throws Exception {
        try (ChronicleStore store = open()) {
            put(store, head(key("/a/1")), body("1", 1_000));
            put(store, head(key("/b/1")), body("1", 1_000));
            PurgeReceipt receipt = store.purge(new PurgeOrder(new PurgeTarget.Url(uri("/b/1")), false));
            assertThat(receipt.id()).isEqualTo(1);
            assertThat(receipt.done()).isTrue();
            put(store, head(key("/b/1")), body("1", 1_000));
        }
        Files.writeString(journal(), """
                begun 7 2026-01-02T03:04:05Z hard 7fffffffff prefix http://shop.example/a
                begun 8 2026-01-02T03:04:06Z soft 7fffffffffffffff tag caf\\00e9\\000a
                begun 9 2026-01-0""", StandardOpenOption.APPEND);
        try (ChronicleStore store = open()) {
            // The mark of 7 is of another run: it covers nothing any more. That of 8 covers whatever there is.
            store.awaitStarted();
            assertThat(done(store, 8).order()).isEqualTo(new PurgeOrder(new PurgeTarget.Tag("caf\u00e9\n"), true));
            assertThat(done(store, 7).time()).isEqualTo(Instant.parse("2026-01-02T03:04:05Z"));
            assertThat(there(store.receipt(1)).objects()).isEqualTo(1);
            assertThat(store.receipts().stream().map(PurgeReceipt::id)).containsExactly(8L, 7L, 1L);
            assertThat(store.receipt(9)).isNull();
            assertThat(store.purge(new PurgeOrder(new PurgeTarget.Host("a"), false))
                            .id())
                    .isEqualTo(9);
        }
        try (ChronicleStore store = open()) {
            store.awaitStarted();
            assertThat(store.purge(new PurgeOrder(new PurgeTarget.Host("a"), false))
                            .id())
                    .isEqualTo(10);
            assertThat(store.lookup(key("/b/1"))).hasSize(1);
        }
    }

    @DisplayName("a line that cannot be read counts as a purge of everything until then")
    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "rubbish",
                "begun",
                "begun x 2026-01-02T03:04:05Z hard 0 all",
                "begun 3 yesterday hard 0 all",
                "begun 3 2026-01-02T03:04:05Z softly 0 all",
                "begun 3 2026-01-02T03:04:05Z hard xyz all",
                "begun 3 2026-01-02T03:04:05Z hard 0 nobody knows",
                "begun 3 2026-01-02T03:04:05Z hard 0 url http shop.example",
                "begun 3 2026-01-02T03:04:05Z hard 0 pattern (",
                "begun 3 2026-01-02T03:04:05Z hard 0 tag \\00",
                "done 3 many 5",
                "\u00ff\u00fe",
            })
    void unreadable(String line) throws Exception {
        try (ChronicleStore store = open()) {
            put(store, head(key("/before")), body("before", 1_000));
        }
        Files.writeString(journal(), line + "\n", StandardCharsets.ISO_8859_1);
        try (ChronicleStore store = open()) {
            assertThat(store.lookup(key("/before"))).isEmpty();
            put(store, head(key("/after")), body("after", 1_000));
            store.awaitStarted();
            await().untilAsserted(() -> assertThat(store.stats().objects()).isEqualTo(1));
        }
        try (ChronicleStore store = open()) {
            assertThat(store.lookup(key("/before"))).isEmpty();
            assertThat(store.lookup(key("/after"))).hasSize(1);
        }
    }

    @Test
    @DisplayName("when the content is set aside, its purges end with it and the ids of purges go on")
    void setAside() throws Exception {
        try (ChronicleStore store = open()) {
            store.purge(new PurgeOrder(new PurgeTarget.Url(uri("/1")), false));
        }
        Files.writeString(
                journal(), "begun 5 2026-01-02T03:04:05Z hard 7fffffffffffffff all\n", StandardOpenOption.APPEND);
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(directory, 32 * MEBI, MEBI))) {
            assertThat(there(store.receipt(5)).done()).isTrue();
            put(store, head(key("/1")), body("1", 1_000));
            assertThat(store.lookup(key("/1"))).hasSize(1);
            assertThat(store.purge(new PurgeOrder(new PurgeTarget.Url(uri("/1")), false))
                            .id())
                    .isEqualTo(6);
        }
    }

    @Test
    @DisplayName("a response that a soft purge made stale is stale after a restart")
    void soft() throws Exception {
        PurgeReceipt receipt;
        try (ChronicleStore store = open()) {
            put(store, head(key("/1")), body("1", 1_000));
            put(store, head(key("/large")), body("large", 300_000));
            receipt = store.purge(new PurgeOrder(new PurgeTarget.Host("shop.example"), true));
            done(store, receipt.id());
        }
        try (ChronicleStore store = open()) {
            for (String path : List.of("/1", "/large")) {
                assertThat(store.lookup(key(path)).get(0).staleSince()).isEqualTo(receipt.time());
            }
            assertThat(Samples.get(store, key("/large"))).isEqualTo(body("large", 300_000));
        }
    }

    @Test
    @DisplayName("the journal does not grow for ever, and forgets the oldest receipts")
    void rewritten() throws Exception {
        int count = PurgeJournal.LINES_MAX / 2 + 1;
        try (ChronicleStore store = open()) {
            for (int i = 0; i < count; i++) {
                store.purge(new PurgeOrder(new PurgeTarget.Url(uri("/" + i)), false));
            }
            assertThat(store.receipts()).hasSize(Purges.RECEIPTS_MAX);
        }
        assertThat(Files.readAllLines(journal())).hasSizeLessThan(PurgeJournal.LINES_MAX);
        try (ChronicleStore store = open()) {
            assertThat(Files.readAllLines(journal())).hasSize(2 * Purges.RECEIPTS_MAX + 1);
            assertThat(store.receipts()).hasSize(Purges.RECEIPTS_MAX);
            assertThat(store.receipts().get(0).id()).isEqualTo(count);
            assertThat(store.receipt(1)).isNull();
        }
    }

    @Test
    @DisplayName("a journal that cannot be written is written anew, whole, when it can be")
    void heals() throws Exception {
        try (ChronicleStore store = open()) {
            store.awaitStarted();
            Files.createDirectory(journal());
            PurgeReceipt receipt = store.purge(new PurgeOrder(new PurgeTarget.Url(uri("/1")), false));
            assertThat(receipt.done()).isTrue();
            assertThat(store.stats().faults()).isPositive();
            Files.delete(journal());
            await().until(() -> Files.isRegularFile(journal()));
            assertThat(Files.readString(journal())).contains("url http shop.example 80 /1\n");
        }
    }

    // ---- limits, with a shard that is never in service

    private final List<Shard> shards = new ArrayList<>();

    private Purges outOfService(Bans bans) throws IOException {
        Counters counters = new Counters();
        PeersRegistry peers = new PeersRegistry(null);
        KeyHasher hasher = new KeyHasher(StoreDirectory.newSecret());
        ThreadLocal<Scratch> scratches = ThreadLocal.withInitial(Scratch::new);
        RecentPurges recent = new RecentPurges(hasher, 5, TagFields.DEFAULT);
        ShardContext context = new ShardContext(
                5,
                ShardLimits.of(16 * MEBI, 64 * MEBI, 2),
                ReplacementPolicy.HIT_DENSITY,
                hasher,
                new DecodedCache(1024),
                new PageBufferPool(EntryLayout.SMALL_MAX, 1),
                bans,
                recent,
                peers,
                counters,
                new StoreFaults(counters, InstantSource.system()),
                scratches,
                () -> {});
        shards.add(new Shard(context, 0));
        shards.add(new Shard(context, 1));
        Purges purges = new Purges(
                bans, recent, new PurgeJournal(directory.resolve("journal")), peers, hasher, counters, scratches, 5);
        purges.begin(shards.toArray(new Shard[0]));
        return purges;
    }

    @Test
    @DisplayName("more purges than are remembered while shards are out of service purge all that these hold")
    void overflow() throws Exception {
        Bans bans = new Bans(TagFields.DEFAULT);
        try (Purges purges = outOfService(bans)) {
            for (int i = 0; i < Purges.EXACT_MAX; i++) {
                purges.purge(uri("/" + i));
                // Once more makes no difference.
                purges.purge(uri("/0"));
            }
            assertThat(bans.exact()).isEqualTo(Purges.EXACT_MAX);
            assertThatThrownBy(() -> purges.purge(new PurgeOrder(new PurgeTarget.Url(uri("/one more")), false)))
                    .isInstanceOf(PurgeRefused.class)
                    .hasMessageContaining("10000");

            purges.purge(uri("/one more"));
            purges.purge(uri("/and another"));

            assertThat(bans.exact()).isZero();
            assertThat(bans.patterns()).isEqualTo(1);
            assertThat(bans.covering(shards.get(0).objects().newId() - (1 << 6), head(key("/any")), 0))
                    .hasSize(1);
            assertThat(bans.covering(shards.get(0).objects().newId(), head(key("/later")), 0))
                    .isEmpty();
            purges.force();
        }
    }

    @Test
    @DisplayName("too many patterns under way, and what is no pattern, are refused with a word to the operator")
    void refused() throws Exception {
        Bans bans = new Bans(TagFields.DEFAULT);
        try (Purges purges = outOfService(bans)) {
            for (PurgeTarget target : List.of(
                    new PurgeTarget.Pattern("("),
                    new PurgeTarget.Pattern("a".repeat(TargetMatch.PATTERN_MAX + 1)),
                    new PurgeTarget.Pattern("(((a{1000}){1000}){1000})"),
                    new PurgeTarget.Pattern("((a{1,1000}){999,1000})"),
                    new PurgeTarget.Pattern("((a{1000,}){1000,})"),
                    new PurgeTarget.Pattern("a{123456789012}"),
                    new PurgeTarget.Glob(""),
                    new PurgeTarget.Prefix(""),
                    new PurgeTarget.Prefix("a".repeat(TargetMatch.TEXT_MAX + 1)),
                    new PurgeTarget.Tag("a".repeat(TargetMatch.TEXT_MAX + 1)))) {
                assertThatThrownBy(() -> purges.purge(new PurgeOrder(target, false)))
                        .as("%s", target.getClass().getSimpleName())
                        .isInstanceOf(PurgeRefused.class)
                        .message()
                        .isNotEmpty();
                assertThatThrownBy(() -> purges.preview(target, 1)).isInstanceOf(PurgeRefused.class);
            }
            for (int i = 0; i < Purges.PATTERNS_MAX; i++) {
                purges.purge(new PurgeOrder(new PurgeTarget.Glob("*" + i), true));
            }
            assertThatThrownBy(() -> purges.purge(new PurgeOrder(new PurgeTarget.All(), false)))
                    .isInstanceOf(PurgeRefused.class)
                    .hasMessageContaining("1000");
            assertThat(purges.receipts()).hasSize(Purges.PATTERNS_MAX).noneMatch(PurgeReceipt::done);
        }
    }
}
