package io.loligo.cache.store.chronicle;

import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.store.ReplacementPolicy;
import io.loligo.cache.store.chronicle.StoreDirectory.Closed;
import java.util.concurrent.atomic.AtomicLong;
import net.openhft.chronicle.hash.ChronicleHashClosedException;
import net.openhft.chronicle.hash.locks.InterProcessDeadLockException;
import org.jspecify.annotations.Nullable;

/**
 * One part of the store: its maps, its byte budget, its order of eviction. Here is whether it is in use, and what becomes
 * of faults; the work is done by {@link ShardReading}, {@link ShardWriting}, {@link ShardObjects}, {@link ShardRoom}, {@link
 * ShardPurging} and {@link ShardRepair}.
 *
 * <p>For any number of threads. Readers take no lock; what changes takes that of {@link ShardObjects}. Whatever the maps
 * throw is counted, and ends as a miss or as a response not stored.
 */
final class Shard {
    private static final System.Logger LOG = System.getLogger(Shard.class.getName());

    /** At most this share of the budget is kept for readers of what is removed already. */
    private static final int HELD_SHARE = 4;

    private final int number;
    private final long run;
    private final KeyHasher hasher;
    private final DecodedCache decoded;
    private final SlotPool slots;
    private final Bans bans;
    private final RecentPurges recent;
    private final PeersRegistry peers;
    private final Counters counters;
    private final StoreFaults faults;
    private final ThreadLocal<Scratch> scratches;
    private final Runnable wakeEvictor;

    private final ReplacementPolicy replacementPolicy;
    private final BodyPins pins;
    private final TagIndex tags = new TagIndex();
    private final AtomicLong idCounter;
    private final Budget budget;
    private final ShardObjects objects;
    private final ShardRoom room;
    private final ShardRepair repair;
    private final ShardPurging purging;
    private final ShardReading reading;
    private final ShardWriting writing;

    private final ShardLimits limits;
    private volatile boolean suspended;
    private volatile boolean closed;
    private volatile boolean broken;
    private volatile @Nullable ShardMaps maps;

    /** Which fault keeps this shard from being looked at and stored in; null when none does. */
    private volatile @Nullable String outOfUseFor;

    /** The maps that {@link #giveUp} took out of use, until they are unmapped. Guarded by this. */
    private @Nullable ShardMaps abandoned;

    Shard(
            int number,
            long run,
            ShardLimits limits,
            ReplacementPolicy replacementPolicy,
            KeyHasher hasher,
            DecodedCache decoded,
            SlotPool slots,
            Bans bans,
            RecentPurges recent,
            PeersRegistry peers,
            Counters counters,
            StoreFaults faults,
            ThreadLocal<Scratch> scratches,
            Runnable wakeEvictor) {
        this(
                number,
                run,
                limits,
                replacementPolicy,
                hasher,
                decoded,
                slots,
                bans,
                recent,
                peers,
                counters,
                faults,
                scratches,
                wakeEvictor,
                new AtomicLong(1));
    }

    private Shard(
            int number,
            long run,
            ShardLimits limits,
            ReplacementPolicy replacementPolicy,
            KeyHasher hasher,
            DecodedCache decoded,
            SlotPool slots,
            Bans bans,
            RecentPurges recent,
            PeersRegistry peers,
            Counters counters,
            StoreFaults faults,
            ThreadLocal<Scratch> scratches,
            Runnable wakeEvictor,
            AtomicLong idCounter) {
        this.number = number;
        this.run = run;
        this.limits = limits;
        this.hasher = hasher;
        this.decoded = decoded;
        this.slots = slots;
        this.bans = bans;
        this.recent = recent;
        this.peers = peers;
        this.counters = counters;
        this.faults = faults;
        this.scratches = scratches;
        this.wakeEvictor = wakeEvictor;
        this.idCounter = idCounter;
        this.replacementPolicy = replacementPolicy;
        EvictionIndex eviction = EvictionIndex.of(replacementPolicy);
        this.budget = new Budget(limits, tags, wakeEvictor);
        this.pins = new BodyPins(limits.bytes() / HELD_SHARE);
        this.objects = new ShardObjects(
                number, run, idCounter, hasher, decoded, eviction, tags, pins, bans, budget, counters, wakeEvictor);
        this.room = new ShardRoom(this, objects, budget, eviction, hasher, counters);
        this.repair = new ShardRepair(this, objects, budget, peers, hasher, counters);
        this.purging = new ShardPurging(this, objects, tags, bans, decoded, hasher);
        this.reading =
                new ShardReading(this, objects, decoded, eviction, bans, pins, hasher, slots, counters, scratches);
        this.writing = new ShardWriting(
                this, objects, room, budget, bans, recent, peers, hasher, slots, counters, faults, scratches);
    }

    /** An empty shard that takes the place of this one. No object of it has an id that one of this had. */
    Shard successor() {
        Shard next = new Shard(
                number,
                run,
                limits,
                replacementPolicy,
                hasher,
                decoded,
                slots,
                bans,
                recent,
                peers,
                counters,
                faults,
                scratches,
                wakeEvictor,
                idCounter);
        next.targets(objects.targets());
        next.writing.hide(writing.hidden());
        next.suspended = suspended;
        return next;
    }

