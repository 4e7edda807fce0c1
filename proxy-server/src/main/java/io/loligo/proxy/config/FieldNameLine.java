package io.loligo.proxy.config;

import io.loligo.cache.http.Fields;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A directive whose value is a list of field names, or {@code none}. Several lines add up; {@code none} empties them. */
final class FieldNameLine {
    /** Names that one directive may list. */
    static final int NAMES_MAX = 64;

    private FieldNameLine() {}

    /**
     * The names that {@code lines} list, in order, each once without regard to case.
     *
     * @param refused lower-case names that make no sense here
     */
    static List<String> parse(List<Directive> lines, Set<String> refused, Problems problems) {
        List<String> names = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        for (Directive line : lines) {
            if (line.texts().isEmpty()) {
                problems.value(line.where(), line.name() + " needs names of header fields, or none");
            }
            for (String name : line.texts()) {
                String lower = name.toLowerCase(Locale.ROOT);
                if (lower.equals("none")) {
                    names.clear();
                    seen.clear();
                } else if (!Fields.isName(name) || refused.contains(lower)) {
                    problems.value(line.where(), line.text() + ": " + name + " cannot be used here as a field name");
                } else if (seen.add(lower)) {
                    names.add(name);
                }
            }
            if (names.size() > NAMES_MAX) {
                problems.value(line.where(), line.name() + " takes at most " + NAMES_MAX + " names");
            }
        }
        return List.copyOf(names);
    }
}
