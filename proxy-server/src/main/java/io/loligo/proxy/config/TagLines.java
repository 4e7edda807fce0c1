package io.loligo.proxy.config;

import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.TagFields;
import io.loligo.proxy.config.Configuration.TagHeaders;
import io.loligo.proxy.config.Problem.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Which fields of answers carry tags, and which of them visitors see: tag_headers, tag_headers_sent. */
final class TagLines {
    /** Fields that say something else, lower case: as carriers of tags they would be missing from every answer. */
    private static final Set<String> REFUSED = Arrays.stream(FieldRule.values())
            .filter(rule -> !rule.is(FieldRule.Use.TAGS))
            .map(rule -> rule.fieldName().toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());

    private final Problems problems;
    private final List<Directive> named = new ArrayList<>();
    private final List<Directive> sent = new ArrayList<>();

    TagLines(Problems problems) {
        this.problems = problems;
    }

    /** Takes a line of either directive. */
    void take(Directive line) {
        (line.name().equals("tag_headers") ? named : sent).add(line);
    }

    /** What all lines together say. */
    TagHeaders headers() {
        TagHeaders defaults = TagHeaders.DEFAULT;
        List<String> names =
                named.isEmpty() ? defaults.fields().names() : FieldNameLine.parse(named, REFUSED, problems);
        TagFields fields = new TagFields(names);
        if (sent.isEmpty()) {
            return new TagHeaders(fields, defaults.sent());
        }
        List<Directive> lines = sinceNone();
        if (lines.stream().anyMatch(line -> line.texts().equals(List.of("all")))) {
            return new TagHeaders(fields, names);
        }
        List<String> going = FieldNameLine.parse(lines, Set.of("all"), problems);
        for (String name : going) {
            if (names.stream().noneMatch(name::equalsIgnoreCase)) {
                problems.warning(
                        Kind.DOUBTFUL,
                        sent.get(0).where(),
                        "tag_headers_sent " + name + " has no effect: it is none of tag_headers, so it goes on anyway");
            }
        }
        return new TagHeaders(fields, going);
    }

    /** The lines of tag_headers_sent from the last on that says none; all when no line does. */
    private List<Directive> sinceNone() {
        for (int i = sent.size() - 1; i >= 0; i--) {
            if (sent.get(i).texts().contains("none")) {
                return sent.subList(i, sent.size());
            }
        }
        return sent;
    }
}
