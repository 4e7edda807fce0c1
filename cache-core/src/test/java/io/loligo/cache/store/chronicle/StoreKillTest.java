package io.loligo.cache.store.chronicle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.store.EntryReader;
import io.loligo.cache.store.StoreStats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.AssertionFailedError;

/**
 * Kills a JVM that uses a store with SIGKILL, at random moments, and looks at what it left. {@code -Dkill.rounds=50} for
 * that many kills instead of {@value #ROUNDS}; {@code -Dkill.seed=N} for the same work and moments as in an earlier run, as
 * far as the machine keeps time.
 */
@DisplayName("A store that is killed")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class StoreKillTest {
    private static final int ROUNDS = 5;
    private static final int PAGES = 300;
    private static final long LOAD_MICROS_MAX = 700_000;
    private static final long REPAIR_MICROS_MAX = 400_000;
    private static final long CLOSE_MICROS_MAX = 60_000;
    private static final long MAKE_MICROS_MAX = 600_000;
    private static final int CHECKED_PERCENT = 60;
    private static final long REMOVAL_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private final long seed = Long.getLong("kill.seed", System.nanoTime() & 0xFFFFFF);
    private final Random random = new Random(seed);
    private final KillModel model = new KillModel(PAGES);
    private final Map<String, Integer> tally = new TreeMap<>();

    /** When a kill comes. */
    private enum Moment {
        LOAD,
        /** As soon as the store is open: while it repairs what the kill before left. */
        REPAIR,
        CLOSE
    }

    private static int rounds() {
        return Integer.getInteger("kill.rounds", ROUNDS);
    }

    @Test
    void gives_whole_bodies_of_acknowledged_versions_and_loses_nothing_but_what_was_under_way() throws Exception {
        System.out.println("kill.seed=" + seed);
        boolean repaired = true;
        List<String> unchecked = new ArrayList<>();
        for (int round = 1; round <= rounds(); round++) {
            try {
                int dice = random.nextInt(100);
                Moment moment = dice < 55 ? Moment.LOAD : dice < 80 ? Moment.REPAIR : Moment.CLOSE;
                unchecked.add(round + " " + moment);
                kill(round, moment);
                count(moment + (repaired ? " after an orderly end" : " after a kill"));
                repaired = random.nextInt(100) < CHECKED_PERCENT || round == rounds();
                if (repaired) {
                    check();
                    unchecked.clear();
                }
            } catch (AssertionError e) {
                throw new AssertionFailedError(
                        "-Dkill.seed=" + seed + ", after " + unchecked + ": " + e.getMessage(), e);
            }
        }
        emptied();
        System.out.println(tally);
    }

    private void count(String what) {
        tally.merge(what, 1, Integer::sum);
    }

    private Path store() {
        return directory.resolve("store");
    }

    private void kill(int round, Moment moment) throws Exception {
        Path journals = Files.createDirectories(directory.resolve("journals-" + round));
        try (KillProcess process = new KillProcess(store(), journals, round, seed + round, PAGES)) {
            process.await("open");
            List<String> said = switch (moment) {
                case LOAD -> {
                    process.await("ready");
                    yield process.killAfter(random.nextLong(LOAD_MICROS_MAX));
                }
                case REPAIR -> process.killAfter(random.nextLong(REPAIR_MICROS_MAX));
                case CLOSE -> {
                    process.await("ready");
                    process.end();
                    process.await("closing");
                    yield process.killAfter(random.nextLong(CLOSE_MICROS_MAX));
                }
            };
            assertThat(said).noneMatch(line -> line.startsWith("WRONG"));
        }
        try (Stream<Path> files = Files.list(journals)) {
            for (Path file : files.filter(each -> !each.getFileName().toString().startsWith("errors"))
                    .toList()) {
                tally.merge("operations", model.follow(file), Integer::sum);
            }
        }
    }

    /** Reads everything back, at first while the store may still be at its repair. */
    private void check() throws Exception {
        try (ChronicleStore store = ChronicleStore.open(KillLoad.options(store()))) {
            for (int page = 0; page < PAGES; page++) {
                foundIsPossible(store, page);
            }
            store.awaitStarted();
            long read = 0;
            for (int page = 0; page < PAGES; page++) {
                Map<Integer, KillBody> bodies = foundIsPossible(store, page);
                for (int variant = 0; variant < KillBody.variants(page); variant++) {
                    KillBody body = bodies.get(variant);
                    assertThat(model.possible(page, variant))
                            .as("variant %d of page %d", variant, page)
                            .contains(Optional.ofNullable(body));
                    model.found(page, variant, body);
                }
                read += bodies.size();
            }
            long found = read;
            awaitThat(() -> store.stats().objects() <= found);
            StoreStats stats = store.stats();
            assertThat(stats.evictions()).as("evictions").isZero();
            assertThat(stats.recovering()).as("shards out of service").isZero();
            assertThat(stats.objects()).as("objects counted").isEqualTo(found);
            tally.merge("objects read back", (int) found, Integer::sum);
        }
    }

    /** What is purged is not found at once, and is removed, and counted so, afterwards. */
    private static void awaitThat(BooleanSupplier removed) {
        long deadline = System.nanoTime() + REMOVAL_NANOS_MAX;
        while (!removed.getAsBoolean() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** What is found for {@code page}, by variant: whole, and what may be there. */
    private Map<Integer, KillBody> foundIsPossible(ChronicleStore store, int page) throws IOException {
        Map<Integer, KillBody> found = new HashMap<>();
        for (StoredHead head : store.lookup(Samples.key(KillBody.path(page)))) {
            KillBody named = KillBody.of(head);
            try (EntryReader reader = store.read(head)) {
                assertThat(reader).as("%s", named).isNotNull();
                assertThat(KillBody.fault(page, head, Samples.there(reader))).isNull();
            }
            assertThat(model.possible(page, named.variant()))
                    .as("variant %d of page %d", named.variant(), page)
                    .contains(Optional.of(named));
            assertThat(found.put(named.variant(), named)).as("%s twice", named).isNull();
        }
        return found;
    }

    /** What the store says that it holds is what it holds: with everything removed, nothing. */
    private void emptied() throws Exception {
        try (ChronicleStore store = ChronicleStore.open(KillLoad.options(store()))) {
            store.awaitStarted();
            for (int page = 0; page < PAGES; page++) {
                store.purge(Samples.uri(KillBody.path(page)));
            }
            // Long bodies are left to the evictor.
            awaitThat(() -> store.stats().bytes() == 0);
            assertThat(store.stats().objects()).as("objects").isZero();
            // Long bodies are removed by another thread.
            await().untilAsserted(
                            () -> assertThat(store.stats().bytes()).as("bytes").isZero());
        }
    }

    @Test
    void starts_again_when_it_was_killed_while_its_files_were_made() throws Exception {
        for (int round = 1; round <= rounds(); round++) {
            Path fresh = directory.resolve("fresh-" + round);
            Path journals = Files.createDirectories(directory.resolve("made-" + round));
            try (KillProcess process = new KillProcess(fresh, journals, round, seed + round, PAGES)) {
                process.await("opening");
                assertThat(process.killAfter(random.nextLong(MAKE_MICROS_MAX)))
                        .noneMatch(line -> line.startsWith("WRONG"));
            }
            KillBody body = new KillBody(0, 0, Long.MAX_VALUE, 100_000, 0);
            try (ChronicleStore store = ChronicleStore.open(KillLoad.options(fresh))) {
                store.awaitStarted();
                assertThat(store.stats().recovering())
                        .as("shards out of service")
                        .isZero();
                Samples.put(store, body.head(), Arrays.copyOf(body.bytes(), body.length()));
            }
            try (ChronicleStore store = ChronicleStore.open(KillLoad.options(fresh))) {
                assertThat(store.lookup(Samples.key(KillBody.path(0)))).hasSize(1);
            }
            delete(fresh);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> content = Files.walk(directory)) {
            for (Path file : content.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
