package io.loligo.cache.store.chronicle;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.store.EntryReader;
import io.loligo.cache.store.EntryWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * The process that is killed: stores, replaces, freshens, purges and reads until then, and says in journals what it does
 * ({@link KillModel}). Prints {@code opening}, {@code open}, {@code ready} and, when it is told to end by a line on its standard input,
 * {@code closing}; and {@code WRONG ...} when a reader got what it should not.
 *
 * <pre>
 *  DIRECTORY JOURNALS ROUND SEED PAGES
 * </pre>
 */
@SuppressWarnings("SystemOut") // How it speaks to its parent.
final class KillLoad {
    static final long CAPACITY_BYTES = 512L << 20;
    static final long MAXIMUM_OBJECT_BYTES = 8L << 20;
    static final int WRITERS = 3;
    private static final int READERS = 2;
    private static final int ROUND_SHIFT = 32;

    private final ChronicleStore store;
    private final Path journals;
    private final long round;
    private final long seed;
    private final int pages;

    /** Per page and variant, the least version that a lookup which begins now may find. */
    private final AtomicLongArray least;

    private volatile boolean ending;

    private final LongAdder gone = new LongAdder();

    private KillLoad(ChronicleStore store, Path journals, long round, long seed, int pages) {
        this.store = store;
        this.journals = journals;
        this.round = round;
        this.seed = seed;
        this.pages = pages;
        this.least = new AtomicLongArray(pages * KillBody.VARIANTS);
    }

    static StoreOptions options(Path directory) {
        return new StoreOptions(directory, CAPACITY_BYTES, MAXIMUM_OBJECT_BYTES);
    }

