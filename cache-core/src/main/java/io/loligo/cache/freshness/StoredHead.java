package io.loligo.cache.freshness;

import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.http.CacheGroups;
import io.loligo.cache.http.ContentRange;
import io.loligo.cache.http.EntityTag;
import io.loligo.cache.http.FieldNames;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpDate;
import io.loligo.cache.http.ResponseDirectives;
import io.loligo.cache.http.SearchVariance;
import io.loligo.cache.http.TagFields;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.SelectingFields;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a stored response: everything that decides on its reuse, without its body. Immutable and safe for use
 * by any thread; what the decisions read again and again (directives, dates, validators) is parsed when it is built.
 *
 * <p>The fields are those that are stored and sent: end-to-end ones only (RFC 9111 §3.1), without Age and Content-Length,
 * which the sender writes from {@link #ageMillis} and {@link #bodyLength}; Date is always among them and never changed.
 * The Age that a response arrived with lives on in its times: the request time was moved back by it, which leaves
 * corrected_age_value as it is. RFC 9111 §4.2.3.
 *
 * <p>An incomplete response (RFC 9111 §3.3) is stored as the 206 that holds it: status 206, and among its fields the
 * Content-Range that says which bytes these are, one span of a whole of known length.
 */
public final class StoredHead {
    private static final int OK = 200;
    private static final int PARTIAL_CONTENT = 206;
    private static final String CONTENT_RANGE = "Content-Range";
    private static final String DATE = "Date";

    private final long id;
    private final CacheKey key;
    private final SelectingFields selecting;
    private final int status;
    private final String reason;
    private final Fields fields;
    private final ResponseTimes times;
    private final long bodyLength;
    private final @Nullable Instant staleSince;
    private final long latestPurge;

    private final CacheControlTargets targets;
    private final List<String> cacheGroups;
    private final SearchVariance searchVariance;
    private final ResponseDirectives directives;
    private final Instant date;
    private final @Nullable Instant lastModified;
    private final @Nullable EntityTag etag;
    private final @Nullable ContentRange range;
    private final @Nullable Lifetime explicitLifetime;
    private final boolean expiresAtDate;
    private final long bornMillis;

    /** The refresh rule asked for last: a line of refresh_pattern costs a regular expression, and the URL stays. */
    private @Nullable RuleFound ruleFound;

    private record RuleFound(RefreshRules rules, RefreshRule rule) {}

    /** The names asked for last: they change with the configuration only. */
    private @Nullable LastLinesChecked lastLinesChecked;

    private record LastLinesChecked(FieldNames names, int last, boolean clean) {}

    /** The tags asked for last: the fields that carry them hardly ever change. */
    private @Nullable TagsFound tagsFound;

    private record TagsFound(TagFields carriers, List<String> tags) {}

    /**
     * An explicit freshness lifetime. RFC 9111 §4.2.1.
     *
     * @param millis not negative
     * @param source the field that gave it
     */
    record Lifetime(long millis, Freshness.Source source) {}

    /** As below, for a cache that no configuration gave targeted fields of its own. */
    public StoredHead(
            long id,
            CacheKey key,
            SelectingFields selecting,
            int status,
            String reason,
            Fields fields,
            ResponseTimes times,
            long bodyLength) {
        this(id, key, selecting, status, reason, fields, times, bodyLength, CacheControlTargets.DEFAULT);
    }

    /**
     * @param id the store's name for the object; 0 until stored
     * @param key the key it was stored under
     * @param selecting the request's fields that its Vary names, normalised. RFC 9111 §4.1
     * @param status the status code
     * @param reason the reason phrase
     * @param fields the fields as they are stored and sent
     * @param times when it was asked for and received, or last validated; the request time includes the received Age
     * @param bodyLength bytes of the body; -1 until stored
     * @param targets the fields in which origins speak to this cache
     */
    public StoredHead(
            long id,
            CacheKey key,
            SelectingFields selecting,
            int status,
            String reason,
            Fields fields,
            ResponseTimes times,
            long bodyLength,
            CacheControlTargets targets) {
        this(
                id,
                key,
                selecting,
                status,
                reason,
                fields,
                ResponseDirectives.of(fields, targets),
                times,
                bodyLength,
                targets);
    }

    /**
     * A head that is not stored yet: without id and body length.
     *
     * @param directives those of {@code fields}, read already
     */
    public StoredHead(
            CacheKey key,
            SelectingFields selecting,
            int status,
            String reason,
            Fields fields,
            ResponseDirectives directives,
            ResponseTimes times,
            CacheControlTargets targets) {
        this(0, key, selecting, status, reason, fields, directives, times, -1, targets);
    }

    private StoredHead(
            long id,
            CacheKey key,
            SelectingFields selecting,
            int status,
            String reason,
            Fields fields,
            ResponseDirectives directives,
            ResponseTimes times,
            long bodyLength,
            CacheControlTargets targets) {
        this.id = id;
        this.key = key;
        this.selecting = selecting;
        this.status = status;
        this.reason = reason;
        this.fields = fields;
        this.times = times;
        this.bodyLength = bodyLength;
        this.staleSince = null;
        this.latestPurge = 0;

        Instant received = times.responseTime();
        this.targets = targets;
        this.cacheGroups = CacheGroups.of(fields);
        this.searchVariance = SearchVariance.of(fields);
        this.directives = directives;
        this.date = dateOr(fields, DATE, received, received);
        this.lastModified = date(fields, "Last-Modified", received);
        String tag = fields.first("ETag");
        this.etag = tag == null || tag.isEmpty() ? null : EntityTag.parse(tag);
        this.range = status == PARTIAL_CONTENT ? range(fields) : null;
        this.explicitLifetime = explicitLifetime(fields, directives, date, received);
        this.expiresAtDate = isExpiredAtDate(explicitLifetime, fields, date, received);
        this.bornMillis = bornMillis(date, times);
    }

    /** {@code other} under another name, or more or less stale: what was parsed of it stays. */
    private StoredHead(StoredHead other, long id, long bodyLength, @Nullable Instant staleSince, long latestPurge) {
        this.id = id;
        this.key = other.key;
        this.selecting = other.selecting;
        this.status = other.status;
        this.reason = other.reason;
        this.fields = other.fields;
        this.times = other.times;
        this.bodyLength = bodyLength;
        this.staleSince = staleSince;
        this.latestPurge = latestPurge;
        this.targets = other.targets;
        this.cacheGroups = other.cacheGroups;
        this.searchVariance = other.searchVariance;
        this.directives = other.directives;
        this.date = other.date;
        this.lastModified = other.lastModified;
        this.etag = other.etag;
        this.range = other.range;
        this.explicitLifetime = other.explicitLifetime;
        this.expiresAtDate = other.expiresAtDate;
        this.bornMillis = other.bornMillis;
        this.ruleFound = other.ruleFound;
        this.lastLinesChecked = other.lastLinesChecked;
        this.tagsFound = other.tagsFound;
    }

    /** {@code other} with another Date and other times: what was parsed of the rest stays. */
    private StoredHead(StoredHead other, Fields fields, ResponseTimes times) {
        this.id = other.id;
        this.key = other.key;
        this.selecting = other.selecting;
        this.status = other.status;
        this.reason = other.reason;
        this.fields = fields;
        this.times = times;
        this.bodyLength = other.bodyLength;
        this.staleSince = null;
        this.latestPurge = 0;
        this.targets = other.targets;
        this.cacheGroups = other.cacheGroups;
        this.searchVariance = other.searchVariance;
        this.directives = other.directives;
        this.lastModified = other.lastModified;
        this.etag = other.etag;
        this.range = other.range;
        this.ruleFound = other.ruleFound;
        this.lastLinesChecked = other.lastLinesChecked;
        this.tagsFound = other.tagsFound;

        Instant received = times.responseTime();
        this.date = dateOr(fields, DATE, received, received);
        this.explicitLifetime = explicitLifetime(fields, directives, date, received);
        this.expiresAtDate = isExpiredAtDate(explicitLifetime, fields, date, received);
        this.bornMillis = bornMillis(date, times);
    }

    public long id() {
        return id;
    }

    public CacheKey key() {
        return key;
    }

    public SelectingFields selecting() {
        return selecting;
    }

    public int status() {
        return status;
    }

    public String reason() {
        return reason;
    }

    public Fields fields() {
        return fields;
    }

    public ResponseTimes times() {
        return times;
    }

    public long bodyLength() {
        return bodyLength;
    }

    /** When a soft purge ended its lifetime, however long that was to be; null when none did. */
    public @Nullable Instant staleSince() {
        return staleSince;
    }

    /**
     * The latest soft purge that whoever found this head knew of, among those that it is not rid of; 0 when there was none.
     * A validation answers to the purges that it knew of, and to no later one.
     */
    public long latestPurge() {
        return latestPurge;
    }

    /** The fields in which origins speak to this cache. */
    public CacheControlTargets targets() {
        return targets;
    }

    /** Which parts of the query other URLs must share to be answered by it. No-Vary-Search. */
    public SearchVariance searchVariance() {
        return searchVariance;
    }

    /** Whether it answers for {@code other}, too: a URL of the same origin, the same but for what No-Vary-Search leaves out. */
    public boolean isEquivalentFor(EffectiveUri other) {
        EffectiveUri own = key.uri();
        return own.sameOrigin(other)
                && searchVariance.canonical(own.pathAndQuery()).equals(searchVariance.canonical(other.pathAndQuery()));
    }

    /** The groups of its origin that it belongs to. RFC 9875 §2. */
    public List<String> cacheGroups() {
        return cacheGroups;
    }

    /**
     * Whether its last {@code last} fields, and no others, have one of these names. Costs nothing when the same is asked
     * again.
     */
    @SuppressWarnings("ReferenceEquality") // the same configuration; equal ones may as well be looked for again
    public boolean endsWithAll(FieldNames names, int last) {
        LastLinesChecked known = lastLinesChecked;
        if (known == null || known.names() != names || known.last() != last) {
            boolean clean = true;
            for (int i = 0; i < fields.size(); i++) {
                clean &= names.contains(fields.name(i)) == (i >= fields.size() - last);
            }
            known = new LastLinesChecked(names, last, clean);
            lastLinesChecked = known;
        }
        return known.clean();
    }

    /** The directives that count for us. */
    public ResponseDirectives directives() {
        return directives;
    }

    /** Date; the time it was received when it has none or none that can be read. RFC 9110 §6.6.1. */
    public Instant date() {
        return date;
    }

    /** Last-Modified, or null when it has none that can be read. */
    public @Nullable Instant lastModified() {
        return lastModified;
    }

    public @Nullable EntityTag etag() {
        return etag;
    }

    /** Whether it is all of what its origin has. RFC 9111 §3.3. */
    public boolean isComplete() {
        return status != PARTIAL_CONTENT;
    }

    /** Which bytes an incomplete response holds; null when it is complete, or does not say what it is a part of. */
    public @Nullable ContentRange range() {
        return range;
    }

    /** Bytes of the whole of which this may be a part; -1 where it is not known yet. */
    public long completeLength() {
        return range == null ? bodyLength : range.complete();
    }

    /**
     * Whether two parts with its validator are parts of the same bytes: a strong ETag; or, without any ETag, a
     * Last-Modified that is older than Date, so that no later change can bear the same second. RFC 9110 §8.8.
     */
    public boolean hasStrongValidator() {
        return etag != null
                ? etag.isStrong()
                : lastModified != null && lastModified.isBefore(date) && !fields.has("ETag");
    }

    /** Whether {@code other} bears the same strong validator. RFC 9111 §3.4. */
    public boolean isPartOfSame(StoredHead other) {
        if (!hasStrongValidator() || !other.hasStrongValidator()) {
            return false;
        }
        if (etag == null || other.etag == null) {
            return etag == null
                    && other.etag == null
                    && lastModified != null
                    && lastModified.equals(other.lastModified);
        }
        return etag.matchesStrongly(other.etag);
    }

    /** Whether a 304 can tell us that it is still good. */
    public boolean hasValidator() {
        return etag != null || lastModified != null;
    }

    /** The lifetime that the origin gave it, or null when it gave none that counts. */
    @Nullable Lifetime explicitLifetime(FreshnessRules rules) {
        return rules.varyIgnoreExpire() && expiresAtDate && fields.has("Vary") ? null : explicitLifetime;
    }

    /** How long the origin said that it is fresh; null when it did not. RFC 9111 §4.2.1. */
    public @Nullable Duration lifetimeByOrigin(FreshnessRules rules) {
        Lifetime lifetime = explicitLifetime(rules);
        return lifetime == null ? null : Duration.ofMillis(lifetime.millis());
    }

    /**
     * Whether the origin gave it a lifetime. None at all is no such word: that is also how a lifetime counts that cannot
     * be read, and what is malformed permits nothing. RFC 9111 §4.2.1.
     */
    public boolean hasExplicitLifetime(FreshnessRules rules) {
        Lifetime lifetime = explicitLifetime(rules);
        return lifetime != null && lifetime.millis() > 0;
    }

    /** current_age in milliseconds. RFC 9111 §4.2.3. */
    public long ageMillis(Instant now) {
        // A clock that was set back makes nothing younger than it arrived.
        return Math.max(now.toEpochMilli(), times.responseTime().toEpochMilli()) - bornMillis;
    }

    /** The rule of {@code rules} that its URL and its type fall under. */
    @SuppressWarnings("ReferenceEquality") // the same configuration; an equal one may as well be asked again
    public RefreshRule refreshRule(RefreshRules rules) {
        RuleFound known = ruleFound;
        if (known == null || known.rules() != rules) {
            // No URL is made where no rule asks for one.
            String url = rules.rules().isEmpty() ? "" : key.uri().toString();
            known = new RuleFound(rules, rules.first(url, fields.first("Content-Type")));
            ruleFound = known;
        }
        return known.rule();
    }

    /** The same head under the store's name for it, once its body is known. */
    public StoredHead withId(long newId, long newBodyLength) {
        return new StoredHead(this, newId, newBodyLength, staleSince, latestPurge);
    }

    /** The same response with its lifetime ended at {@code since}, or with its whole lifetime where that is null. */
    public StoredHead withStaleness(@Nullable Instant since, long purge) {
        return new StoredHead(this, id, bodyLength, since, purge);
    }

    /**
     * The same response after a validation that brought no news but {@code newDate} and times of its own; null when that
     * cannot be said so simply: it has not exactly one Date.
     */
    public @Nullable StoredHead validated(String newDate, ResponseTimes newTimes) {
        int line = fields.indexOf(DATE, 0);
        if (line < 0 || fields.indexOf(DATE, line + 1) >= 0) {
            return null;
        }
        boolean same = fields.value(line).equals(newDate);
        return new StoredHead(this, same ? fields : fields.withValue(line, newDate), newTimes);
    }

    /** Whether {@code other} differs in its times, and in the text of its only Date, at most. */
    public boolean isButForTimes(StoredHead other) {
        boolean same = status == other.status
                && reason.equals(other.reason)
                && key.equals(other.key)
                && selecting.equals(other.selecting)
                && fields.size() == other.fields.size();
        int date = fields.indexOf(DATE, 0);
        for (int i = 0; same && i < fields.size(); i++) {
            same = fields.name(i).equals(other.fields.name(i))
                    && (i == date || fields.value(i).equals(other.fields.value(i)));
        }
        return same;
    }

    /** The tags that it bears in {@code carriers}. */
    @SuppressWarnings("ReferenceEquality") // the same store; an equal one may as well be asked again
    public List<String> tags(TagFields carriers) {
        TagsFound known = tagsFound;
        if (known == null || known.carriers() != carriers) {
            known = new TagsFound(carriers, carriers.tags(fields));
            tagsFound = known;
        }
        return known.tags();
    }

    /** The same response when it is {@code held} of the whole that it holds: a 206, or the 200 when that is all of it. */
    public StoredHead holding(ContentRange held) {
        Fields others = fields.without(CONTENT_RANGE);
        StoredHead part = new StoredHead(
                id,
                key,
                selecting,
                held.isWhole() ? OK : PARTIAL_CONTENT,
                held.isWhole() ? "OK" : "Partial Content",
                held.isWhole() ? others : others.plus(CONTENT_RANGE, held.toString()),
                times,
                bodyLength,
                targets);
        return staleSince == null ? part : part.withStaleness(staleSince, latestPurge);
    }

    private static boolean isExpiredAtDate(@Nullable Lifetime explicit, Fields fields, Instant date, Instant received) {
        return explicit != null
                && explicit.source() == Freshness.Source.EXPIRES
                && date.equals(date(fields, DATE, received))
                && fields.all("Expires").size() == 1
                && date.equals(date(fields, "Expires", received));
    }

    private static long bornMillis(Instant date, ResponseTimes times) {
        return times.responseTime().toEpochMilli()
                - Age.correctedInitialAge(date, Duration.ZERO, times).toMillis();
    }

    private static @Nullable Lifetime explicitLifetime(
            Fields fields, ResponseDirectives directives, Instant date, Instant received) {
        if (directives.sMaxAge() != null) {
            return new Lifetime(directives.sMaxAge().toMillis(), Freshness.Source.S_MAXAGE);
        }
        if (directives.maxAge() != null) {
            return new Lifetime(directives.maxAge().toMillis(), Freshness.Source.MAX_AGE);
        }
        if (directives.targeted() || !fields.has("Expires")) {
            return null;
        }
        // More than one line, or no date at all: already expired. RFC 9111 §5.3.
        boolean single = fields.all("Expires").size() == 1;
        Instant expires = single ? dateOr(fields, "Expires", date, received) : date;
        return new Lifetime(Math.max(0, Duration.between(date, expires).toMillis()), Freshness.Source.EXPIRES);
    }

    private static @Nullable ContentRange range(Fields fields) {
        String text = fields.first(CONTENT_RANGE);
        return text == null || fields.all(CONTENT_RANGE).size() > 1
                ? null
                : ContentRange.parse(text).orElse(null);
    }

    private static @Nullable Instant date(Fields fields, String name, Instant reference) {
        String text = fields.first(name);
        return text == null ? null : HttpDate.parse(text, reference).orElse(null);
    }

    private static Instant dateOr(Fields fields, String name, Instant otherwise, Instant reference) {
        Instant found = date(fields, name, reference);
        return found == null ? otherwise : found;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StoredHead that
                && id == that.id
                && status == that.status
                && bodyLength == that.bodyLength
                && key.equals(that.key)
                && selecting.equals(that.selecting)
                && reason.equals(that.reason)
                && fields.equals(that.fields)
                && times.equals(that.times)
                && Objects.equals(staleSince, that.staleSince);
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, key, status, times);
    }

    @Override
    public String toString() {
        return "StoredHead[id=" + id + ", key=" + key.text() + ", status=" + status + ", times=" + times
                + ", bodyLength=" + bodyLength + "]";
    }
}
