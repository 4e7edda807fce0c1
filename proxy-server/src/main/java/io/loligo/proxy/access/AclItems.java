package io.loligo.proxy.access;

import io.loligo.proxy.access.AclParser.Complaints;
import io.loligo.proxy.access.AclParser.Line;
import io.loligo.proxy.access.PosixRegex.Untranslatable;
import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Reads the items of acl lines that say everything by themselves: ports, words, domains, patterns, status codes. */
final class AclItems {
    private static final int STATUS_MAX = 999;
    private static final int MINUTES_OF_DAY = 24 * 60;
    /** Characters of a number in a random acl. */
    private static final int NUMBER_LENGTH_MAX = 20;

    private AclItems() {}

    static List<NumberRange> ports(List<Line> lines) {
        List<NumberRange> ranges = new ArrayList<>();
        for (Line line : lines) {
            for (String item : line.items()) {
                NumberRange range = range(item);
                if (range == null) {
                    line.complaints().error("not a port or a range of ports: " + item);
                } else {
                    ranges.add(range);
                }
            }
        }
        return List.copyOf(ranges);
    }

    /** Whether {@code item} is a port or a range of ports, as localport takes them. */
    static boolean isPorts(String item) {
        return range(item) != null;
    }

    /** Whether {@code port} is in the range {@code item}. */
    static boolean isPortIn(int port, String item) {
        NumberRange range = range(item);
        return range != null && range.contains(port);
    }

    private static @Nullable NumberRange range(String item) {
        int dash = item.indexOf('-');
        int first = port(dash < 0 ? item : item.substring(0, dash));
        int last = dash < 0 ? first : port(item.substring(dash + 1));
        return first < 0 || last < first ? null : new NumberRange(first, last);
    }

