package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Validation")
class ValidationTest extends ScenarioWithOneOrigin {
    private static final String LONG_AGO = "Thu, 01 Jan 1998 00:00:00 GMT";

    @Test
    void a_stale_page_is_asked_for_with_its_etag_and_served_again_after_a_304() {
        String path = Origin.freshPath();
        origin.answer(path, page("body", "max-age=0").withHeader("ETag", "\"v1\""));
        origin.stub(any(urlEqualTo(path))
                .withHeader("If-None-Match", equalTo("\"v1\""))
                .willReturn(aResponse().withStatus(304).withHeader("ETag", "\"v1\"")));
        RawHttp.get(port, path);

        var second = RawHttp.get(port, path);

        assertThat(second.status()).isEqualTo(200);
        assertThat(second.text()).isEqualTo("body");
        assertThat(origin.requestsFor(path))
                .anySatisfy(request ->
                        assertThat(request.getHeader("If-None-Match")).isEqualTo("\"v1\""));
    }

    @Test
    void a_stale_page_without_etag_is_asked_for_with_its_last_modified() {
        String path = Origin.freshPath();
        origin.answer(path, page("body", "max-age=0").withHeader("Last-Modified", LONG_AGO));
        origin.stub(any(urlEqualTo(path))
                .withHeader("If-Modified-Since", equalTo(LONG_AGO))
                .willReturn(aResponse().withStatus(304)));
        RawHttp.get(port, path);

        var second = RawHttp.get(port, path);

        assertThat(second.status()).isEqualTo(200);
        assertThat(second.text()).isEqualTo("body");
        assertThat(origin.requests(path)).isEqualTo(2);
    }

    @Test
    void a_304_makes_the_page_fresh_again_and_brings_new_fields() {
        String path = Origin.freshPath();
        origin.answer(
                path, page("body", "max-age=0").withHeader("ETag", "\"v1\"").withHeader("X-Version", "1"));
        origin.stub(any(urlEqualTo(path))
                .withHeader("If-None-Match", equalTo("\"v1\""))
                .willReturn(aResponse()
                        .withStatus(304)
                        .withHeader("ETag", "\"v1\"")
                        .withHeader("X-Version", "2")
                        .withHeader("Cache-Control", "max-age=60")));
        RawHttp.get(port, path);
        RawHttp.get(port, path);

        var third = RawHttp.get(port, path);

        assertThat(third.isHit()).isTrue();
        assertThat(third.field("X-Version")).hasValue("2");
        assertThat(third.text()).isEqualTo("body");
        assertThat(origin.requests(path)).isEqualTo(2);
    }

    @Test
    void each_304_brings_a_Date_of_its_own_to_the_client() {
        var answers = new AtomicInteger();
        try (var rawOrigin = RawOrigin.with(exchange -> {
                    String date = "\r\nDate: Sun, 06 Nov 1994 08:49:3" + answers.getAndIncrement() + " GMT\r\n";
                    exchange.send(
                            exchange.has("If-None-Match")
                                    ? "HTTP/1.1 304 Not Modified" + date + "ETag: \"v1\"\r\n\r\n"
                                    : "HTTP/1.1 200 OK" + date
                                            + "ETag: \"v1\"\r\nCache-Control: no-cache\r\nContent-Length: 4\r\n\r\nbody");
                });
                var server = RunningServer.start(SquidConf.inFrontOf(rawOrigin.port()))) {
            for (int i = 0; i < 5; i++) {
                var answer = RawHttp.get(server.port(), "/");
                assertThat(answer.field("Date")).hasValue("Sun, 06 Nov 1994 08:49:3" + i + " GMT");
                assertThat(answer.field("Cache-Status").orElseThrow())
                        .contains(i == 0 ? "fwd=uri-miss" : "fwd=stale;fwd-status=304")
                        .contains(";stored");
                assertThat(answer.text()).isEqualTo("body");
            }
            assertThat(rawOrigin.heads()).hasSize(5);
        }
    }

    @Test
    void a_page_that_has_changed_replaces_the_stored_one() {
        String path = Origin.freshPath();
        origin.answer(path, page("old", "max-age=0").withHeader("ETag", "\"v1\""));
        origin.stub(any(urlEqualTo(path))
                .withHeader("If-None-Match", equalTo("\"v1\""))
                .willReturn(page("new", "max-age=60").withHeader("ETag", "\"v2\"")));
        RawHttp.get(port, path);

        var second = RawHttp.get(port, path);
        var third = RawHttp.get(port, path);

        assertThat(second.text()).isEqualTo("new");
        assertThat(third.text()).isEqualTo("new");
        assertThat(third.isHit()).isTrue();
    }

