package io.loligo.cache.http;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which parts of a URL's query tell responses apart: what No-Vary-Search says. draft-ietf-httpbis-no-vary-search §4 and
 * §5. A field that is missing or malformed means that all of the query does, byte by byte.
 *
 * <p>Names and values are compared by their decoded bytes, so that what is not UTF-8 is never taken for equal.
 *
 * @param keyOrder whether the order of parameters of different names counts
 * @param listedOnly whether {@code names} lists those that count; otherwise it lists those that do not
 * @param names decoded, each byte a character
 */
public record SearchVariance(boolean keyOrder, boolean listedOnly, Set<String> names) {
    /** The whole query counts. */
    public static final SearchVariance EXACT = new SearchVariance(true, false, Set.of());

    private static final String FIELD = "No-Vary-Search";

    private record Parameter(String name, String value) {}

    /** What a response with these fields says. */
    public static SearchVariance of(Fields response) {
        if (!response.has(FIELD)) {
            return EXACT;
        }
        Map<String, Object> members = StructuredField.dictionary(response.all(FIELD));
        SearchVariance variance = members == null ? null : read(members);
        return variance == null ? EXACT : variance;
    }

    /** Whether only equal URLs are equivalent. */
    public boolean isExact() {
        return keyOrder && !listedOnly && names.isEmpty();
    }

    /** A text that is the same for equivalent URLs of one origin, and only for those. */
    public String canonical(String pathAndQuery) {
        if (isExact()) {
            return pathAndQuery;
        }
        int mark = pathAndQuery.indexOf('?');
        List<Parameter> counting = mark < 0 ? new ArrayList<>() : parameters(pathAndQuery.substring(mark + 1));
        counting.removeIf(parameter -> names.contains(parameter.name()) != listedOnly);
        if (!keyOrder) {
            // Stable: parameters of one name keep their order.
            counting.sort(Comparator.comparing(Parameter::name));
        }
        StringBuilder text = new StringBuilder(mark < 0 ? pathAndQuery : pathAndQuery.substring(0, mark));
        for (Parameter parameter : counting) {
            // Lengths keep apart what decoded text could not.
            text.append('?')
                    .append(parameter.name().length())
                    .append(':')
                    .append(parameter.name())
                    .append(parameter.value().length())
                    .append(':')
                    .append(parameter.value());
        }
        return text.toString();
    }

    /** §4.2; null when a member is of a wrong type. */
    private static @Nullable SearchVariance read(Map<String, Object> members) {
        Object order = members.getOrDefault("key-order", false);
        Object params = members.getOrDefault("params", false);
        Object except = members.get("except");
        if (!(order instanceof Boolean orderIgnored)) {
            return null;
        }
        if (except != null) {
            Set<String> kept = names(except);
            return Boolean.TRUE.equals(params) && kept != null ? new SearchVariance(!orderIgnored, true, kept) : null;
        }
        if (params instanceof Boolean allIgnored) {
            return new SearchVariance(!orderIgnored, allIgnored, Set.of());
        }
        Set<String> ignored = names(params);
        return ignored == null ? null : new SearchVariance(!orderIgnored, false, ignored);
    }

    private static @Nullable Set<String> names(Object list) {
        if (!(list instanceof List<?> items) || !items.stream().allMatch(String.class::isInstance)) {
            return null;
        }
        return items.stream().map(item -> decoded((String) item)).collect(Collectors.toUnmodifiableSet());
    }

    /** As application/x-www-form-urlencoded is read: URL Standard §5.1. */
    private static List<Parameter> parameters(String query) {
        List<Parameter> parameters = new ArrayList<>();
        for (String sequence : query.split("&", -1)) {
            if (!sequence.isEmpty()) {
                int equals = sequence.indexOf('=');
                parameters.add(
                        equals < 0
                                ? new Parameter(decoded(sequence), "")
                                : new Parameter(
                                        decoded(sequence.substring(0, equals)),
                                        decoded(sequence.substring(equals + 1))));
            }
        }
        return parameters;
    }

    private static String decoded(String text) {
        if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
            return text;
        }
        StringBuilder bytes = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
            if (c == '%' && high >= 0 && low >= 0) {
                bytes.append((char) (16 * high + low));
                i += 2;
            } else {
                bytes.append(c == '+' ? ' ' : c);
            }
        }
        return bytes.toString();
    }
}
