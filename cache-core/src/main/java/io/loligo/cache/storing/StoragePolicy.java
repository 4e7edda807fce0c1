package io.loligo.cache.storing;

import io.loligo.cache.freshness.Age;
import io.loligo.cache.freshness.Freshness;
import io.loligo.cache.freshness.FreshnessRules;
import io.loligo.cache.freshness.RefreshRule;
import io.loligo.cache.freshness.RefreshRule.Option;
import io.loligo.cache.freshness.ResponseTimes;
import io.loligo.cache.freshness.StaleRules;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.http.ContentRange;
import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpDate;
import io.loligo.cache.http.RequestDirectives;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.http.ResponseDirectives;
import io.loligo.cache.http.ResponseDirectives.Flag;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.SelectingFields;
import io.loligo.cache.storing.StorageVerdict.DoNotStore;
import io.loligo.cache.storing.StorageVerdict.Reason;
import io.loligo.cache.storing.StorageVerdict.Store;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether a response is stored, and what of it. RFC 9111 §3. */
public final class StoragePolicy {
    private static final int PARTIAL_CONTENT = 206;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_MODIFIED = 304;
    private static final int PRECONDITION_FAILED = 412;
    private static final int CONTENT_TOO_LARGE = 413;
    private static final int URI_TOO_LONG = 414;
    private static final int RANGE_NOT_SATISFIABLE = 416;
    private static final int EXPECTATION_FAILED = 417;
    private static final int PRECONDITION_REQUIRED = 428;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int FIELDS_TOO_LARGE = 431;
    private static final int NOT_IMPLEMENTED = 501;
    private static final int NETWORK_AUTHENTICATION_REQUIRED = 511;

    /** Final statuses whose caching requirements we know. RFC 9111 §5.2.2.3; RFC 9110 §15. */
    private static final Set<Integer> UNDERSTOOD = Set.of(
            200, 201, 202, 203, 204, 205, 206, 300, 301, 302, 303, 305, 307, 308, 400, 401, 402, 403, 404, 405, 406,
            407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 426, 428, 429, 431, 451, 500, 501, 502,
            503, 504, 505, 511);

    private StoragePolicy() {}

    /**
     * Decides on {@code response}, the final answer to {@code request}.
     *
     * @param request as the client sent it
     * @param times when it was asked for and when its head came
     * @param key of the request
     */
    public static StorageVerdict decide(
            RequestHead request, ResponseHead response, ResponseTimes times, CacheKey key, StorageRules rules) {
        return decide(request, response, FieldRule.endToEnd(response.fields()), times, key, rules);
    }

    /**
     * As above.
     *
     * @param received the fields of {@code response} that are {@linkplain FieldRule#endToEnd end to end}
     */
    public static StorageVerdict decide(
            RequestHead request,
            ResponseHead response,
            Fields received,
            ResponseTimes times,
            CacheKey key,
            StorageRules rules) {
        ResponseDirectives directives = ResponseDirectives.of(received, rules.targets());
        Reason reason = forbiddenByRequest(request, response, times, key, rules);
        if (reason == null) {
            reason = forbiddenByStatus(request, response, times, key, rules);
        }
        if (reason == null) {
            reason = forbiddenByDirectives(
                    request, response.status(), response.fields(), directives, key, rules.freshness());
        }
        if (reason != null) {
            // Most of what must not be stored says so: nothing is made of it that only the store would need.
            return new DoNotStore(reason);
        }
        StoredHead head = head(request, response, received, directives, times, key, rules.targets());
        RefreshRule refresh = head.refreshRule(rules.freshness().refresh());
        reason = head.selecting().unmatched() ? Reason.VARY_STAR : forbiddenByOperator(response, head, rules);
        Freshness freshness = Freshness.of(head, times.responseTime(), rules.freshness());
        if (reason == null) {
            reason = uselessOrUnsafe(request, head, freshness, refresh, rules.freshness());
        }
        if (reason == null && tooShortLived(response, freshness, refresh, rules)) {
            reason = Reason.MINIMUM_EXPIRY;
        }
        if (reason != null) {
            return new DoNotStore(reason);
        }
        ContentRange range = head.range();
        // RFC 9111 §3.4: what holds every byte is a 200.
        return new Store(range == null ? head : head.holding(range), freshness);
    }

    /**
     * Why a stored response may not be kept after a validation brought it new fields; null when it may.
     *
     * @param request that was validated for
     */
    public static @Nullable Reason notKept(RequestHead request, StoredHead freshened, FreshnessRules rules) {
        Reason reason = forbiddenByDirectives(
                request, freshened.status(), freshened.fields(), freshened.directives(), freshened.key(), rules);
        return reason == null && freshened.selecting().unmatched() ? Reason.VARY_STAR : reason;
    }

