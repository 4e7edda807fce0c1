package io.loligo.cache.reuse;

import static io.loligo.cache.Messages.request;
import static io.loligo.cache.Messages.stored;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RangeSelectionTest {

    @DisplayName("RFC 9110 §14.2: ranges of 1,000 bytes")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # case                           | Range                      | answer
        first and last                   | bytes=0-499                | bytes 0-499/1000
        the last byte                    | bytes=999-999              | bytes 999-999/1000
        an open end                      | bytes=500-                 | bytes 500-999/1000
        an end beyond the end            | bytes=500-5000             | bytes 500-999/1000
        a suffix                         | bytes=-1                   | bytes 999-999/1000
        a suffix longer than the whole   | bytes=-5000                | bytes 0-999/1000
        §14.4 beyond the end: 416        | bytes=1000-                | 416 bytes */1000
        a suffix of nothing: 416         | bytes=-0                   | 416 bytes */1000
        one of two beyond the end        | bytes=0-0,1000-            | bytes 0-0/1000
        several                          | bytes=0-9,500-509          | 0-9 500-509
        several, backwards               | bytes=500-509,0-9          | 0-9 500-509
        overlapping ones are joined      | bytes=0-499,400-699        | bytes 0-699/1000
        one inside another               | bytes=0-499,10-20          | bytes 0-499/1000
        adjacent ones are joined         | bytes=0-9,10-19            | bytes 0-19/1000
        a gap smaller than a part's head | bytes=0-9,89-99            | bytes 0-99/1000
        a larger gap                     | bytes=0-9,90-99            | 0-9 90-99
        another unit                     | lines=0-1                  | whole
        malformed                        | bytes=a-b                  | whole
        backwards                        | bytes=5-4                  | whole
        """)
    void select(String rule, String range, String expected) {
        assertThat(said(request("GET", "Range: " + range), stored(200, "Date: 0")))
                .isEqualTo(expected);
    }

    @DisplayName("RFC 9110 §14.2, §13.1.5: when Range counts; ETag \"a\", Last-Modified: -10, Date: 0")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        no Range                          | GET  | 200 | X: y                                      | whole
        only for GET                      | HEAD | 200 | Range: bytes=0-0                          | whole
        only of a 200                     | GET  | 404 | Range: bytes=0-0                          | whole
        If-Range with the ETag            | GET  | 200 | Range: bytes=0-0 ¦ If-Range: "a"          | bytes 0-0/1000
        If-Range with another             | GET  | 200 | Range: bytes=0-0 ¦ If-Range: "b"          | whole
        If-Range with the weak form       | GET  | 200 | Range: bytes=0-0 ¦ If-Range: W/"a"        | whole
        If-Range with the date            | GET  | 200 | Range: bytes=0-0 ¦ If-Range: -10          | bytes 0-0/1000
        If-Range with a later date        | GET  | 200 | Range: bytes=0-0 ¦ If-Range: -9           | whole
        If-Range with neither             | GET  | 200 | Range: bytes=0-0 ¦ If-Range: x            | whole
        If-Range before 416               | GET  | 200 | Range: bytes=5000- ¦ If-Range: "b"        | whole
        """)
    void counts(String rule, String method, int status, String request, String expected) {
        StoredHead stored = stored(status, "Date: 0 ¦ ETag: \"a\" ¦ Last-Modified: -10");

        assertThat(said(request(method, request), stored)).isEqualTo(expected);
    }

    @Test
    @DisplayName("RFC 9110 §8.8.2.2: a Last-Modified as young as Date is no strong validator")
    void weakDate() {
        assertThat(said(request("GET", "Range: bytes=0-0 ¦ If-Range: 0"), stored(200, "Date: 0 ¦ Last-Modified: 0")))
                .isEqualTo("whole");
    }

    @Test
    @DisplayName("an empty response has no ranges to give")
    void empty() {
        StoredHead empty = stored(200, "Date: 0").withId(1, 0);

        assertThat(said(request("GET", "Range: bytes=0-"), empty)).isEqualTo("416 bytes */0");
        assertThat(said(request("GET", "Range: bytes=-5"), empty)).isEqualTo("whole");
    }

    @Test
    @DisplayName("RFC 9110 §14.2: more parts than the limit are answered with the whole")
    void limit() {
        StoredHead stored = stored(200, "Date: 0").withId(1, 1_000_000);

        assertThat(RangeSelection.of(parts(RangeSelection.PARTS_MAX), stored))
                .isInstanceOfSatisfying(
                        RangeSelection.Multiple.class,
                        multiple -> assertThat(multiple.parts()).hasSize(RangeSelection.PARTS_MAX));
        assertThat(RangeSelection.of(parts(RangeSelection.PARTS_MAX + 1), stored))
                .isInstanceOf(RangeSelection.Whole.class);
    }

    private static RequestHead parts(int count) {
        String ranges = IntStream.range(0, count)
                .mapToObj(i -> i * 1_000 + "-" + (i * 1_000 + 1))
                .collect(Collectors.joining(","));
        return new RequestHead("GET", "/p", HttpVersion.HTTP_1_1, Fields.of("Range", "bytes=" + ranges));
    }

    private static String said(RequestHead request, StoredHead stored) {
        return RangeSelection.of(request, stored).match(new RangeSelection.Cases<>() {
            @Override
            public String whole(RangeSelection.Whole whole) {
                return "whole";
            }

            @Override
            public String single(RangeSelection.Single single) {
                assertThat(single.size()).isEqualTo(single.last() - single.first() + 1);
                return single.contentRange();
            }

            @Override
            public String multiple(RangeSelection.Multiple multiple) {
                return multiple.parts().stream()
                        .map(part -> part.first() + "-" + part.last())
                        .collect(Collectors.joining(" "));
            }

            @Override
            public String unsatisfiable(RangeSelection.Unsatisfiable unsatisfiable) {
                return "416 " + unsatisfiable.contentRange();
            }
        });
    }
}
