package io.loligo.cache.http;

import java.util.ArrayList;
import java.util.List;

/**
 * One entity tag. RFC 9110 §8.8.3.
 *
 * @param weak whether it says {@code W/}
 * @param opaque the rest as written, quotes included; a tag that an origin forgot to quote stays unquoted and equals
 *     only itself
 */
public record EntityTag(boolean weak, String opaque) {

    /** Reads one tag. */
    public static EntityTag parse(String text) {
        return text.startsWith("W/") ? new EntityTag(true, text.substring(2)) : new EntityTag(false, text);
    }

    /** Reads the list of If-Match or If-None-Match; a comma inside quotes does not end a tag. */
    public static List<EntityTag> parseList(String text) {
        List<EntityTag> tags = new ArrayList<>(2);
        int start = 0;
        boolean quoted = false;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || (text.charAt(i) == ',' && !quoted)) {
                String tag = text.substring(start, i).strip();
                if (!tag.isEmpty()) {
                    tags.add(parse(tag));
                }
                start = i + 1;
            } else if (text.charAt(i) == '"') {
                quoted = !quoted;
            }
        }
        return tags;
    }

    /** Whether it stands for these very bytes: well-formed, and not weak. RFC 9110 §8.8.1. */
    public boolean isStrong() {
        return !weak && opaque.length() >= 2 && opaque.startsWith("\"") && opaque.endsWith("\"");
    }

    /** Same tag, neither of them weak. RFC 9110 §8.8.3.2. */
    public boolean matchesStrongly(EntityTag other) {
        return !weak && !other.weak && opaque.equals(other.opaque);
    }

    /** Same tag, weak or not. RFC 9110 §8.8.3.2. */
    public boolean matchesWeakly(EntityTag other) {
        return opaque.equals(other.opaque);
    }

    /** As it stands in a field. */
    @Override
    public String toString() {
        return weak ? "W/" + opaque : opaque;
    }
}
