package io.loligo.cache.freshness;

import io.loligo.cache.http.DeltaSeconds;
import io.loligo.cache.http.Fields;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The Age calculation, variable for variable as RFC 9111 §4.2.3 writes it. */
public final class Age {
    private Age() {}

    /**
     * age_value: the first value of the first Age line; zero when it is none. RFC 9111 §5.1.
     *
     * @param response the fields as received
     */
    public static Duration ageValue(Fields response) {
        String line = response.first("Age");
        if (line == null) {
            return Duration.ZERO;
        }
        int comma = line.indexOf(',');
        String first = comma < 0 ? line : line.substring(0, comma);
        return DeltaSeconds.parse(first.strip()).orElse(Duration.ZERO);
    }

    /** {@code times} with the request time moved back by age_value: how {@link StoredHead} remembers it. */
    public static ResponseTimes movedInto(ResponseTimes times, Fields response) {
        return new ResponseTimes(times.requestTime().minus(ageValue(response)), times.responseTime());
    }

    /**
     * corrected_initial_age.
     *
     * @param dateValue the Date field's value
     * @param ageValue the Age field's value; zero where it has been moved into {@code times}
     */
    public static Duration correctedInitialAge(Instant dateValue, Duration ageValue, ResponseTimes times) {
        return max(apparentAge(dateValue, times), correctedAgeValue(ageValue, times));
    }

    /** current_age. */
    public static Duration current(Instant dateValue, Duration ageValue, ResponseTimes times, Instant now) {
        Duration correctedInitialAge = correctedInitialAge(dateValue, ageValue, times);
        Duration residentTime = Duration.between(times.responseTime(), now);
        return correctedInitialAge.plus(residentTime);
    }

    /**
     * The calculation for one stored response, step by step.
     *
     * @param apparentAge whole seconds: Date has no smaller ones
     * @param correctedAgeValue with the received Age, which a stored response keeps in its request time
     * @param correctedInitialAge the larger of the two
     * @param residentTime since it was received or last validated
     * @param currentAge the sum
     */
    public record Calculation(
            Duration apparentAge,
            Duration correctedAgeValue,
            Duration correctedInitialAge,
            Duration residentTime,
            Duration currentAge) {}

    /** The steps to {@link StoredHead#ageMillis}. */
    public static Calculation calculation(StoredHead stored, Instant now) {
        ResponseTimes times = stored.times();
        Duration initial = correctedInitialAge(stored.date(), Duration.ZERO, times);
        Duration current = Duration.ofMillis(stored.ageMillis(now));
        return new Calculation(
                apparentAge(stored.date(), times),
                correctedAgeValue(Duration.ZERO, times),
                initial,
                current.minus(Duration.ofMillis(initial.toMillis())),
                current);
    }

    private static Duration apparentAge(Instant dateValue, ResponseTimes times) {
        // Date counts whole seconds, so it is compared with whole seconds: else everything would arrive half a second
        // old on average, and a lifetime of one second would be halved.
        Instant responseTime = times.responseTime().truncatedTo(ChronoUnit.SECONDS);
        return max(Duration.ZERO, Duration.between(dateValue, responseTime));
    }

    private static Duration correctedAgeValue(Duration ageValue, ResponseTimes times) {
        Duration responseDelay = Duration.between(times.requestTime(), times.responseTime());
        return ageValue.plus(responseDelay);
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) >= 0 ? a : b;
    }
}
