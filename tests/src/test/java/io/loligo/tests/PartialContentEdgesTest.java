package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Parts of pages where origins err, refuse, or the server ends (RFC 9111 §3.3, §3.4)")
class PartialContentEdgesTest {
    private static final String PAGE = "0123456789".repeat(100);
    private static final String VALIDATOR = "ETag: \"v1\"\r\nCache-Control: max-age=600\r\n";

    /** What the origin answers until the test sets another. */
    private volatile RawOrigin.Script script = PartialContentEdgesTest::obey;

    private static int[] rangeOf(RawOrigin.Exchange exchange) {
        for (int first : List.of(0, 100, 200, 400, 500)) {
            if (exchange.says("Range: bytes=" + first + "-")) {
                for (int last : List.of(99, 199, 299, 399, 499)) {
                    if (exchange.says("bytes=" + first + "-" + last)) {
                        return new int[] {first, last};
                    }
                }
                return new int[] {first, PAGE.length() - 1};
            }
        }
        return new int[0];
    }

    /** As an origin should that knows ranges. */
    private static void obey(RawOrigin.Exchange exchange) throws IOException {
        int[] range = rangeOf(exchange);
        if (range.length == 0) {
            whole(exchange);
        } else {
            part(exchange, VALIDATOR, "bytes " + range[0] + "-" + range[1] + "/1000", range[0], range[1]);
        }
    }

    private static void whole(RawOrigin.Exchange exchange) throws IOException {
        exchange.send("HTTP/1.1 200 OK\r\n" + VALIDATOR + "Content-Length: 1000\r\n\r\n");
        if (!exchange.says("HEAD ")) {
            exchange.send(PAGE);
        }
    }

    private static void part(RawOrigin.Exchange exchange, String fields, String contentRange, int first, int last)
            throws IOException {
        exchange.send("HTTP/1.1 206 Partial Content\r\n" + fields + "Content-Range: " + contentRange
                + "\r\nContent-Length: " + (last - first + 1) + "\r\n\r\n" + PAGE.substring(first, last + 1));
    }

    private static RawHttp.Answer range(RunningServer server, int first, int last) {
        return RawHttp.get(server.port(), "/page", "Range: bytes=" + first + "-" + last);
    }

    private static void awaitStored(RunningServer server, int first, int last) {
        await().until(() -> range(server, first, last).isHit());
    }

    private RawOrigin origin() {
        return RawOrigin.with(exchange -> script.answer(exchange));
    }

    @Test
    void a_whole_whose_rest_the_origin_cuts_is_cut_for_the_client_and_the_part_stays() {
        try (var origin = origin();
                var server = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            awaitStored(server, 0, 399);
            script = exchange -> {
                exchange.send("HTTP/1.1 206 Partial Content\r\n" + VALIDATOR
                        + "Content-Range: bytes 400-999/1000\r\nContent-Length: 600\r\n\r\n"
                        + PAGE.substring(400, 700));
                exchange.close();
            };

            var cut = RawHttp.get(server.port(), "/page");

            assertThat(cut.complete()).isFalse();
            assertThat(PAGE).startsWith(cut.text());
            script = PartialContentEdgesTest::obey;
            assertThat(range(server, 0, 399).isHit()).isTrue();
            var again = RawHttp.get(server.port(), "/page");
            assertThat(again.isHit()).isFalse();
            assertThat(again.text()).isEqualTo(PAGE);
        }
    }

