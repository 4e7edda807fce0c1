package io.loligo.cache.store.chronicle;

import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgePreview;
import io.loligo.cache.store.PurgeReceipt;
import io.loligo.cache.store.PurgeRefused;
import io.loligo.cache.store.PurgeTarget;
import io.loligo.cache.store.ResponseStore.Purged;
import io.loligo.cache.store.chronicle.ban.Ban;
import io.loligo.cache.store.chronicle.ban.Bans;
import io.loligo.cache.store.chronicle.ban.PurgeJournal;
import io.loligo.cache.store.chronicle.ban.RecentPurges;
import io.loligo.cache.store.chronicle.ban.TargetMatch;
import io.loligo.cache.store.chronicle.files.Counters;
import io.loligo.cache.store.chronicle.files.PeersRegistry;
import io.loligo.cache.store.chronicle.page.KeyHasher;
import io.loligo.cache.store.chronicle.page.LongList;
import io.loligo.cache.store.chronicle.page.ObjectId;
import io.loligo.cache.store.chronicle.page.Scratch;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes purges: each is a {@link Ban} before anything else, stands in the {@link PurgeJournal} before anybody is told, and
 * ends when nothing is left of what it is about. URLs and tags are found by indexes, at once; what has to be searched for,
 * and what may lie in a shard that is out of service, is left to the {@link Sweeper}.
 *
 * <p>For any thread; lookups and writers never wait for it.
 */
