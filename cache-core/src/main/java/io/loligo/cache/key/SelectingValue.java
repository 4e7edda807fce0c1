package io.loligo.cache.key;

import io.loligo.cache.http.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The value of a selecting field in the form in which it is compared. RFC 9111 §4.1: only differences that mean nothing
 * are levelled. Qualities stay: an origin may go by them.
 */
final class SelectingValue {
    private SelectingValue() {}

    /** The normalised value of the lines named {@code name} (lower case), or {@link SelectingFields#ABSENT}. */
    static String of(String name, Fields request) {
        String first = request.first(name);
        if (first == null) {
            return SelectingFields.ABSENT;
        }
        List<String> lines = request.all(name);
        return switch (name) {
            case "accept-encoding" -> codings(lines);
            case "accept-language" -> languages(lines);
            // HTTP/2 may split a cookie string into several lines. RFC 9113 §8.2.3.
            case "cookie" -> spaced(String.join("; ", lines));
            default -> spaced(String.join(",", lines));
        };
    }

    /** The codings in question, sorted; {@code identity} is understood unless it is refused. RFC 9110 §12.5.3. */
    private static String codings(List<String> lines) {
        Map<String, String> codings = weighted(lines);
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
    private static String languages(List<String> lines) {
        return written(weighted(lines));
    }

    /** The members by lower-case name, each with its quality: digits without trailing zeros, empty for 1. */
    private static Map<String, String> weighted(List<String> lines) {
        Map<String, String> members = new TreeMap<>();
        for (String line : lines) {
            for (String member : line.split(",", -1)) {
                String[] parts = member.toLowerCase(Locale.ROOT).split(";", -1);
                String name = parts[0].strip();
                if (!name.isEmpty()) {
                    members.put(name, weight(parts));
                }
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
