package io.loligo.cache.store.chronicle;

import io.loligo.cache.store.chronicle.ban.TagIndex;
import io.loligo.cache.store.chronicle.files.LateFaults;
import io.loligo.cache.store.chronicle.files.StoreFaults;
import io.loligo.cache.store.eviction.EvictionIndex;
import java.util.concurrent.atomic.AtomicLong;
import net.openhft.chronicle.hash.ChronicleHashClosedException;
import net.openhft.chronicle.hash.locks.InterProcessDeadLockException;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of one shard share: its maps and whether they may be used, what becomes of faults, and what is counted and
 * known of its objects beside the maps.
 *
 * <p>For any number of threads.
 */
final class ShardState {
    /** At most this share of the budget is kept for readers of what is removed already. */
    private static final int HELD_SHARE = 4;

    private final int number;
    private final StoreFaults faults;
    private final AtomicLong idCounter;
    private final EvictionIndex eviction;
    private final TagIndex tags = new TagIndex();
    private final BodyPins pins;
    private final Budget budget;

    private volatile boolean suspended;
    private volatile boolean closed;
    private volatile boolean broken;
    private volatile @Nullable ShardMaps maps;

    /** Which fault keeps this shard from being looked at and stored in; null when none does. */
    private volatile @Nullable String outOfUseFor;

    /** The maps that {@link #giveUp} took out of use, until they are unmapped. Guarded by this. */
    private @Nullable ShardMaps abandoned;

    /** @param idCounter where the ids of objects of shard {@code number} come from */
    ShardState(ShardContext context, int number, AtomicLong idCounter) {
        this.number = number;
        this.faults = context.faults();
        this.idCounter = idCounter;
        this.eviction = EvictionIndex.of(context.replacementPolicy());
        this.pins = new BodyPins(context.limits().bytes() / HELD_SHARE);
        this.budget = new Budget(context.limits(), tags, context.wakeEvictor());
    }

    int number() {
        return number;
    }

    AtomicLong idCounter() {
        return idCounter;
    }

    EvictionIndex eviction() {
        return eviction;
    }

    TagIndex tags() {
        return tags;
    }

    BodyPins pins() {
        return pins;
    }

    Budget budget() {
        return budget;
    }

    /** The maps, also while a fault keeps them from being looked at and stored in; null while there are none. */
    @Nullable ShardMaps maps() {
        return maps;
    }

    boolean isClosed() {
        return closed;
    }

    /** Has {@code opened} be used from now on. */
    void start(ShardMaps opened) {
        maps = opened;
    }

    /** Refuses new work. */
    void beginClose() {
        closed = true;
    }

    /** Takes the maps out of use, for good; null when there are none. */
    @Nullable ShardMaps end() {
        synchronized (pins) {
            ShardMaps open = maps;
            maps = null;
            return open;
        }
    }

    /** Its maps did not close in order. */
    void didNotClose() {
        broken = true;
    }

    /** Bytes of memory or files that its maps may take; 0 while it has none. */
    long mappedBytes() {
        ShardMaps open = maps;
        try {
            return open == null ? 0 : open.mappedBytes();
        } catch (RuntimeException e) {
            // ShardContent between the two lines.
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

    boolean isSuspended() {
        return suspended;
    }

    /** While suspended, nothing is stored: the disk is nearly full. */
    void suspend(boolean newSuspended) {
        suspended = newSuspended;
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