    /** What would be stored of {@code response}, if it may be: without id and body length. */
    public static StoredHead head(
            RequestHead request,
            ResponseHead response,
            ResponseTimes times,
            CacheKey key,
            CacheControlTargets targets) {
        Fields received = FieldRule.endToEnd(response.fields());
        return head(request, response, received, ResponseDirectives.of(received, targets), times, key, targets);
    }

    /**
     * The stored fields are those of RFC 9111 §3.1, without Age and Content-Length, and without those that must not be
     * reused; none of these makes a difference to the directives.
     */
    private static StoredHead head(
            RequestHead request,
            ResponseHead response,
            Fields received,
            ResponseDirectives directives,
            ResponseTimes times,
            CacheKey key,
            CacheControlTargets targets) {
        Fields fields = directives.reusable(received.without(name -> FieldRule.is(name, FieldRule.Use.REWRITTEN)));
        return new StoredHead(
                key,
                SelectingFields.of(response.fields(), request.selecting()),
                response.status(),
                response.reason(),
                fields.has("Date") ? fields : fields.plus("Date", HttpDate.format(times.responseTime())),
                directives,
                Age.movedInto(times, response.fields()),
                targets);
    }

    private static @Nullable Reason forbiddenByRequest(
            RequestHead request, ResponseHead response, ResponseTimes times, CacheKey key, StorageRules rules) {
        if (request.isMethod("POST")) {
            if (!answersLaterGets(head(request, response, times, key, rules.targets()), rules.freshness())) {
                return Reason.METHOD;
            }
        } else if (!request.isMethod("GET")) {
            return Reason.METHOD;
        } else if (request.hasBody()) {
            return Reason.REQUEST_BODY;
        }
        return requestNoStore(request, rules.ignoreClientCacheControl());
    }

    private static @Nullable Reason requestNoStore(RequestHead request, boolean ignoreClientCacheControl) {
        boolean forbids = !ignoreClientCacheControl
                && RequestDirectives.of(request.fields()).noStore();
        return forbids ? Reason.REQUEST_NO_STORE : null;
    }

    /** Whether the answer to a POST is what a GET would get: a success, of that URI, with a lifetime. RFC 9110 §9.3.3. */
    private static boolean answersLaterGets(StoredHead head, FreshnessRules rules) {
        String location = head.fields().first("Content-Location");
        return location != null
                && head.status() >= 200
                && head.status() <= 299
                && head.hasExplicitLifetime(rules)
                && head.key().uri().equals(head.key().uri().resolve(location));
    }

    private static @Nullable Reason forbiddenByStatus(
            RequestHead asked, ResponseHead response, ResponseTimes times, CacheKey key, StorageRules rules) {
        if (response.status() < 200) {
            return Reason.INTERIM;
        }
        Fields request = asked.fields();
        return switch (response.status()) {
            case PARTIAL_CONTENT ->
                request.has("Range") && isCombinable(response, head(asked, response, times, key, rules.targets()))
                        ? null
                        : Reason.PARTIAL;
            case NOT_MODIFIED -> Reason.NOT_MODIFIED;
            // One client's fields must not decide what all others get.
            case PRECONDITION_FAILED -> isConditional(request) ? Reason.PROVOKED : null;
            case RANGE_NOT_SATISFIABLE -> request.has("Range") ? Reason.PROVOKED : null;
            case EXPECTATION_FAILED -> request.has("Expect") ? Reason.PROVOKED : null;
            default -> isAboutOneRequest(response.status()) ? Reason.PROVOKED : null;
        };
    }

    /**
     * Whether an answer of this status is about one request, or one client, whatever lifetime it claims: it says nothing about
     * what others get. RFC 6585 §3 to §6.
     */
    public static boolean isAboutOneRequest(int status) {
        return switch (status) {
            case BAD_REQUEST,
                    CONTENT_TOO_LARGE,
                    URI_TOO_LONG,
                    PRECONDITION_REQUIRED,
                    TOO_MANY_REQUESTS,
                    FIELDS_TOO_LARGE,
                    NOT_IMPLEMENTED,
                    NETWORK_AUTHENTICATION_REQUIRED -> true;
            default -> false;
        };
    }

    /** Whether a part is of use: one span of a whole of known length, with a strong validator. RFC 9111 §3.3, §3.4. */
    private static boolean isCombinable(ResponseHead response, StoredHead head) {
        ContentRange range = head.range();
        Long length = contentLength(response.fields());
        return range != null && head.hasStrongValidator() && (length == null || length == range.size());
    }

