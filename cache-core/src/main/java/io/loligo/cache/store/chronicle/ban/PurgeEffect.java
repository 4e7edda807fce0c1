package io.loligo.cache.store.chronicle.ban;

import io.loligo.cache.freshness.StoredHead;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What purges do to a stored response.
 *
 * @param dropped whether it is not to be found any more
 * @param staleSince else, when its lifetime ended
 * @param newest the id of the newest of them
 */
public record PurgeEffect(boolean dropped, Instant staleSince, long newest) {
    static final PurgeEffect DROPPED = new PurgeEffect(true, Instant.MAX, 0);

    /** What {@code bans}, at least one, do to an object that has been stale since {@code before}. */
    public static PurgeEffect of(List<Ban> bans, @Nullable Instant before) {
        boolean dropped = false;
        Instant since = before == null ? Instant.MAX : before;
        long newest = 0;
        for (Ban ban : bans) {
            dropped |= !ban.isSoft();
            since = ban.time().isBefore(since) ? ban.time() : since;
            newest = Math.max(newest, ban.id());
        }
        return new PurgeEffect(dropped, since, newest);
    }

    /** What both do to an object, where there are any. */
    public static @Nullable PurgeEffect both(@Nullable PurgeEffect one, @Nullable PurgeEffect other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return new PurgeEffect(
                one.dropped || other.dropped,
                one.staleSince.isBefore(other.staleSince) ? one.staleSince : other.staleSince,
                Math.max(one.newest, other.newest));
    }

    public StoredHead on(StoredHead head) {
        return head.withStaleness(staleSince, newest);
    }
}
