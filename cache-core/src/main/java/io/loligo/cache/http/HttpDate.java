package io.loligo.cache.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/**
 * Dates as HTTP writes them. RFC 9110 §5.6.7.
 *
 * <p>Exactly the three forms are read, names and {@code GMT} in any case; anything sloppier is no date, so that an
 * {@code Expires} that we would have to guess at counts as expired. RFC 9111 §5.3.
 */
public final class HttpDate {
    private static final String[] DAYS = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    private static final String[] LONG_DAYS = {
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"
    };
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    private static final int IMF_LENGTH = "Sun, 06 Nov 1994 08:49:37 GMT".length();
    private static final int ASCTIME_LENGTH = "Sun Nov  6 08:49:37 1994".length();
    /** What follows the day's name in the RFC 850 form. */
    private static final int RFC850_REST_LENGTH = ", 06-Nov-94 08:49:37 GMT".length();

    private static final int HOURS = 24;
    private static final int MINUTES = 60;
    private static final int SECONDS = 60;
    private static final int LEAP_SECOND = 60;
    private static final int CENTURY = 100;
    /** A two-digit year that seems further ahead than this is of the past. RFC 9110 §5.6.7. */
    private static final int FUTURE_YEARS_MAX = 50;

    private HttpDate() {}

    /**
     * Reads {@code text}.
     *
     * @param reference the moment that a two-digit year (RFC 850 form) is taken near to
     */
    public static Optional<Instant> parse(String text, Instant reference) {
        try {
            int comma = text.indexOf(',');
            if (comma < 0) {
                return asctime(text);
            }
            return comma == 3 ? imfFixdate(text) : rfc850(text, comma, reference);
        } catch (DateTimeException noSuchDay) {
            return Optional.empty();
        }
    }

    /** Writes {@code instant} as IMF-fixdate, fractions of a second cut off. */
    public static String format(Instant instant) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(instant.getEpochSecond(), 0, ZoneOffset.UTC);
        StringBuilder text = new StringBuilder(IMF_LENGTH);
        text.append(DAYS[time.getDayOfWeek().getValue() - 1]).append(", ");
        twoDigits(text, time.getDayOfMonth()).append(' ');
        text.append(MONTHS[time.getMonthValue() - 1]).append(' ');
        String year = Integer.toString(time.getYear());
        text.append("0".repeat(Math.max(0, 4 - year.length()))).append(year).append(' ');
        twoDigits(text, time.getHour()).append(':');
        twoDigits(text, time.getMinute()).append(':');
        twoDigits(text, time.getSecond()).append(" GMT");
        return text.toString();
    }

    /** {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
    private static Optional<Instant> imfFixdate(String text) {
        if (text.length() != IMF_LENGTH
                || !isName(DAYS, text, 0)
                || text.charAt(4) != ' '
                || text.charAt(7) != ' '
                || text.charAt(11) != ' '
                || text.charAt(16) != ' '
                || !endsInGmt(text)) {
            return Optional.empty();
        }
        return instant(number(text, 12, 4), month(text, 8), number(text, 5, 2), text, 17);
    }

    /** {@code Sunday, 06-Nov-94 08:49:37 GMT}. */
    private static Optional<Instant> rfc850(String text, int comma, Instant reference) {
        if (text.length() != comma + RFC850_REST_LENGTH
                || !isLongDay(text, comma)
                || text.charAt(comma + 1) != ' '
                || text.charAt(comma + 4) != '-'
                || text.charAt(comma + 8) != '-'
                || text.charAt(comma + 11) != ' '
                || !endsInGmt(text)) {
            return Optional.empty();
        }
        int twoDigits = number(text, comma + 9, 2);
        if (twoDigits < 0) {
            return Optional.empty();
        }
        int thisYear = LocalDateTime.ofEpochSecond(reference.getEpochSecond(), 0, ZoneOffset.UTC)
                .getYear();
        int year = thisYear - Math.floorMod(thisYear, CENTURY) + twoDigits;
        if (year > thisYear + FUTURE_YEARS_MAX) {
            year -= CENTURY;
        } else if (year <= thisYear - FUTURE_YEARS_MAX) {
            year += CENTURY;
        }
        return instant(year, month(text, comma + 5), number(text, comma + 2, 2), text, comma + 12);
    }

    /** {@code Sun Nov  6 08:49:37 1994}. */
    private static Optional<Instant> asctime(String text) {
        if (text.length() != ASCTIME_LENGTH
                || !isName(DAYS, text, 0)
                || text.charAt(3) != ' '
                || text.charAt(7) != ' '
                || text.charAt(10) != ' '
                || text.charAt(19) != ' ') {
            return Optional.empty();
        }
        int day = text.charAt(8) == ' ' ? number(text, 9, 1) : number(text, 8, 2);
        return instant(number(text, 20, 4), month(text, 4), day, text, 11);
    }

    /** Puts the parts together; {@code hh:mm:ss} stands at {@code timeAt}. */
    private static Optional<Instant> instant(int year, int month, int day, String text, int timeAt) {
        int hour = number(text, timeAt, 2);
        int minute = number(text, timeAt + 3, 2);
        int second = number(text, timeAt + 6, 2);
        if (text.charAt(timeAt + 2) != ':'
                || text.charAt(timeAt + 5) != ':'
                || year < 0
                || month < 1
                || day < 0
                || hour < 0
                || minute < 0
                || second < 0) {
            return Optional.empty();
        }
        // A leap second is the last second of its minute to a clock that has none.
        int clockSecond = second == LEAP_SECOND ? LEAP_SECOND - 1 : second;
        if (hour >= HOURS || minute >= MINUTES || clockSecond >= SECONDS) {
            return Optional.empty();
        }
        long ofDay = (long) (hour * MINUTES + minute) * SECONDS + clockSecond;
        long days = LocalDate.of(year, month, day).toEpochDay();
        return Optional.of(Instant.ofEpochSecond(days * HOURS * MINUTES * SECONDS + ofDay));
    }

    /** The number that {@code length} digits from {@code at} on spell, or -1. */
    private static int number(String text, int at, int length) {
        int number = 0;
        for (int i = at; i < at + length; i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            number = number * 10 + digit - '0';
        }
        return number;
    }

    /** 1 to 12, or 0. */
    private static int month(String text, int at) {
        return find(MONTHS, text, at) + 1;
    }

    private static boolean isName(String[] names, String text, int at) {
        return find(names, text, at) >= 0;
    }

    /** Which of {@code names} stands at {@code at}, or -1: as everybody writes it, else in any case. */
    private static int find(String[] names, String text, int at) {
        for (int i = 0; i < names.length; i++) {
            if (text.startsWith(names[i], at)) {
                return i;
            }
        }
        for (int i = 0; i < names.length; i++) {
            if (text.regionMatches(true, at, names[i], 0, names[i].length())) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isLongDay(String text, int length) {
        for (String name : LONG_DAYS) {
            if (name.length() == length && text.regionMatches(true, 0, name, 0, length)) {
                return true;
            }
        }
        return false;
    }

    private static boolean endsInGmt(String text) {
        return text.endsWith(" GMT") || text.regionMatches(true, text.length() - 4, " GMT", 0, 4);
    }

    private static StringBuilder twoDigits(StringBuilder text, int number) {
        return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }
}
