package io.loligo.cache.reuse;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.EntityTag;
import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpDate;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The client's conditions, held against a stored response that may be served. RFC 9110 §13.2, RFC 9111 §4.3.2. */
public final class Preconditions {
    private Preconditions() {}

    /** What the conditions make of the answer. */
    public enum Verdict {
        /** The stored response, or the range of it that was asked for. */
        PROCEED,
        /** 304, with {@link #notModifiedFields}. */
        NOT_MODIFIED,
        /** 412. */
        FAILED
    }

    /** Evaluates the conditions of a GET or HEAD in the order of RFC 9110 §13.2.2. If-Range is not among them. */
    public static Verdict evaluate(Fields request, StoredHead stored) {
        if (stored.status() < 200 || stored.status() > 299) {
            // RFC 9110 §13.2.1: conditions are about a success.
            return Verdict.PROCEED;
        }
        String ifMatch = request.combined("If-Match");
        if (ifMatch != null) {
            if (!matches(ifMatch, stored, false)) {
                return Verdict.FAILED;
            }
        } else {
            Instant since = date(request.first("If-Unmodified-Since"), stored);
            if (since != null && lastModified(stored).isAfter(since)) {
                return Verdict.FAILED;
            }
        }
        String ifNoneMatch = request.combined("If-None-Match");
        if (ifNoneMatch != null) {
            return matches(ifNoneMatch, stored, true) ? Verdict.NOT_MODIFIED : Verdict.PROCEED;
        }
        Instant since = date(request.first("If-Modified-Since"), stored);
        return since != null && !lastModified(stored).isAfter(since) ? Verdict.NOT_MODIFIED : Verdict.PROCEED;
    }

    /** The fields of {@code stored} that a 304 carries: all but those about a body. RFC 9110 §15.4.5. */
    public static Fields notModifiedFields(Fields stored) {
        return stored.without(name -> FieldRule.is(name, FieldRule.Use.NOT_ON_304));
    }

    private static boolean matches(String condition, StoredHead stored, boolean weakly) {
        if (condition.equals("*")) {
            return true;
        }
        EntityTag own = stored.etag();
        if (own == null) {
            return false;
        }
        for (EntityTag tag : EntityTag.parseList(condition)) {
            if (weakly ? own.matchesWeakly(tag) : own.matchesStrongly(tag)) {
                return true;
            }
        }
        return false;
    }

    /** RFC 9111 §4.3.2: the Date stands in for a Last-Modified that is missing. */
    private static Instant lastModified(StoredHead stored) {
        Instant lastModified = stored.lastModified();
        return lastModified == null ? stored.date() : lastModified;
    }

    private static @Nullable Instant date(@Nullable String text, StoredHead stored) {
        return text == null
                ? null
                : HttpDate.parse(text, stored.times().responseTime()).orElse(null);
    }
}