final class Purges implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Purges.class.getName());

    /** Purges of neither a URL nor a tag that may be in force at a time: every lookup may meet each of them. */
    static final int PATTERNS_MAX = 1_000;

    /**
     * Purges of a URL or a tag that may be in force at a time. One more that an operator asks for is refused; one more of
     * the flow's, and whatever shards out of service hold is purged.
     */
    static final int EXACT_MAX = 10_000;

    /** From so many objects with one tag on, several threads remove them, each those of some shards. */
    private static final int SHARED_FROM = 1_000;

    private static final int REMOVERS_MAX = 4;

    /** Receipts of purges that are done. */
    static final int RECEIPTS_MAX = 1_000;

    private final Bans bans;
    private final RecentPurges recent;
    private final PurgeJournal journal;
    private final PeersRegistry peers;
    private final KeyHasher hasher;
    private final Counters counters;
    private final ThreadLocal<Scratch> scratches;
    private final long run;
    private final Sweeper sweeper;
    private final ThreadPoolExecutor taggedRemovers;
    private volatile Shard[] shards = {};

    /** Held while purges begin and end. */
    private final Object lock = new Object();

    /** Guarded by {@link #lock}. */
    private long nextId = 1;

    /** Those in force that have an id; guarded by {@link #lock}. */
    private final NavigableMap<Long, Ban> begun = new TreeMap<>();

    /** Guarded by {@link #lock}. */
    private final NavigableMap<Long, PurgeReceipt> done = new TreeMap<>();

    Purges(
            Bans bans,
            RecentPurges recent,
            PurgeJournal journal,
            PeersRegistry peers,
            KeyHasher hasher,
            Counters counters,
            ThreadLocal<Scratch> scratches,
            long run) {
        this.bans = bans;
        this.recent = recent;
        this.journal = journal;
        this.peers = peers;
        this.hasher = hasher;
        this.counters = counters;
        this.scratches = scratches;
        this.run = run;
        int removers = Math.min(REMOVERS_MAX, Runtime.getRuntime().availableProcessors());
        taggedRemovers =
                new ThreadPoolExecutor(removers, removers, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "loligo-store-purge");
                    thread.setDaemon(true);
                    return thread;
                });
        taggedRemovers.allowCoreThreadTimeOut(true);
        sweeper = new Sweeper(bans, scratches, this::swept);
    }

    // ---- starting and ending

    /**
     * Puts back in force what earlier runs left.
     *
     * @param all the store's shards, none of them in service yet
     * @throws IOException when the file cannot be read, or not be written anew
     */
    void begin(Shard[] all) throws IOException {
        shards = all.clone();
        synchronized (lock) {
            Restoring restoring = new Restoring();
            journal.read(restoring);
            restoring.finish();
            if (restoring.any) {
                // Without a torn line, and with nothing twice.
                journal.rewrite(journalText());
            }
        }
        sweeper.start(shards);
    }

    /** Takes up what the journal says. */
    private final class Restoring implements PurgeJournal.Reader {
        private final Map<Long, Ban> open = new HashMap<>();
        private boolean unreadable;
        private boolean any;

        @Override
        public void next(long id) {
            any = true;
            nextId = Math.max(nextId, id);
        }

        @Override
        public void begun(long id, Instant time, PurgeOrder order, boolean asked, long[] marks) {
            next(id + 1);
            try {
                Ban ban =
                        new Ban(id, order, asked, time, TargetMatch.of(order.target(), bans.carriers()), shards.length);
                if (marks.length == shards.length) {
                    ban.marks(marks);
                } else {
                    // Of what is done; or of nobody knows what.
                    ban.marks(earlierRuns());
                }
                open.put(id, ban);
            } catch (PurgeRefused e) {
                unreadable();
            }
        }

        @Override
        public void done(long id, long objects, long bytes) {
            next(id + 1);
            Ban ban = open.remove(id);
            if (ban != null && ban.isAsked()) {
                remember(new PurgeReceipt(id, ban.order(), ban.time(), objects, bytes, true));
            }
        }

        @Override
        public void unreadable() {
            any = true;
            unreadable = true;
        }

        void finish() {
            for (Ban ban : new TreeMap<>(open).values()) {
                if (run > 1) {
                    begun.put(ban.id(), ban);
                    bans.add(ban);
                } else if (ban.isAsked()) {
                    // What it was about is gone with the files.
                    remember(ban.receipt(true));
                }
            }
            if (unreadable && run > 1) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "some of the purges that were under way cannot be read any more: everything that was stored"
                                + " before this start is purged");
                Ban everything = ban(nextId++, new PurgeOrder(new PurgeTarget.All(), false), false);
                everything.marks(earlierRuns());
                begun.put(everything.id(), everything);
                bans.add(everything);
            }
        }
    }

    private long[] earlierRuns() {
        return LongStream.range(0, shards.length)
                .map(shard -> ObjectId.salted(ObjectId.of(run, 0, (int) shard), ObjectId.SALTS - 1))
                .toArray();
    }

    /** Others are in service from now on in place of some that were not. */
    void shards(Shard[] all) {
        shards = all.clone();
        sweeper.shards(all.clone());
    }

    /** The file may be gone, and is to be written anew. */
    void fileWasLost() {
        synchronized (lock) {
            journal.lost();
        }
    }

    /** A shard has come into service: what it has missed is to be made up for. */
    void shardReady() {
        sweeper.wake();
    }

    /** Ends the sweeping; purges that are not done go on at the next start. */
    @Override
    public void close() {
        taggedRemovers.shutdown();
        sweeper.close();
    }

    /** After {@link #close}, once nobody purges any more. */
    void closeJournal() throws IOException {
        synchronized (lock) {
            if (journal.isToBeRewritten()) {
                journal.rewrite(journalText());
            }
            journal.close();
        }
    }

    // ---- purging

    /** See {@link io.loligo.cache.store.ResponseStore#purge(PurgeOrder)}. */
    PurgeReceipt purge(PurgeOrder order) throws PurgeRefused {
        TargetMatch match = TargetMatch.of(order.target(), bans.carriers());
        boolean exact = order.target() instanceof PurgeTarget.Url || order.target() instanceof PurgeTarget.Tag;
        Ban ban;
        synchronized (lock) {
            if (exact ? bans.exact() >= EXACT_MAX : bans.patterns() >= PATTERNS_MAX) {
                throw new PurgeRefused((exact ? EXACT_MAX : PATTERNS_MAX)
                        + " purges are under way already; they end when the store has been searched");
            }
            ban = new Ban(nextId++, order, true, Instant.now(), match, shards.length);
            enforce(ban);
        }
        if (exact && isDoneAtOnce(ban)) {
            end(ban);
            return ban.receipt(true);
        }
        sweeper.wake();
        return ban.receipt(false);
    }

    /** Puts {@code ban} in force, for lookups first, and writes it down. Holds {@link #lock}. */
    private void enforce(Ban ban) {
        begun.put(ban.id(), ban);
        bans.add(ban);
        // Before the marks: an object with a later id is committed by a writer that sees this.
        recent.add(ban, scratches.get().text);
        ban.marks(latestIds());
        write(PurgeJournal.begunLine(ban));
    }

    private long[] latestIds() {
        return Arrays.stream(shards)
                .mapToLong(shard -> shard.objects().latestId())
                .toArray();
    }

    private void write(String lines) {
        try {
            journal.append(lines);
        } catch (IOException e) {
            counters.faults.increment();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "a purge would not outlive the process, were it to end before it is done: {0}",
                    e.toString());
        }
    }

    /** The sweeper has found what was left of what {@code ban} is about. */
    private void swept(Ban ban) {
        end(ban);
        if (ban.isAsked()) {
            Purged counted = ban.counted();
            LOG.log(
                    System.Logger.Level.INFO,
                    "purge " + ban.id() + " is done: " + counted.objects() + " objects, " + counted.bytes() + " bytes");
        }
    }

    /** Nothing is left of what {@code ban} is about. */
    private void end(Ban ban) {
        synchronized (lock) {
            if (begun.remove(ban.id()) == null) {
                return;
            }
            Purged counted = ban.counted();
            write(PurgeJournal.doneLine(ban.id(), counted.objects(), counted.bytes()));
            bans.retire(ban);
            if (ban.isAsked()) {
                remember(ban.receipt(true));
            }
        }
    }

    private void remember(PurgeReceipt receipt) {
        done.put(receipt.id(), receipt);
        if (done.size() > RECEIPTS_MAX) {
            done.pollFirstEntry();
        }
    }

    /** Removes what {@code ban} is about by the indexes, as far as they tell all of it. */
    private boolean isDoneAtOnce(Ban ban) {
        Scratch scratch = scratches.get();
        return ban.order().target() instanceof PurgeTarget.Url url
                ? isEnforced(url.uri(), scratch)
                : ban.order().target() instanceof PurgeTarget.Tag tag && isEnforced(tag.tag(), scratch);
    }

    private boolean isEnforced(EffectiveUri uri, Scratch scratch) {
        if (!peers.isComplete() || !areReady()) {
            return false;
        }
        boolean complete = true;
        for (String text : peers.texts()) {
            CacheKey key = new CacheKey(uri, text);
            Shard shard = shard(key, scratch);
            complete &= shard.purging().enforce(key, scratch);
            complete &= shard.state().isSettled();
        }
        return complete && areReady();
    }

    private boolean isEnforced(String tag, Scratch scratch) {
        long hash = hasher.hash(tag, scratch.text);
        List<Callable<Boolean>> parts = new ArrayList<>();
        int objects = 0;
        for (Shard shard : shards) {
            if (!shard.repair().isTagsKnown()) {
                return false;
            }
            shard.objects().awaitPublications();
            LongList ids = shard.purging().tagged(hash);
            objects += ids.size();
            parts.add(() -> isEnforced(shard, ids));
        }
        boolean complete = true;
        try {
            if (objects < SHARED_FROM) {
                for (Callable<Boolean> part : parts) {
                    complete &= part.call();
                }
            } else {
                for (Future<Boolean> part : taggedRemovers.invokeAll(parts)) {
                    complete &= part.get();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (Exception e) {
            // The sweeper does it then.
            counters.faults.increment();
            LOG.log(System.Logger.Level.WARNING, "the objects with a tag could not all be removed at once", e);
            return false;
        }
        return complete && areReady();
    }

    private boolean isEnforced(Shard shard, LongList ids) {
        Scratch scratch = scratches.get();
        boolean complete = true;
        for (int i = 0; i < ids.size() && complete; i++) {
            complete = shard.purging().enforce(ids.get(i), scratch);
        }
        return shard.state().isSettled() && complete;
    }

    private boolean areReady() {
        for (Shard shard : shards) {
            if (!shard.state().isReady()) {
                return false;
            }
        }
        return true;
    }

    private Shard shard(CacheKey key, Scratch scratch) {
        hasher.hash(key, scratch.text, scratch.hash);
        return shards[(int) Math.floorMod(scratch.hash.second, (long) shards.length)];
    }

    // ---- purging on the way

    /** See {@link io.loligo.cache.store.ResponseStore#purge(EffectiveUri)}. */
    Purged purge(EffectiveUri uri) {
        recent.add(List.of(uri), recent.order(), scratches.get().text);
        return drop(uri);
    }

    /** See {@link io.loligo.cache.store.ResponseStore#invalidate(Collection, long)}. */
    long invalidate(Collection<EffectiveUri> uris, long begun) {
        long own = recent.add(uris, begun, scratches.get().text);
        uris.forEach(this::drop);
        return own;
    }

    /** Once {@link #recent} knows of it: a writer that commits later learns it there, what is committed is found here. */
    private Purged drop(EffectiveUri uri) {
        Scratch scratch = scratches.get();
        boolean ready = areReady();
        Purged purged = purgeReady(uri, scratch);
        if (purged == null || !ready || !areReady()) {
            enforceUnasked(uri);
        }
        return purged == null ? new Purged(0, 0) : purged;
    }

    private Ban ban(long id, PurgeOrder order, boolean asked) {
        try {
            return new Ban(
                    id,
                    order,
                    asked,
                    Instant.now(),
                    order.target() instanceof PurgeTarget.Url url
                            ? TargetMatch.of(url.uri())
                            : TargetMatch.of(order.target(), bans.carriers()),
                    shards.length);
        } catch (PurgeRefused e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Null when not all that should be could be removed. */
    private @Nullable Purged purgeReady(EffectiveUri uri, Scratch scratch) {
        long objects = 0;
        long bytes = 0;
        if (peers.isComplete()) {
            for (String text : peers.texts()) {
                CacheKey key = new CacheKey(uri, text);
                Shard shard = shard(key, scratch);
                Purged purged = shard.purging().purge(key, scratch);
                if (!shard.state().isSettled() || purged == null) {
                    return null;
                }
                objects += purged.objects();
                bytes += purged.bytes();
            }
        } else {
            for (Shard shard : shards) {
                Purged purged = shard.purging().purgeByScan(uri, scratch);
                if (!shard.state().isSettled() || purged == null) {
                    return null;
                }
                objects += purged.objects();
                bytes += purged.bytes();
            }
        }
        return new Purged(objects, bytes);
    }

    /** Has shards that are out of service miss nothing. */
    private void enforceUnasked(EffectiveUri uri) {
        synchronized (lock) {
            if (isPurgedAltogether()) {
                return;
            }
            List<Ban> before = bans.of(uri);
            if (bans.exact() >= EXACT_MAX && before.stream().allMatch(Ban::isAsked)) {
                enforceAltogether();
                return;
            }
            enforce(ban(nextId++, new PurgeOrder(new PurgeTarget.Url(uri), false), false));
            for (Ban superseded : before) {
                if (!superseded.isAsked()) {
                    end(superseded);
                }
            }
        }
        sweeper.wake();
    }

    /** Whether everything that shards out of service hold is purged. They begin nothing that could come later. */
    private boolean isPurgedAltogether() {
        return bans.patternsInForce().stream()
                .filter(ban -> !ban.isSoft() && ban.order().target() instanceof PurgeTarget.All)
                .anyMatch(ban -> LongStream.range(0, shards.length)
                        .allMatch(i -> shards[(int) i].state().isReady()
                                || ban.mark((int) i)
                                        >= shards[(int) i].objects().latestId()));
    }

    private void enforceAltogether() {
        Ban everything = ban(nextId++, new PurgeOrder(new PurgeTarget.All(), false), false);
        long[] marks = latestIds();
        for (int i = 0; i < marks.length; i++) {
            marks[i] = shards[i].state().isReady() ? 0 : marks[i];
        }
        everything.marks(marks);
        begun.put(everything.id(), everything);
        bans.add(everything);
        write(PurgeJournal.begunLine(everything));
        LOG.log(
                System.Logger.Level.WARNING,
                "more was purged than can be remembered while a part of the store is out of service: what it holds is"
                        + " purged altogether");
        for (Ban ban : new ArrayList<>(begun.values())) {
            if (!ban.isAsked() && ban != everything) {
                end(ban);
            }
        }
    }

    // ---- telling

    @Nullable PurgeReceipt receipt(long id) {
        synchronized (lock) {
            Ban ban = begun.get(id);
            return ban != null && ban.isAsked() ? ban.receipt(false) : done.get(id);
        }
    }

    List<PurgeReceipt> receipts() {
        NavigableMap<Long, PurgeReceipt> all = new TreeMap<>();
        synchronized (lock) {
            all.putAll(done);
            begun.values().stream().filter(Ban::isAsked).forEach(ban -> all.put(ban.id(), ban.receipt(false)));
        }
        return List.copyOf(all.descendingMap().values());
    }

    /** See {@link io.loligo.cache.store.ResponseStore#preview}. */
    PurgePreview preview(PurgeTarget target, int sampleMax) throws PurgeRefused {
        Preview preview = new Preview(TargetMatch.of(target, bans.carriers()), bans, sampleMax);
        Scratch scratch = scratches.get();
        boolean byTag = target instanceof PurgeTarget.Tag
                && Arrays.stream(shards).allMatch(shard -> shard.repair().isTagsKnown());
        if (target instanceof PurgeTarget.Url url && peers.isComplete()) {
            for (String text : peers.texts()) {
                CacheKey key = new CacheKey(url.uri(), text);
                Shard shard = shard(key, scratch);
                preview.look(shard, shard.purging().under(key, scratch), scratch);
            }
        } else if (byTag && target instanceof PurgeTarget.Tag tag) {
            long hash = hasher.hash(tag.tag(), scratch.text);
            for (Shard shard : shards) {
                preview.look(shard, shard.purging().tagged(hash), scratch);
            }
        } else {
            for (Shard shard : shards) {
                for (int segment = 0; segment < shard.purging().headSegments(); segment++) {
                    preview.look(shard, shard.purging().headIds(segment), scratch);
                }
            }
        }
        return preview.result();
    }

    // ---- the evictor thread

    /** Has the disk take what was written, and shortens the file. Waits for the disk. */
    void force() throws IOException {
        synchronized (lock) {
            if (journal.isToBeRewritten()) {
                journal.rewrite(journalText());
            }
        }
        journal.force();
    }

    private String journalText() {
        StringBuilder text = new StringBuilder(PurgeJournal.nextLine(nextId));
        for (PurgeReceipt receipt : done.values()) {
            text.append(PurgeJournal.begunLine(receipt));
            text.append(PurgeJournal.doneLine(receipt.id(), receipt.objects(), receipt.bytes()));
        }
        for (Ban ban : begun.values()) {
            text.append(PurgeJournal.begunLine(ban));
        }
        return text.toString();
    }
}
