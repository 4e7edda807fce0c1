package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Ranges of a complete page")
class RangeTest extends ScenarioWithOneOrigin {
    private static final String BODY = "0123456789".repeat(100);

    private String storedPage() {
        String path = Origin.freshPath();
        origin.answer(
                path,
                page(BODY, "max-age=60")
                        .withHeader("ETag", "\"v1\"")
                        .withHeader("Content-Type", "text/plain")
                        .withHeader("Last-Modified", "Thu, 01 Jan 1998 00:00:00 GMT"));
        RawHttp.get(port, path);
        return path;
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                   | Range              | status | first | last | Content-Range
        first and last byte                      | bytes=0-9          | 206 | 0   | 9   | bytes 0-9/1000
        one byte                                 | bytes=5-5          | 206 | 5   | 5   | bytes 5-5/1000
        from a byte to the end                   | bytes=990-         | 206 | 990 | 999 | bytes 990-999/1000
        the last bytes                           | bytes=-10          | 206 | 990 | 999 | bytes 990-999/1000
        more last bytes than there are           | bytes=-5000        | 206 | 0   | 999 | bytes 0-999/1000
        beyond the end is cut                    | bytes=995-2000     | 206 | 995 | 999 | bytes 995-999/1000
        another unit is ignored                  | lines=0-9          | 200 | 0   | 999 |
        last before first is ignored             | bytes=9-0          | 200 | 0   | 999 |
        what is no range is ignored              | bytes=a-b          | 200 | 0   | 999 |
        """)
    void a_single_range(String rule, String range, int status, int first, int last, String contentRange) {
        String path = storedPage();

        var answer = RawHttp.get(port, path, "Range: " + range);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text()).isEqualTo(BODY.substring(first, last + 1));
        assertThat(answer.field("Content-Range").orElse(null)).isEqualTo(contentRange);
        assertThat(answer.field("Content-Length")).hasValue(Integer.toString(last - first + 1));
        assertThat(origin.requests(path)).isOne();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"bytes=1000-", "bytes=5000-6000", "bytes=-0"})
    void a_range_that_is_not_there_is_416_with_the_length(String range) {
        String path = storedPage();

        var answer = RawHttp.get(port, path, "Range: " + range);

        assertThat(answer.status()).isEqualTo(416);
        assertThat(answer.field("Content-Range")).hasValue("bytes */1000");
        assertThat(origin.requests(path)).isOne();
    }

    @Test
    void several_ranges_come_as_multipart_byteranges() {
        String path = storedPage();

        var answer = RawHttp.get(port, path, "Range: bytes=0-4, 100-104, -5");

        assertThat(answer.status()).isEqualTo(206);
        String type = answer.field("Content-Type").orElseThrow();
        assertThat(type).startsWith("multipart/byteranges; boundary=");
        String boundary = type.substring(type.indexOf('=') + 1).replace("\"", "");
        String[] parts = answer.text().split("--" + boundary, -1);
        assertThat(parts).hasSize(5);
        assertThat(parts[1])
                .contains("Content-Range: bytes 0-4/1000")
                .contains("Content-Type: text/plain")
                .endsWith("\r\n\r\n01234\r\n");
        assertThat(parts[2]).contains("Content-Range: bytes 100-104/1000").endsWith("\r\n\r\n01234\r\n");
        assertThat(parts[3]).contains("Content-Range: bytes 995-999/1000").endsWith("\r\n\r\n56789\r\n");
        assertThat(parts[4]).startsWith("--");
        assertThat(answer.field("Content-Length")).hasValue(Integer.toString(answer.body().length));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                   | If-Range                      | status
        the same ETag gives the range            | "v1"                          | 206
        another ETag gives the whole page        | "v2"                          | 200
        a weak ETag is not strong enough         | W/"v1"                        | 200
        another date gives the whole page        | Fri, 02 Jan 1998 00:00:00 GMT | 200
        """)
    void if_range(String rule, String ifRange, int status) {
        String path = storedPage();

        var answer = RawHttp.get(port, path, "Range: bytes=0-9", "If-Range: " + ifRange);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text()).isEqualTo(status == 206 ? "0123456789" : BODY);
    }

    @Test
    void a_head_with_a_range_is_an_ordinary_head() {
        String path = storedPage();

        var answer = RawHttp.exchange(port, "HEAD", path, "Range: bytes=0-9");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.field("Content-Length")).hasValue("1000");
    }

    @Test
    void a_range_of_a_page_of_many_chunks_is_cut_at_the_byte() {
        String body = "abcdefghijklmnopqrstuvwxyz".repeat(12_000);
        String path = Origin.freshPath();
        origin.answer(path, page(body, "max-age=60").withHeader("ETag", "\"v1\""));
        RawHttp.get(port, path);
        for (int first : new int[] {0, 65_499, 65_500, 65_501, 130_999, 131_000, 200_001}) {
            int last = first + 70_000;

            var answer = RawHttp.get(port, path, "Range: bytes=" + first + "-" + last);

            assertThat(answer.text()).as("from %d", first).isEqualTo(body.substring(first, last + 1));
        }
        assertThat(origin.requests(path)).isOne();
    }

    @Test
    void a_range_of_a_page_that_is_not_stored_gives_those_bytes_and_later_the_whole_page() {
        String answerToRange = "HTTP/1.1 206 Partial Content\r\nETag: \"v1\"\r\nCache-Control: max-age=60\r\n"
                + "Content-Range: bytes 0-9/1000\r\nContent-Length: 10\r\n\r\n" + BODY.substring(0, 10);
        String wholeAnswer =
                "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nCache-Control: max-age=60\r\nContent-Length: 1000\r\n\r\n" + BODY;
        try (var rawOrigin =
                        RawOrigin.with(exchange -> exchange.send(exchange.has("Range") ? answerToRange : wholeAnswer));
                var server = RunningServer.start(SquidConf.inFrontOf(rawOrigin.port()))) {
            var range = RawHttp.get(server.port(), "/", "Range: bytes=0-9");
            var whole = RawHttp.get(server.port(), "/");

            assertThat(range.status()).isEqualTo(206);
            assertThat(range.text()).isEqualTo("0123456789");
            assertThat(whole.status()).isEqualTo(200);
            assertThat(whole.text()).isEqualTo(BODY);
        }
    }
}