    private static boolean isConditional(Fields request) {
        for (int i = 0; i < request.size(); i++) {
            if (FieldRule.is(request.name(i), FieldRule.Use.CONDITIONAL)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Reason forbiddenByDirectives(
            RequestHead request,
            int status,
            Fields response,
            ResponseDirectives directives,
            CacheKey key,
            FreshnessRules rules) {
        if (directives.has(Flag.MUST_UNDERSTAND)) {
            // RFC 9111 §5.2.2.3: where the status is known, no-store is there for caches that do not know it.
            if (!UNDERSTOOD.contains(status)) {
                return Reason.MUST_UNDERSTAND;
            }
        } else if (directives.has(Flag.NO_STORE) && !ignores(Option.IGNORE_NO_STORE, response, key, rules)) {
            return Reason.NO_STORE;
        }
        if (directives.has(Flag.PRIVATE) && !ignores(Option.IGNORE_PRIVATE, response, key, rules)) {
            return Reason.PRIVATE;
        }
        return request.fields().has("Authorization") && !directives.permitsAuthorized() ? Reason.AUTHORIZATION : null;
    }

    private static boolean ignores(Option option, Fields response, CacheKey key, FreshnessRules rules) {
        return rules.refresh()
                .first(key.uri().toString(), response.first("Content-Type"))
                .has(option);
    }

    private static @Nullable Reason forbiddenByOperator(ResponseHead response, StoredHead head, StorageRules rules) {
        if (rules.proxyOnly()) {
            return Reason.PROXY_ONLY;
        }
        if (!rules.storeMiss()) {
            return Reason.STORE_MISS;
        }
        String type = response.fields().first("Content-Type");
        if (type != null && isStream(type.toLowerCase(Locale.ROOT))) {
            return Reason.STREAM;
        }
        Long length = contentLength(response.fields());
        if (length == null) {
            return null;
        }
        if (length > rules.maximumObjectBytes()) {
            return Reason.TOO_LARGE;
        }
        ContentRange range = head.range();
        long whole = range == null ? length : range.complete();
        return whole < rules.minimumObjectBytes() ? Reason.TOO_SMALL : null;
    }

    private static boolean isStream(String type) {
        return type.startsWith("multipart/x-mixed-replace") || type.startsWith("text/event-stream");
    }

    /** Content-Length where it counts; framing is checked elsewhere, so what cannot be read is no limit here. */
    private static @Nullable Long contentLength(Fields response) {
        String text = response.first("Content-Length");
        if (text == null || response.has("Transfer-Encoding")) {
            return null;
        }
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException notOne) {
            return null;
        }
    }

    /** Whether storing it would serve nothing, or the wrong person. */
    private static @Nullable Reason uselessOrUnsafe(
            RequestHead request, StoredHead head, Freshness freshness, RefreshRule refresh, FreshnessRules rules) {
        boolean byOrigin = head.hasExplicitLifetime(rules);
        boolean storable = byOrigin || Freshness.allowsHeuristic(head) || freshness.lifetimeMillis() > 0;
        if (!storable) {
            return Reason.STATUS;
        }
        boolean stretched = refresh.has(Option.OVERRIDE_EXPIRE)
                && StaleRules.forbidden(head) == null
                && freshness.lifetime().compareTo(refresh.min()) <= 0;
        boolean saidToBeFresh = byOrigin && freshness.isFresh();
        if (!saidToBeFresh || stretched) {
            // What the operator's rules, a guess or a malformed date keep must not be somebody's own page.
            if (head.fields().has("Set-Cookie")) {
                return Reason.SET_COOKIE;
            }
            if (request.selecting().has("Cookie") && variesByCookie(head)) {
                return Reason.COOKIE;
            }
        }
        boolean usableByItself = freshness.isFresh()
                || positive(head.directives().staleWhileRevalidate())
                || positive(head.directives().staleIfError());
        boolean useful = head.hasValidator()
                || (usableByItself && StaleRules.alwaysValidated(head) == null)
                || refresh.has(Option.STORE_STALE);
        return useful ? null : Reason.NOTHING_TO_REUSE;
    }

    /**
     * Whether minimum_expiry_time speaks against it: Squid asks for so much freshness of what it could not refresh
     * later, which is what has no body. A Date, which Squid asks for too, stands in every stored response.
     */
    private static boolean tooShortLived(
            ResponseHead response, Freshness freshness, RefreshRule refresh, StorageRules rules) {
        Long length = contentLength(response.fields());
        return Freshness.isPositive(response.status())
                && !refresh.has(Option.STORE_STALE)
                && length != null
                && length == 0
                && freshness.lifetimeMillis() - freshness.ageMillis()
                        < rules.minimumExpiry().toMillis();
    }

    private static boolean variesByCookie(StoredHead head) {
        return head.selecting().fields().has("Cookie");
    }

    private static boolean positive(@Nullable Duration window) {
        return window != null && !window.isZero();
    }
}
