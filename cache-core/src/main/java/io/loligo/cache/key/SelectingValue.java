package io.loligo.cache.key;

import io.loligo.cache.http.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The value of a selecting field in the form in which it is compared. RFC 9111 §4.1: only differences that mean nothing
 * are levelled. Qualities stay: an origin may go by them.
 */
final class SelectingValue {
    /** Accept-Encoding has few different values, and nearly every response varies by it. */
    private static final RecentValues RECENT_CODINGS = new RecentValues();

    private SelectingValue() {}

    /** The normalised value of the lines named {@code name} (lower case), or {@link SelectingFields#ABSENT}. */
    static String of(String name, Fields request) {
        // HTTP/2 may split a cookie string into several lines. RFC 9113 §8.2.3.
        String value = name.equals("cookie") && request.has(name)
                ? String.join("; ", request.all(name))
                : request.combined(name);
        if (value == null) {
            return SelectingFields.ABSENT;
        }
        return switch (name) {
            case "accept-encoding" -> RECENT_CODINGS.of(value, SelectingValue::codings);
            case "accept-language" -> languages(value);
            default -> spaced(value);
        };
    }

    /** The codings in question, sorted; {@code identity} is understood unless it is refused. RFC 9110 §12.5.3. */
    private static String codings(String value) {
        Map<String, String> codings = weighted(value);
        rename(codings, "x-gzip", "gzip");
        rename(codings, "x-compress", "compress");
        boolean star = codings.containsKey("*");
        codings.entrySet().removeIf(coding -> {
            boolean refused = coding.getValue().equals("0");
            boolean identity = coding.getKey().equals("identity");
            return identity ? !refused && !star : refused && !star;
        });
        return written(codings);
    }

    private static void rename(Map<String, String> codings, String old, String current) {
        String weight = codings.remove(old);
        if (weight != null) {
            codings.putIfAbsent(current, weight);
        }
    }

    /** The ranges without regard to case, blanks and order. RFC 9110 §12.5.4. */
    private static String languages(String value) {
        return written(weighted(value));
    }

    /** The one language that {@code value} gives a higher quality than all others, or null. */
    static @Nullable String preferred(String value) {
        String best = null;
        double bestQuality = 0;
        boolean alone = false;
        for (Map.Entry<String, String> language : weighted(value).entrySet()) {
            double quality = quality(language.getValue());
            alone = quality > bestQuality || (alone && quality < bestQuality);
            if (quality > bestQuality) {
                best = language.getKey();
                bestQuality = quality;
            }
        }
        return alone ? best : null;
    }

    private static double quality(String weight) {
        if (weight.isEmpty()) {
            return 1;
        }
        try {
            return Double.parseDouble(weight);
        } catch (NumberFormatException none) {
            return 0;
        }
    }

    /** The members by lower-case name, each with its quality: digits without trailing zeros, empty for 1. */
    private static Map<String, String> weighted(String value) {
        Map<String, String> members = new TreeMap<>();
        for (String member : value.split(",", -1)) {
            String[] parts = member.toLowerCase(Locale.ROOT).split(";", -1);
            String name = parts[0].strip();
            if (!name.isEmpty()) {
                members.put(name, weight(parts));
            }
        }
        return members;
    }

    private static String weight(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip();
            if (parameter.startsWith("q=")) {
                String digits = parameter.substring(2).strip();
                if (digits.indexOf('.') >= 0) {
                    digits = digits.replaceAll("\\.?0*$", "");
                }
                return digits.equals("1") ? "" : digits.isEmpty() ? "0" : digits;
            }
        }
        return "";
    }

    private static String written(Map<String, String> members) {
        List<String> texts = new ArrayList<>(members.size());
        members.forEach((name, weight) -> texts.add(weight.isEmpty() ? name : name + ";q=" + weight));
        return String.join(",", texts);
    }

    /** {@code text} with single blanks, and none around commas; quoted strings stay as they are. */
    private static String spaced(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                out.append(c);
                if (c == '\\' && i + 1 < text.length()) {
                    out.append(text.charAt(++i));
                } else if (c == '"') {
                    quoted = false;
                }
                continue;
            }
            boolean blank = c == ' ' || c == '\t';
            char before = out.isEmpty() ? ',' : out.charAt(out.length() - 1);
            if (blank && (before == ',' || before == ' ')) {
                continue;
            }
            if (c == ',' && before == ' ') {
                out.setLength(out.length() - 1);
            }
            quoted = c == '"';
            out.append(blank ? ' ' : c);
        }
        return out.toString().strip();
    }
}
