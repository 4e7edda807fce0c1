package io.loligo.cache.http;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The grammar that request and response directives share. RFC 9111 §5.2.
 *
 * <p>Names are tokens without case; an argument may be a token or a quoted string. Duplicates and conflicts are settled
 * by the reader of the directives: the most restrictive wins. RFC 9111 §4.2.1.
 */
final class CacheControl {
    static final String NAME = "Cache-Control";
    /** What a malformed argument is read as: no directive that wants a number takes it for one. */
    static final String MALFORMED = "";

    private CacheControl() {}

    /** Receives one directive. */
    interface Reader {
        /**
         * Takes one directive.
         *
         * @param name lower case
         * @param argument unquoted, {@link #MALFORMED}, or null when there was no {@code =}
         */
        void directive(String name, @Nullable String argument);
    }

    /** Reads every line named {@code fieldName} of {@code fields}; false when there is none. */
    static boolean read(Fields fields, String fieldName, Reader reader) {
        boolean found = false;
        for (int i = 0; i < fields.size(); i++) {
            if (FieldNames.isSame(fields.name(i), fieldName)) {
                found = true;
                read(fields.value(i), reader);
            }
        }
        return found;
    }

    private static void read(String line, Reader reader) {
        int at = 0;
        while (at < line.length()) {
            int nameEnd = at;
            while (nameEnd < line.length() && line.charAt(nameEnd) != '=' && line.charAt(nameEnd) != ',') {
                nameEnd++;
            }
            String written = line.substring(at, nameEnd);
            String name = written.strip().toLowerCase(Locale.ROOT);
            String argument = null;
            int end = nameEnd;
            if (nameEnd < line.length() && line.charAt(nameEnd) == '=') {
                end = endOfArgument(line, nameEnd + 1);
                // A blank before "=" is outside the grammar: whoever counts on the number does not get it.
                argument = written.endsWith(" ") || written.endsWith("\t")
                        ? MALFORMED
                        : argument(line.substring(nameEnd + 1, end));
            }
            if (!name.isEmpty()) {
                reader.directive(name, argument);
            }
            at = end + 1;
        }
    }

    /** The index of the comma that ends the argument starting at {@code from}, or the line's length. */
    private static int endOfArgument(String line, int from) {
        int at = from;
        if (at < line.length() && line.charAt(at) == '"') {
            int close = closingQuote(line, at + 1);
            // Without a closing quote it is an ordinary character, lest it swallow a no-store that follows.
            at = close < 0 ? at + 1 : close + 1;
        }
        int comma = line.indexOf(',', at);
        return comma < 0 ? line.length() : comma;
    }

    private static int closingQuote(String line, int from) {
        for (int i = from; i < line.length(); i++) {
            if (line.charAt(i) == '\\') {
                i++;
            } else if (line.charAt(i) == '"') {
                return i;
            }
        }
        return -1;
    }

    private static String argument(String written) {
        String text = written.stripTrailing();
        if (!text.startsWith("\"")) {
            return text;
        }
        int close = closingQuote(text, 1);
        if (close != text.length() - 1) {
            return MALFORMED;
        }
        StringBuilder unquoted = new StringBuilder();
        for (int i = 1; i < close; i++) {
            unquoted.append(text.charAt(text.charAt(i) == '\\' ? ++i : i));
        }
        return unquoted.toString();
    }

    /**
     * The smaller of what is known and what {@code argument} says. A missing or invalid argument counts as zero: such a
     * response is stale. RFC 9111 §4.2.1.
     */
    static Duration shorter(@Nullable Duration known, @Nullable String argument) {
        Optional<Duration> parsed = argument == null ? Optional.empty() : DeltaSeconds.parse(argument);
        Duration said = parsed.orElse(Duration.ZERO);
        return known == null || said.compareTo(known) < 0 ? said : known;
    }
}
