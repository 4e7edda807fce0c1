package io.loligo.cache.reuse;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.ContentRange;
import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.Fields;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A stored part and one that arrives, put together to one span of the same bytes. RFC 9111 §3.4.
 *
 * @param head of what they make together: a 206, or the 200 when nothing is missing
 * @param before bytes of the stored part that come first
 * @param after bytes of the stored part that come last, behind those that arrive
 */
public record Combining(StoredHead head, long before, long after) {

    /**
     * What {@code stored} and {@code arriving} make together; null when they are not known to be parts of the same bytes,
     * or leave a gap.
     *
     * @param arriving what would be stored of the answer
     * @param requestFields of the request that it answers
     */
    public static @Nullable Combining of(StoredHead stored, StoredHead arriving, Fields requestFields) {
        ContentRange held = stored.range();
        ContentRange comes = arriving.range();
        if (held == null || comes == null || !held.touches(comes) || !stored.isPartOfSame(arriving)) {
            return null;
        }
        StoredHead updated = Freshening.updated(stored, arriving.fields(), arriving.times(), requestFields);
        return new Combining(
                updated.holding(held.with(comes)).withId(0, -1),
                Math.max(0, comes.first() - held.first()),
                Math.max(0, held.last() - comes.last()));
    }

    /** Whether all of the response to {@code request} is {@code part} and what can be asked for behind it. */
    public static boolean mayComplete(StoredHead part, Fields request) {
        ContentRange held = part.range();
        return held != null && held.first() == 0 && part.hasStrongValidator() && !hasConditions(request);
    }

    private static boolean hasConditions(Fields request) {
        for (int i = 0; i < request.size(); i++) {
            if (FieldRule.is(request.name(i), FieldRule.Use.CONDITIONAL)) {
                return true;
            }
        }
        return false;
    }

    /** {@code fields} asking for what {@code part}, which {@link #mayComplete may be completed}, lacks. RFC 9110 §13.1.5. */
    public static Fields restOf(StoredHead part, Fields fields) {
        ContentRange held = Objects.requireNonNull(part.range(), "not a part");
        String validator = part.fields().first(part.etag() == null ? "Last-Modified" : "ETag");
        return fields.plus("Range", "bytes=" + held.size() + "-")
                .plus("If-Range", Objects.requireNonNull(validator, "no validator"));
    }
}
