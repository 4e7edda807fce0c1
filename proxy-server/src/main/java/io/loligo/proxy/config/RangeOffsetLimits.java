package io.loligo.proxy.config;

import io.loligo.cache.http.ByteRange;
import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.access.RequestFacts;
import java.util.List;
import java.util.Optional;

/**
 * For which requests for ranges the whole object is fetched. Squid's range_offset_limit: the first line whose acls match
 * decides; without one the ranges are passed on.
 *
 * @param limits in file order
 */
public record RangeOffsetLimits(List<Limit> limits) {
    /** However far into the object a range begins. */
    public static final long NONE = -1;

    /**
     * One line.
     *
     * @param bytes how far into the object the first range may begin, {@link #NONE} for anywhere; 0 passes ranges on
     * @param access whom it is for
     */
    public record Limit(long bytes, AccessList access) {}

    /**
     * Whether the whole is fetched.
     *
     * @param asked the request's ranges; empty when they do not count: then they are nothing to fetch a whole for
     */
    public boolean fetchesWhole(RequestFacts facts, Optional<List<ByteRange>> asked) {
        if (asked.isEmpty()) {
            return false;
        }
        for (Limit limit : limits) {
            if (limit.access().decide(facts).allowed()) {
                return limit.bytes() == NONE || (limit.bytes() > 0 && isWithin(limit.bytes(), asked.get()));
            }
        }
        return false;
    }

    /** Where the last bytes begin is not known before the object is. */
    private static boolean isWithin(long limit, List<ByteRange> asked) {
        return asked.stream().noneMatch(ByteRange::isSuffix)
                && asked.stream().mapToLong(ByteRange::first).min().orElse(Long.MAX_VALUE) <= limit;
    }
}
