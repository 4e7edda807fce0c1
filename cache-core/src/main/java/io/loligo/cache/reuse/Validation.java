package io.loligo.cache.reuse;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.Fields;
import org.jspecify.annotations.Nullable;

/**
 * The question whether a stored response is still good, put with our validators, both kinds of them. RFC 9111 §4.3.1.
 *
 * @param ifNoneMatch the stored ETag as the origin wrote it, or null
 * @param ifModifiedSince the stored Last-Modified as the origin wrote it, or null
 */
public record Validation(
        @Nullable String ifNoneMatch, @Nullable String ifModifiedSince) {

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
     * The fields of the request to the origin: the client's, with our conditions instead of its own and without its
     * ranges. The client's are answered from what we then have.
     */
    public Fields requestFields(Fields client) {
        Fields fields = client.without(name -> FieldRule.is(name, FieldRule.Use.CONDITIONAL));
        if (ifNoneMatch != null) {
            fields = fields.plus("If-None-Match", ifNoneMatch);
        }
        return ifModifiedSince == null ? fields : fields.plus("If-Modified-Since", ifModifiedSince);
    }
}