    public static void main(String[] args) throws Exception {
        System.out.println("opening");
        ChronicleStore store = ChronicleStore.open(options(Path.of(args[0])));
        System.out.println("open");
        KillLoad load = new KillLoad(
                store, Path.of(args[1]), Long.parseLong(args[2]), Long.parseLong(args[3]), Integer.parseInt(args[4]));
        for (int i = 0; i < WRITERS; i++) {
            int number = i;
            start(() -> load.write(number));
        }
        for (int i = 0; i < READERS; i++) {
            int number = i;
            start(() -> load.read(number));
        }
        store.awaitStarted();
        System.out.println("ready");
        if (System.in.read() >= 0) {
            load.ending = true;
            System.out.println("closing");
            store.close();
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (Exception | Error e) {
                System.out.println("WRONG: " + e);
                e.printStackTrace();
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    // ---- writing

    private void write(int number) throws IOException {
        Random random = new Random(seed * 31 + number);
        // What this thread has stored in this run, and nobody else changes.
        Map<Integer, KillBody> kept = new HashMap<>();
        long version = round << ROUND_SHIFT;
        try (FileChannel journal = FileChannel.open(
                journals.resolve(round + "-" + number),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND)) {
            while (true) {
                int page = random.nextInt(pages / WRITERS) * WRITERS + number;
                int dice = random.nextInt(100);
                if (dice < 62) {
                    put(page, ++version, kept, journal, random);
                } else if (dice < 68) {
                    abandon(page, ++version, random);
                } else if (dice < 75) {
                    freshen(page, kept, journal, random);
                } else if (dice < 82) {
                    validate(page, journal, random);
                } else if (dice < 90) {
                    purge(page, ++version, kept, journal);
                } else {
                    areThere(page, kept);
                }
            }
        }
    }

    private static void say(FileChannel journal, String line) throws IOException {
        // One write, into the system's memory: a kill of the process does not undo it.
        journal.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    private static KillBody body(int page, long version, Random random) {
        int dice = random.nextInt(100);
        int bound = dice < 8 ? 1 : dice < 60 ? 5_000 : dice < 86 ? 100_000 : dice < 98 ? 500_000 : 4_000_000;
        return new KillBody(page, random.nextInt(KillBody.variants(page)), version, random.nextInt(bound), 0);
    }

    /** What was kept is found as long as the store is open; it is large enough to evict nothing. */
    private void areThere(int page, Map<Integer, KillBody> kept) {
        List<KillBody> found = store.lookup(Samples.key(KillBody.path(page))).stream()
                .map(KillBody::of)
                .toList();
        for (int variant = 0; variant < KillBody.variants(page); variant++) {
            KillBody body = kept.get(place(page, variant));
            if (body != null && !found.contains(body) && !ending) {
                System.out.println("WRONG: " + body + " is gone, " + found + " are there; " + store.stats());
            }
        }
    }

    private void put(int page, long version, Map<Integer, KillBody> kept, FileChannel journal, Random random)
            throws IOException {
        KillBody body = body(page, version, random);
        byte[] bytes = body.bytes();
        say(journal, "put " + body.text());
        boolean stored;
        try (EntryWriter writer = store.write(body.head(), store.purgeOrder())) {
            stored = append(writer, bytes, body.length(), random) && writer.commit() != null;
        }
        if (stored) {
            least.set(place(body), version);
            kept.put(place(body), body);
        }
        say(journal, stored ? "done" : "none");
    }

    private static boolean append(EntryWriter writer, byte[] bytes, int length, Random random) {
        for (int from = 0; from < length; ) {
            int count = Math.min(1 + random.nextInt(100_000), length - from);
            if (!writer.append(ByteBuffer.wrap(bytes, from, count))) {
                return false;
            }
            from += count;
        }
        return true;
    }

    /** As when the origin's connection breaks. */
    private void abandon(int page, long version, Random random) {
        KillBody body = body(page, version, random);
        try (EntryWriter writer = store.write(body.head(), store.purgeOrder())) {
            append(writer, body.bytes(), body.length(), random);
        }
    }

    private void freshen(int page, Map<Integer, KillBody> kept, FileChannel journal, Random random) throws IOException {
        List<StoredHead> heads = store.lookup(Samples.key(KillBody.path(page)));
        if (heads.isEmpty()) {
            return;
        }
        StoredHead stored = heads.get(random.nextInt(heads.size()));
        KillBody updated = KillBody.of(stored).freshenedOnce();
        say(journal, "freshen " + updated.text());
        StoredHead done = store.freshen(stored, updated.head(), store.purgeOrder());
        if (done != null) {
            kept.put(place(updated), updated);
        }
        say(journal, done == null ? "none" : "done");
    }

    /** As {@link #freshen}, with no news but times: where they are written over the old ones, a kill may cost the page. */
    private void validate(int page, FileChannel journal, Random random) throws IOException {
        List<StoredHead> heads = store.lookup(Samples.key(KillBody.path(page)));
        if (heads.isEmpty()) {
            return;
        }
        StoredHead stored = heads.get(random.nextInt(heads.size()));
        String date = KillBody.DATE.replace("37", Integer.toString(10 + random.nextInt(50)));
        say(journal, "validate " + KillBody.of(stored).text());
        StoredHead done =
                store.freshen(stored, Samples.validated(stored, date, random.nextInt(1_000)), store.purgeOrder());
        say(journal, done == null ? "none" : "done");
    }

    private void purge(int page, long version, Map<Integer, KillBody> kept, FileChannel journal) throws IOException {
        say(journal, "purge " + page);
        store.purge(Samples.uri(KillBody.path(page)));
        if (ending) {
            // A store that is closing does not say whether it purged.
            say(journal, "maybe");
            return;
        }
        for (int variant = 0; variant < KillBody.VARIANTS; variant++) {
            least.set(place(page, variant), version);
            kept.remove(place(page, variant));
        }
        say(journal, "done");
    }

    private static int place(KillBody body) {
        return place(body.page(), body.variant());
    }

    private static int place(int page, int variant) {
        return page * KillBody.VARIANTS + variant;
    }

    // ---- reading

    private void read(int number) {
        Random random = new Random(seed * 37 + number);
        long[] atLeast = new long[KillBody.VARIANTS];
        while (true) {
            int page = random.nextInt(pages);
            for (int i = 0; i < atLeast.length; i++) {
                atLeast[i] = least.get(place(page, i));
            }
            for (StoredHead head : store.lookup(Samples.key(KillBody.path(page)))) {
                KillBody named = KillBody.of(head);
                if (named.version() < atLeast[named.variant()]) {
                    System.out.println("WRONG: " + named + " was found after it was replaced or purged");
                }
                check(page, head);
            }
        }
    }

    private void check(int page, StoredHead head) {
        try (EntryReader reader = store.read(head)) {
            String fault = reader == null ? null : KillBody.fault(page, head, reader);
            if (fault != null) {
                System.out.println("WRONG: " + fault);
            }
        } catch (IOException e) {
            // Replaced or purged while it was read, or the store is closing: nothing was given that is wrong.
            gone.increment();
        }
    }
}
