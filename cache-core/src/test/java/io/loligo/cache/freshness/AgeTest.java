package io.loligo.cache.freshness;

import static io.loligo.cache.Messages.KEY;
import static io.loligo.cache.Messages.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpDate;
import io.loligo.cache.key.SelectingFields;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgeTest {

    @DisplayName("RFC 9111 §4.2.3 current_age, computed at once and from what a stored head remembers")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # case                               | date | age | sent | got | now | current age
        Age is zero the moment it arrives    |  10  |  0  |  10  |  10 |  10 |   0
        it grows while stored                |  10  |  0  |  10  |  10 |  70 |  60
        Age counts upstream caches           |  10  | 40  |  10  |  10 |  70 | 100
        Age is increased by the round trip   |  10  | 40  |  10  |  13 |  73 | 103
        the round trip counts without Age    |  13  |  0  |  10  |  13 |  13 |   3
        an old Date outweighs a small Age    |   0  |  5  | 100  | 100 | 100 | 100
        a large Age outweighs an old Date    |  95  | 50  | 100  | 100 | 100 |  50
        a Date in the future counts as zero  |  50  |  0  |  10  |  10 |  70 |  60
        """)
    void currentAge(String rule, long date, long age, long sent, long got, long now, long expected) {
        ResponseTimes times = new ResponseTimes(at(sent), at(got));
        Fields received = Fields.of("Date", HttpDate.format(at(date)), "Age", Long.toString(age));

        assertThat(Age.current(at(date), Duration.ofSeconds(age), times, at(now)))
                .hasSeconds(expected);

        StoredHead stored = head(received.without("Age"), Age.movedInto(times, received));
        assertThat(stored.ageMillis(at(now))).isEqualTo(expected * 1_000);
    }

    @DisplayName("RFC 9111 §5.1: the first value of the first line; what is no number is no Age")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        a number                    | 7200          |      | 7200
        none                        |               |      | 0
        letters                     | abc           |      | 0
        negative                    | -7200         |      | 0
        a fraction                  | 7200.0        |      | 0
        2^31                        | 2147483648    |      | 2147483648
        more than 2^31              | 99999999999   |      | 2147483648
        the first of a list         | 7200, 0       |      | 7200
        only the first              | 0, 7200       |      | 0
        the first line              | 7200          | 0    | 7200
        only the first line         | 0             | 7200 | 0
        a parameter                 | 7200;foo=bar  |      | 0
        """)
    void ageValue(String rule, String first, String second, long expected) {
        Fields.Builder fields = Fields.builder();
        if (first != null) {
            fields.add("Age", first);
        }
        if (second != null) {
            fields.add("age", second);
        }

        assertThat(Age.ageValue(fields.build())).hasSeconds(expected);
    }

    @Test
    @DisplayName("Date counts whole seconds: half a second on our clock makes nothing older")
    void wholeSeconds() {
        Instant arrival = at(10).plusMillis(900);
        StoredHead stored = head(Fields.of("Date", HttpDate.format(at(10))), new ResponseTimes(arrival, arrival));

        assertThat(stored.ageMillis(arrival)).isZero();
        assertThat(stored.ageMillis(arrival.plusMillis(250))).isEqualTo(250);
    }

    @Test
    @DisplayName("a clock that was set back makes nothing younger than it arrived")
    void clockSetBack() {
        StoredHead stored = head(Fields.of("Date", HttpDate.format(at(0))), new ResponseTimes(at(30), at(30)));

        assertThat(stored.ageMillis(at(-500))).isEqualTo(30_000);
    }

    private static StoredHead head(Fields fields, ResponseTimes times) {
        return new StoredHead(0, KEY, SelectingFields.NONE, 200, "OK", fields, times, -1);
    }
}
