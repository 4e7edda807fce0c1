package io.loligo.cache.freshness;

import io.loligo.cache.http.RequestDirectives;
import io.loligo.cache.http.ResponseDirectives;
import io.loligo.cache.http.ResponseDirectives.Flag;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** When a stale response may be served all the same. RFC 9111 §4.2.4, RFC 5861; Squid's max_stale. */
public final class StaleRules {
    private StaleRules() {}

    /** What stands against serving a response stale. */
    public enum Obstacle {
        NO_CACHE("no-cache", "RFC 9111 §5.2.2.4"),
        /** Stored against private by ignore-private: never used without asking. */
        PRIVATE("private", "refresh_pattern ignore-private"),
        MUST_REVALIDATE("must-revalidate", "RFC 9111 §5.2.2.2"),
        PROXY_REVALIDATE("proxy-revalidate", "RFC 9111 §5.2.2.8"),
        S_MAXAGE("s-maxage", "RFC 9111 §5.2.2.10"),
        MAX_STALE("max_stale", "max_stale"),
        STALE_IF_ERROR("stale-if-error", "RFC 5861 §4");

        private final String word;
        private final String basis;

        Obstacle(String word, String basis) {
            this.word = word;
            this.basis = basis;
        }

        public String word() {
            return word;
        }

        /** The RFC section or configuration line that it rests on. */
        public String basis() {
            return basis;
        }
    }

    /** What makes every use of {@code stored}, fresh or not, wait for a validation; null for nothing. */
    public static @Nullable Obstacle alwaysValidated(StoredHead stored) {
        ResponseDirectives directives = stored.directives();
        if (directives.flags().isEmpty()) {
            return null;
        }
        if (directives.has(Flag.NO_CACHE)) {
            return Obstacle.NO_CACHE;
        }
        return directives.has(Flag.PRIVATE) ? Obstacle.PRIVATE : null;
    }

    /** What in {@code stored} itself forbids to serve it stale, whatever else happens; null for nothing. */
    public static @Nullable Obstacle forbidden(StoredHead stored) {
        Obstacle always = alwaysValidated(stored);
        if (always != null) {
            return always;
        }
        ResponseDirectives directives = stored.directives();
        if (directives.has(Flag.MUST_REVALIDATE)) {
            return Obstacle.MUST_REVALIDATE;
        }
        if (directives.has(Flag.PROXY_REVALIDATE)) {
            return Obstacle.PROXY_REVALIDATE;
        }
        return directives.sMaxAge() == null ? null : Obstacle.S_MAXAGE;
    }

    /** Whether it may be served at once while it is validated: stale-while-revalidate. RFC 5861 §3. */
    public static boolean mayServeWhileRevalidating(StoredHead stored, Freshness freshness) {
        Duration window = stored.directives().staleWhileRevalidate();
        return window != null && freshness.stalenessMillis() <= window.toMillis() && forbidden(stored) == null;
    }

    /** Whether the client takes it as stale as it is: max-stale. RFC 9111 §5.2.1.2. */
    public static boolean mayServeToClient(StoredHead stored, Freshness freshness, RequestDirectives request) {
        Duration window = request.maxStale();
        return window != null && freshness.stalenessMillis() <= window.toMillis() && forbidden(stored) == null;
    }

    /** What stands against serving it where the origin fails; null when it may be served. */
    public static @Nullable Obstacle onError(StoredHead stored, Freshness freshness, FreshnessRules rules) {
        Obstacle forbidden = forbidden(stored);
        if (forbidden != null) {
            return forbidden;
        }
        long staleness = freshness.stalenessMillis();
        Duration staleIfError = stored.directives().staleIfError();
        if (staleIfError != null && staleness > staleIfError.toMillis()) {
            return Obstacle.STALE_IF_ERROR;
        }
        return staleness > maxStaleMillis(stored.refreshRule(rules.refresh()), rules) ? Obstacle.MAX_STALE : null;
    }

    static long maxStaleMillis(RefreshRule rule, FreshnessRules rules) {
        Duration own = rule.maxStale();
        return (own == null ? rules.maxStale() : own).toMillis();
    }
}
