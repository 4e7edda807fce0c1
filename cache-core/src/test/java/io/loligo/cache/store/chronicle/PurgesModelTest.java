package io.loligo.cache.store.chronicle;

import static io.loligo.cache.store.chronicle.Samples.body;
import static io.loligo.cache.store.chronicle.Samples.there;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.SelectingFields;
import io.loligo.cache.store.EntryWriter;
import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgeReceipt;
import io.loligo.cache.store.PurgeTarget;
import io.loligo.cache.store.chronicle.files.Geometry;
import io.loligo.cache.store.chronicle.files.StoreDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The store against a map that does the same the simple way. After every step each key is looked up in both; what a purge
 * counted is compared with what could be found before it.
 */
@DisplayName("whatever is stored, validated, evicted, purged and restarted in whatever order")
class PurgesModelTest {
    private static final int STEPS = 200;
    private static final long MEBI = 1L << 20;
    private static final List<String> CARRIERS = List.of("Surrogate-Key", "Cache-Tag", "xkey", "Cache-Groups");

    @TempDir
    Path directory;

    /** What the model knows of one stored response. */
    private record Entry(
            String name, CacheKey key, SelectingFields selecting, Set<String> tags, String body, List<Soft> softs) {
        @Nullable Instant staleSince() {
            return softs.stream().map(Soft::time).min(Instant::compareTo).orElse(null);
        }
    }

    private record Soft(int number, Instant time) {}

    private record Made(int number, PurgeOrder order, Instant time) {}

    private record Writing(EntryWriter writer, Entry entry, int purges) {}

    /** A fetch whose head has not come yet. */
    private record Asked(Entry entry, long begun, int purges) {}

    private record Held(StoredHead head, String name, long begun, int purges) {}

    private final Map<String, Entry> model = new TreeMap<>();
    private final List<Made> made = new ArrayList<>();
    private final List<Asked> asked = new ArrayList<>();
    private final List<Writing> writings = new ArrayList<>();
    private final List<Held> held = new ArrayList<>();
    private final Set<Long> ids = new TreeSet<>();
    private int directories;
    private int stored;
    private int counted;

    @ParameterizedTest(name = "seed {0}, evicting: {1}")
    @CsvSource({"1, false", "2, false", "3, false", "4, true", "5, true"})
    void run(long seed, boolean evicting) throws Exception {
        Random random = new Random(seed);
        ChronicleStore store = open(evicting);
        try {
            for (int step = 0; step < STEPS; step++) {
                int dice = random.nextInt(100);
                if (dice < 40) {
                    put(store, random, evicting);
                } else if (dice < 45) {
                    ask(store, random);
                } else if (dice < 48) {
                    begin(store, random);
                } else if (dice < 54) {
                    commit(random);
                } else if (dice < 64) {
                    freshen(store, random);
                } else if (dice < 68) {
                    hold(store, random);
                } else if (dice < 72) {
                    remove(store, random);
                } else if (dice < 76) {
                    EffectiveUri uri = key(random).uri();
                    store.purge(uri);
                    apply(new PurgeOrder(new PurgeTarget.Url(uri), false), Instant.now());
                } else if (dice < 95) {
                    purge(store, random);
                } else if (dice < 98) {
                    store.close();
                    store = reopened(random, evicting);
                } else {
                    // What the sweeper moves while the files are copied one by one would be lost to the copy.
                    awaitSwept(store, true);
                    copy(path(directories), path(directories + 1));
                    store.close();
                    directories++;
                    store = reopened(random, evicting);
                }
                check(store, evicting, "step " + step + ", dice " + dice);
            }
        } finally {
            store.close();
        }
        assertThat(counted).isGreaterThan(10);
    }

    private Path path(int number) {
        return directory.resolve("d" + number);
    }

    private ChronicleStore open(boolean evicting) throws IOException {
        long capacity = evicting ? 3 * MEBI : 12 * MEBI;
        return ChronicleStore.open(
                new StoreOptions(path(directories), capacity, MEBI), new Geometry(3, capacity / 3, capacity / 2));
    }

