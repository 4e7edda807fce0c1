package io.loligo.cache.http;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The fields in which origins tag their responses, so that what belongs together can be purged together.
 *
 * <p>Cache-Tag and Edge-Cache-Tag separate tags by commas, Cache-Groups is a list of strings (RFC 9875 §2), Surrogate-Key
 * and xkey separate by white space; a field of any other name by both. Several lines count as one. Every tag counts,
 * however many there are and however long they are. A character stands for a byte (ISO 8859-1), as in every field.
 *
 * @param names the fields' names, in any case; none and no response has tags
 */
public record TagFields(List<String> names) {
    public static final TagFields DEFAULT =
            new TagFields(List.of("Surrogate-Key", "Cache-Tag", "xkey", "Cache-Groups"));

    public TagFields {
        names = List.copyOf(names);
    }

    /** The tags of a response with {@code fields}, each once. */
    public List<String> tags(Fields fields) {
        Set<String> tags = null;
        for (String name : names) {
            if (fields.has(name)) {
                tags = tags == null ? new LinkedHashSet<>() : tags;
                if (name.equalsIgnoreCase("Cache-Groups")) {
                    tags.addAll(CacheGroups.of(fields));
                } else {
                    for (String line : fields.all(name)) {
                        split(line, separators(name), tags);
                    }
                }
            }
        }
        return tags == null ? List.of() : List.copyOf(tags);
    }

    /** Whether {@code name} is one of the fields. */
    public boolean has(String name) {
        return names.stream().anyMatch(name::equalsIgnoreCase);
    }

    private static String separators(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "cache-tag", "edge-cache-tag" -> ",";
            case "surrogate-key", "xkey" -> " \t";
            default -> ", \t";
        };
    }

    private static void split(String line, String separators, Set<String> into) {
        int start = 0;
        for (int i = 0; i <= line.length(); i++) {
            if (i == line.length() || separators.indexOf(line.charAt(i)) >= 0) {
                String tag = line.substring(start, i).trim();
                if (!tag.isEmpty()) {
                    into.add(tag);
                }
                start = i + 1;
            }
        }
    }
}
