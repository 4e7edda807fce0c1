package io.loligo.proxy.config;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A format of strftime(3) in the locale C, for the %tl and %tg of logformat. Immutable. */
public final class TimeFormat {
    @SuppressWarnings("DuplicateDateFormatField") // short and long names
    private static final DateTimeFormatter NAMED = DateTimeFormatter.ofPattern("EEE EEEE MMM MMMM", Locale.ENGLISH);

    private final List<Step> steps;

    private interface Step {
        void append(StringBuilder text, ZonedDateTime time);
    }

    /** @param format without a conversion that {@link #unknown} names */
    public TimeFormat(String format) {
        List<Step> compiled = new ArrayList<>();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            compiled.add(c == '%' && i + 1 < format.length() ? step(format.charAt(++i)) : literal(c));
        }
        this.steps = List.copyOf(compiled);
    }

    /** The first conversion of {@code format} that strftime does not have; 0 for none. */
    static char unknown(String format) {
        for (int i = 0; i < format.length() - 1; i++) {
            if (format.charAt(i) == '%'
                    && "aAbBcCdDeFgGhHIjklmMnpPrRsStTuUVwWxXyYzZ%".indexOf(format.charAt(++i)) < 0) {
                return format.charAt(i);
            }
        }
        return 0;
    }

    /** {@code time} in this format. */
    public String format(ZonedDateTime time) {
        StringBuilder text = new StringBuilder(32);
        for (Step step : steps) {
            step.append(text, time);
        }
        return text.toString();
    }

    private static Step literal(char c) {
        return (text, time) -> text.append(c);
    }

    private static Step step(char conversion) {
        return switch (conversion) {
            case 'a' -> (text, time) -> text.append(named(time, 0));
            case 'A' -> (text, time) -> text.append(named(time, 1));
            case 'b', 'h' -> (text, time) -> text.append(named(time, 2));
            case 'B' -> (text, time) -> text.append(named(time, 3));
            case 'c' -> of("%a %b %e %H:%M:%S %Y");
            case 'C' -> (text, time) -> padded(text, time.getYear() / 100, 2, '0');
            case 'd' -> (text, time) -> padded(text, time.getDayOfMonth(), 2, '0');
            case 'D', 'x' -> of("%m/%d/%y");
            case 'e' -> (text, time) -> padded(text, time.getDayOfMonth(), 2, ' ');
            case 'F' -> of("%Y-%m-%d");
            case 'g' -> (text, time) -> padded(text, time.get(IsoFields.WEEK_BASED_YEAR) % 100, 2, '0');
            case 'G' -> (text, time) -> text.append(time.get(IsoFields.WEEK_BASED_YEAR));
            case 'H' -> (text, time) -> padded(text, time.getHour(), 2, '0');
            case 'I' -> (text, time) -> padded(text, time.get(ChronoField.CLOCK_HOUR_OF_AMPM), 2, '0');
            case 'j' -> (text, time) -> padded(text, time.getDayOfYear(), 3, '0');
            case 'k' -> (text, time) -> padded(text, time.getHour(), 2, ' ');
            case 'l' -> (text, time) -> padded(text, time.get(ChronoField.CLOCK_HOUR_OF_AMPM), 2, ' ');
            case 'm' -> (text, time) -> padded(text, time.getMonthValue(), 2, '0');
            case 'M' -> (text, time) -> padded(text, time.getMinute(), 2, '0');
            // A line of a log has no line feed in it.
            case 'n', 't' -> literal(' ');
            case 'p' -> (text, time) -> text.append(time.getHour() < 12 ? "AM" : "PM");
            case 'P' -> (text, time) -> text.append(time.getHour() < 12 ? "am" : "pm");
            case 'r' -> of("%I:%M:%S %p");
            case 'R' -> of("%H:%M");
            case 's' -> (text, time) -> text.append(time.toEpochSecond());
            case 'S' -> (text, time) -> padded(text, time.getSecond(), 2, '0');
            case 'T', 'X' -> of("%H:%M:%S");
            case 'u' -> (text, time) -> text.append(time.getDayOfWeek().getValue());
            case 'U' ->
                (text, time) -> padded(text, week(time, time.getDayOfWeek().getValue() % 7), 2, '0');
            case 'V' -> (text, time) -> padded(text, time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2, '0');
            case 'w' -> (text, time) -> text.append(time.getDayOfWeek().getValue() % 7);
            case 'W' ->
                (text, time) -> padded(text, week(time, time.getDayOfWeek().getValue() - 1), 2, '0');
            case 'y' -> (text, time) -> padded(text, time.getYear() % 100, 2, '0');
            case 'Y' -> (text, time) -> text.append(time.getYear());
            case 'z' -> (text, time) -> offset(text, time.getOffset().getTotalSeconds() / 60);
            case 'Z' -> (text, time) -> text.append(zone(time));
            default -> literal(conversion);
        };
    }

    private static Step of(String format) {
        TimeFormat whole = new TimeFormat(format);
        return (text, time) -> text.append(whole.format(time));
    }

    private static String named(ZonedDateTime time, int index) {
        return NAMED.format(time).split(" ", -1)[index];
    }

    private static String zone(ZonedDateTime time) {
        String name = DateTimeFormatter.ofPattern("zzz", Locale.ENGLISH).format(time);
        return name.equals("Z") ? "UTC" : name;
    }

    /** The week of the year; days before its first first-day are in week 0. */
    private static int week(ZonedDateTime time, int daysSinceFirst) {
        long days = ChronoUnit.DAYS.between(time.toLocalDate().withDayOfYear(1), time.toLocalDate());
        return (int) ((days + 7 - daysSinceFirst) / 7);
    }

    private static void offset(StringBuilder text, int minutes) {
        text.append(minutes < 0 ? '-' : '+');
        padded(text, Math.abs(minutes) / 60, 2, '0');
        padded(text, Math.abs(minutes) % 60, 2, '0');
    }

    private static void padded(StringBuilder text, int number, int width, char with) {
        String digits = Integer.toString(number);
        for (int i = digits.length(); i < width; i++) {
            text.append(with);
        }
        text.append(digits);
    }
}