    /** A port's number; negative if it is none. */
    private static int port(String text) {
        if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> '0' <= c && c <= '9')) {
            return -1;
        }
        int port = Integer.parseInt(text);
        return port <= 65_535 ? port : -1;
    }

    static List<String> words(List<Line> lines) {
        return lines.stream().flatMap(line -> line.items().stream()).toList();
    }

    static List<String> domains(List<Line> lines) {
        List<String> domains = new ArrayList<>();
        for (Line line : lines) {
            for (String item : line.items()) {
                if (item.equals("-n")) {
                    continue;
                }
                if (item.contains("/") || item.contains("*")) {
                    line.complaints()
                            .warning(item + " is compared letter by letter and will not match a host;"
                                    + " .name stands for name and all names below it");
                }
                domains.add(item);
            }
        }
        return domains;
    }

    static List<PosixRegex> pathPatterns(List<Line> lines) {
        for (Line line : lines) {
            for (String item : line.items()) {
                if (endsAtPath(item)) {
                    line.complaints()
                            .warning("urlpath_regex sees the query too, so " + item
                                    + " does not match a URL with ?...; allow for it, as in (\\?|$)");
                }
            }
        }
        return patterns(lines);
    }

    /** Whether a pattern insists on an end without a thought for a query. */
    private static boolean endsAtPath(String pattern) {
        int end = pattern.indexOf('$');
        return end > 0
                && pattern.charAt(end - 1) != '\\'
                && !pattern.startsWith("^/$")
                && !pattern.contains("\\?")
                && !pattern.contains("[?")
                && !pattern.contains(".*$");
    }

    static List<PosixRegex> patterns(List<Line> lines) {
        return patterns(lines, false);
    }

    /** Beside patterns there may be -n, which asks for no look-ups: there are none. */
    static List<PosixRegex> hostPatterns(List<Line> lines) {
        return patterns(lines, true);
    }

    private static List<PosixRegex> patterns(List<Line> lines, boolean noLookup) {
        List<PosixRegex> patterns = new ArrayList<>();
        for (Line line : lines) {
            boolean ignoreCase = false;
            for (String item : line.items()) {
                switch (item) {
                    case "-i" -> ignoreCase = true;
                    case "+i" -> ignoreCase = false;
                    default -> {
                        if (!(noLookup && item.equals("-n"))) {
                            pattern(item, ignoreCase, line.complaints()).ifPresent(patterns::add);
                        }
                    }
                }
            }
        }
        return List.copyOf(patterns);
    }

    private static Optional<PosixRegex> pattern(String source, boolean ignoreCase, Complaints complaints) {
        try {
            return Optional.of(PosixRegex.compile(source, ignoreCase));
        } catch (Untranslatable e) {
            complaints.leftOut("cannot use the pattern " + source + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    /** {@code MTWHF 09:00-17:00}: spans of a line are on the days that stand before them, or on all. */
    static List<TimeAcl.Span> times(List<Line> lines) {
        List<TimeAcl.Span> spans = new ArrayList<>();
        for (Line line : lines) {
            int days = 0;
            boolean onDaysOnly = false;
            for (String item : line.items()) {
                if (!item.isEmpty() && Character.isDigit(item.charAt(0))) {
                    TimeAcl.Span span = span(days == 0 ? TimeAcl.Span.ALL_DAYS : days, item);
                    if (span == null) {
                        line.complaints()
                                .error("not a span of time of one day: " + item
                                        + "; expected HH:MM-HH:MM, as 09:00-17:30, the later one behind");
                    } else {
                        spans.add(span);
                    }
                    onDaysOnly = false;
                } else {
                    days |= days(item, line.complaints());
                    onDaysOnly = days != 0;
                }
            }
            if (onDaysOnly) {
                spans.add(new TimeAcl.Span(days, 0, MINUTES_OF_DAY));
            }
        }
        return List.copyOf(spans);
    }

    private static int days(String letters, Complaints complaints) {
        int days = 0;
        for (int i = 0; i < letters.length(); i++) {
            days |= switch (letters.charAt(i)) {
                case 'M' -> TimeAcl.Span.bit(DayOfWeek.MONDAY);
                case 'T' -> TimeAcl.Span.bit(DayOfWeek.TUESDAY);
                case 'W' -> TimeAcl.Span.bit(DayOfWeek.WEDNESDAY);
                case 'H' -> TimeAcl.Span.bit(DayOfWeek.THURSDAY);
                case 'F' -> TimeAcl.Span.bit(DayOfWeek.FRIDAY);
                case 'A' -> TimeAcl.Span.bit(DayOfWeek.SATURDAY);
                case 'S' -> TimeAcl.Span.bit(DayOfWeek.SUNDAY);
                case 'D' -> TimeAcl.Span.WEEKDAYS;
                default -> {
                    complaints.error("no day of the week: " + letters.charAt(i)
                            + "; expected letters of SMTWHFA, from Sunday to Saturday, or D for Monday to Friday");
                    yield 0;
                }
            };
        }
        return days;
    }

    private static TimeAcl.@Nullable Span span(int days, String text) {
        int dash = text.indexOf('-');
        int first = dash < 0 ? -1 : minute(text.substring(0, dash));
        int last = dash < 0 ? -1 : minute(text.substring(dash + 1));
        return first < 0 || last < first ? null : new TimeAcl.Span(days, first, last);
    }

    /** The minute of the day that {@code HH:MM} names, 24:00 included; negative if it names none. */
    private static int minute(String text) {
        int colon = text.indexOf(':');
        int hour = colon < 0 ? -1 : twoDigits(text.substring(0, colon));
        int minute = colon < 0 ? -1 : twoDigits(text.substring(colon + 1));
        int of = hour * 60 + minute;
        return hour < 0 || minute < 0 || minute > 59 || of > MINUTES_OF_DAY ? -1 : of;
    }

    private static int twoDigits(String text) {
        return text.isEmpty() || text.length() > 2 || !text.chars().allMatch(c -> '0' <= c && c <= '9')
                ? -1
                : Integer.parseInt(text);
    }

    /** {@code 0.25}, {@code 1/4} or {@code 1:3}; 0 where there is none that can be read. The last one counts. */
    static double share(List<Line> lines) {
        double share = 0;
        for (Line line : lines) {
            for (String item : line.items()) {
                double read = share(item);
                if (read >= 0 && read <= 1) {
                    share = read;
                } else {
                    line.complaints().error("no share of requests: " + item + "; expected 0 to 1 as 0.25, 1/4 or 1:3");
                }
            }
        }
        return share;
    }

    /** Not a number, or below 0 or above 1, where it is none. */
    private static double share(String text) {
        int slash = text.indexOf('/');
        int colon = text.indexOf(':');
        int sign = Math.max(slash, colon);
        if (sign < 0) {
            return number(text);
        }
        double first = number(text.substring(0, sign));
        double second = number(text.substring(sign + 1));
        return colon < 0 ? first / second : first / (first + second);
    }

    /** A decimal number without a sign; not a number where it is none. */
    private static double number(String text) {
        boolean digits = !text.isEmpty()
                && text.length() <= NUMBER_LENGTH_MAX
                && text.chars().allMatch(c -> ('0' <= c && c <= '9') || c == '.')
                && text.indexOf('.') == text.lastIndexOf('.')
                && !text.equals(".");
        return digits ? Double.parseDouble(text) : Double.NaN;
    }

    /** Whether an acl of type has names more than the response. */
    static boolean hasMoreThanResponse(List<Line> lines) {
        boolean more = false;
        for (Line line : lines) {
            for (String item : line.items()) {
                switch (item) {
                    case "response" -> {}
                    case "request", "ALE" -> more = true;
                    default ->
                        line.complaints()
                                .error("nothing that can be known: " + item + "; expected request, response or ALE");
                }
            }
        }
        return more;
    }

    /** {@code 200 301 400-403 500-}. */
    static List<NumberRange> statuses(List<Line> lines) {
        List<NumberRange> ranges = new ArrayList<>();
        for (Line line : lines) {
            for (String item : line.items()) {
                int dash = item.indexOf('-');
                int first = status(dash < 0 ? item : item.substring(0, dash));
                String end = item.substring(dash + 1);
                int last = dash < 0 ? first : end.isEmpty() ? STATUS_MAX : status(end);
                if (first < 0 || last < first) {
                    line.complaints()
                            .error("not a status code or a range of them, as in 200 301 400-403 500-: " + item);
                } else {
                    ranges.add(new NumberRange(first, last));
                }
            }
        }
        return List.copyOf(ranges);
    }

    /** A status code; negative if it is none. */
    private static int status(String text) {
        boolean number = text.length() == 3 && text.chars().allMatch(c -> '0' <= c && c <= '9');
        return number ? Integer.parseInt(text) : -1;
    }

    /** req_header or rep_header NAME patterns: every line names the field, and all must name the same. */
    static Acl onField(String name, String type, List<Line> lines, BiFunction<String, List<Line>, Acl> onPatterns) {
        String field = null;
        List<Line> patternLines = new ArrayList<>();
        for (Line line : lines) {
            if (line.items().isEmpty()) {
                line.complaints().error(type + " needs the name of a field");
                continue;
            }
            if (field == null) {
                field = line.items().get(0);
            } else if (!field.equalsIgnoreCase(line.items().get(0))) {
                line.complaints().error("the acl is about the field " + field + " already");
                continue;
            }
            patternLines.add(new Line(line.items().subList(1, line.items().size()), line.complaints()));
        }
        return field == null ? new UnsupportedAcl(name, "names no field") : onPatterns.apply(field, patternLines);
    }
}
