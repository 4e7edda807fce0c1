package io.loligo.cache.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpDateTest {
    private static final Instant IN_2026 = Instant.parse("2026-11-21T00:00:00Z");

    @DisplayName("RFC 9110 §5.6.7: the three forms, and nothing else")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        IMF-fixdate                        | Sun, 06 Nov 1994 08:49:37 GMT    | 1994-11-06T08:49:37Z
        RFC 850                            | Sunday, 06-Nov-94 08:49:37 GMT   | 1994-11-06T08:49:37Z
        asctime                            | Sun Nov  6 08:49:37 1994         | 1994-11-06T08:49:37Z
        asctime, two digits of day         | Wed Nov 16 08:49:37 1994         | 1994-11-16T08:49:37Z
        weekday in any case                | sUN, 06 Nov 1994 08:49:37 GMT    | 1994-11-06T08:49:37Z
        month in any case                  | Sun, 06 nOV 1994 08:49:37 GMT    | 1994-11-06T08:49:37Z
        GMT in any case                    | Sun, 06 Nov 1994 08:49:37 gMT    | 1994-11-06T08:49:37Z
        a leap second                      | Sat, 31 Dec 2016 23:59:60 GMT    | 2016-12-31T23:59:59Z
        two digits within 50 years         | Sunday, 06-Nov-70 08:49:37 GMT   | 2070-11-06T08:49:37Z
        two digits more than 50 years on   | Sunday, 06-Nov-77 08:49:37 GMT   | 1977-11-06T08:49:37Z
        UTC is not GMT                     | Sun, 06 Nov 1994 08:49:37 UTC    |
        another zone                       | Sun, 06 Nov 1994 08:49:37 AEST   |
        no zone                            | Sun, 06 Nov 1994 08:49:37        |
        two-digit year in IMF-fixdate      | Sun, 06 Nov 94 08:49:37 GMT      |
        no comma                           | Sun 06 Nov 1994 08:49:37 GMT     |
        two blanks                         | Sun, 06  Nov 1994 08:49:37 GMT   |
        dashes in IMF-fixdate              | Sun, 06-Nov-1994 08:49:37 GMT    |
        time with periods                  | Sun, 06 Nov 1994 08.49.37 GMT    |
        one digit of hour                  | Sun, 06 Nov 1994 8:49:37 GMT     |
        one digit of day                   | Sun, 6 Nov 1994 08:49:37 GMT     |
        a day that month does not have     | Thu, 31 Nov 1994 08:49:37 GMT    |
        no such hour                       | Sun, 06 Nov 1994 24:49:37 GMT    |
        no such weekday                    | Fun, 06 Nov 1994 08:49:37 GMT    |
        no such month                      | Sun, 06 Nuv 1994 08:49:37 GMT    |
        a number                           | 0                                |
        minus one                          | -1                               |
        something behind it                | Sun, 06 Nov 1994 08:49:37 GMT x  |
        digits of another script           | Sun, 06 Nov 199٤ 08:49:37 GMT    |
        """)
    void reads(String rule, String text, Instant expected) {
        assertThat(HttpDate.parse(text, IN_2026).orElse(null)).isEqualTo(expected);
    }

    @DisplayName("RFC 9110 §5.6.7: written as IMF-fixdate, and read back")
    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
        1994-11-06T08:49:37Z     | Sun, 06 Nov 1994 08:49:37 GMT
        2000-02-29T00:00:00.999Z | Tue, 29 Feb 2000 00:00:00 GMT
        1970-01-01T00:00:00Z     | Thu, 01 Jan 1970 00:00:00 GMT
        """)
    void writes(Instant instant, String expected) {
        assertThat(HttpDate.format(instant)).isEqualTo(expected);
        assertThat(HttpDate.parse(expected, IN_2026)).contains(Instant.ofEpochSecond(instant.getEpochSecond()));
    }
}
