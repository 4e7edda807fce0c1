package io.loligo.proxy.fetch;

import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One fetch per key: requests that come while another fetches the same page wait for its answer. Squid's
 * collapsed_forwarding. A key whose answer turned out not to be shareable is remembered for a while: its requests do not
 * wait for each other, so no queue forms. Used by every I/O thread.
 */
final class CollapsedForwarding {
    /** Keys remembered as not shareable; beyond it new knowledge is simply not kept. */
    static final int UNSHAREABLE_MAX = 50_000;

    /** How long a key is remembered as not shareable. */
    static final long UNSHAREABLE_MILLIS = 60_000;

    /** How often what is remembered is searched for what is out of date, at most: not for every answer. */
    private static final long SWEEP_MILLIS = 1_000;

    private final ConcurrentHashMap<CacheKey, Fetch> inFlight = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<CacheKey, Long> unshareableUntil = new ConcurrentHashMap<>();
    private volatile long nextSweepMillis = Long.MIN_VALUE;

    /** The fetch under way for {@code key}, or null. */
    @Nullable Fetch underWay(CacheKey key) {
        return inFlight.get(key);
    }

    /** Registers {@code fetch} for its key; false when another one is there already. */
    boolean lead(CacheKey key, Fetch fetch) {
        return inFlight.putIfAbsent(key, fetch) == null;
    }

    /** Has nobody join what was asked for already under keys that {@code invalidated} accepts: it may be outdated. */
    void leaveBehind(Predicate<EffectiveUri> invalidated) {
        inFlight.keySet().removeIf(key -> invalidated.test(key.uri()));
    }

    void ended(CacheKey key, Fetch fetch) {
        inFlight.remove(key, fetch);
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
