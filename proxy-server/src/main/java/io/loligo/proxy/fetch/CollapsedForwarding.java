package io.loligo.proxy.fetch;

import io.loligo.cache.key.CacheKey;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One fetch per key: requests that come while another fetches the same page wait for its answer. Squid's
 * collapsed_forwarding. A key whose answer turned out not to be shareable is remembered for a while: its requests do not
 * wait for each other, so no queue forms. Used by every I/O thread.
 *
 * <p>There are at most as many fetches as requests under way (client_max_requests), validations in the background ({@link
 * #BACKGROUND_MAX}), and fetches that go on without their clients by quick_abort.
 */
final class CollapsedForwarding {
    /** Keys remembered as not shareable; beyond it new knowledge is simply not kept. */
    static final int UNSHAREABLE_MAX = 50_000;

    /** How long a key is remembered as not shareable. */
    static final long UNSHAREABLE_MILLIS = 60_000;

    /** How often what is remembered is searched for what is out of date, at most: not for every answer. */
    private static final long SWEEP_MILLIS = 1_000;

    /** Validations that no client waits for, at the same time; one more is not begun. */
    static final int BACKGROUND_MAX = 10_000;

    private final ConcurrentHashMap<CacheKey, Fetch> underWay = new ConcurrentHashMap<>();
    private final AtomicInteger background = new AtomicInteger();
    private final ConcurrentHashMap<CacheKey, Long> unshareableUntil = new ConcurrentHashMap<>();
    private volatile long nextSweepMillis = Long.MIN_VALUE;

    /** The fetch under way for {@code key}, or null. */
    @Nullable Fetch underWay(CacheKey key) {
        return underWay.get(key);
    }

    /**
     * Registers {@code fetch} for its key, for later requests to join.
     *
     * @param outdated the fetch whose place it takes; null where none was under way
     * @return false, and nothing is done, when another fetch has come before it
     */
    boolean lead(CacheKey key, @Nullable Fetch outdated, Fetch fetch) {
        return outdated == null ? underWay.putIfAbsent(key, fetch) == null : underWay.replace(key, outdated, fetch);
    }

    /** Nobody can join {@code fetch} any more. */
    void ended(CacheKey key, Fetch fetch) {
        underWay.remove(key, fetch);
    }

    /** Counts one more validation in the background; false, and it is not counted, when there are too many. */
    boolean backgroundBegins() {
        if (background.incrementAndGet() <= BACKGROUND_MAX) {
            return true;
        }
        background.decrementAndGet();
        return false;
    }

    void backgroundEnds() {
        background.decrementAndGet();
    }

    /** Whether requests for {@code key} may wait for each other. */
    boolean mayShare(CacheKey key, long nowMillis) {
        Long until = unshareableUntil.get(key);
        if (until == null) {
            return true;
        }
        if (until > nowMillis) {
            return false;
        }
        unshareableUntil.remove(key, until);
        return true;
    }

    void unshareable(CacheKey key, long nowMillis) {
        Long known = unshareableUntil.get(key);
        if (known != null && known > nowMillis + UNSHAREABLE_MILLIS / 2) {
            // What is known already is not written again for each answer.
            return;
        }
        if (known == null && unshareableUntil.size() >= UNSHAREABLE_MAX) {
            if (nowMillis < nextSweepMillis) {
                return;
            }
            nextSweepMillis = nowMillis + SWEEP_MILLIS;
            unshareableUntil.values().removeIf(until -> until <= nowMillis);
            if (unshareableUntil.size() >= UNSHAREABLE_MAX) {
                return;
            }
        }
        unshareableUntil.put(key, nowMillis + UNSHAREABLE_MILLIS);
    }

    void shareable(CacheKey key) {
        unshareableUntil.remove(key);
    }
}
