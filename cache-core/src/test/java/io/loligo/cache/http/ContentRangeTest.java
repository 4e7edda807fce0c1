package io.loligo.cache.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentRangeTest {

    @DisplayName("RFC 9110 §14.4")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        first, last and length            | bytes 0-9/10               | bytes 0-9/10
        the unit in any case              | BYTES 5-5/10               | bytes 5-5/10
        another unit                      | lines 0-9/10               | none
        the length is not known           | bytes 0-9/*                | none
        nothing could be sent             | bytes */10                 | none
        last before first                 | bytes 5-4/10               | none
        last beyond the length            | bytes 0-10/10              | none
        no number                         | bytes a-9/10               | none
        a sign                            | bytes +0-9/10              | none
        white space                       | bytes 0 - 9/10             | none
        more than a long holds            | bytes 0-9/9999999999999999999 | none
        as a request writes it            | bytes=0-9/10               | none
        nothing at all                    | bytes                      | none
        """)
    void parse(String rule, String value, String expected) {
        assertThat(ContentRange.parse(value).map(ContentRange::toString).orElse("none"))
                .isEqualTo(expected);
    }

    @DisplayName("RFC 9111 §3.4: what touches")
    @ParameterizedTest(name = "{0} and {1}")
    @CsvSource(delimiter = '|', textBlock = """
        bytes 0-4/10 | bytes 5-9/10 | bytes 0-9/10
        bytes 5-9/10 | bytes 0-4/10 | bytes 0-9/10
        bytes 0-4/10 | bytes 6-9/10 | none
        bytes 6-9/10 | bytes 0-4/10 | none
        bytes 0-4/10 | bytes 2-3/10 | bytes 0-4/10
        bytes 0-4/10 | bytes 5-9/11 | none
        """)
    void touches(String one, String other, String together) {
        ContentRange first = ContentRange.parse(one).orElseThrow();
        ContentRange second = ContentRange.parse(other).orElseThrow();

        assertThat(first.touches(second) ? first.with(second).toString() : "none")
                .isEqualTo(together);
    }
}
