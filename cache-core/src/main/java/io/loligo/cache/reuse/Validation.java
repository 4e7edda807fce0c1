package io.loligo.cache.reuse;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.EntityTag;
import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.ResponseHead;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The question whether a stored response is still good, put with our validators, both kinds of them. RFC 9111 §4.3.1.
 *
 * @param ifNoneMatch the stored ETag as the origin wrote it, or null
 * @param ifModifiedSince the stored Last-Modified as the origin wrote it, or null
 */
public record Validation(
        @Nullable String ifNoneMatch, @Nullable String ifModifiedSince) {
    /** More variants than this are not named: a field has to stay short enough for any origin. */
    public static final int VARIANTS_MAX = 16;

    /** The question about {@code stored}; not {@linkplain #isConditional conditional} when it has no validator. */
    public static Validation of(StoredHead stored) {
        return new Validation(
                stored.etag() == null ? null : stored.fields().first("ETag"),
                stored.lastModified() == null ? null : stored.fields().first("Last-Modified"));
    }

    /** Whether a 304 would be an answer. Otherwise the whole response is fetched. */
    public boolean isConditional() {
        return ifNoneMatch != null || ifModifiedSince != null;
    }

    /**
     * The question which of the variants that other requests chose is good for this one too. Not conditional when none of
     * them has an ETag.
     *
     * @param variants newest first; the first {@link #VARIANTS_MAX} complete ones with an ETag are named
     */
    public static Validation ofAny(List<StoredHead> variants) {
        String tags = variants.stream()
                .filter(variant -> variant.isComplete() && variant.etag() != null)
                .map(variant -> Objects.requireNonNullElse(variant.fields().first("ETag"), ""))
                .distinct()
                .limit(VARIANTS_MAX)
                .collect(Collectors.joining(", "));
        return new Validation(tags.isEmpty() ? null : tags, null);
    }

    /** The newest of {@code variants} that a 304 names; null when it names none. RFC 9111 §4.3.4. */
    public static @Nullable StoredHead named(List<StoredHead> variants, ResponseHead notModified) {
        String text = notModified.fields().first("ETag");
        if (text == null) {
            return null;
        }
        EntityTag tag = EntityTag.parse(text);
        for (StoredHead variant : variants) {
            EntityTag own = variant.etag();
            if (variant.isComplete() && own != null && own.matchesWeakly(tag)) {
                return variant;
            }
        }
        return null;
    }

    /**
     * The fields of the request to the origin: the client's, with our conditions instead of its own and without its
     * ranges. The client's are answered from what we then have.
     */
    public Fields requestFields(Fields client) {
        return conditions(client, false);
    }

    /**
     * As {@link #requestFields}, when what is stored is a part: if it is out of date, the client's range of the new
     * representation is wanted, and no more.
     */
    public Fields requestFieldsWithRange(Fields client) {
        return conditions(client, true);
    }

    private Fields conditions(Fields client, boolean keepsRanges) {
        Fields.Builder fields = Fields.builder(client.size() + 2);
        for (int i = 0; i < client.size(); i++) {
            String name = client.name(i);
            if (!FieldRule.is(name, FieldRule.Use.CONDITIONAL)
                    || (keepsRanges && FieldRule.is(name, FieldRule.Use.RANGE))) {
                fields.add(name, client.value(i));
            }
        }
        if (ifNoneMatch != null) {
            fields.add("If-None-Match", ifNoneMatch);
        }
        if (ifModifiedSince != null) {
            fields.add("If-Modified-Since", ifModifiedSince);
        }
        return fields.build();
    }
}
