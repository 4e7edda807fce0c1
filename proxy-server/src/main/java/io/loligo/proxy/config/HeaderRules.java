package io.loligo.proxy.config;

import io.loligo.proxy.access.AccessList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the fields of all messages that go one way, after everything else: request_header_access,
 * request_header_replace and request_header_add, or the same of replies. Immutable.
 *
 * @param named the rules of single fields, by their names in lower case
 * @param other the rule of {@code Other}: fields that Squid does not know by name, and that have no rule of their own; null
 *     for none
 * @param all the rule of {@code All}: fields without any other rule; null for none
 * @param added what is added then, in the order of the lines
 */
public record HeaderRules(
        Map<String, Access> named,
        @Nullable Access other,
        @Nullable Access all,
        List<Added> added) {
    /** Every field goes as it is, and none is added. */
    public static final HeaderRules NONE = new HeaderRules(Map.of(), null, null, List.of());

    public HeaderRules {
        named = Map.copyOf(named);
        added = List.copyOf(added);
    }

    /**
     * Whether a field goes.
     *
     * @param list allows or denies it
     * @param replacement goes as its value where it is denied; null where nothing does
     */
    public record Access(AccessList list, @Nullable String replacement) {
        /** Whether no message has the field. */
        boolean deniesAlways() {
            return replacement == null
                    && list.isConstant()
                    && (list.rules().isEmpty()
                            ? !list.emptyAllows()
                            : !list.rules().get(0).allows());
        }
    }

    /**
     * A field that is added.
     *
     * @param value its value, in which codes of logformat may stand
     * @param list the acls of the line: it is added where this allows
     * @param line the line as written, with file and line
     */
    public record Added(String name, LogFormat.Custom value, AccessList list, String line) {
        /** The value where it has no codes; null where it has. */
        public @Nullable String constant() {
            StringBuilder text = new StringBuilder();
            for (LogFormat.Part part : value.parts()) {
                if (!(part instanceof LogFormat.Text plain)) {
                    return null;
                }
                text.append(plain.text());
            }
            return text.toString();
        }
    }

    /** Whether there is no rule at all. */
    public boolean isNone() {
        return named.isEmpty() && other == null && all == null && added.isEmpty();
    }

    /** The names of fields that no message has, in lower case. */
    public List<String> deniedAlways() {
        return named.entrySet().stream()
                .filter(rule -> rule.getValue().deniesAlways())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }
}
