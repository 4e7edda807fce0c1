package io.loligo.proxy.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The values of directives: numbers, sizes, times, switches, each read from its words. Empty where they make no sense. */
final class Values {
    private static final BigDecimal LONG_MAX = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final Map<String, Long> SIZE_UNITS =
            Map.of("bytes", 1L, "byte", 1L, "kb", 1L << 10, "mb", 1L << 20, "gb", 1L << 30, "b", 1L, "tb", 1L << 40);
    private static final long DAY = 86_400;
    /** Without their plural s, in seconds. */
    private static final Map<String, Long> TIME_UNITS = Map.of(
            "second",
            1L,
            "minute",
            60L,
            "hour",
            3_600L,
            "day",
            DAY,
            "week",
            7 * DAY,
            "fortnight",
            14 * DAY,
            "month",
            30 * DAY,
            "year",
            365 * DAY + DAY / 4,
            "decade",
            10 * (365 * DAY + DAY / 4));

    private Values() {}

    /** A switch. {@code old} says that it was written in a form that Squid discourages. */
    record OnOff(boolean on, boolean old) {}

    /** A value with or without a unit. */
    record Measured<T>(T value, boolean unitMissing) {}

    static Optional<OnOff> onOff(String word) {
        return switch (word) {
            case "on" -> Optional.of(new OnOff(true, false));
            case "off" -> Optional.of(new OnOff(false, false));
            case "enable", "1" -> Optional.of(new OnOff(true, true));
            case "disable", "0" -> Optional.of(new OnOff(false, true));
            default -> Optional.empty();
        };
    }

    static Optional<Long> integer(String word) {
        int digits = word.startsWith("-") || word.startsWith("+") ? 1 : 0;
        if (word.length() == digits || word.length() > 19 || !isDigits(word.substring(digits))) {
            return Optional.empty();
        }
        return Optional.of(Long.parseLong(word));
    }

    static boolean isDigits(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> '0' <= c && c <= '9');
    }

    /** A size in bytes: {@code 64 MB}, {@code 64MB}; bytes where there is no unit. */
    static Optional<Measured<Long>> bytes(List<String> words) {
        return amount(words).flatMap(amount -> {
            Long unit = amount.unit.isEmpty() ? Long.valueOf(1) : SIZE_UNITS.get(amount.unit);
            return unit == null
                    ? Optional.empty()
                    : times(amount.number, unit).map(value -> new Measured<>(value, amount.unit.isEmpty()));
        });
    }

    /** A time: {@code 2 minutes}, {@code 30 seconds}; seconds where there is no unit. */
    static Optional<Measured<Duration>> time(List<String> words) {
        return amount(words).flatMap(amount -> {
            if (amount.unit.startsWith("millisecond")) {
                return times(amount.number, 1).map(value -> new Measured<>(Duration.ofMillis(value), false));
            }
            String unit = amount.unit.endsWith("s") ? amount.unit.substring(0, amount.unit.length() - 1) : amount.unit;
            Long seconds = unit.isEmpty() ? Long.valueOf(1) : TIME_UNITS.get(unit);
            return seconds == null
                    ? Optional.empty()
                    : times(amount.number, seconds * 1_000)
                            .map(value -> new Measured<>(Duration.ofMillis(value), unit.isEmpty()));
        });
    }

    private record Amount(BigDecimal number, String unit) {}

    /** A number and a unit in lower case, in two words or one. */
    private static Optional<Amount> amount(List<String> words) {
        if (words.isEmpty() || words.size() > 2) {
            return Optional.empty();
        }
        String first = words.get(0);
        int end = 0;
        while (end < first.length() && "+-.0123456789".indexOf(first.charAt(end)) >= 0) {
            end++;
        }
        String unit = first.substring(end) + (words.size() == 2 ? words.get(1) : "");
        if (end == 0 || end > 20 || (end < first.length() && words.size() == 2)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Amount(new BigDecimal(first.substring(0, end)), unit.toLowerCase(Locale.ROOT)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Optional<Long> times(BigDecimal number, long unit) {
        BigDecimal product = number.multiply(BigDecimal.valueOf(unit));
        return product.abs().compareTo(LONG_MAX) > 0 ? Optional.empty() : Optional.of(product.longValue());
    }
}
