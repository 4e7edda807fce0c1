package io.loligo.cache.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteRangeTest {

    @DisplayName("RFC 9110 §14.1.2: byte ranges; . is no number")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        first and last               | bytes=0-499           | 0/499
        open end                     | bytes=9500-           | 9500/.
        suffix                       | bytes=-500            | ./500
        several, with blanks         | bytes= 0-0 , -1,5-6   | 0/0 ./1 5/6
        the unit in any case         | Bytes=0-1             | 0/1
        empty members                | bytes=,0-1,,          | 0/1
        larger than a number         | bytes=0-99999999999999999999 | 0/9223372036854775807
        §14.1.1 backwards: ignored   | bytes=5-4             |
        another unit: ignored        | lines=0-1             |
        no unit: ignored             | 0-1                   |
        no dash: ignored             | bytes=5               |
        only a dash: ignored         | bytes=-               |
        two dashes: ignored          | bytes=0--1            |
        a sign: ignored              | bytes=+0-1            |
        letters: ignored             | bytes=a-b             |
        one bad one spoils all       | bytes=0-1,x           |
        nothing: ignored             | bytes=                |
        """)
    void reads(String rule, String value, String expected) {
        String read = ByteRange.parse(value)
                .map(ranges -> ranges.stream()
                        .map(range -> text(range.first()) + "/" + text(range.last()))
                        .collect(Collectors.joining(" ")))
                .orElse(null);

        assertThat(read).isEqualTo(expected);
    }

    @Test
    @DisplayName("RFC 9110 §14.2: too many ranges are ignored")
    void limit() {
        String most = "0-0,".repeat(ByteRange.RANGES_MAX);

        assertThat(ByteRange.parse("bytes=" + most))
                .hasValueSatisfying(ranges -> assertThat(ranges).hasSize(ByteRange.RANGES_MAX));
        assertThat(ByteRange.parse("bytes=" + most + "0-0")).isEmpty();
        assertThat(ByteRange.parse("bytes=" + ",".repeat(1000) + "0-0")).isEmpty();
    }

    private static String text(long number) {
        return number == ByteRange.NONE ? "." : Long.toString(number);
    }
}