    @Test
    void a_304_with_a_content_length_has_no_body_to_wait_for() {
        try (var rawOrigin = RawOrigin.with(
                        exchange -> exchange.send(
                                exchange.has("If-None-Match")
                                        ? "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\nContent-Length: 4\r\n\r\n"
                                        : "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nCache-Control: max-age=0\r\nContent-Length: 4\r\n\r\nbody"));
                var server = RunningServer.start(SquidConf.inFrontOf(rawOrigin.port()))) {
            for (int i = 0; i < 3; i++) {
                var answer = RawHttp.get(server.port(), "/");
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.text()).isEqualTo("body");
            }
            assertThat(rawOrigin.heads()).hasSize(3);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                                     | the client's field                               | status
        the same ETag is not sent again                            | If-None-Match: "v1"                              | 304
        a weak ETag compares equal                                 | If-None-Match: W/"v1"                            | 304
        one ETag of a list is enough                               | If-None-Match: "v0", "v1"                        | 304
        any ETag will do for *                                     | If-None-Match: *                                 | 304
        another ETag gets the page                                 | If-None-Match: "v2"                              | 200
        not modified since then                                    | If-Modified-Since: Thu, 01 Jan 1998 00:00:00 GMT | 304
        modified since then                                        | If-Modified-Since: Wed, 01 Jan 1997 00:00:00 GMT | 200
        a date that is none is ignored                             | If-Modified-Since: yesterday                     | 200
        If-Match with another ETag fails                           | If-Match: "v2"                                   | 412
        If-Match with this ETag is served                          | If-Match: "v1"                                   | 200
        If-Unmodified-Since before the change fails                | If-Unmodified-Since: Wed, 01 Jan 1997 00:00:00 GMT | 412
        """)
    void a_fresh_page_answers_a_clients_condition_from_the_store(String rule, String field, int status) {
        String path = Origin.freshPath();
        origin.answer(
                path, page("body", "max-age=60").withHeader("ETag", "\"v1\"").withHeader("Last-Modified", LONG_AGO));
        RawHttp.get(port, path);

        var answer = RawHttp.get(port, path, field);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text()).isEqualTo(status == 200 ? "body" : status == 304 ? "" : answer.text());
        assertThat(origin.requests(path)).isOne();
        if (status == 304) {
            assertThat(answer.field("ETag")).hasValue("\"v1\"");
            assertThat(answer.field("Cache-Control")).hasValue("max-age=60");
            assertThat(answer.field("Age")).isPresent();
        }
    }

    @Test
    void if_none_match_outweighs_if_modified_since() {
        String path = Origin.freshPath();
        origin.answer(
                path, page("body", "max-age=60").withHeader("ETag", "\"v1\"").withHeader("Last-Modified", LONG_AGO));
        RawHttp.get(port, path);

        var answer = RawHttp.get(port, path, "If-None-Match: \"v2\"", "If-Modified-Since: " + LONG_AGO);

        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void a_client_with_the_same_page_gets_a_304_though_ours_was_stale() {
        String path = Origin.freshPath();
        origin.answer(path, page("body", "max-age=0").withHeader("ETag", "\"v1\""));
        origin.stub(any(urlEqualTo(path))
                .withHeader("If-None-Match", equalTo("\"v1\""))
                .willReturn(aResponse().withStatus(304).withHeader("ETag", "\"v1\"")));
        RawHttp.get(port, path);

        assertThat(RawHttp.get(port, path, "If-None-Match: \"v1\"").status()).isEqualTo(304);
        assertThat(RawHttp.get(port, path, "If-None-Match: \"v0\"").status()).isEqualTo(200);
    }

    @Test
    void head_is_answered_from_a_stored_get() {
        String path = cacheablePage("12345");
        RawHttp.get(port, path);

        var head = RawHttp.exchange(port, "HEAD", path);

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.field("Content-Length")).hasValue("5");
        assertThat(head.isHit()).isTrue();
        assertThat(origin.requests(path)).isOne();
    }

    @Test
    void a_get_is_never_answered_from_a_head() {
        String path = cacheablePage("12345");
        RawHttp.exchange(port, "HEAD", path);

        assertThat(RawHttp.get(port, path).text()).isEqualTo("12345");

        assertThat(origin.requests(path)).isEqualTo(2);
    }

    @Test
    void a_connection_goes_on_after_a_304_and_a_head() {
        String path = Origin.freshPath();
        origin.answer(path, page("body", "max-age=60").withHeader("ETag", "\"v1\""));
        try (var connection = RawHttp.connect(port)) {
            assertThat(connection
                            .send(RawHttp.head("HEAD", path))
                            .answer("HEAD")
                            .status())
                    .isEqualTo(200);
            assertThat(connection.send(RawHttp.head("GET", path)).answer().text())
                    .isEqualTo("body");
            assertThat(connection
                            .send(RawHttp.head("GET", path, "If-None-Match: \"v1\""))
                            .answer()
                            .status())
                    .isEqualTo(304);
            assertThat(connection
                            .send(RawHttp.head("HEAD", path))
                            .answer("HEAD")
                            .status())
                    .isEqualTo(200);
            assertThat(connection.send(RawHttp.head("GET", path)).answer().text())
                    .isEqualTo("body");
        }
    }
}
