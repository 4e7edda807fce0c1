package io.loligo.cache.store;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.http.SearchVariance;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A store that also finds what was stored for an equivalent URL: No-Vary-Search. Each response stands under the URL that
 * it was asked by; which other URLs mean it is remembered here, in memory, and compared with the stored response's own
 * No-Vary-Search before it is used. After a restart a response is found by its own URL first; that makes its equivalents
 * known again.
 *
 * <p>URLs that nothing is known of cost nothing but a look at a flag, and only where their own lookup found nothing.
 */
public final class SearchAwareStore implements ResponseStore {
    /** Searches that are remembered; the one not used for longest goes. */
    static final int SEARCHES_MAX = 20_000;
    /** Paths whose variances are remembered. */
    static final int PATHS_MAX = 5_000;
    /** Different No-Vary-Search values of one path that are remembered. */
    static final int VARIANCES_MAX = 4;
    /** Longer URLs are found by themselves only. */
    static final int URL_LENGTH_MAX = 1_024;

    private final ResponseStore store;
    private final Object lock = new Object();
    private final Map<EffectiveUri, Set<SearchVariance>> paths = bounded(PATHS_MAX);
    /** The key that answers a search, by the peers that may serve it. */
    private final Map<Search, Map<String, CacheKey>> searches = bounded(SEARCHES_MAX);

    private volatile boolean used;

    /**
     * What equivalent URLs have in common.
     *
     * @param canonical an equivalent URL with the canonical text for path and query
     */
    private record Search(EffectiveUri canonical, SearchVariance variance) {}

    /** @param store what keeps the responses; closed with this one */
    public SearchAwareStore(ResponseStore store) {
        this.store = store;
    }

    @Override
    public List<StoredHead> lookup(CacheKey key) {
        List<StoredHead> found = store.lookup(key);
        for (int i = 0; i < found.size(); i++) {
            learn(found.get(i));
        }
        return found.isEmpty() && used ? equivalents(key) : found;
    }

    @Override
    public EntryWriter write(StoredHead head, @Nullable StoredHead part, long begun) {
        EntryWriter writer = store.write(head, part, begun);
        return head.searchVariance().isExact() ? writer : new LearningWriter(writer);
    }

    @Override
    public @Nullable StoredHead freshen(StoredHead stored, StoredHead updated, long begun) {
        StoredHead freshened = store.freshen(stored, updated, begun);
        if (freshened != null) {
            learn(freshened);
        }
        return freshened;
    }

    @Override
    public Purged purge(EffectiveUri uri) {
        Purged purged = store.purge(uri);
        if (used) {
            for (CacheKey key : known(uri, null)) {
                Purged more = key.uri().equals(uri) ? new Purged(0, 0) : store.purge(key.uri());
                purged = new Purged(purged.objects() + more.objects(), purged.bytes() + more.bytes());
            }
        }
        return purged;
    }

    @Override
    public long invalidate(Collection<EffectiveUri> uris, long begun) {
        if (!used) {
            return store.invalidate(uris, begun);
        }
        Set<EffectiveUri> all = new LinkedHashSet<>(uris);
        for (EffectiveUri uri : uris) {
            known(uri, null).forEach(key -> all.add(key.uri()));
        }
        return store.invalidate(all, begun);
    }

    /** A URL's known equivalents are purged with it, and leave receipts of their own. */
    @Override
    public PurgeReceipt purge(PurgeOrder order) throws PurgeRefused {
        PurgeReceipt receipt = store.purge(order);
        if (used && order.target() instanceof PurgeTarget.Url url) {
            Set<EffectiveUri> purged = new HashSet<>(Set.of(url.uri()));
            for (CacheKey key : known(url.uri(), null)) {
                if (purged.add(key.uri())) {
                    store.purge(new PurgeOrder(new PurgeTarget.Url(key.uri()), order.soft()));
                }
            }
        }
        return receipt;
    }

    /** A URL's known equivalents count, for they would be purged with it. */
    @Override
    public PurgePreview preview(PurgeTarget target, int sampleMax) throws PurgeRefused {
        PurgePreview preview = store.preview(target, sampleMax);
        if (used && target instanceof PurgeTarget.Url url) {
            Set<EffectiveUri> counted = new HashSet<>(Set.of(url.uri()));
            for (CacheKey key : known(url.uri(), null)) {
                if (counted.add(key.uri())) {
                    int sampleLeft = sampleMax - preview.sample().size();
                    preview = preview.and(store.preview(new PurgeTarget.Url(key.uri()), sampleLeft));
                }
            }
        }
        return preview;
    }

