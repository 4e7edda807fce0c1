package io.loligo.cache.store.chronicle.ban;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgeReceipt;
import io.loligo.cache.store.ResponseStore.Purged;
import io.loligo.cache.store.chronicle.page.ObjectId;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A purge in force: objects that were begun before it and that it is about are not found, or found stale. Ids are handed
 * out in order when an object is begun, so for each shard the latest id at the time tells before from after. Until these
 * are known, every object counts as begun before.
 */
public final class Ban {
    private final long id;
    private final PurgeOrder order;
    private final boolean asked;
    private final Instant time;
    private final TargetMatch match;
    private final AtomicLong objects = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private volatile long[] marks;
    /** Which shards hold nothing more of what it is about; the sweeper's. */
    private final boolean[] swept;

    /**
     * @param id greater than those of earlier purges
     * @param asked whether somebody asked for it and gets a receipt
     * @param shards the store's number of them
     */
    public Ban(long id, PurgeOrder order, boolean asked, Instant time, TargetMatch match, int shards) {
        this.id = id;
        this.order = order;
        this.asked = asked;
        this.time = time;
        this.match = match;
        marks = new long[shards];
        Arrays.fill(marks, Long.MAX_VALUE);
        swept = new boolean[shards];
    }

    public long id() {
        return id;
    }

    public PurgeOrder order() {
        return order;
    }

    TargetMatch match() {
        return match;
    }

    public boolean isAsked() {
        return asked;
    }

    public Instant time() {
        return time;
    }

    public boolean isSoft() {
        return order.soft();
    }

    /** Has it cover what was begun until now: for each shard the latest id in use. */
    public void marks(long[] latest) {
        marks = latest.clone();
    }

    public long mark(int shard) {
        return marks[shard];
    }

    int shards() {
        return marks.length;
    }

    /** Whether object {@code objectId} was begun before. */
    boolean isAfter(long objectId) {
        return objectId <= marks[Math.min(ObjectId.shard(objectId), marks.length - 1)];
    }

    boolean covers(long objectId, StoredHead head, String url) {
        return isAfter(objectId) && match.matches(head, url);
    }

    public void count(long moreBytes) {
        objects.incrementAndGet();
        bytes.addAndGet(moreBytes);
    }

    public Purged counted() {
        return new Purged(objects.get(), bytes.get());
    }

    public boolean isSwept(int shard) {
        return swept[shard];
    }

    public void swept(int shard) {
        swept[shard] = true;
    }

    public PurgeReceipt receipt(boolean done) {
        return new PurgeReceipt(id, order, time, objects.get(), bytes.get(), done);
    }
}
