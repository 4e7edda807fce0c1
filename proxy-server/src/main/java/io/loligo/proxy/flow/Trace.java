package io.loligo.proxy.flow;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.proxy.access.AccessList.AccessVerdict;
import java.util.List;

/** Collects the verdicts on the way to a {@link Decision}, for an explanation. Serving passes {@link #NONE}. */
public interface Trace {
    /** Collects nothing. */
    Trace NONE = new Trace() {};

    /** What http_access says, whether it allows the request or not. */
    default void access(AccessVerdict verdict) {}

    /** The key under which the response is looked up and stored. */
    default void keyed(CacheKey key) {}

    /** What the cache directive says. */
    default void cacheable(AccessVerdict verdict) {}

    /** The responses stored under the key, newest first. */
    default void found(List<StoredHead> stored) {}
}