    private List<StoredHead> equivalents(CacheKey key) {
        for (CacheKey candidate : known(key.uri(), key.peers())) {
            List<StoredHead> found = store.lookup(candidate);
            if (found.isEmpty()) {
                forget(candidate);
            }
            List<StoredHead> equivalent = found.stream()
                    .filter(head -> head.isEquivalentFor(key.uri()))
                    .toList();
            if (!equivalent.isEmpty()) {
                return equivalent;
            }
        }
        return List.of();
    }

    private void learn(StoredHead head) {
        SearchVariance variance = head.searchVariance();
        EffectiveUri uri = head.key().uri();
        if (variance.isExact() || uri.pathAndQuery().length() > URL_LENGTH_MAX) {
            return;
        }
        Search search = search(uri, variance);
        synchronized (lock) {
            Set<SearchVariance> variances = paths.computeIfAbsent(path(uri), path -> new LinkedHashSet<>());
            if (variances.size() < VARIANCES_MAX || variances.contains(variance)) {
                variances.add(variance);
                searches.computeIfAbsent(search, each -> new LinkedHashMap<>())
                        .put(head.key().peers(), head.key());
            }
        }
        used = true;
    }

    private void forget(CacheKey key) {
        synchronized (lock) {
            for (SearchVariance variance : paths.getOrDefault(path(key.uri()), Set.of())) {
                Map<String, CacheKey> byPeers = searches.get(search(key.uri(), variance));
                if (byPeers != null) {
                    byPeers.remove(key.peers(), key);
                }
            }
        }
    }

    /** The keys that answer requests for {@code uri}, as far as is known; with {@code peers}, or whichever. */
    private List<CacheKey> known(EffectiveUri uri, @Nullable String peers) {
        List<CacheKey> keys = new ArrayList<>();
        if (uri.pathAndQuery().length() > URL_LENGTH_MAX) {
            return keys;
        }
        synchronized (lock) {
            for (SearchVariance variance : paths.getOrDefault(path(uri), Set.of())) {
                Map<String, CacheKey> byPeers = searches.getOrDefault(search(uri, variance), Map.of());
                if (peers == null) {
                    keys.addAll(byPeers.values());
                } else if (byPeers.containsKey(peers)) {
                    keys.add(byPeers.get(peers));
                }
            }
        }
        return keys;
    }

    private static Search search(EffectiveUri uri, SearchVariance variance) {
        return new Search(withPath(uri, variance.canonical(uri.pathAndQuery())), variance);
    }

    private static EffectiveUri path(EffectiveUri uri) {
        int query = uri.pathAndQuery().indexOf('?');
        return query < 0 ? uri : withPath(uri, uri.pathAndQuery().substring(0, query));
    }

    private static EffectiveUri withPath(EffectiveUri uri, String path) {
        return new EffectiveUri(uri.scheme(), uri.host(), uri.port(), path);
    }

    /** Used under {@link #lock} only. */
    private static <K, V> Map<K, V> bounded(int most) {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > most;
            }
        };
    }

    /** Tells the store's searches what it committed. */
    private final class LearningWriter implements EntryWriter {
        private final EntryWriter writer;

        private LearningWriter(EntryWriter writer) {
            this.writer = writer;
        }

        @Override
        public boolean append(ByteBuffer body) {
            return writer.append(body);
        }

        @Override
        public long length() {
            return writer.length();
        }

        @Override
        public int read(long position, ByteBuffer dst) {
            return writer.read(position, dst);
        }

        @Override
        public @Nullable StoredHead commit() {
            StoredHead committed = writer.commit();
            if (committed != null) {
                learn(committed);
            }
            return committed;
        }

        @Override
        public void close() {
            writer.close();
        }
    }

    // ---- as the store below has it

    @Override
    public void targets(CacheControlTargets targets) {
        store.targets(targets);
    }

    @Override
    public void hide(Set<String> names) {
        store.hide(names);
    }

    @Override
    public @Nullable EntryReader read(StoredHead head) {
        return store.read(head);
    }

    @Override
    public long purgeOrder() {
        return store.purgeOrder();
    }

    @Override
    public boolean purgedSince(long begun, EffectiveUri uri, @Nullable StoredHead head) {
        return store.purgedSince(begun, uri, head);
    }

    @Override
    public void remove(StoredHead head) {
        store.remove(head);
    }

    @Override
    public void invalidate(EffectiveUri uri, Collection<String> groups, Instant at) {
        store.invalidate(uri, groups, at);
    }

    @Override
    public @Nullable PurgeReceipt receipt(long id) {
        return store.receipt(id);
    }

    @Override
    public List<PurgeReceipt> receipts() {
        return store.receipts();
    }

    @Override
    public StoreStats stats() {
        return store.stats();
    }

    @Override
    public void close() {
        store.close();
    }
}