    @Test
    void a_part_that_the_origin_cuts_while_it_is_combined_is_cut_for_the_client_and_the_old_part_stays() {
        try (var origin = origin();
                var server = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            awaitStored(server, 0, 99);
            script = exchange -> {
                exchange.send("HTTP/1.1 206 Partial Content\r\n" + VALIDATOR
                        + "Content-Range: bytes 100-199/1000\r\nContent-Length: 100\r\n\r\n"
                        + PAGE.substring(100, 150));
                exchange.close();
            };

            var cut = range(server, 100, 199);

            assertThat(cut.complete()).isFalse();
            assertThat(PAGE.substring(100, 200)).startsWith(cut.text());
            script = PartialContentEdgesTest::obey;
            assertThat(range(server, 0, 99).isHit()).isTrue();
            var again = range(server, 100, 199);
            assertThat(again.isHit()).isFalse();
            assertThat(again.text()).isEqualTo(PAGE.substring(100, 200));
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # what comes     | last byte sent
        too much         | 520
        too little       | 480
        """)
    void a_part_not_as_long_as_its_range_is_never_combined(String what, int lastSent) {
        try (var origin = origin();
                var server = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            awaitStored(server, 0, 399);
            script = exchange -> exchange.send("HTTP/1.1 206 Partial Content\r\n" + VALIDATOR
                    + "Content-Range: bytes 400-499/1000\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + Integer.toHexString(lastSent - 399) + "\r\n" + PAGE.substring(400, lastSent + 1)
                    + "\r\n0\r\n\r\n");

            var odd = range(server, 400, 499);

            assertThat(odd.status()).isEqualTo(206);
            assertThat(PAGE.substring(400, 500)).startsWith(odd.text());
            assertThat(odd.complete() && odd.text().length() < 100).isFalse();
            script = PartialContentEdgesTest::obey;
            assertThat(range(server, 0, 399).isHit()).isTrue();
            assertThat(range(server, 400, 499).isHit()).isFalse();
            assertThat(RawHttp.get(server.port(), "/page").text()).isEqualTo(PAGE);
        }
    }

    @Test
    void a_rest_that_is_longer_than_its_range_never_makes_a_whole() {
        try (var origin = origin();
                var server = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            awaitStored(server, 0, 399);
            script = exchange -> exchange.send("HTTP/1.1 206 Partial Content\r\n" + VALIDATOR
                    + "Content-Range: bytes 400-999/1000\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + Integer.toHexString(620) + "\r\n" + PAGE.substring(400) + "x".repeat(20) + "\r\n0\r\n\r\n");

            var odd = RawHttp.get(server.port(), "/page");

            assertThat(odd.status()).isEqualTo(200);
            assertThat(PAGE).startsWith(odd.text());
            script = PartialContentEdgesTest::obey;
            assertThat(RawHttp.get(server.port(), "/page").isHit()).isFalse();
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # the answer to the range that the cache asked for
        304 Not Modified
        412 Precondition Failed
        416 Range Not Satisfiable
        206 of another version
        206 that leaves a gap
        206 that ends too early
        206 without Content-Range
        """)
    void a_refusal_of_our_range_is_asked_again_without_it_once(String refusal) {
        try (var origin = origin();
                var server = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            awaitStored(server, 0, 399);
            int before = origin.heads().size();
            script = exchange -> {
                if (!exchange.has("Range")) {
                    whole(exchange);
                } else if (!refusal.startsWith("206")) {
                    exchange.send("HTTP/1.1 " + refusal + "\r\n" + VALIDATOR
                            + (refusal.startsWith("304") ? "\r\n" : "Content-Length: 2\r\n\r\nno"));
                } else if (refusal.contains("version")) {
                    part(exchange, VALIDATOR.replace("v1", "v2"), "bytes 400-999/1000", 400, 999);
                } else if (refusal.contains("gap")) {
                    part(exchange, VALIDATOR, "bytes 500-999/1000", 500, 999);
                } else if (refusal.contains("early")) {
                    part(exchange, VALIDATOR, "bytes 400-499/1000", 400, 499);
                } else {
                    part(exchange, VALIDATOR, "none", 400, 999);
                }
            };

            var answer = RawHttp.get(server.port(), "/page");

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.complete()).isTrue();
            assertThat(answer.text()).isEqualTo(PAGE);
            assertThat(answer.field("Content-Range")).isEmpty();
            var asked = origin.heads().subList(before, origin.heads().size());
            assertThat(asked).hasSize(2);
            assertThat(asked.get(0)).contains("Range: bytes=400-").contains("If-Range: \"v1\"");
            assertThat(asked.get(1)).doesNotContain("Range:");
            await().until(() -> RawHttp.get(server.port(), "/page").isHit());
        }
    }

