package io.loligo.cache.freshness;

import static io.loligo.cache.Messages.KEY;
import static io.loligo.cache.Messages.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpDate;
import io.loligo.cache.key.SelectingFields;
import java.time.Instant;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * RFC 9111 §4.2 a second time, as the RFC's text has it, in seconds and without anything of ours; both must agree on
 * every input.
 */
class FreshnessModelTest {
    private static final int INPUTS = 100_000;
    private static final long SEED = 9111;

    /** One response and the moment it is asked for, in seconds; null where the field is missing. */
    private record Input(
            long dateValue,
            @Nullable Long age,
            @Nullable Long expires,
            @Nullable Long maxAge,
            @Nullable Long sMaxage,
            long requestTime,
            long responseTime,
            long now) {

        /** §4.2.1, for a shared cache. */
        long freshnessLifetime() {
            if (sMaxage != null) {
                return sMaxage;
            }
            if (maxAge != null) {
                return maxAge;
            }
            if (expires != null) {
                return expires - dateValue;
            }
            return 0;
        }

        /** §4.2.3. */
        long currentAge() {
            long ageValue = age == null ? 0 : age;

            long apparentAge = Math.max(0, responseTime - dateValue);

            long responseDelay = responseTime - requestTime;
            long correctedAgeValue = ageValue + responseDelay;

            long correctedInitialAge = Math.max(apparentAge, correctedAgeValue);

            long residentTime = now - responseTime;
            return correctedInitialAge + residentTime;
        }

        /** §4.2. */
        boolean responseIsFresh() {
            return freshnessLifetime() > currentAge();
        }

        StoredHead received() {
            Fields.Builder fields = Fields.builder().add("Date", date(dateValue));
            if (age != null) {
                fields.add("Age", age.toString());
            }
            if (expires != null) {
                fields.add("Expires", date(expires));
            }
            if (maxAge != null) {
                fields.add("Cache-Control", "max-age=" + maxAge);
            }
            if (sMaxage != null) {
                fields.add("Cache-Control", "s-maxage=" + sMaxage);
            }
            ResponseTimes times = new ResponseTimes(at(requestTime), at(responseTime));
            Fields received = fields.build();
            return new StoredHead(
                    0,
                    KEY,
                    SelectingFields.NONE,
                    200,
                    "OK",
                    received.without("Age"),
                    Age.movedInto(times, received),
                    -1);
        }
    }

    @Test
    @DisplayName("RFC 9111 §4.2: fresh or not, and how old, as the RFC's own arithmetic says")
    void agrees() {
        Random random = new Random(SEED);
        int fresh = 0;
        for (int i = 0; i < INPUTS; i++) {
            Input input = input(random);
            Freshness freshness = Freshness.of(input.received(), at(input.now()), FreshnessRules.DEFAULT);

            assertThat(freshness.ageMillis()).as("%s", input).isEqualTo(input.currentAge() * 1_000);
            assertThat(freshness.isFresh()).as("%s", input).isEqualTo(input.responseIsFresh());
            assertThat(freshness.ttlSeconds())
                    .as("%s", input)
                    .isEqualTo(Math.max(0, input.freshnessLifetime()) - input.currentAge());
            fresh += freshness.isFresh() ? 1 : 0;
        }
        assertThat(fresh).as("both verdicts occur often").isBetween(INPUTS / 10, INPUTS * 9 / 10);
    }

    private static Input input(Random random) {
        long scale = 1L << random.nextInt(20);
        long dateValue = around(random, scale);
        long responseTime = around(random, scale);
        return new Input(
                dateValue,
                random.nextBoolean() ? null : upTo(random, scale),
                random.nextBoolean() ? null : Long.valueOf(dateValue + around(random, 4 * scale)),
                random.nextBoolean() ? null : upTo(random, 4 * scale),
                random.nextInt(4) > 0 ? null : upTo(random, 4 * scale),
                responseTime - upTo(random, Math.min(scale, 60)),
                responseTime,
                responseTime + upTo(random, scale));
    }

    private static long around(Random random, long scale) {
        return random.nextLong(2 * scale + 1) - scale;
    }

    private static Long upTo(Random random, long scale) {
        return random.nextLong(scale + 1);
    }

    private static Instant at(long second) {
        return START.plusSeconds(second);
    }

    private static String date(long second) {
        return HttpDate.format(at(second));
    }
}
