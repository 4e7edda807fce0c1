package io.loligo.cache.http;

import java.util.ArrayList;
import java.util.List;

/** The fields that group responses, and that invalidate groups: lists of strings. RFC 9875 §2 and §3. */
public final class CacheGroups {
    private static final String GROUPS = "Cache-Groups";
    private static final String INVALIDATION = "Cache-Group-Invalidation";

    private CacheGroups() {}

    /** The groups that a response with these fields belongs to; none when the field is missing or malformed. */
    public static List<String> of(Fields response) {
        return response.has(GROUPS) ? strings(response.all(GROUPS)) : List.of();
    }

    /** The groups that a response with these fields invalidates; none when the field is missing or malformed. */
    public static List<String> invalidatedBy(Fields response) {
        return response.has(INVALIDATION) ? strings(response.all(INVALIDATION)) : List.of();
    }

    private static List<String> strings(List<String> lines) {
        List<Object> members = StructuredField.list(lines);
        if (members == null) {
            return List.of();
        }
        List<String> groups = new ArrayList<>(members.size());
        for (Object member : members) {
            if (!(member instanceof String group)) {
                return List.of();
            }
            groups.add(group);
        }
        return List.copyOf(groups);
    }
}