    @Test
    void an_origin_that_refuses_in_any_case_is_asked_twice_and_no_more() {
        try (var origin = origin();
                var server = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            awaitStored(server, 0, 399);
            int before = origin.heads().size();
            script = exchange -> exchange.send(
                    "HTTP/1.1 416 Range Not Satisfiable\r\nCache-Control: no-store\r\nContent-Length: 2\r\n\r\nno");

            assertThat(RawHttp.get(server.port(), "/page").status()).isEqualTo(416);
            assertThat(origin.heads()).hasSize(before + 2);
        }
    }

    @Test
    void a_part_serves_after_a_restart() {
        try (var origin = origin()) {
            var conf = SquidConf.inFrontOf(origin.port()).and("cache_dir ufs DIR/cache 64 16 256");
            try (var first = RunningServer.start(conf)) {
                awaitStored(first, 100, 299);
            }
            int before = origin.heads().size();
            try (var second = RunningServer.start(conf)) {
                var hit = range(second, 150, 260);

                assertThat(hit.status()).isEqualTo(206);
                assertThat(hit.isHit()).isTrue();
                assertThat(hit.field("Content-Range")).hasValue("bytes 150-260/1000");
                assertThat(hit.text()).isEqualTo(PAGE.substring(150, 261));
                assertThat(origin.heads()).hasSize(before);
                assertThat(RawHttp.get(second.port(), "/page").text()).isEqualTo(PAGE);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # Content-Range
        bytes 0-99/*
        bytes 0-99/99
        bytes 0-99/50
        bytes 0-99
        bytes 99-0/1000
        bytes 0-98/1000
        bytes 0-99/1000, bytes 0-99/1000
        lines 0-99/1000
        bytes 0-9999999999999999999/99999999999999999999
        rubbish
        """)
    void a_part_that_does_not_say_what_it_is_is_passed_on_and_not_stored(String contentRange) {
        try (var origin = origin();
                var server = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            script = exchange -> part(exchange, VALIDATOR, contentRange, 0, 99);

            for (int i = 1; i <= 3; i++) {
                var answer = range(server, 0, 99);
                assertThat(answer.status()).isEqualTo(206);
                assertThat(answer.isHit()).isFalse();
                assertThat(answer.field("Content-Range")).hasValue(contentRange);
                assertThat(answer.text()).isEqualTo(PAGE.substring(0, 100));
                assertThat(origin.heads()).hasSize(i);
            }
        }
    }

    @Test
    void head_and_conditions_over_a_part() {
        try (var origin = origin();
                var server = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            awaitStored(server, 0, 99);
            int before = origin.heads().size();
            int port = server.port();

            // Met by what is stored: RFC 9111 §4.3.2.
            assertThat(RawHttp.get(port, "/page", "Range: bytes=0-9", "If-None-Match: \"v1\"")
                            .status())
                    .isEqualTo(304);
            var other = RawHttp.get(port, "/page", "Range: bytes=0-9", "If-None-Match: \"v0\"");
            assertThat(other.status()).isEqualTo(206);
            assertThat(other.text()).isEqualTo("0123456789");
            assertThat(origin.heads()).hasSize(before);

            // RFC 9110 §14.2: Range counts for GET alone.
            var head = RawHttp.exchange(port, "HEAD", "/page", "Range: bytes=0-9");
            assertThat(head.status()).isIn(200, 206);
            assertThat(origin.heads()).hasSize(before + 1);

            // A condition for the whole, of which only a part is here, gets the whole or a 304, never a part.
            var whole = RawHttp.get(port, "/page", "If-None-Match: \"v0\"");
            assertThat(whole.status()).isEqualTo(200);
            assertThat(whole.text()).isEqualTo(PAGE);
            assertThat(RawHttp.get(port, "/page", "If-Range: \"v0\"", "Range: bytes=0-9")
                            .text())
                    .isIn(PAGE, "0123456789");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # RFC 9110 §8.8.2.2, §8.8.3.2     | ETag    | Last-Modified                 | kept
        a date older than Date            | -       | Mon, 02 Jan 2023 03:04:05 GMT | true
        that date and a weak ETag         | W/"v1"  | Mon, 02 Jan 2023 03:04:05 GMT | false
        that date and an ETag not to read | v1      | Mon, 02 Jan 2023 03:04:05 GMT | false
        a date after Date                 | -       | Fri, 02 Jan 2099 03:04:05 GMT | false
        a date not to read                | -       | yesterday                     | false
        """)
    void a_date_is_a_strong_validator_where_no_etag_is(String why, String etag, String modified, boolean kept) {
        try (var origin = origin();
                var server = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            String fields = "Cache-Control: max-age=600\r\nLast-Modified: " + modified + "\r\n"
                    + (etag == null ? "" : "ETag: " + etag + "\r\n");
            script = exchange -> {
                int[] range = rangeOf(exchange);
                part(exchange, fields, "bytes " + range[0] + "-" + range[1] + "/1000", range[0], range[1]);
            };
            range(server, 0, 99);
            if (kept) {
                awaitStored(server, 0, 99);
            }
            range(server, 100, 199);
            if (kept) {
                awaitStored(server, 0, 199);
                assertThat(range(server, 0, 199).text()).isEqualTo(PAGE.substring(0, 200));
            } else {
                assertThat(range(server, 0, 99).isHit()).isFalse();
                assertThat(range(server, 0, 199).isHit()).isFalse();
                assertThat(origin.heads()).hasSize(4);
            }
        }
    }

    @Test
    void a_range_that_is_answered_by_completing_the_whole_is_still_a_range() {
        try (var origin = origin();
                var server = RunningServer.start(SquidConf.inFrontOf(origin.port())
                        .and("acl full req_header X-Full .", "range_offset_limit none full"))) {
            awaitStored(server, 0, 399);

            var answer = RawHttp.get(server.port(), "/page", "X-Full: y", "Range: bytes=395-504");

            assertThat(origin.heads().get(origin.heads().size() - 1)).contains("Range: bytes=400-");
            assertThat(answer.status()).isEqualTo(206);
            assertThat(answer.field("Content-Range")).hasValue("bytes 395-504/1000");
            assertThat(answer.head().all("Content-Range")).hasSize(1);
            assertThat(answer.text()).isEqualTo(PAGE.substring(395, 505));
            await().until(() -> RawHttp.get(server.port(), "/page").isHit());
            assertThat(RawHttp.get(server.port(), "/page").text()).isEqualTo(PAGE);
        }
    }

    @Test
    void a_part_that_may_not_be_stored_behind_a_long_one_that_is_arrives_whole() {
        String page = "abcdefghijklmnopqrstuvwxyz".repeat(40_000);
        try (var origin = origin();
                var server = RunningServer.start(SquidConf.inFrontOf(origin.port())
                        .and(
                                "maximum_object_size_in_memory 8 MB",
                                "maximum_object_size 8 MB",
                                "read_ahead_gap 16 KB"))) {
            script = exchange -> {
                boolean stored = exchange.says("Range: bytes=0-");
                String part = stored ? page.substring(0, 700_000) : page.substring(700_000, 900_000);
                exchange.send("HTTP/1.1 206 Partial Content\r\nETag: \"v1\"\r\nCache-Control: "
                        + (stored ? "max-age=600" : "no-store") + "\r\nContent-Range: bytes "
                        + (stored ? "0-699999/" : "700000-899999/") + page.length() + "\r\nContent-Length: "
                        + part.length() + "\r\n\r\n" + part);
            };
            awaitStored(server, 0, 699_999);

            var behind = range(server, 700_000, 899_999);

            assertThat(behind.status()).isEqualTo(206);
            assertThat(behind.complete()).isTrue();
            assertThat(behind.text()).isEqualTo(page.substring(700_000, 900_000));
            assertThat(range(server, 700_000, 899_999).isHit()).isFalse();
            assertThat(range(server, 0, 699_999).isHit()).isTrue();
        }
    }
}
