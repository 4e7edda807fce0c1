package io.loligo.cache.store.chronicle;

import static io.loligo.cache.store.chronicle.Samples.body;
import static io.loligo.cache.store.chronicle.Samples.head;
import static io.loligo.cache.store.chronicle.Samples.there;
import static io.loligo.cache.store.chronicle.Samples.withField;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.freshness.ResponseTimes;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.store.EntryWriter;
import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgeRefused;
import io.loligo.cache.store.PurgeTarget;
import io.loligo.cache.store.ResponseStore;
import io.loligo.cache.store.SearchAwareStore;
import io.loligo.cache.store.chronicle.ban.RecentPurges;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every kind of purge at every point of every kind of fetch. What was asked for before a hard purge about it is not found
 * afterwards, what was asked for before a soft one is found stale; what no purge is about is found as it is.
 */
@DisplayName("a purge is the end of what was fetched before it")
class PurgedFetchesTest {
    private static final long MEBI = 1L << 20;
    private static final int CASES_A_RUN = 150;

    @TempDir
    Path directory;

    private enum Kind {
        URL,
        PURGE_METHOD,
        STATE_CHANGE,
        TAG,
        PREFIX,
        HOST,
        GLOB,
        PATTERN,
        ALL,
        GROUP;

        boolean canBeSoft() {
            return this != PURGE_METHOD && this != STATE_CHANGE && this != GROUP;
        }
    }

    private enum Point {
        BEFORE_ASKED,
        BEFORE_HEAD,
        BEFORE_BODY,
        WITHIN_BODY,
        BEFORE_COMMIT,
        AFTER_COMMIT
    }

    /** What is fetched: a response of few or many bytes, the same again, or other news of a stored one. */
    private enum Action {
        SMALL,
        LARGE,
        RETIMED,
        RENEWED
    }

    private record Case(Kind kind, boolean soft, boolean about, Point point, Action action) {

        /** Whether the purge is about what is fetched, and comes after it was asked for. */
        boolean applies() {
            return about && point != Point.BEFORE_ASKED;
        }
    }

    private final Map<CacheKey, Boolean> staleByKey = new HashMap<>();
    private Instant clock = Instant.parse("2026-01-01T00:00:00Z");

    private Instant tick() {
        clock = clock.plusSeconds(1);
        return clock;
    }

