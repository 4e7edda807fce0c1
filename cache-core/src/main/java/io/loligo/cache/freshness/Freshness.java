package io.loligo.cache.freshness;

import io.loligo.cache.http.ResponseDirectives.Flag;
import java.time.Duration;
import java.time.Instant;

/**
 * How long a stored response is fresh, how old it is, and who says so. RFC 9111 §4.2.
 *
 * @param lifetimeMillis freshness_lifetime, not negative
 * @param ageMillis current_age, not negative
 * @param source where the lifetime comes from
 */
public record Freshness(long lifetimeMillis, long ageMillis, Source source) {
    private static final long SECOND = 1_000;
    private static final int PERCENT = 100;

    /** Where a lifetime comes from. */
    public enum Source {
        S_MAXAGE("s-maxage", "RFC 9111 §5.2.2.10"),
        MAX_AGE("max-age", "RFC 9111 §5.2.2.1"),
        EXPIRES("Expires", "RFC 9111 §5.3"),
        /** PERCENT of the time since Last-Modified, up to MAX. */
        LAST_MODIFIED("Last-Modified", "RFC 9111 §4.2.2, refresh_pattern PERCENT and MAX"),
        MIN("refresh_pattern MIN", "refresh_pattern"),
        OVERRIDE_EXPIRE("override-expire", "refresh_pattern"),
        OVERRIDE_LASTMOD("override-lastmod", "refresh_pattern"),
        NEGATIVE_TTL("negative_ttl", "negative_ttl"),
        /** A soft purge ended the lifetime, whoever gave it. */
        PURGE("soft purge", "soft purge"),
        /** Nobody: it is stale from the start. */
        NONE("no lifetime", "RFC 9111 §4.2");

        private final String word;
        private final String basis;

        Source(String word, String basis) {
            this.word = word;
            this.basis = basis;
        }

        /** The field, directive or option that gave it. */
        public String word() {
            return word;
        }

        /** The RFC section or configuration line that it rests on. */
        public String basis() {
            return basis;
        }

        /** Whether the origin itself gave the lifetime. */
        public boolean isExplicit() {
            return this == S_MAXAGE || this == MAX_AGE || this == EXPIRES;
        }
    }

    /**
     * Judges {@code stored} at {@code now}. A lifetime of the origin's comes first, then the operator's rules; a soft purge
     * ends both.
     */
    public static Freshness of(StoredHead stored, Instant now, FreshnessRules rules) {
        Freshness unpurged = unpurged(stored, now, rules);
        Instant ended = stored.staleSince();
        if (ended == null) {
            return unpurged;
        }
        // A clock that was set back makes nothing fresh again.
        long lifetime = Math.min(stored.ageMillis(ended), unpurged.ageMillis);
        return lifetime < unpurged.lifetimeMillis
                ? new Freshness(lifetime, unpurged.ageMillis, Source.PURGE)
                : unpurged;
    }

    private static Freshness unpurged(StoredHead stored, Instant now, FreshnessRules rules) {
        long age = stored.ageMillis(now);
        StoredHead.Lifetime explicit = stored.explicitLifetime(rules);
        if (explicit == null) {
            return heuristic(stored, age, rules);
        }
        Freshness freshness = new Freshness(explicit.millis(), age, explicit.source());
        return freshness.isFresh() ? freshness : overridden(freshness, stored, rules, Source.OVERRIDE_EXPIRE);
    }

    /** response_is_fresh. */
    public boolean isFresh() {
        return lifetimeMillis > ageMillis;
    }

    /** What {@code Cache-Status} calls ttl: whole seconds left, negative when stale. RFC 9211 §2.5. */
    public long ttlSeconds() {
        return Math.floorDiv(lifetimeMillis - ageMillis, SECOND);
    }

    /** The value of the Age field. */
    public long ageSeconds() {
        return ageMillis / SECOND;
    }

    public Duration lifetime() {
        return Duration.ofMillis(lifetimeMillis);
    }

    public Duration age() {
        return Duration.ofMillis(ageMillis);
    }

