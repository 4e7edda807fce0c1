package io.loligo.cache.reuse;

import io.loligo.cache.freshness.Freshness;
import io.loligo.cache.freshness.FreshnessRules;
import io.loligo.cache.freshness.RefreshRule.Option;
import io.loligo.cache.freshness.StaleRules;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.ContentCodings;
import io.loligo.cache.http.EntityTag;
import io.loligo.cache.http.RequestDirectives;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.http.ResponseDirectives.Flag;
import io.loligo.cache.status.ForwardReason;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Chooses between the cache and the origin. RFC 9111 §4. */
public final class ReusePolicy {
    private static final int UNAUTHORIZED = 401;
    private static final String ACCEPT_ENCODING = "accept-encoding";

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
            return Reuse.Fetch.BODY;
        }
        RequestDirectives directives = directives(request, rules);
        StoredHead selected = select(request, stored);
        Reuse verdict = selected == null
                ? stored.isEmpty()
                        ? Reuse.Fetch.URI_MISS
                        : new Reuse.Fetch(ForwardReason.VARY_MISS, nameable(stored, request), ReuseGround.VARY_MISS)
                : asksForWhatIsGiven(selected, request)
                        ? Reuse.Fetch.CREDENTIALS
                        : use(selected, request, directives, now, rules);
        if (selected != null && !RangeSelection.isHeld(request, selected)) {
            verdict = lacking(selected, verdict);
        }
        return directives.onlyIfCached() ? withoutOrigin(verdict) : verdict;
    }

    /**
     * Those of {@code stored} whose ETags the origin may be asked about for a request that chose another variant. Many
     * origins give one ETag to all variants of a page and answer 304 to it, whichever variant is asked for: one client without
     * gzip would then make everybody's page uncompressed. So only strong tags are named, only where each of the stored variants has
     * shown one of its own, and none of a variant that Accept-Encoding tells apart from what is asked for.
     */
    private static List<StoredHead> nameable(List<StoredHead> stored, RequestHead request) {
        Set<String> tags = new HashSet<>();
        for (StoredHead head : stored) {
            EntityTag tag = head.isComplete() ? head.etag() : null;
            if (tag != null && tag.isStrong() && !tags.add(tag.opaque())) {
                return List.of();
            }
        }
        return tags.size() < 2
                ? List.of()
                : stored.stream().filter(head -> isNameable(head, request)).toList();
    }

    private static boolean isNameable(StoredHead head, RequestHead request) {
        EntityTag tag = head.etag();
        return tag != null
                && tag.isStrong()
                && !head.selecting().tellsApartBy(ACCEPT_ENCODING, request.selecting())
                && ContentCodings.areUnderstood(head.fields(), request.fields());
    }

    /** Whether {@code selected} asks for the credentials that {@code request} has: the origin looks at them. RFC 9110 §15.5.2. */
    private static boolean asksForWhatIsGiven(StoredHead selected, RequestHead request) {
        return selected.status() == UNAUTHORIZED && request.fields().has("Authorization");
    }

    /** What becomes of a request for bytes that an incomplete response does not hold. RFC 9111 §3.4. */
    private static Reuse lacking(StoredHead part, Reuse verdict) {
        if (verdict instanceof Reuse.Reload) {
            return verdict;
        }
        // A validation would say nothing of the bytes that are missing.
        return verdict instanceof Reuse.Validate validate && validate.why() == ForwardReason.REQUEST
                ? new Reuse.Reload(part, validate.freshness(), validate.ground())
                : new Reuse.Fetch(ForwardReason.PARTIAL, List.of(part), verdict.ground());
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
            if (head.selecting().matches(request.selecting())) {
                if (!head.selecting().fields().isEmpty()) {
                    return head;
                }
                byDefault = byDefault == null ? head : byDefault;
            }
        }
        return byDefault;
    }

    private static RequestDirectives directives(RequestHead request, ReuseRules rules) {
        return rules.ignoreClientCacheControl() ? RequestDirectives.NONE : RequestDirectives.of(request.fields());
    }

    /** Whether {@code selected} is fresh enough for this request. RFC 9111 §4, §5.2.1; the order is Squid's. */
    private static Reuse use(
            StoredHead selected, RequestHead request, RequestDirectives directives, Instant now, ReuseRules rules) {
        Freshness freshness = Freshness.of(selected, now, rules.freshness());
        ReuseGround ground = ground(selected, freshness, request, directives, rules);
        return switch (ground) {
            case FRESH, MAX_STALE, OFFLINE_MODE, NEGATIVE -> new Reuse.Serve(selected, freshness, ground);
            case STALE_WHILE_REVALIDATE -> new Reuse.ServeStaleAndValidate(selected, freshness);
            case NO_CACHE, PRIVATE, STALE, RELOAD_INTO_IMS, MAX_AGE, MIN_FRESH, REFRESH_IMS ->
                new Reuse.Validate(selected, freshness, ground);
            case RELOAD -> new Reuse.Reload(selected, freshness, ground);
            case URI_MISS, VARY_MISS, CREDENTIALS, METHOD, BODY, CACHE_DENIED, NO_STORE ->
                throw new IllegalStateException("something is stored");
        };
    }

    private static ReuseGround ground(
            StoredHead selected,
            Freshness freshness,
            RequestHead request,
            RequestDirectives directives,
            ReuseRules rules) {
        if (directives.noCache()
                && !has(selected, rules, Option.IGNORE_RELOAD)
                && !has(selected, rules, Option.RELOAD_INTO_IMS)) {
            return ReuseGround.RELOAD;
        }
        StaleRules.Obstacle always = StaleRules.alwaysValidated(selected);
        if (always != null) {
            return always == StaleRules.Obstacle.PRIVATE ? ReuseGround.PRIVATE : ReuseGround.NO_CACHE;
        }
        ReuseGround unasked = neverValidated(selected, freshness, directives, rules);
        if (unasked != null) {
            return unasked;
        }
        ReuseGround demand = demandsValidation(selected, freshness, request, directives, rules);
        if (demand != null) {
            return demand;
        }
        if (freshness.isFresh()) {
            Duration minFresh = directives.minFresh();
            boolean freshEnough =
                    minFresh == null || freshness.lifetimeMillis() - freshness.ageMillis() >= minFresh.toMillis();
            return freshEnough ? ReuseGround.FRESH : ReuseGround.MIN_FRESH;
        }
        if (directives.minFresh() == null) {
            if (StaleRules.mayServeToClient(selected, freshness, directives)) {
                return ReuseGround.MAX_STALE;
            }
            if (StaleRules.mayServeWhileRevalidating(selected, freshness)) {
                return ReuseGround.STALE_WHILE_REVALIDATE;
            }
        }
        return ReuseGround.STALE;
    }

    /** Why Squid would not validate it, whatever else the client says: offline_mode, and a negative hit. */
    private static @Nullable ReuseGround neverValidated(
            StoredHead selected, Freshness freshness, RequestDirectives directives, ReuseRules rules) {
        FreshnessRules operator = rules.freshness();
        if (operator.offlineMode()) {
            return freshness.isFresh() || StaleRules.forbidden(selected) == null ? ReuseGround.OFFLINE_MODE : null;
        }
        boolean negative = Freshness.isNegative(selected, operator) && freshness.isFresh() && !directives.noCache();
        return negative ? ReuseGround.NEGATIVE : null;
    }

    /** Why the client will not take the response unvalidated, however fresh it is; null when it will. */
    private static @Nullable ReuseGround demandsValidation(
            StoredHead selected,
            Freshness freshness,
            RequestHead request,
            RequestDirectives directives,
            ReuseRules rules) {
        if (directives.noCache() && !has(selected, rules, Option.IGNORE_RELOAD)) {
            return ReuseGround.RELOAD_INTO_IMS;
        }
        Duration maxAge = directives.maxAge();
        boolean immutable = freshness.isFresh() && selected.directives().has(Flag.IMMUTABLE);
        if (maxAge != null && !immutable) {
            boolean reload = maxAge.isZero();
            // A whole second's grace: Age, which the client knows, counts whole seconds.
            boolean tooOld = reload || freshness.ageSeconds() > maxAge.toSeconds();
            if (tooOld && !(reload && has(selected, rules, Option.IGNORE_RELOAD))) {
                return ReuseGround.MAX_AGE;
            }
        }
        boolean passed = !rules.ignoreClientCacheControl()
                && request.fields().has("If-Modified-Since")
                && has(selected, rules, Option.REFRESH_IMS);
        return passed ? ReuseGround.REFRESH_IMS : null;
    }

    private static boolean has(StoredHead selected, ReuseRules rules, Option option) {
        return selected.refreshRule(rules.freshness().refresh()).has(option);
    }

    private static Reuse withoutOrigin(Reuse verdict) {
        if (verdict instanceof Reuse.Validate validate) {
            return new Reuse.GatewayTimeout(validate.why(), validate.ground());
        }
        if (verdict instanceof Reuse.Reload reload) {
            return new Reuse.GatewayTimeout(reload.why(), reload.ground());
        }
        return verdict instanceof Reuse.Fetch fetch ? new Reuse.GatewayTimeout(fetch.why(), fetch.ground()) : verdict;
    }
}
