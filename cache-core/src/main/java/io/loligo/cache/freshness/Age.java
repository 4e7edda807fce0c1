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
        // Date counts whole seconds, so it is compared with whole seconds: else everything would arrive half a second
        // old on average, and a lifetime of one second would be halved.
        Instant responseTime = times.responseTime().truncatedTo(ChronoUnit.SECONDS);
        Duration apparentAge = max(Duration.ZERO, Duration.between(dateValue, responseTime));
        Duration responseDelay = Duration.between(times.requestTime(), times.responseTime());
        Duration correctedAgeValue = ageValue.plus(responseDelay);
        return max(apparentAge, correctedAgeValue);
    }

    /** current_age. */
    public static Duration current(Instant dateValue, Duration ageValue, ResponseTimes times, Instant now) {
        Duration correctedInitialAge = correctedInitialAge(dateValue, ageValue, times);
        Duration residentTime = Duration.between(times.responseTime(), now);
        return correctedInitialAge.plus(residentTime);
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) >= 0 ? a : b;
    }
}
