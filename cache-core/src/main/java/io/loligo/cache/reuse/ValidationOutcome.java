package io.loligo.cache.reuse;

import io.loligo.cache.freshness.Freshness;
import io.loligo.cache.freshness.ResponseTimes;
import io.loligo.cache.freshness.StaleRules;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.EntityTag;
import io.loligo.cache.http.RequestDirectives;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.status.ForwardReason;
import io.loligo.cache.storing.StoragePolicy;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the origin's answer to a validation means, or that there was none. RFC 9111 §4.3.3 and §4.2.4. */
public sealed interface ValidationOutcome {
    /** The status that says that what we hold is still good. */
    int NOT_MODIFIED = 304;

    /**
     * Still good: serve it with the fields of {@code freshened}.
     *
     * @param freshened the stored head with the 304's fields and times; its id is the stored one's
     * @param upkeep what becomes of the stored one
     */
    record NotModified(StoredHead freshened, Upkeep upkeep) implements ValidationOutcome {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.notModified(this);
        }
    }

    /** What becomes of a stored response that turned out to be still good. */
    enum Upkeep {
        /** It gets the freshened head. */
        FRESHEN,
        /** It stays as it is: the client's no-store forbids to keep anything of this exchange. RFC 9111 §5.2.1.5. */
        LEAVE,
        /** It is removed: its new fields forbid to keep it (no-store, private, …). */
        REMOVE
    }

    /**
     * A new response: to be treated as the answer to a miss. The stored one is out of date; it is removed even when the
     * new one may not be stored.
     */
    record Replace() implements ValidationOutcome {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.replace(this);
        }
    }

    /**
     * The answer to a HEAD: passed on, and the stored response to GET learns from it. RFC 9111 §4.3.5.
     *
     * @param freshened the head to store in place of the old one, or null when the stored response is out of date and has
     *     to be removed
     */
    record HeadAnswered(@Nullable StoredHead freshened) implements ValidationOutcome {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.headAnswered(this);
        }
    }

    /** The origin failed, and nothing stands against the stored response. */
    record ServeStale(StoredHead stored, Freshness freshness) implements ValidationOutcome {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.serveStale(this);
        }
    }

    /**
     * The origin failed with an answer: it is passed on. The stored response stays.
     *
     * @param obstacle what stands against serving the stored response, or null when the client asked for a validation
     */
    record PassOn(StaleRules.@Nullable Obstacle obstacle) implements ValidationOutcome {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.passOn(this);
        }
    }

    /**
     * The origin gave no answer, and the stored response must not stand in: 502 or 504, whichever the failure calls for.
     *
     * @param obstacle as in {@link PassOn}
     */
    record GatewayError(StaleRules.@Nullable Obstacle obstacle) implements ValidationOutcome {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.gatewayError(this);
        }
    }

    /**
     * A 304 that is not about the stored response (another strong ETag): ask again without conditions, once. RFC 9111
     * §4.3.4.
     */
    record AskAgain() implements ValidationOutcome {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.askAgain(this);
        }
    }

    /** A 304 to a request without conditions: an origin's error, 502. */
    record OriginError() implements ValidationOutcome {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.originError(this);
        }
    }

    /** One method per outcome. */
    interface Cases<R> {
        R notModified(NotModified outcome);

        R replace(Replace outcome);

        R headAnswered(HeadAnswered outcome);

        R serveStale(ServeStale outcome);

        R passOn(PassOn outcome);

        R gatewayError(GatewayError outcome);

        R askAgain(AskAgain outcome);

        R originError(OriginError outcome);
    }

    <R> R match(Cases<R> cases);

    /**
     * Weighs the final answer of the origin.
     *
     * @param request the client's
     * @param verdict what led to the validation
     * @param sent what was sent
     * @param times of this exchange
     */
    static ValidationOutcome answered(
            RequestHead request,
            Reuse.Validate verdict,
            Validation sent,
            ResponseHead answer,
            ResponseTimes times,
            ReuseRules rules) {
        StoredHead stored = verdict.stored();
        if (answer.status() == NOT_MODIFIED) {
            if (!sent.isConditional()) {
                return new OriginError();
            }
            if (!isAbout(stored, answer)) {
                return new AskAgain();
            }
            StoredHead freshened = Freshening.notModified(stored, answer, times, request.selecting());
            return new NotModified(freshened, upkeep(request, freshened, rules));
        }
        if (answer.status() >= 500 && answer.status() <= 599) {
            Freshness freshness = Freshness.of(stored, times.responseTime(), rules.freshness());
            StaleRules.Obstacle obstacle = StaleRules.onError(stored, freshness, rules.freshness());
            return obstacle == null && verdict.why() != ForwardReason.REQUEST
                    ? new ServeStale(stored, freshness)
                    : new PassOn(obstacle);
        }
        if (request.isMethod("HEAD")) {
            return new HeadAnswered(Freshening.byHead(stored, answer, times, request.selecting()));
        }
        return new Replace();
    }

    /** What a 304 means that names {@code variant}, which another request chose. RFC 9111 §4.3.4. */
    static NotModified variantNamed(
            RequestHead request, StoredHead variant, ResponseHead answer, ResponseTimes times, ReuseRules rules) {
        StoredHead freshened = Freshening.notModified(variant, answer, times, request.selecting());
        return new NotModified(freshened, upkeep(request, freshened, rules));
    }

    /** Weighs that no answer came: the connection failed, timed out or broke, or the answer was malformed. */
    static ValidationOutcome unanswered(Reuse.Validate verdict, Instant now, ReuseRules rules) {
        Freshness freshness = Freshness.of(verdict.stored(), now, rules.freshness());
        StaleRules.Obstacle obstacle = StaleRules.onError(verdict.stored(), freshness, rules.freshness());
        return obstacle == null && verdict.why() != ForwardReason.REQUEST
                ? new ServeStale(verdict.stored(), freshness)
                : new GatewayError(obstacle);
    }

    private static Upkeep upkeep(RequestHead request, StoredHead freshened, ReuseRules rules) {
        if (StoragePolicy.notKept(request, freshened, rules.freshness()) != null) {
            return Upkeep.REMOVE;
        }
        boolean noStore = !rules.ignoreClientCacheControl()
                && RequestDirectives.of(request.fields()).noStore();
        return noStore ? Upkeep.LEAVE : Upkeep.FRESHEN;
    }

    /** Whether a 304 names the stored response, or nothing that says otherwise. RFC 9111 §4.3.4. */
    private static boolean isAbout(StoredHead stored, ResponseHead notModified) {
        String tag = notModified.fields().first("ETag");
        EntityTag own = stored.etag();
        return tag == null || own == null || own.matchesWeakly(EntityTag.parse(tag));
    }
}