    private static void copy(Path from, Path to) throws IOException {
        Path target = Files.createDirectories(to.resolve(StoreDirectory.NAME));
        try (Stream<Path> files = Files.list(from.resolve(StoreDirectory.NAME))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, target.resolve(file.getFileName().toString()));
            }
        }
    }

    /** Purges come at any moment of a start. */
    private ChronicleStore reopened(Random random, boolean evicting) throws Exception {
        // What an earlier run was asked for keeps its number, which tells this one that it does not know what came
        // since.
        writings.clear();
        held.clear();
        ChronicleStore store = open(evicting);
        for (int i = random.nextInt(3); i > 0; i--) {
            PurgeOrder order = order(random);
            apply(order, store.purge(order).time());
        }
        if (random.nextBoolean()) {
            EffectiveUri uri = key(random).uri();
            store.purge(uri);
            apply(new PurgeOrder(new PurgeTarget.Url(uri), false), Instant.now());
        }
        store.awaitStarted();
        assertThat(store.stats().recovering()).isZero();
        return store;
    }

    private static CacheKey key(Random random) {
        return new CacheKey(
                new EffectiveUri("http", "h" + random.nextInt(3) + ".example", 80, "/p" + random.nextInt(15)),
                random.nextInt(4) == 0 ? "b" : "a");
    }

    private static SelectingFields selecting(Random random) {
        return random.nextInt(3) == 0 ? Samples.language("l" + random.nextInt(3)) : SelectingFields.NONE;
    }

    private static Set<String> tags(Random random) {
        Set<String> tags = new TreeSet<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            tags.add("t" + random.nextInt(10));
        }
        return tags;
    }

    private static StoredHead head(Entry entry, Random random) {
        String name = CARRIERS.get(random.nextInt(CARRIERS.size()));
        String value = switch (name) {
            case "Cache-Tag" -> String.join(", ", entry.tags);
            case "Cache-Groups" ->
                entry.tags.stream().map(tag -> '"' + tag + '"').collect(Collectors.joining(", "));
            default -> String.join(" ", entry.tags);
        };
        StoredHead head = Samples.withField(Samples.head(entry.key, entry.selecting), "X-Body", entry.body);
        return entry.tags.isEmpty() ? head : Samples.withField(head, name, value);
    }

    private static String name(CacheKey key, SelectingFields selecting) {
        return key.text() + " " + selecting.fields();
    }

    private Entry entry(Random random) {
        CacheKey key = key(random);
        SelectingFields selecting = selecting(random);
        return new Entry(name(key, selecting), key, selecting, tags(random), "body " + stored++, new ArrayList<>());
    }

    private void put(ChronicleStore store, Random random, boolean evicting) {
        Entry entry = entry(random);
        int length = random.nextInt(10) == 0 ? 100_000 : random.nextInt(evicting ? 20_000 : 3_000);
        if (Samples.tryPut(store, head(entry, random), body(entry.body, length)) != null) {
            model.put(entry.name, entry);
        }
    }

    private void ask(ChronicleStore store, Random random) {
        asked.add(new Asked(entry(random), store.purgeOrder(), made.size()));
    }

    private void begin(ChronicleStore store, Random random) {
        if (asked.isEmpty()) {
            return;
        }
        Asked fetch = asked.remove(random.nextInt(asked.size()));
        EntryWriter writer = store.write(head(fetch.entry, random), fetch.begun);
        writer.append(ByteBuffer.wrap(body(fetch.entry.body, 200)));
        writings.add(new Writing(writer, fetch.entry, fetch.purges));
    }

    private void commit(Random random) {
        if (writings.isEmpty()) {
            return;
        }
        Writing writing = writings.remove(random.nextInt(writings.size()));
        List<Made> since = made.stream()
                .skip(writing.purges)
                .filter(purge -> covers(purge.order.target(), writing.entry))
                .toList();
        boolean dropped = since.stream().anyMatch(purge -> !purge.order.soft());
        try (EntryWriter writer = writing.writer) {
            StoredHead head = writer.commit();
            if (head != null) {
                assertThat(dropped).as("committed though purged").isFalse();
                since.forEach(purge -> writing.entry.softs.add(new Soft(purge.number, purge.time)));
                model.put(writing.entry.name, writing.entry);
            }
        }
    }

    private @Nullable StoredHead anyFound(ChronicleStore store, Random random) {
        List<Entry> all = List.copyOf(model.values());
        if (all.isEmpty()) {
            return null;
        }
        Entry entry = all.get(random.nextInt(all.size()));
        return store.lookup(entry.key).stream()
                .filter(head -> head.selecting().equals(entry.selecting))
                .findFirst()
                .orElse(null);
    }

    private void freshen(ChronicleStore store, Random random) {
        Held old;
        if (!held.isEmpty() && random.nextBoolean()) {
            old = held.remove(random.nextInt(held.size()));
        } else {
            StoredHead head = anyFound(store, random);
            if (head == null) {
                return;
            }
            old = new Held(head, name(head.key(), head.selecting()), store.purgeOrder(), made.size());
        }
        Entry before = model.get(old.name);
        Set<String> tags = tags(random);
        Entry after = new Entry(
                old.name,
                old.head.key(),
                old.head.selecting(),
                tags,
                there(old.head.fields().first("X-Body")),
                new ArrayList<>());
        StoredHead freshened = store.freshen(old.head, head(after, random), old.begun);
        if (freshened != null) {
            // Only what the validation could not know of holds on.
            there(before).softs.stream()
                    .filter(soft -> soft.number >= old.purges)
                    .forEach(after.softs::add);
            assertThat(freshened.staleSince()).isEqualTo(after.staleSince());
            model.put(old.name, after);
        }
    }

    private void hold(ChronicleStore store, Random random) {
        StoredHead head = anyFound(store, random);
        if (head != null) {
            held.add(new Held(head, name(head.key(), head.selecting()), store.purgeOrder(), made.size()));
        }
    }

    private void remove(ChronicleStore store, Random random) {
        StoredHead head = anyFound(store, random);
        if (head != null) {
            store.remove(head);
            // The sweeper may have given it another id meanwhile: then it is another response.
            boolean left = store.lookup(head.key()).stream()
                    .anyMatch(found -> found.selecting().equals(head.selecting()));
            if (!left) {
                model.remove(name(head.key(), head.selecting()));
            }
        }
    }

    private static PurgeOrder order(Random random) {
        int p = random.nextInt(15);
        int h = random.nextInt(3);
        PurgeTarget target = switch (random.nextInt(16)) {
            case 0, 1, 2 -> new PurgeTarget.Url(key(random).uri());
            case 3, 4 -> new PurgeTarget.Prefix("http://h" + h + ".example/p" + p % 3);
            case 5 -> new PurgeTarget.Host("h" + h + ".example");
            case 6, 7 -> new PurgeTarget.Glob("*h?.example/p" + p);
            case 8, 9 -> new PurgeTarget.Pattern("h[0-" + h + "].*/p" + p + "$");
            case 10 -> random.nextInt(3) == 0 ? new PurgeTarget.All() : new PurgeTarget.Tag("t99");
            default -> new PurgeTarget.Tag("t" + random.nextInt(10));
        };
        return new PurgeOrder(target, random.nextInt(3) == 0);
    }

    private void purge(ChronicleStore store, Random random) throws Exception {
        PurgeOrder order = order(random);
        boolean quiet = random.nextBoolean();
        if (quiet) {
            awaitSwept(store, false);
        }
        long expected = model.values().stream()
                .filter(entry -> covers(order.target(), entry) && isFound(store, entry))
                .count();
        assertThat(store.preview(order.target(), 5).objects())
                .as("previewed: %s", order)
                .isEqualTo(expected);
        PurgeReceipt receipt = store.purge(order);
        assertThat(ids.add(receipt.id())).as("the ids of receipts").isTrue();
        assertThat(ids).last().isEqualTo(receipt.id());
        apply(order, receipt.time());
        if (order.target() instanceof PurgeTarget.Tag || order.target() instanceof PurgeTarget.Url) {
            assertThat(receipt.done()).isTrue();
        }
        if (quiet) {
            awaitSwept(store, false);
            assertThat(there(store.receipt(receipt.id())).objects())
                    .as("counted: %s", order)
                    .isEqualTo(expected);
            counted++;
        }
    }

    private static void awaitSwept(ChronicleStore store, boolean softOnly) {
        await().until(() -> store.receipts().stream()
                .allMatch(receipt ->
                        receipt.done() || (softOnly && !receipt.order().soft())));
    }

    private void apply(PurgeOrder order, Instant time) {
        Made purge = new Made(made.size(), order, time);
        made.add(purge);
        if (order.soft()) {
            model.values().stream()
                    .filter(entry -> covers(order.target(), entry))
                    .forEach(entry -> entry.softs.add(new Soft(purge.number, time)));
        } else {
            model.values().removeIf(entry -> covers(order.target(), entry));
        }
    }

    /** The simple way: regular expressions of the platform, and text. */
    private static boolean covers(PurgeTarget target, Entry entry) {
        String url = entry.key.uri().toString();
        if (target instanceof PurgeTarget.Url one) {
            return one.uri().toString().equals(url);
        }
        if (target instanceof PurgeTarget.Prefix prefix) {
            return url.startsWith(prefix.text());
        }
        if (target instanceof PurgeTarget.Host host) {
            return url.startsWith("http://" + host.host() + "/");
        }
        if (target instanceof PurgeTarget.Glob glob) {
            return url.matches(
                    glob.glob().replace(".", "\\.").replace("*", ".*").replace("?", "."));
        }
        if (target instanceof PurgeTarget.Pattern pattern) {
            return java.util.regex.Pattern.compile(pattern.re2()).matcher(url).find();
        }
        return target instanceof PurgeTarget.Tag tag ? entry.tags.contains(tag.tag()) : true;
    }

    private static boolean isFound(ChronicleStore store, Entry entry) {
        return store.lookup(entry.key).stream()
                .anyMatch(head -> head.selecting().equals(entry.selecting));
    }

    /** Everything in the store is in the model, as it is there; and the other way round, unless something was evicted. */
    private void check(ChronicleStore store, boolean evicting, String when) {
        Set<String> found = new TreeSet<>();
        for (int h = 0; h < 3; h++) {
            for (int p = 0; p < 15; p++) {
                for (String peers : List.of("a", "b")) {
                    CacheKey key = new CacheKey(new EffectiveUri("http", "h" + h + ".example", 80, "/p" + p), peers);
                    for (StoredHead head : store.lookup(key)) {
                        String name = name(key, head.selecting());
                        Entry entry = model.get(name);
                        assertThat(entry).as("%s: found %s", when, head).isNotNull();
                        Entry expected = Objects.requireNonNull(entry);
                        assertThat(head.fields().first("X-Body")).as(when).isEqualTo(expected.body);
                        assertThat(head.staleSince()).as("%s: %s", when, head).isEqualTo(expected.staleSince());
                        found.add(name);
                    }
                }
            }
        }
        if (evicting) {
            model.keySet().retainAll(found);
        } else {
            assertThat(found).as(when).isEqualTo(model.keySet());
        }
    }
}
