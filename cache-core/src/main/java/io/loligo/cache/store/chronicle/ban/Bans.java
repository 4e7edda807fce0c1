package io.loligo.cache.store.chronicle.ban;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.TagFields;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.store.PurgeTarget;
import io.loligo.cache.store.chronicle.page.SeenBans;
import io.loligo.cache.store.chronicle.page.StoredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The purges that every lookup has to observe, until what they are about is removed. What was fetched before one of them and
 * comes into the store after it is kept out by {@link RecentPurges}.
 *
 * <p>A ban is made visible first, and is told afterwards which objects were begun before it ({@link Ban#marks}). A writer
 * takes an id first, and asks for recent purges when its object becomes visible. So no object slips between the two.
 *
 * <p>For any thread. Where no ban is in force, a lookup costs a look at a flag; where some are, each decoded object is held
 * against each of them once.
 */
public final class Bans {
    private static final Ban[] NONE = {};

    private final TagFields carriers;
    private final Map<EffectiveUri, List<Ban>> urls = new ConcurrentHashMap<>();
    private final Map<String, List<Ban>> tags = new ConcurrentHashMap<>();
    private volatile Ban[] others = NONE;
    private volatile int active;
    /** How many went out of force. */
    private volatile long retired;
    /** The id of the newest that was ever in force. */
    private volatile long newest;

    /** @param carriers the fields that carry tags */
    public Bans(TagFields carriers) {
        this.carriers = carriers;
    }

    public TagFields carriers() {
        return carriers;
    }

    // ---- what is in force

    public boolean isEmpty() {
        return active == 0;
    }

    /** Those in force, in no order. */
    public List<Ban> inForce() {
        List<Ban> all = new ArrayList<>(List.of(others));
        urls.values().forEach(all::addAll);
        tags.values().forEach(all::addAll);
        return all;
    }

    /** Those in force of neither a URL nor a tag. */
    public List<Ban> patternsInForce() {
        return List.of(others);
    }

    /** How many of those in force have to be looked at one by one. */
    public int patterns() {
        return others.length;
    }

    /** How many of those in force are of one URL or one tag. */
    public int exact() {
        return active - others.length;
    }

    /** Those in force of just {@code uri}. */
    public List<Ban> of(EffectiveUri uri) {
        return urls.getOrDefault(uri, List.of());
    }

    /** Puts {@code ban} in force. Ids grow. */
    public synchronized void add(Ban ban) {
        if (ban.order().target() instanceof PurgeTarget.Url url) {
            urls.merge(url.uri(), List.of(ban), Bans::joined);
        } else if (ban.order().target() instanceof PurgeTarget.Tag tag) {
            tags.merge(tag.tag(), List.of(ban), Bans::joined);
        } else {
            List<Ban> more = new ArrayList<>(List.of(others));
            more.add(ban);
            others = more.toArray(NONE);
        }
        active = active + 1;
        newest = Math.max(newest, ban.id());
    }

    /** Takes {@code ban} out of force: nothing that it is about is left. */
    public synchronized void retire(Ban ban) {
        if (ban.order().target() instanceof PurgeTarget.Url url) {
            urls.computeIfPresent(url.uri(), (uri, list) -> without(list, ban));
        } else if (ban.order().target() instanceof PurgeTarget.Tag tag) {
            tags.computeIfPresent(tag.tag(), (text, list) -> without(list, ban));
        } else {
            List<Ban> less = new ArrayList<>(List.of(others));
            less.remove(ban);
            others = less.toArray(NONE);
        }
        retired = retired + 1;
        active = active - 1;
    }

    /**
     * Changes when a ban goes out of force. A lookup that saw an object before it was removed, and asks for bans after the
     * one that had it removed was retired, sees by this that it has to look again.
     */
    public long retired() {
        return retired;
    }

    private static List<Ban> joined(List<Ban> one, List<Ban> other) {
        List<Ban> both = new ArrayList<>(one);
        both.addAll(other);
        return List.copyOf(both);
    }

    private static @Nullable List<Ban> without(List<Ban> list, Ban gone) {
        List<Ban> left = list.stream().filter(ban -> ban != gone).toList();
        return left.isEmpty() ? null : left;
    }

    /** What is done to {@code object} when it is found; null when it stands. */
    public @Nullable PurgeEffect on(StoredObject object) {
        if (active == 0) {
            return null;
        }
        long upTo = newest;
        SeenBans seen = object.seenBans();
        if (seen.upTo() >= upTo) {
            return null;
        }
        List<Ban> covering = covering(object.id(), object.head(), seen.upTo());
        if (covering.isEmpty()) {
            seen.upTo(upTo);
            return null;
        }
        return PurgeEffect.of(covering, object.head().staleSince());
    }

    /** Those in force that cover object {@code id}, among the ones after ban {@code after}. */
    public List<Ban> covering(long id, StoredHead head, long after) {
        List<Ban> found = List.of();
        String url = "";
        if (!urls.isEmpty()) {
            found = covering(urls.get(head.key().uri()), id, head, after, found);
        }
        if (!tags.isEmpty()) {
            for (String tag : head.tags(carriers)) {
                found = covering(tags.get(tag), id, head, after, found);
            }
        }
        for (Ban ban : others) {
            if (ban.id() > after && ban.isAfter(id)) {
                url = url.isEmpty() ? head.key().uri().toString() : url;
                found = ban.covers(id, head, url) ? joined(found, List.of(ban)) : found;
            }
        }
        return found;
    }

    private static List<Ban> covering(@Nullable List<Ban> bans, long id, StoredHead head, long after, List<Ban> found) {
        List<Ban> all = found;
        if (bans != null) {
            for (Ban ban : bans) {
                all = ban.id() > after && ban.covers(id, head, "") ? joined(all, List.of(ban)) : all;
            }
        }
        return all;
    }
}
