package io.loligo.cache.store.chronicle;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.store.ResponseStore.Purged;
import io.loligo.cache.store.chronicle.ban.Ban;
import io.loligo.cache.store.chronicle.ban.Bans;
import io.loligo.cache.store.chronicle.ban.PurgeEffect;
import io.loligo.cache.store.chronicle.ban.TagIndex;
import io.loligo.cache.store.chronicle.page.KeyHasher;
import io.loligo.cache.store.chronicle.page.LongList;
import io.loligo.cache.store.chronicle.page.Scratch;
import io.loligo.cache.store.chronicle.page.StoredObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What purges do to one shard: they find what they may be about, look at it, and remove it or have it be stale.
 *
 * <p>For any number of threads. What is to go goes also while a fault keeps the shard from being looked at and stored in.
 */
final class ShardPurging {
    private final ShardState state;
    private final ShardObjects objects;
    private final ShardWriting writing;
    private final TagIndex tags;
    private final Bans bans;
    private final DecodedCache decoded;
    private final KeyHasher hasher;

    ShardPurging(ShardContext context, ShardState state, ShardObjects objects, ShardWriting writing) {
        this.state = state;
        this.objects = objects;
        this.writing = writing;
        this.tags = state.tags();
        this.bans = context.bans();
        this.decoded = context.decoded();
        this.hasher = context.hasher();
    }

    /** Removes every variant of {@code key}, whose hash is in {@code scratch}; null when that is not certain. */
    @Nullable Purged purge(CacheKey key, Scratch scratch) {
        ShardMaps open = state.maps();
        if (open == null) {
            return null;
        }
        try {
            synchronized (objects.stripe(scratch.hash)) {
                return objects.change(
                        open, scratch, null, 0, other -> other.head().key().equals(key));
            }
        } catch (RuntimeException | Error e) {
            state.fault(e);
            return null;
        }
    }

    /** Removes every object of {@code uri} by looking at all heads: for when it is not known under which keys they are. */
    @Nullable Purged purgeByScan(EffectiveUri uri, Scratch scratch) {
        ShardMaps open = state.maps();
        long count = 0;
        long bytes = 0;
        try {
            for (int segment = 0; open != null && segment < open.segments(); segment++) {
                LongList ids = open.headIds(segment);
                for (int i = 0; i < ids.size(); i++) {
                    StoredObject object = objects.objectUnlessList(open, ids.get(i), scratch);
                    if (object != null && object.head().key().uri().equals(uri)) {
                        hasher.hash(object.head().key(), scratch.text, scratch.hash);
                        Purged purged = purge(object.head().key(), scratch);
                        if (purged == null) {
                            return null;
                        }
                        count += purged.objects();
                        bytes += purged.bytes();
                    }
                }
            }
        } catch (RuntimeException | Error e) {
            state.fault(e);
            return null;
        }
        return open == null ? null : new Purged(count, bytes);
    }

    /** Objects that bear a tag with this hash, and that are perhaps gone meanwhile. */
    LongList tagged(long tagHash) {
        return tags.objects(tagHash);
    }

    int headSegments() {
        ShardMaps open = state.maps();
        return open == null ? 0 : open.segments();
    }

    LongList headIds(int segment) {
        ShardMaps open = state.maps();
        return open == null ? new LongList() : open.headIds(segment);
    }

    /** The objects under {@code key}, or under another with the same hash, which is in {@code scratch}. */
    LongList under(CacheKey key, Scratch scratch) {
        ShardMaps open = state.maps();
        if (open == null) {
            return new LongList();
        }
        try {
            return objects.members(open, open.reference(scratch.hash, scratch.reference), scratch);
        } catch (RuntimeException | Error e) {
            state.fault(e);
            return new LongList();
        }
    }

    /** Object {@code id}, to be looked at; null when it is gone or cannot be read. */
    @Nullable StoredObject peek(long id, Scratch scratch) {
        ShardMaps open = state.maps();
        try {
            StoredObject known = decoded.object(id);
            return known != null || open == null ? known : objects.objectUnlessList(open, id, scratch);
        } catch (RuntimeException | Error e) {
            state.fault(e);
            return null;
        }
    }

    /** Does to what lies under {@code key}, whose hash is in {@code scratch}, what bans say; false when it is not certain. */
    boolean enforce(CacheKey key, Scratch scratch) {
        ShardMaps open = state.maps();
        if (open == null) {
            return false;
        }
        LongList members;
        try {
            synchronized (objects.stripe(scratch.hash)) {
                members = objects.members(open, open.reference(scratch.hash, scratch.reference), scratch);
            }
        } catch (RuntimeException | Error e) {
            state.fault(e);
            return false;
        }
        boolean complete = true;
        for (int i = 0; i < members.size(); i++) {
            complete &= enforce(members.get(i), scratch);
        }
        return complete;
    }

    /** Does to object {@code id} what bans say, and has them count it; false when it is not certain. */
    boolean enforce(long id, Scratch scratch) {
        ShardMaps open = state.maps();
        if (open == null) {
            return false;
        }
        try {
            StoredObject known = decoded.object(id);
            StoredObject object = known != null ? known : objects.objectUnlessList(open, id, scratch);
            List<Ban> covering = object == null ? List.of() : bans.covering(id, object.head(), 0);
            if (object == null || covering.isEmpty()) {
                return true;
            }
            boolean gone;
            if (PurgeEffect.of(covering, null).dropped()) {
                hasher.hash(object.head().key(), scratch.text, scratch.hash);
                synchronized (objects.stripe(scratch.hash)) {
                    // The change looks at it once more.
                    decoded.add(object);
                    gone = objects.change(open, scratch, null, 0, other -> other.id() == id)
                                    .objects()
                            > 0;
                }
            } else {
                gone = writing.renew(id, null, this::stale, scratch) != null;
                if (!gone && isFound(open, object, scratch)) {
                    return false;
                }
            }
            if (gone) {
                long bytes = object.charge();
                covering.forEach(ban -> ban.count(bytes));
            }
            return true;
        } catch (RuntimeException | Error e) {
            state.fault(e);
            return false;
        }
    }

    private boolean isFound(ShardMaps open, StoredObject object, Scratch scratch) {
        hasher.hash(object.head().key(), scratch.text, scratch.hash);
        synchronized (objects.stripe(scratch.hash)) {
            return objects.refersTo(open, object.id(), scratch);
        }
    }

    /** What soft bans make of {@code object}; null when they make nothing of it. */
    private @Nullable StoredHead stale(StoredObject object, StoredHead head) {
        List<Ban> covering = bans.covering(object.id(), object.head(), 0);
        if (covering.isEmpty()) {
            return null;
        }
        PurgeEffect effect = PurgeEffect.of(covering, head.staleSince());
        return effect.dropped() ? null : head.withStaleness(effect.staleSince(), 0);
    }
}
