package io.loligo.cache.reuse;

import io.loligo.cache.freshness.Freshness;
import io.loligo.cache.freshness.FreshnessRules;
import io.loligo.cache.freshness.RefreshRule.Option;
import io.loligo.cache.freshness.StaleRules;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.RequestDirectives;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.http.ResponseDirectives.Flag;
import io.loligo.cache.status.ForwardReason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Chooses between the cache and the origin. RFC 9111 §4. */
public final class ReusePolicy {
    private ReusePolicy() {}

    /** Whether the cache is to be asked at all: GET and HEAD without a body. */
    public static boolean mayUseCache(RequestHead request) {
        return isCacheMethod(request) && !request.hasBody();
    }

    /**
     * Decides on {@code request}.
     *
     * @param stored the responses stored under its key, newest first
     */
    public static Reuse decide(RequestHead request, List<StoredHead> stored, Instant now, ReuseRules rules) {
        if (!isCacheMethod(request)) {
            return Reuse.Fetch.METHOD;
        }
        if (request.hasBody()) {
            // A body is not in the key, and an origin may answer it.
            return Reuse.Fetch.BYPASS;
        }
        RequestDirectives directives =
                rules.ignoreClientCacheControl() ? RequestDirectives.NONE : RequestDirectives.of(request.fields());
        StoredHead selected = select(request, stored);
        Reuse verdict = selected == null
                ? stored.isEmpty() ? Reuse.Fetch.URI_MISS : new Reuse.Fetch(ForwardReason.VARY_MISS, stored)
                : use(selected, request, directives, now, rules);
        if (selected != null && !RangeSelection.isHeld(request, selected)) {
            verdict = lacking(selected, verdict);
        }
        return directives.onlyIfCached() ? withoutOrigin(verdict) : verdict;
    }

    /** What becomes of a request for bytes that an incomplete response does not hold. RFC 9111 §3.4. */
    private static Reuse lacking(StoredHead part, Reuse verdict) {
        if (verdict instanceof Reuse.Reload) {
            return verdict;
        }
        // A validation would say nothing of the bytes that are missing.
        return verdict instanceof Reuse.Validate validate && validate.why() == ForwardReason.REQUEST
                ? new Reuse.Reload(part, validate.freshness())
                : new Reuse.Fetch(ForwardReason.PARTIAL, List.of(part));
    }

    private static boolean isCacheMethod(RequestHead request) {
        return request.isMethod("GET") || request.isMethod("HEAD");
    }

    /**
     * The most recent response whose selecting fields the request matches; one without any only when no other does, as
     * some origins forget Vary in the answer that they give by default. RFC 9111 §4.1.
     */
    private static @Nullable StoredHead select(RequestHead request, List<StoredHead> stored) {
        StoredHead byDefault = null;
        for (int i = 0; i < stored.size(); i++) {
            StoredHead head = stored.get(i);
            if (head.selecting().matches(request.fields())) {
                if (!head.selecting().fields().isEmpty()) {
                    return head;
                }
                byDefault = byDefault == null ? head : byDefault;
            }
        }
        return byDefault;
    }

    /** Whether {@code selected} is fresh enough for this request. RFC 9111 §4, §5.2.1; the order is Squid's. */
    private static Reuse use(
            StoredHead selected, RequestHead request, RequestDirectives directives, Instant now, ReuseRules rules) {
        Freshness freshness = Freshness.of(selected, now, rules.freshness());
        if (directives.noCache()
                && !has(selected, rules, Option.IGNORE_RELOAD)
                && !has(selected, rules, Option.RELOAD_INTO_IMS)) {
            return new Reuse.Reload(selected, freshness);
        }
        if (StaleRules.alwaysValidated(selected) != null) {
            return new Reuse.Validate(selected, freshness, ForwardReason.STALE);
        }
        if (neverValidated(selected, freshness, directives, rules)) {
            return new Reuse.Serve(selected, freshness);
        }
        if (demandsValidation(selected, freshness, request, directives, rules)) {
            return new Reuse.Validate(selected, freshness, ForwardReason.REQUEST);
        }
        if (freshness.isFresh()) {
            Duration minFresh = directives.minFresh();
            boolean freshEnough =
                    minFresh == null || freshness.lifetimeMillis() - freshness.ageMillis() >= minFresh.toMillis();
            return freshEnough
                    ? new Reuse.Serve(selected, freshness)
                    : new Reuse.Validate(selected, freshness, ForwardReason.REQUEST);
        }
        if (directives.minFresh() == null) {
            if (StaleRules.mayServeToClient(selected, freshness, directives)) {
                return new Reuse.Serve(selected, freshness);
            }
            if (StaleRules.mayServeWhileRevalidating(selected, freshness)) {
                return new Reuse.ServeStaleAndValidate(selected, freshness);
            }
        }
        return new Reuse.Validate(selected, freshness, ForwardReason.STALE);
    }

    /** Whether Squid would not validate it, whatever else the client says: offline_mode, and a negative hit. */
    private static boolean neverValidated(
            StoredHead selected, Freshness freshness, RequestDirectives directives, ReuseRules rules) {
        FreshnessRules operator = rules.freshness();
        if (operator.offlineMode()) {
            return freshness.isFresh() || StaleRules.forbidden(selected) == null;
        }
        return Freshness.isNegative(selected, operator) && freshness.isFresh() && !directives.noCache();
    }

    /** Whether the client will not take the response unvalidated, however fresh it is. */
    private static boolean demandsValidation(
            StoredHead selected,
            Freshness freshness,
            RequestHead request,
            RequestDirectives directives,
            ReuseRules rules) {
        if (directives.noCache() && !has(selected, rules, Option.IGNORE_RELOAD)) {
            return true;
        }
        Duration maxAge = directives.maxAge();
        boolean immutable = freshness.isFresh() && selected.directives().has(Flag.IMMUTABLE);
        if (maxAge != null && !immutable) {
            boolean reload = maxAge.isZero();
            // A whole second's grace: Age, which the client knows, counts whole seconds.
            boolean tooOld = reload || freshness.ageSeconds() > maxAge.toSeconds();
            if (tooOld && !(reload && has(selected, rules, Option.IGNORE_RELOAD))) {
                return true;
            }
        }
        return !rules.ignoreClientCacheControl()
                && request.fields().has("If-Modified-Since")
                && has(selected, rules, Option.REFRESH_IMS);
    }

    private static boolean has(StoredHead selected, ReuseRules rules, Option option) {
        return selected.refreshRule(rules.freshness().refresh()).has(option);
    }

    private static Reuse withoutOrigin(Reuse verdict) {
        if (verdict instanceof Reuse.Validate validate) {
            return new Reuse.GatewayTimeout(validate.why());
        }
        if (verdict instanceof Reuse.Reload reload) {
            return new Reuse.GatewayTimeout(reload.why());
        }
        return verdict instanceof Reuse.Fetch fetch ? new Reuse.GatewayTimeout(fetch.why()) : verdict;
    }
}