    private static List<Case> cases(Random random) {
        List<Case> cases = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (int i = 0; i < 4; i++) {
                boolean soft = (i & 1) != 0;
                boolean about = (i & 2) != 0;
                if ((soft && !kind.canBeSoft()) || (!about && kind == Kind.ALL)) {
                    continue;
                }
                for (Point point : Point.values()) {
                    for (Action action : Action.values()) {
                        cases.add(new Case(kind, soft, about, point, action));
                    }
                }
            }
        }
        Collections.shuffle(cases, random);
        return cases;
    }

    @ParameterizedTest(name = "on disk: {0}, seed {1}")
    @CsvSource({"false, 1", "true, 1", "true, 2"})
    void everyPoint(boolean onDisk, long seed) throws Exception {
        List<Case> cases = cases(new Random(seed));
        ChronicleStore store = open(onDisk);
        try {
            for (int i = 0; i < cases.size(); i++) {
                run(cases.get(i), i, store);
                if (onDisk && i % CASES_A_RUN == CASES_A_RUN - 1) {
                    store.close();
                    store = open(true);
                    store.awaitStarted();
                    checkAll(store);
                }
            }
            checkAll(store);
        } finally {
            store.close();
        }
    }

    private ChronicleStore open(boolean onDisk) throws IOException {
        return ChronicleStore.open(new StoreOptions(onDisk ? directory : null, 64 * MEBI, MEBI));
    }

    private static CacheKey key(int number) {
        return new CacheKey(new EffectiveUri("http", "h" + number + ".example", 80, "/p/" + number), "backend");
    }

    /** One that is asked for now. */
    private StoredHead response(CacheKey key, int number) {
        StoredHead head = head(key);
        StoredHead plain = new StoredHead(
                0,
                key,
                head.selecting(),
                200,
                "OK",
                head.fields().with("Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
                new ResponseTimes(tick(), clock),
                -1);
        return withField(withField(plain, "Surrogate-Key", "t" + number), "Cache-Groups", "\"g\"");
    }

    private void run(Case now, int number, ChronicleStore store) throws Exception {
        CacheKey key = key(number);
        boolean validates = now.action == Action.RETIMED || now.action == Action.RENEWED;
        StoredHead old = validates ? Samples.put(store, response(key, number), body("old", 100)) : null;
        if (old != null) {
            staleByKey.put(key, false);
        }
        purgeAt(Point.BEFORE_ASKED, now, number, store);
        List<StoredHead> found = old == null ? List.of() : store.lookup(key);
        if (old != null && found.isEmpty()) {
            // Nothing is left to be validated.
            assertThat(now.about && !now.soft).as("%s", now).isTrue();
            return;
        }
        long begun = store.purgeOrder();
        assertThat(store.purgedSince(begun, key.uri(), null)).as("%s", now).isFalse();
        StoredHead asked = response(key, number);
        purgeAt(Point.BEFORE_HEAD, now, number, store);
        StoredHead stored = old == null
                ? write(now, number, asked, begun, store)
                : freshen(now, number, asked, found.get(0), begun, store);
        purgeAt(Point.AFTER_COMMIT, now, number, store);

        boolean purged = now.applies();
        boolean kept = stored != null && !(purged && !now.soft && now.point == Point.AFTER_COMMIT);
        if (validates && now.soft && now.about) {
            // The store may be giving it another id just then: it stays as it was, stale.
            assertThat(store.lookup(key)).as("%s", now).hasSize(1);
        } else if (!purged || now.soft) {
            assertThat(stored).as("%s", now).isNotNull();
        } else if (now.point != Point.AFTER_COMMIT) {
            assertThat(stored).as("%s", now).isNull();
        }
        if (kept) {
            staleByKey.put(key, purged);
        }
        check(store, key, now);
        assertThat(store.purgedSince(begun, key.uri(), response(key, number)))
                .as("%s", now)
                .isEqualTo(purged);
        if (purged) {
            assertThat(store.purgedSince(begun, key.uri(), null)).as("%s", now).isTrue();
        }
    }

    private @Nullable StoredHead write(Case now, int number, StoredHead asked, long begun, ChronicleStore store)
            throws PurgeRefused {
        byte[] body = body("new", now.action == Action.SMALL ? 200 : 200_000);
        try (EntryWriter writer = store.write(asked, begun)) {
            purgeAt(Point.BEFORE_BODY, now, number, store);
            assertThat(writer.append(ByteBuffer.wrap(body, 0, body.length / 2))).isTrue();
            purgeAt(Point.WITHIN_BODY, now, number, store);
            assertThat(writer.append(ByteBuffer.wrap(body, body.length / 2, body.length / 2)))
                    .isTrue();
            purgeAt(Point.BEFORE_COMMIT, now, number, store);
            return writer.commit();
        }
    }

    /** A validation has neither a body nor a commit of its own. */
    private @Nullable StoredHead freshen(
            Case now, int number, StoredHead asked, StoredHead found, long begun, ChronicleStore store)
            throws PurgeRefused {
        purgeAt(Point.BEFORE_BODY, now, number, store);
        purgeAt(Point.WITHIN_BODY, now, number, store);
        purgeAt(Point.BEFORE_COMMIT, now, number, store);
        StoredHead news = there(found.validated("Sun, 06 Nov 1994 08:50:37 GMT", asked.times()));
        return store.freshen(found, now.action == Action.RETIMED ? news : withField(news, "X-New", "1"), begun);
    }

    private void purgeAt(Point point, Case now, int number, ChronicleStore store) throws PurgeRefused {
        if (point != now.point) {
            return;
        }
        // What another is about: a case that never comes.
        int meant = now.about ? number : 1_000_000 + number;
        purge(now.kind, now.soft, key(meant).uri(), "t" + meant, store);
        if (now.kind == Kind.ALL && now.soft) {
            staleByKey.replaceAll((key, stale) -> true);
        } else if (now.kind == Kind.ALL) {
            staleByKey.clear();
        } else if (now.about && now.soft) {
            staleByKey.replace(key(number), true);
        } else if (now.about) {
            staleByKey.remove(key(number));
        }
    }

    private void purge(Kind kind, boolean soft, EffectiveUri uri, String tag, ResponseStore store) throws PurgeRefused {
        PurgeTarget target;
        switch (kind) {
            case PURGE_METHOD -> {
                store.purge(uri);
                return;
            }
            case STATE_CHANGE -> {
                store.invalidate(List.of(uri), store.purgeOrder());
                return;
            }
            case GROUP -> {
                store.invalidate(uri, List.of("g"), tick());
                return;
            }
            case URL -> target = new PurgeTarget.Url(uri);
            case TAG -> target = new PurgeTarget.Tag(tag);
            case PREFIX -> target = new PurgeTarget.Prefix(uri.toString());
            case HOST -> target = new PurgeTarget.Host(uri.host());
            case GLOB -> target = new PurgeTarget.Glob("*" + uri.host() + "/*");
            case PATTERN -> target = new PurgeTarget.Pattern(uri.host() + "/p/[0-9]+$");
            default -> target = new PurgeTarget.All();
        }
        store.purge(new PurgeOrder(target, soft));
    }

    private void check(ResponseStore store, CacheKey key, Object about) {
        Boolean stale = staleByKey.get(key);
        List<StoredHead> found = store.lookup(key);
        assertThat(found).as("%s", about).hasSize(stale == null ? 0 : 1);
        if (stale != null) {
            assertThat(found.get(0).staleSince() != null).as("%s", about).isEqualTo(stale);
        }
    }

    private void checkAll(ResponseStore store) {
        for (int i = 0; i < 2_000; i++) {
            check(store, key(i), key(i));
        }
    }

    @Test
    @DisplayName("an answer to a state-changing request is stored in spite of its own invalidation, not of another's")
    void ownInvalidation() throws Exception {
        try (ChronicleStore store = open(false)) {
            EffectiveUri uri = key(1).uri();
            long own = store.invalidate(List.of(uri), store.purgeOrder());
            assertThat(tryPut(store, response(key(1), 1), own)).isNotNull();

            long begun = store.purgeOrder();
            store.purge(uri);
            assertThat(tryPut(store, response(key(1), 1), store.invalidate(List.of(uri), begun)))
                    .isNull();
        }
    }

    @Test
    @DisplayName("a purge of a URL is about the fetch of an equivalent one: No-Vary-Search")
    void equivalents() throws Exception {
        try (ResponseStore store = new SearchAwareStore(open(false))) {
            CacheKey key = Samples.key("/p?a=1&x=1");
            StoredHead varying = withField(head(key), "No-Vary-Search", "params=(\"x\")");
            for (boolean soft : List.of(true, false)) {
                for (String other : List.of("/p?a=1&x=2", "/q?a=1&x=2")) {
                    long begun = store.purgeOrder();
                    purge(Kind.URL, soft, Samples.uri(other), "", store);
                    boolean about = other.startsWith("/p");

                    assertThat(store.purgedSince(begun, key.uri(), varying)).isEqualTo(about);
                    assertThat(store.purgedSince(begun, key.uri(), null))
                            .as("the head is not known, and %s may be equivalent", other)
                            .isEqualTo(about);
                    StoredHead stored = tryPut(store, varying, begun);
                    assertThat(stored == null).as("%s %s", soft, other).isEqualTo(about && !soft);
                    if (stored != null) {
                        assertThat(stored.staleSince() != null).isEqualTo(about);
                    }
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}, soft: {1}")
    @CsvSource({"old, false", "old, true", "new, false", "new, true", "other, false", "other, true"})
    @DisplayName("a purge is about what a stored part becomes together with a part that arrives, by the tags of both")
    void combined(String purged, boolean soft) throws Exception {
        try (ChronicleStore store = open(false)) {
            CacheKey key = key(1);
            StoredHead part = withField(head(key), "Surrogate-Key", "old");
            StoredHead whole = withField(head(key), "Surrogate-Key", "new");
            long begun = store.purgeOrder();
            try (EntryWriter writer = store.write(whole, part, begun)) {
                assertThat(writer.append(ByteBuffer.allocate(10))).isTrue();
                store.purge(new PurgeOrder(new PurgeTarget.Tag(purged), soft));
                StoredHead stored = writer.commit();
                boolean about = !purged.equals("other");
                assertThat(stored == null).isEqualTo(about && !soft);
                if (stored != null) {
                    assertThat(stored.staleSince() != null).isEqualTo(about);
                }
            }
        }
    }

    @Test
    @DisplayName("what the store does not remember counts as purged: too many purges, numbers of other runs")
    void forgotten() throws Exception {
        long other;
        try (ChronicleStore store = open(true)) {
            long begun = store.purgeOrder();
            other = begun;
            for (int i = 0; i < RecentPurges.LISTED; i++) {
                purge(Kind.URL, true, key(i + 10).uri(), "", store);
            }
            assertThat(store.purgedSince(begun, key(1).uri(), null)).isFalse();
            purge(Kind.URL, true, key(2).uri(), "", store);
            assertThat(store.purgedSince(begun, key(1).uri(), null)).isTrue();
            assertThat(tryPut(store, response(key(1), 1), begun)).isNull();
            assertThat(tryPut(store, response(key(1), 1), there(store.purgeOrder())))
                    .isNotNull();
        }
        try (ChronicleStore store = open(true)) {
            for (long never : new long[] {Long.MIN_VALUE, -1, 0, 1, other, store.purgeOrder() + 1, Long.MAX_VALUE}) {
                assertThat(store.purgedSince(never, key(1).uri(), null)).isTrue();
                assertThat(tryPut(store, response(key(3), 3), never)).isNull();
            }
        }
    }

    @Test
    @DisplayName("purges of many URLs do not crowd each other out: few fetches of others are taken for purged")
    void manyUrls() throws Exception {
        try (ChronicleStore store = open(false)) {
            long begun = store.purgeOrder();
            for (int i = 0; i < 2 * RecentPurges.LISTED; i++) {
                store.purge(key(i).uri());
            }
            int taken = 0;
            for (int i = 0; i < 1_000; i++) {
                assertThat(store.purgedSince(begun, key(i).uri(), null)).isTrue();
                taken += store.purgedSince(begun, key(1_000_000 + i).uri(), null) ? 1 : 0;
            }
            assertThat(taken).isLessThan(200);
        }
    }

    private static @Nullable StoredHead tryPut(ResponseStore store, StoredHead head, long begun) {
        try (EntryWriter writer = store.write(head, begun)) {
            writer.append(ByteBuffer.wrap(body("x", 100)));
            return writer.commit();
        }
    }
}
