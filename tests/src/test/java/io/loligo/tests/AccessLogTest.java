package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("access.log")
class AccessLogTest {
    /** {@code %ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %un %Sh/%<a %mt} */
    private static final Pattern NATIVE =
            Pattern.compile("\\d{10}\\.\\d{3} [ \\d]{5,}\\d \\S+ [A-Z_]+/\\d{3} \\d+ \\S+ \\S+ \\S+ [A-Z_]+/\\S+ \\S+");

    private static String lineFor(RunningServer loligo, String path, int number) {
        await("line " + number + " for " + path)
                .until(() -> linesFor(loligo, path).size() >= number);
        return linesFor(loligo, path).get(number - 1);
    }

    private static List<String> linesFor(RunningServer loligo, String path) {
        return loligo.accessLog().stream().filter(line -> line.contains(path)).toList();
    }

    @Test
    void in_the_native_format_has_a_line_for_every_request_as_squid_writes_it() {
        try (var origin = Origin.start();
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            String path = Origin.freshPath();
            origin.answer(
                    path + "?secret",
                    ScenarioWithOneOrigin.page("hello", "max-age=60")
                            .withHeader("Content-Type", "text/plain; charset=utf-8"));

            RawHttp.get(loligo.port(), path + "?secret");
            String miss = lineFor(loligo, path, 1);
            var answer = RawHttp.get(loligo.port(), path + "?secret");
            String hit = lineFor(loligo, path, 2);

            assertThat(miss).matches(NATIVE);
            assertThat(miss)
                    .contains(" 127.0.0.1 TCP_MISS/200 ")
                    .endsWith(" GET http://www.example.org" + path + "? - FIRSTUP_PARENT/127.0.0.1 text/plain");
            assertThat(hit).matches(NATIVE);
            assertThat(hit)
                    .containsPattern(" 127.0.0.1 TCP_(MEM_)?HIT/200 ")
                    .endsWith(" GET http://www.example.org" + path + "? - HIER_NONE/- text/plain");
            int headBytes = answer.head().statusLine().length()
                    + 4
                    + answer.head().fields().stream()
                            .mapToInt(f -> f.name().length() + f.value().length() + 4)
                            .sum();
            assertThat(hit).as("bytes sent, head included").contains("/200 " + (headBytes + 5) + " GET");
        }
    }

    @Test
    void names_what_happened() {
        try (var origin = Origin.start();
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            int port = loligo.port();
            String path = Origin.freshPath();
            origin.answer(path, ScenarioWithOneOrigin.page("x", "max-age=60").withHeader("ETag", "\"v1\""));
            RawHttp.get(port, path);
            assertThat(lineFor(loligo, path, 1)).contains(" TCP_MISS/200 ");

            RawHttp.get(port, path, "If-None-Match: \"v1\"");
            assertThat(lineFor(loligo, path, 2)).contains(" TCP_INM_HIT/304 ");

            RawHttp.exchange(port, "HEAD", path);
            assertThat(lineFor(loligo, path, 3)).containsPattern(" TCP_(MEM_)?HIT/200 \\d+ HEAD ");

            RawHttp.exchange(port, "PURGE", path);
            assertThat(lineFor(loligo, path, 4)).containsPattern("/200 \\d+ PURGE .* HIER_NONE/- ");

            String stale = Origin.freshPath();
            origin.answer(stale, ScenarioWithOneOrigin.page("x", "max-age=0").withHeader("ETag", "\"v1\""));
            RawHttp.get(port, stale);
            lineFor(loligo, stale, 1);
            RawHttp.get(port, stale);
            assertThat(lineFor(loligo, stale, 2)).contains(" TCP_REFRESH_MODIFIED/200 ");
        }
    }

