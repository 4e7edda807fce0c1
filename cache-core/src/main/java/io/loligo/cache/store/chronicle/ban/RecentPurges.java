package io.loligo.cache.store.chronicle.ban;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.TagFields;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.store.PurgeTarget;
import io.loligo.cache.store.chronicle.page.KeyHasher;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The order of the purges, and the latest of them: so that what was fetched before a purge is not stored after it. Each purge
 * has a number, one more than the one before. A fetch notes the number that the next purge will have ({@link #order}); a
 * purge came after the fetch began if its number is not smaller.
 *
 * <p>Purges that are compared as a whole (hard ones of a URL or a tag, and invalidated groups) are remembered by a hash in
 * {@value #HASHED} slots, so that thousands of state-changing requests a second do not crowd out the others. The others (soft
 * ones, and those of a prefix, host, glob, pattern or of everything) stand in a ring of {@value #LISTED}. What was forgotten
 * counts as a purge of everything that it may have been about: at worst a response is not stored although it could be.
 *
 * <p>For any thread. Where no purge came since, each question costs one comparison.
 */
public final class RecentPurges {
    /** Soft purges, and purges that have to be compared one by one, that are remembered. */
    public static final int LISTED = 4096;

    /** Slots for hashes of URLs, paths, tags, groups and sites: 24 bytes each. */
    static final int HASHED = 1 << 16;

    /** Numbers that one run of the store may use up. */
    private static final int RUN_BITS = 40;

    private final KeyHasher hasher;
    private final TagFields carriers;

    /** The number of the next purge. Written while this is locked. */
    private volatile long next;

    // The rest is guarded by this.
    private final Ban[] listed = new Ban[LISTED];
    private final long[] numbers = new long[LISTED];
    private int listedCount;
    /** The newest that no longer stands in the ring. */
    private long unlisted;

    private final long[] hashes = new long[HASHED];
    private final long[] latest = new long[HASHED];
    /** The newest that had the slot before the one that has it now. */
    private final long[] replaced = new long[HASHED];

    /** The newest hard one of whatever tag. */
    private long latestTag;

    /**
     * @param run which run of the store this is: numbers of earlier ones are smaller than all of this one
     * @param carriers the fields that carry tags
     */
    public RecentPurges(KeyHasher hasher, long run, TagFields carriers) {
        this.hasher = hasher;
        this.carriers = carriers;
        next = run << RUN_BITS;
        unlisted = next - 1;
    }

    /** See {@link io.loligo.cache.store.ResponseStore#purgeOrder}. */
    public long order() {
        return next;
    }

    // ---- what came

    /** An operator's purge has come into force. */
    public synchronized void add(Ban ban, KeyHasher.Text text) {
        PurgeTarget target = ban.order().target();
        if (!ban.isSoft() && target instanceof PurgeTarget.Url url) {
            noteUrl(url.uri(), text);
        } else if (!ban.isSoft() && target instanceof PurgeTarget.Tag tag) {
            note(hasher.hash(tag.tag(), text));
            latestTag = next;
        } else {
            int place = listedCount++ % LISTED;
            unlisted = Math.max(unlisted, numbers[place]);
            listed[place] = ban;
            numbers[place] = next;
            listedCount = listedCount == 2 * LISTED ? LISTED : listedCount;
        }
        next = next + 1;
    }

    /**
     * {@code uris} are purged on the way by the answer to a request that began at {@code begun}.
     *
     * @return the number at which that answer begins, now that these purges are behind it: {@code begun} when another purge
     *     came since, else the next one
     */
    public synchronized long add(Collection<EffectiveUri> uris, long begun, KeyHasher.Text text) {
        boolean alone = next == begun;
        for (EffectiveUri uri : uris) {
            noteUrl(uri, text);
            next = next + 1;
        }
        return alone ? next : begun;
    }

    /** {@code groups} of the site of {@code uri} are invalidated. */
    public synchronized void addGroups(EffectiveUri uri, Collection<String> groups, KeyHasher.Text text) {
        String site = site(uri);
        for (String group : groups) {
            note(hasher.hash(grouped(site, group), text));
        }
        note(hasher.hash(site, text));
        next = next + 1;
    }

    private void noteUrl(EffectiveUri uri, KeyHasher.Text text) {
        note(hasher.hash(uri, text));
        note(hasher.hash(path(uri), text));
    }

    private void note(long hash) {
        int slot = slot(hash);
        if (hashes[slot] != hash) {
            replaced[slot] = latest[slot];
            hashes[slot] = hash;
        }
        latest[slot] = next;
    }

    // ---- what is asked

    /**
     * What the purges since {@code begun} do to a response that was asked for before them; null when it stands.
     *
     * @param before when its lifetime ended already; null when it has not
     */
    public @Nullable PurgeEffect since(long begun, StoredHead head, @Nullable Instant before, KeyHasher.Text text) {
        return begun == next ? null : sentence(begun, head, before, text);
    }

    private synchronized @Nullable PurgeEffect sentence(
            long begun, StoredHead head, @Nullable Instant before, KeyHasher.Text text) {
        if (isForgotten(begun) || isNoted(begun, head, text)) {
            return PurgeEffect.DROPPED;
        }
        List<Ban> covering = new ArrayList<>();
        String url = head.key().uri().toString();
        for (int i = 0; i < Math.min(listedCount, LISTED); i++) {
            if (numbers[i] >= begun && isAbout(listed[i], head, url)) {
                covering.add(listed[i]);
            }
        }
        return covering.isEmpty() ? null : PurgeEffect.of(covering, before);
    }

    /** See {@link io.loligo.cache.store.ResponseStore#purgedSince}. */
    public boolean isPurgedSince(long begun, EffectiveUri uri, @Nullable StoredHead head, KeyHasher.Text text) {
        if (begun == next) {
            return false;
        }
        return head == null ? mayBePurged(begun, uri, text) : sentence(begun, head, null, text) != null;
    }

    private synchronized boolean mayBePurged(long begun, EffectiveUri uri, KeyHasher.Text text) {
        if (isForgotten(begun)
                || latestTag >= begun
                || isNoted(begun, hasher.hash(uri, text))
                || isNoted(begun, hasher.hash(path(uri), text))
                || isNoted(begun, hasher.hash(site(uri), text))) {
            return true;
        }
        String url = uri.toString();
        for (int i = 0; i < Math.min(listedCount, LISTED); i++) {
            if (numbers[i] >= begun && (listed[i].match().mayMatch(uri, url) || hasSamePath(listed[i], uri))) {
                return true;
            }
        }
        return false;
    }

    /** Whether it purges a URL that may turn out to mean the same as {@code uri}: No-Vary-Search is not known yet. */
    private static boolean hasSamePath(Ban ban, EffectiveUri uri) {
        return ban.order().target() instanceof PurgeTarget.Url one
                && path(one.uri()).equals(path(uri));
    }

    /** Whether it is not known which purges came since, or {@code begun} is no number that this run has given. */
    private boolean isForgotten(long begun) {
        return begun <= unlisted || begun > next;
    }

    private boolean isNoted(long begun, StoredHead head, KeyHasher.Text text) {
        EffectiveUri uri = head.key().uri();
        if (isNoted(begun, hasher.hash(uri, text))
                || (!head.searchVariance().isExact() && isNoted(begun, hasher.hash(path(uri), text)))) {
            return true;
        }
        if (latestTag >= begun) {
            for (String tag : head.tags(carriers)) {
                if (isNoted(begun, hasher.hash(tag, text))) {
                    return true;
                }
            }
        }
        for (String group : head.cacheGroups()) {
            if (isNoted(begun, hasher.hash(grouped(site(uri), group), text))) {
                return true;
            }
        }
        return false;
    }

    private boolean isNoted(long begun, long hash) {
        int slot = slot(hash);
        return replaced[slot] >= begun || (hashes[slot] == hash && latest[slot] >= begun);
    }

    /** A purge of a URL is about the responses that answer for it, too: No-Vary-Search. */
    private static boolean isAbout(Ban ban, StoredHead head, String url) {
        return ban.match().matches(head, url)
                || (ban.order().target() instanceof PurgeTarget.Url one && head.isEquivalentFor(one.uri()));
    }

    private static int slot(long hash) {
        return (int) hash & HASHED - 1;
    }

    private static String site(EffectiveUri uri) {
        return "site " + uri.scheme() + "://" + uri.host() + ":" + uri.port();
    }

    private static String grouped(String site, String group) {
        return site + " " + group;
    }

    private static String path(EffectiveUri uri) {
        int query = uri.pathAndQuery().indexOf('?');
        String path = query < 0 ? uri.pathAndQuery() : uri.pathAndQuery().substring(0, query);
        return "path " + uri.scheme() + "://" + uri.host() + ":" + uri.port() + path;
    }
}
