package io.loligo.cache.store.chronicle;

import io.loligo.cache.store.chronicle.ban.TagIndex;
import io.loligo.cache.store.chronicle.files.ShardLimits;
import io.loligo.cache.store.chronicle.files.StoreDirectory.ShardContent;
import io.loligo.cache.store.chronicle.page.StoredObject;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the objects of one shard take, and what they may. Only counts: whoever finds no room here is the one to evict.
 *
 * <p>For any number of threads, none of which waits. What is counted as used is counted before it is there and until it
 * is gone.
 */
final class Budget {
    /** The evictor makes this share of the budget free, so that writers seldom have to evict. */
    private static final int FREE_PER_MILLE = 20;

    /**
     * It is woken when less than this is free: the difference is what it evicts at a time, for waking a thread for each
     * object that is written costs more than evicting one.
     */
    private static final int WAKE_PER_MILLE = 15;

    /** After so many more bytes the evictor looks how full the disk is; less than its reserve by far. */
    private static final long WATCH_BYTES = 4L << 20;

    private final ShardLimits limits;
    private final TagIndex tags;
    private final Runnable wakeEvictor;

    private final AtomicLong used = new AtomicLong();
    private final AtomicLong objects = new AtomicLong();
    private final AtomicLong headBytes = new AtomicLong();
    private final AtomicLong payloadBytes = new AtomicLong();

    /** A budget of which nothing is used. What {@code tags} takes is not for objects. */
    Budget(ShardLimits limits, TagIndex tags, Runnable wakeEvictor) {
        this.limits = limits;
        this.tags = tags;
        this.wakeEvictor = wakeEvictor;
    }

    /** Counts on from {@code content}. */
    void start(ShardContent content) {
        used.set(content.usedBytes());
        objects.set(content.objects());
        headBytes.set(content.headBytes());
        payloadBytes.set(content.payloadBytes());
    }

    ShardContent content() {
        return new ShardContent(used.get(), objects.get(), headBytes.get(), payloadBytes.get());
    }

    /** The heap that the index of tags takes. */
    long tagBytes() {
        return ShardLimits.tagBytes(tags.entries());
    }

    /** Takes {@code bytes}; false when they, or the index of one more object, have no room now. */
    boolean take(long bytes) {
        long now;
        do {
            now = used.get();
            if (now + bytes > limit() || !limits.hasIndexRoom(objects.get(), tags.entries(), 0)) {
                return false;
            }
        } while (!used.compareAndSet(now, now + bytes));
        if (now + bytes > allBut(WAKE_PER_MILLE) || now / WATCH_BYTES != (now + bytes) / WATCH_BYTES) {
            wakeEvictor.run();
        }
        return true;
    }

    /** Whether {@code bytes} had room if there were no objects. */
    boolean isEnoughFor(long bytes) {
        return bytes <= limit();
    }

    /** Counts {@code bytes} more as used, or less when negative, without asking whether there is room. */
    void add(long bytes) {
        used.addAndGet(bytes);
    }

    /** Counts {@code object} in or, with {@code sign} -1, out; its bytes are counted by themselves. */
    void count(StoredObject object, int sign) {
        count(object.bodyOffset(), object.head().bodyLength(), sign);
    }

    /** As {@link #count(StoredObject, int)}, of an object with a head and a body of so many bytes. */
    void count(int headLength, long bodyLength, int sign) {
        objects.addAndGet(sign);
        headBytes.addAndGet((long) sign * headLength);
        payloadBytes.addAndGet(sign * bodyLength);
    }

    /** Counts an object out that nobody could read, and the {@code bytes} that it took. */
    void lose(long bytes) {
        objects.decrementAndGet();
        used.addAndGet(-bytes);
    }

    /** Whether the evictor may rest. */
    boolean hasRoomToSpare() {
        return used.get() <= allBut(FREE_PER_MILLE)
                && limits.hasIndexRoom(objects.get(), tags.entries(), FREE_PER_MILLE);
    }

    /** What objects may take: what the index of tags takes is gone. */
    private long limit() {
        return limits.bytes() - tagBytes();
    }

    private long allBut(int freePerMille) {
        return limit() - limits.bytes() / 1000 * freePerMille;
    }
}