    /** How long it has been stale; zero while fresh. */
    public long stalenessMillis() {
        return Math.max(0, ageMillis - lifetimeMillis);
    }

    /** Whether RFC 9111 §4.2.2 lets a cache put a lifetime to it. */
    public static boolean allowsHeuristic(StoredHead stored) {
        return isHeuristicallyCacheable(stored.status()) || stored.directives().has(Flag.PUBLIC);
    }

    /** Whether {@code stored} is an error that negative_ttl is about, and negative_ttl is on. */
    public static boolean isNegative(StoredHead stored, FreshnessRules rules) {
        return !rules.negativeTtl().isZero() && isNegative(stored.status());
    }

    /** Statuses that RFC 9110 §15.1 lets a cache put a lifetime to. */
    private static boolean isHeuristicallyCacheable(int status) {
        return switch (status) {
            case 200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501 -> true;
            default -> false;
        };
    }

    /** Statuses that a refresh_pattern's MIN keeps fresh without any date: Squid's positive ones. */
    public static boolean isPositive(int status) {
        return switch (status) {
            case 200, 203, 206, 300, 301, 308, 410 -> true;
            default -> false;
        };
    }

    /**
     * Errors that negative_ttl is about: Squid's, without 400, 414 and 501. Those may be due to one client's odd request,
     * and are not for others.
     */
    private static boolean isNegative(int status) {
        return switch (status) {
            case 204, 305, 403, 404, 405, 421, 500, 502, 503, 504 -> true;
            default -> false;
        };
    }

    private static Freshness heuristic(StoredHead stored, long age, FreshnessRules rules) {
        if (isNegative(stored, rules)) {
            return new Freshness(rules.negativeTtl().toMillis(), age, Source.NEGATIVE_TTL);
        }
        Instant lastModified = stored.lastModified();
        Instant received = stored.times().responseTime();
        // A Date ahead of our clock would make up time that it has not stayed unchanged.
        Instant served = stored.date().isAfter(received) ? received : stored.date();
        if (lastModified != null && lastModified.isBefore(served)) {
            if (!allowsHeuristic(stored)) {
                return new Freshness(0, age, Source.NONE);
            }
            RefreshRule rule = stored.refreshRule(rules.refresh());
            long unchanged = Duration.between(lastModified, served).toMillis();
            // In floating point, which saturates: a very old page and a very large PERCENT make "always".
            long limit = (long) ((double) unchanged * rule.percent() / PERCENT);
            Freshness freshness = new Freshness(Math.min(limit, rule.max().toMillis()), age, Source.LAST_MODIFIED);
            return freshness.isFresh() ? freshness : overridden(freshness, stored, rules, Source.OVERRIDE_LASTMOD);
        }
        if (isPositive(stored.status())) {
            RefreshRule rule = stored.refreshRule(rules.refresh());
            long min = Math.min(rule.min().toMillis(), rule.max().toMillis());
            return new Freshness(min, age, min == 0 ? Source.NONE : Source.MIN);
        }
        return new Freshness(0, age, Source.NONE);
    }

    /** What override-expire or override-lastmod make of a stale response: fresh up to MIN, unless the origin forbids. */
    private static Freshness overridden(Freshness stale, StoredHead stored, FreshnessRules rules, Source override) {
        RefreshRule rule = stored.refreshRule(rules.refresh());
        RefreshRule.Option option = override == Source.OVERRIDE_EXPIRE
                ? RefreshRule.Option.OVERRIDE_EXPIRE
                : RefreshRule.Option.OVERRIDE_LASTMOD;
        if (!rule.has(option) || StaleRules.forbidden(stored) != null) {
            return stale;
        }
        long stretched = Math.min(rule.min().toMillis(), stale.lifetimeMillis + StaleRules.maxStaleMillis(rule, rules));
        if (override == Source.OVERRIDE_LASTMOD) {
            stretched = Math.min(stretched, rule.max().toMillis());
        }
        Freshness freshness = new Freshness(stretched, stale.ageMillis, override);
        // What is stale all the same is as stale as the origin says: max_stale counts from there.
        return freshness.isFresh() ? freshness : stale;
    }
}