    @Test
    void with_log_mime_hdrs_ends_with_both_heads_as_they_went_over_the_wire() {
        try (var origin = Origin.start();
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port())
                        .and("log_mime_hdrs on")
                        .replacing("http_access allow all", "http_access deny no\nhttp_access allow all")
                        .replacing("acl PURGE", "acl no urlpath_regex refused\nacl PURGE"))) {
            String path = Origin.freshPath();
            origin.answer(path, ScenarioWithOneOrigin.page("hello", "max-age=60"));
            String refused = Origin.freshPath() + "/refused";

            for (String asked : List.of(path, path, refused)) {
                List<String> before = linesFor(loligo, asked);
                var answer = RawHttp.get(loligo.port(), asked, "X-Asked: yes");

                String line = lineFor(loligo, asked, before.size() + 1);
                String reply = answer.head().fields().stream()
                        .map(field -> field.name() + ": " + field.value() + "\\r\\n")
                        .collect(Collectors.joining());
                assertThat(line).contains(" [Host: www.example.org\\r\\n").contains("X-Asked: yes\\r\\n");
                assertThat(line).endsWith(" [" + reply + "]");
            }
        }
    }

    @Test
    void cannot_be_forged() {
        try (var origin = Origin.start();
                var loligo = RunningServer.start(
                        SquidConf.inFrontOf(origin.port()).and("access_log stdio:DIR/combined.log combined"))) {
            RawHttp.get(loligo.port(), "/x", "User-Agent: a\" 200 \"b\u0080\u00ff");
            RawHttp.get(loligo.port(), "/last");
            lineFor(loligo, "/last", 1);

            assertThat(linesFor(loligo, "http://")).hasSize(2);
            assertThat(loligo.accessLog()).allSatisfy(line -> assertThat(line).matches(NATIVE));
        }
    }

    @Test
    void leaves_out_what_acls_on_the_answer_say() {
        try (var origin = Origin.start();
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port())
                        .and(
                                "acl wrong http_status 400-",
                                "acl pages rep_mime_type ^text/html",
                                "access_log stdio:DIR/wrong.log squid wrong",
                                "access_log stdio:DIR/pages.log squid pages"))) {
            origin.answer("/page", ScenarioWithOneOrigin.page("x", "no-store").withHeader("Content-Type", "text/html"));
            origin.answer(
                    "/missing", ScenarioWithOneOrigin.page("x", "no-store").withStatus(404));
            RawHttp.get(loligo.port(), "/page");
            lineFor(loligo, "/page", 1);
            RawHttp.get(loligo.port(), "/missing");
            lineFor(loligo, "/missing", 1);

            await().untilAsserted(() -> assertThat(loligo.lines("wrong.log"))
                    .singleElement()
                    .asString()
                    .contains("/missing"));
            await().untilAsserted(() -> assertThat(loligo.lines("pages.log"))
                    .singleElement()
                    .asString()
                    .contains("/page"));
        }
    }

    @Test
    void in_the_common_and_combined_formats_is_apaches_with_the_result_code() {
        try (var origin = Origin.start();
                var common = RunningServer.start(
                        SquidConf.inFrontOf(origin.port()).replacing("access.log squid", "access.log common"));
                var combined = RunningServer.start(
                        SquidConf.inFrontOf(origin.port()).replacing("access.log squid", "access.log combined"))) {
            String path = Origin.freshPath();
            origin.answer(path, ScenarioWithOneOrigin.page("x", "max-age=60"));
            RawHttp.get(common.port(), path);
            RawHttp.get(combined.port(), path, "Referer: http://a/", "User-Agent: test");

            assertThat(lineFor(common, path, 1))
                    .matches("127\\.0\\.0\\.1 - - \\[\\d\\d/\\w{3}/\\d{4}:\\d\\d:\\d\\d:\\d\\d [+-]\\d{4}] \"GET "
                            + Pattern.quote("http://www.example.org" + path)
                            + " HTTP/1\\.1\" 200 \\d+ TCP_MISS:FIRSTUP_PARENT");
            assertThat(lineFor(combined, path, 1))
                    .matches("127\\.0\\.0\\.1 - - \\[\\d\\d/\\w{3}/\\d{4}:\\d\\d:\\d\\d:\\d\\d [+-]\\d{4}] \"GET "
                            + Pattern.quote("http://www.example.org" + path)
                            + " HTTP/1\\.1\" 200 \\d+ \"http://a/\" \"test\" TCP_MISS:FIRSTUP_PARENT");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # a stored page to a request with   | field                                                                 | the log's word
        the condition on a tag              | If-None-Match: "v1"                                                   | TCP_INM_HIT/304
        the condition on a date             | If-Modified-Since: Fri, 02 Jan 2015 00:00:00 GMT                      | TCP_IMS_HIT/304
        both                                | If-None-Match: "v1"⏎If-Modified-Since: Fri, 02 Jan 2015 00:00:00 GMT  | TCP_IMS_HIT/304
        a condition that does not hold      | If-Match: "v2"                                                        | TCP_HIT/412
        nothing                             | X-Nothing: 1                                                          | TCP_MEM_HIT/200
        a loop                              | Via: 1.1 edge.example.org (loligo)                                    | TCP_MISS/403
        a wish that the store cannot fulfil | Cache-Control: only-if-cached, max-age=0                              | TCP_MISS/504
        """)
    void has_squids_word_for(String rule, String field, String word) {
        try (var origin = RawOrigin.answering("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nETag: \"v1\"\r\n"
                        + "Last-Modified: Thu, 01 Jan 2015 00:00:00 GMT\r\nContent-Length: 1\r\n\r\nx");
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            RawHttp.get(loligo.port(), "/page");
            lineFor(loligo, "/page", 1);

            RawHttp.get(loligo.port(), "/page", field.split("⏎", -1));

            assertThat(lineFor(loligo, "/page", 2)).contains(" " + word + " ");
        }
    }

    @Test
    void says_aborted_of_a_client_that_left_and_of_no_other() throws Exception {
        var left = new CountDownLatch(1);
        try (var origin = RawOrigin.with(exchange -> {
                    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\nbegin");
                    if (exchange.path().equals("/left")) {
                        try {
                            left.await();
                            exchange.send(new byte[19_999_995]);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }
                    exchange.close();
                });
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            assertThat(RawHttp.get(loligo.port(), "/cut").complete()).isFalse();
            try (var client = RawHttp.connect(loligo.port())) {
                client.send(RawHttp.head("GET", "/left")).headOnly();
            }
            left.countDown();

            assertThat(lineFor(loligo, "/cut", 1)).contains(" TCP_MISS/200 ");
            assertThat(lineFor(loligo, "/left", 1)).contains(" TCP_MISS_ABORTED/200 ");
        }
    }

    @Test
    void says_aborted_of_a_client_that_left_within_its_body() {
        try (var origin = RawOrigin.with(exchange -> exchange.read(10));
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            for (String framing : List.of("Content-Length: 10", "Transfer-Encoding: chunked")) {
                String path = Origin.freshPath();
                try (var client = RawHttp.connect(loligo.port())) {
                    client.send(RawHttp.head("POST", path, framing) + "5\r\n");
                }
                assertThat(lineFor(loligo, path, 1)).contains(" TCP_MISS_ABORTED/000 ");
            }
        }
    }

    @Test
    void says_cf_of_a_client_that_shared_anothers_fetch() {
        var waiting = new CountDownLatch(1);
        try (var origin = RawOrigin.with(exchange -> {
                    try {
                        waiting.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 1\r\n\r\nx");
                });
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()));
                var one = RawHttp.connect(loligo.port());
                var other = RawHttp.connect(loligo.port())) {
            one.send(RawHttp.head("GET", "/page"));
            await().until(() -> origin.heads().size() == 1);
            other.send(RawHttp.head("GET", "/page"));
            // Not seen from outside: that it waits. A later request on its thread is served after it was looked at.
            for (int i = 0; i < 20; i++) {
                RawHttp.get(loligo.port(), "/squid-internal-mgr/menu");
            }
            waiting.countDown();

            assertThat(one.answer().status()).isEqualTo(200);
            assertThat(other.answer().status()).isEqualTo(200);
            await().untilAsserted(() -> assertThat(
                            linesFor(loligo, "/page").stream().map(line -> line.split(" +", -1)[3]))
                    .containsExactlyInAnyOrder("TCP_MISS/200", "TCP_CF_HIT/200"));
            assertThat(origin.heads()).hasSize(1);
        }
    }
}