    // ---- state

    ShardObjects objects() {
        return objects;
    }

    ShardRoom room() {
        return room;
    }

    ShardRepair repair() {
        return repair;
    }

    ShardPurging purging() {
        return purging;
    }

    ShardReading reading() {
        return reading;
    }

    ShardWriting writing() {
        return writing;
    }

    /** The maps, also while a fault keeps them from being looked at and stored in; null while there are none. */
    @Nullable ShardMaps maps() {
        return maps;
    }

    boolean isClosed() {
        return closed;
    }

    /** Starts work on {@code opened}, which was closed in the state {@code content}. */
    void start(ShardMaps opened, Closed content) {
        budget.start(content);
        maps = opened;
    }

    /** What it holds; changes under the caller while the shard is in use. */
    Closed content() {
        return budget.content();
    }

    /** The heap that the index of tags takes. */
    long tagBytes() {
        return budget.tagBytes();
    }

    /** Bytes of memory or files that its maps may take; 0 while it has none. */
    long mappedBytes() {
        ShardMaps open = maps;
        try {
            return open == null ? 0 : open.mappedBytes();
        } catch (RuntimeException e) {
            // Closed between the two lines.
            fault(e);
            return 0;
        }
    }

    boolean isReady() {
        return maps != null;
    }

    /** Whether its maps are sound and closed in order, so that the next start need not repair them. */
    boolean isSound() {
        return !broken;
    }

    /** A fault took this shard out of use for good. */
    boolean isBroken() {
        return broken;
    }

    /** Whether a fault keeps this shard from being looked at and stored in. */
    boolean isOutOfUse() {
        return outOfUseFor != null;
    }

    /** What faults of this whole shard are about. */
    String name() {
        return "shard " + number;
    }

    /** Finds and stores nothing until {@link #resume}. What is purged meanwhile is purged. */
    void pause(String about) {
        if (!broken) {
            outOfUseFor = about;
        }
    }

    void resume() {
        if (!broken) {
            outOfUseFor = null;
        }
    }

    /** Takes a shard out of use that could not be opened, or whose maps nobody should touch again. */
    synchronized void giveUp() {
        outOfUseFor = name();
        broken = true;
        if (maps != null) {
            abandoned = maps;
            maps = null;
        }
    }

    /** Unmaps what {@link #giveUp} left, once nobody uses it any more. Throws when that takes too long. */
    synchronized void unmap() {
        if (abandoned != null) {
            abandoned.close();
            abandoned = null;
        }
    }

    /** Whether {@link #unmap} has succeeded. Waits for one that is under way. */
    synchronized boolean isUnmapped() {
        return abandoned == null;
    }

    /** The maps, if they may be looked at and stored in. */
    @Nullable ShardMaps usable() {
        String about = outOfUseFor;
        if (about != null) {
            faults.count(about);
            return null;
        }
        return maps;
    }

    /** How heads are read from now on. */
    void targets(CacheControlTargets newTargets) {
        objects.targets(newTargets);
    }

    boolean isSuspended() {
        return suspended;
    }

    /** While suspended, nothing is stored: the disk is nearly full. */
    void suspend(boolean newSuspended) {
        suspended = newSuspended;
    }

    /** Refuses new work, drops what is being written, and unmaps. */
    void close() {
        closed = true;
        writing.close();
        ShardMaps open;
        synchronized (pins) {
            open = maps;
            maps = null;
        }
        // What was half done is done then, and what comes later does nothing.
        objects.end();
        if (open != null) {
            try {
                for (StoredObject free : pins.release()) {
                    objects.remove(free.body());
                }
                Scratch scratch = scratches.get();
                while (objects.removeSome(open, scratch)) {
                    // Until nothing is left.
                }
                open.close();
            } catch (RuntimeException | Error e) {
                broken = true;
                LOG.log(System.Logger.Level.WARNING, "shard " + number + " of the store did not close cleanly", e);
            }
        }
    }

    /** False when what this thread has just done here met a fault that the JVM had not told yet. */
    boolean isSettled() {
        try {
            LateFaults.settle();
            return true;
        } catch (InternalError e) {
            fault(e);
            return false;
        }
    }

    /** For what is done outside, on behalf of this shard. */
    void failed(Throwable e) {
        fault(e);
        isSettled();
    }

    /** Notes a fault; one that says that the maps themselves are unusable takes the shard out of use. */
    void fault(Throwable e) {
        if (closed || broken) {
            return;
        }
        if (e instanceof InterProcessDeadLockException
                || e instanceof InternalError
                || e instanceof ChronicleHashClosedException) {
            giveUp();
            faults.begin(name(), name() + " is out of use until new maps are made for it: its maps cannot be used", e);
        } else {
            faults.failed(name() + " at work", name() + " could not do something; the answer did not depend on it", e);
        }
    }
}
