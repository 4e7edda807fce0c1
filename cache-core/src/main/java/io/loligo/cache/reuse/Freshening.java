package io.loligo.cache.reuse;

import io.loligo.cache.freshness.Age;
import io.loligo.cache.freshness.ResponseTimes;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.EntityTag;
import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpDate;
import io.loligo.cache.http.ResponseDirectives;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.key.SelectingFields;
import org.jspecify.annotations.Nullable;

/** What a later answer about the same representation does to a stored head. RFC 9111 §3.2, §4.3.4 and §4.3.5. */
public final class Freshening {
    private static final String DATE = "Date";

    private Freshening() {}

    /**
     * {@code stored} after a 304: each field that the 304 has replaces all stored ones of that name, except those that
     * belong to the stored body.
     *
     * @param times of the validation
     * @param requestFields of the request that was validated for
     */
    public static StoredHead notModified(
            StoredHead stored, ResponseHead notModified, ResponseTimes times, Fields requestFields) {
        return updated(stored, notModified.fields(), times, requestFields);
    }

    /**
     * {@code stored} after the answer to a HEAD, or null when that answer shows it to be out of date: another status,
     * length or validator. RFC 9111 §4.3.5.
     */
    public static @Nullable StoredHead byHead(
            StoredHead stored, ResponseHead answer, ResponseTimes times, Fields requestFields) {
        Fields fields = answer.fields();
        String length = fields.first("Content-Length");
        String tag = fields.first("ETag");
        EntityTag own = stored.etag();
        String modified = fields.first("Last-Modified");
        boolean same = answer.status() == stored.status()
                && (length == null || length.equals(Long.toString(stored.bodyLength())))
                && (tag == null || (own != null && own.matchesWeakly(EntityTag.parse(tag))))
                && (modified == null || modified.equals(stored.fields().first("Last-Modified")));
        return same ? updated(stored, fields, times, requestFields) : null;
    }

    /** {@code stored} with {@code received} in place of its own fields of those names. RFC 9111 §3.2. */
    static StoredHead updated(StoredHead stored, Fields received, ResponseTimes times, Fields requestFields) {
        StoredHead sameAgain = withoutNews(stored, received, times, requestFields);
        if (sameAgain != null) {
            return sameAgain;
        }
        Fields news = FieldRule.endToEnd(received)
                .without(name ->
                        FieldRule.is(name, FieldRule.Use.REWRITTEN) || FieldRule.is(name, FieldRule.Use.KEPT_ON_304));
        if (!news.has(DATE)) {
            news = news.plus(DATE, HttpDate.format(times.responseTime()));
        }
        Fields replacing = news;
        Fields fields = Fields.builder()
                .addAll(stored.fields().without(replacing::has))
                .addAll(news)
                .build();
        fields = ResponseDirectives.of(fields, stored.targets()).reusable(fields);
        return new StoredHead(
                stored.id(),
                stored.key(),
                selecting(stored.selecting(), fields, requestFields),
                stored.status(),
                stored.reason(),
                fields,
                Age.movedInto(times, received),
                stored.bodyLength(),
                stored.targets());
    }

    /**
     * {@code stored} where {@code received} has no news but Date, which is what most validations bring; null where it has, or
     * may have.
     */
    private static @Nullable StoredHead withoutNews(
            StoredHead stored, Fields received, ResponseTimes times, Fields requestFields) {
        String date = null;
        for (int i = 0; i < received.size(); i++) {
            FieldRule rule = FieldRule.of(received.name(i));
            if (rule == FieldRule.DATE && date == null) {
                date = received.value(i);
            } else if (rule == FieldRule.DATE || (rule == FieldRule.CONNECTION && namesFields(received.value(i)))) {
                return null;
            } else if (!isIgnored(rule) && !stored.fields().hasSame(received.name(i), received)) {
                return null;
            }
        }
        if (!stored.selecting().matches(requestFields)) {
            return null;
        }
        return stored.validated(
                date == null ? HttpDate.format(times.responseTime()) : date, Age.movedInto(times, received));
    }

    private static boolean namesFields(String connection) {
        return !connection.equalsIgnoreCase("keep-alive") && !connection.equalsIgnoreCase("close");
    }

    private static boolean isIgnored(@Nullable FieldRule rule) {
        return rule != null
                && (rule.is(FieldRule.Use.HOP_BY_HOP)
                        || rule.is(FieldRule.Use.REWRITTEN)
                        || rule.is(FieldRule.Use.KEPT_ON_304));
    }

    /**
     * What {@code known} is when the response, with {@code fields} now, is good for a request: one that did not choose it
     * before does so from now on, and takes it away from no other.
     */
    private static SelectingFields selecting(SelectingFields known, Fields fields, Fields requestFields) {
        boolean matched = known.matches(requestFields);
        SelectingFields now = SelectingFields.of(fields, requestFields);
        if (!now.hasSameNames(known)) {
            // What the earlier requests had in the fields that count from now on is not known.
            return matched || now.unmatched() ? now : known;
        }
        return matched ? known : known.and(now);
    }
}
