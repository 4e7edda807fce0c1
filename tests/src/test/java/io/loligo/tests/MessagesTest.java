package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests and answers on their way through, where nothing is stored. */
@DisplayName("Messages")
@SuppressWarnings("StringConcatToTextBlock") // what goes over the wire shows its CR LF
class MessagesTest extends ScenarioWithOneOrigin {

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {0, 1, 1_000, 70_000, 1_000_000})
    void a_body_with_a_length_arrives_whole(int size) {
        String path = cacheablePage("thanks");
        String body = "0123456789".repeat(size / 10 + 1).substring(0, size);
        try (var connection = RawHttp.connect(port)) {
            var answer = connection
                    .send(RawHttp.head("POST", path, "Content-Length: " + size) + body)
                    .answer();

            assertThat(answer.text()).isEqualTo("thanks");
        }
        assertThat(origin.requestsFor(path))
                .singleElement()
                .satisfies(request -> assertThat(request.getBodyAsString()).isEqualTo(body));
    }

    @ParameterizedTest(name = "chunks of {0} bytes")
    @ValueSource(ints = {1, 1_000, 70_000})
    void a_chunked_body_arrives_whole(int size) {
        String path = cacheablePage("thanks");
        String chunk = "x".repeat(size);
        var chunks = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            chunks.append(Integer.toHexString(size))
                    .append("\r\n")
                    .append(chunk)
                    .append("\r\n");
        }
        try (var connection = RawHttp.connect(port)) {
            var answer = connection
                    .send(RawHttp.head("POST", path, "Transfer-Encoding: chunked") + chunks + "0\r\n\r\n")
                    .answer();

            assertThat(answer.text()).isEqualTo("thanks");
        }
        assertThat(origin.requestsFor(path))
                .singleElement()
                .satisfies(request -> assertThat(request.getBodyAsString()).isEqualTo(chunk.repeat(5)));
    }

    @Test
    void a_client_that_expects_100_continue_gets_it_before_it_sends_its_body() {
        String path = cacheablePage("thanks");
        try (var connection = RawHttp.connect(port)) {
            connection.send(RawHttp.head("POST", path, "Content-Length: 4", "Expect: 100-continue"));
            assertThat(connection.headOnly().status()).isEqualTo(100);

            var answer = connection.send("body").answer();

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).isEqualTo("thanks");
        }
        assertThat(origin.requestsFor(path))
                .singleElement()
                .satisfies(request -> assertThat(request.getBodyAsString()).isEqualTo("body"));
    }

    @Test
    void interim_answers_are_passed_on_and_never_taken_for_the_answer_or_stored() {
        try (var rawOrigin = RawOrigin.answering("HTTP/1.1 102 Processing\r\n\r\n"
                        + "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
                        + "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 4\r\n\r\nbody");
                var server = RunningServer.start(SquidConf.inFrontOf(rawOrigin.port()))) {
            var miss = RawHttp.get(server.port(), "/");
            var hit = RawHttp.get(server.port(), "/");

            assertThat(miss.interim()).extracting(RawHttp.Head::status).containsExactly(102, 103);
            assertThat(miss.interim().get(1).field("Link")).hasValue("</a.css>; rel=preload");
            assertThat(miss.status()).isEqualTo(200);
            assertThat(miss.text()).isEqualTo("body");
            assertThat(miss.field("Link")).isEmpty();
            assertThat(hit.isHit()).isTrue();
            assertThat(hit.interim()).isEmpty();
            assertThat(hit.field("Link")).isEmpty();
        }
    }

    @Test
    void interim_answers_are_not_for_clients_of_http_1_0() {
        try (var rawOrigin = RawOrigin.answering("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
                        + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody");
                var server = RunningServer.start(SquidConf.inFrontOf(rawOrigin.port()));
                var connection = RawHttp.connect(server.port())) {
            var answer = connection
                    .send("GET / HTTP/1.0\r\nHost: www.example.org\r\n\r\n")
                    .answer();

            assertThat(answer.interim()).isEmpty();
            assertThat(answer.text()).isEqualTo("body");
        }
    }

    @Test
    void one_connection_serves_many_requests_hits_and_misses_alike() {
        String kept = cacheablePage("kept");
        try (var connection = RawHttp.connect(port)) {
            for (int i = 0; i < 50; i++) {
                String fresh = Origin.freshPath();
                origin.answer(fresh, page("fresh " + i, "no-store"));
                assertThat(connection.send(RawHttp.head("GET", kept)).answer().text())
                        .isEqualTo("kept");
                assertThat(connection.send(RawHttp.head("GET", fresh)).answer().text())
                        .isEqualTo("fresh " + i);
            }
        }
        assertThat(origin.requests(kept)).isOne();
    }

    @Test
    void pipelined_requests_are_answered_in_their_order() {
        String kept = cacheablePage("kept");
        RawHttp.get(port, kept);
        List<String> paths =
                IntStream.range(0, 10).mapToObj(i -> cacheablePage("page " + i)).toList();
        var wire = new StringBuilder();
        for (String path : paths) {
            wire.append(RawHttp.head("GET", path)).append(RawHttp.head("GET", kept));
            wire.append(RawHttp.head("POST", path, "Content-Length: 4")).append("body");
        }
        try (var connection = RawHttp.connect(port)) {
            connection.send(wire.toString());
            for (int i = 0; i < paths.size(); i++) {
                assertThat(connection.answer().text()).isEqualTo("page " + i);
                assertThat(connection.answer().text()).isEqualTo("kept");
                assertThat(connection.answer().text()).isEqualTo("page " + i);
            }
        }
    }

    @Test
    void a_request_that_comes_while_another_is_at_the_origin_is_answered_after_it() {
        var asked = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        try (var rawOrigin = RawOrigin.with(exchange -> {
                    boolean first = exchange.path().equals("/first");
                    if (first) {
                        asked.countDown();
                        waitFor(goOn);
                    }
                    exchange.send("HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Length: 1\r\n\r\n"
                            + (first ? "1" : "2"));
                });
                var server = RunningServer.start(SquidConf.inFrontOf(rawOrigin.port()));
                var connection = RawHttp.connect(server.port())) {
            connection.send(RawHttp.head("GET", "/first"));
            waitFor(asked);
            connection.send(RawHttp.head("GET", "/second"));
            // The second is in the server when a later one on another connection has been answered.
            RawHttp.get(server.port(), "/other");
            goOn.countDown();

            assertThat(connection.answer().text()).isEqualTo("1");
            assertThat(connection.answer().text()).isEqualTo("2");
            connection.send(RawHttp.head("GET", "/third"));
            assertThat(connection.answer().text()).isEqualTo("2");
        }
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_request_that_arrives_byte_by_byte_is_served() {
        String path = cacheablePage("x");
        try (var connection = RawHttp.connect(port)) {
            String head = RawHttp.head("GET", path);
            for (int i = 0; i < head.length(); i++) {
                connection.send(head.substring(i, i + 1));
            }

            assertThat(connection.answer().text()).isEqualTo("x");
        }
    }

    @Test
    void a_client_of_http_1_0_gets_a_body_without_chunks_and_then_the_end_of_the_connection() {
        try (var rawOrigin = RawOrigin.answering(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n");
                var server = RunningServer.start(SquidConf.inFrontOf(rawOrigin.port()));
                var connection = RawHttp.connect(server.port())) {
            var answer = connection
                    .send("GET / HTTP/1.0\r\nHost: www.example.org\r\n\r\n")
                    .answer();

            assertThat(answer.field("Transfer-Encoding")).isEmpty();
            assertThat(answer.text()).isEqualTo("body");
            assertThat(connection.isClosedByServer()).isTrue();
        }
    }

    @Test
    void a_client_of_http_1_0_may_keep_its_connection() {
        String path = cacheablePage("x");
        RawHttp.get(port, path);
        try (var connection = RawHttp.connect(port)) {
            String request = "GET " + path + " HTTP/1.0\r\nHost: www.example.org\r\nConnection: keep-alive\r\n\r\n";
            var first = connection.send(request).answer();
            assertThat(first.field("Connection"))
                    .hasValueSatisfying(v -> assertThat(v).isEqualToIgnoringCase("keep-alive"));

            assertThat(connection.send(request).answer().text()).isEqualTo("x");
        }
    }

    @ParameterizedTest(name = "Connection: {0}")
    @ValueSource(strings = {"close", "Close", "close, x", "x, close"})
    void a_client_that_wants_the_connection_closed_gets_it_closed(String value) {
        String path = cacheablePage("x");
        try (var connection = RawHttp.connect(port)) {
            var answer = connection
                    .send(RawHttp.head("GET", path, "Connection: " + value))
                    .answer();

            assertThat(answer.text()).isEqualTo("x");
            assertThat(answer.field("Connection"))
                    .hasValueSatisfying(v -> assertThat(v).isEqualToIgnoringCase("close"));
            assertThat(connection.isClosedByServer()).isTrue();
        }
    }

    @Test
    void a_page_without_a_length_is_chunked_to_http_1_1_and_the_connection_goes_on() {
        try (var rawOrigin = RawOrigin.with(
                        exchange -> exchange.send("HTTP/1.1 200 OK\r\n\r\nbody").close());
                var server = RunningServer.start(SquidConf.inFrontOf(rawOrigin.port()));
                var connection = RawHttp.connect(server.port())) {
            for (int i = 0; i < 2; i++) {
                var answer = connection.send(RawHttp.head("GET", "/")).answer();
                assertThat(answer.field("Transfer-Encoding")).hasValue("chunked");
                assertThat(answer.text()).isEqualTo("body");
            }
        }
    }

    @Test
    void the_target_reaches_the_origin_byte_by_byte() {
        String target = Origin.freshPath() + "/a%2fb;v=1/./..//c?x=%41&y=%E4+%20&&z";
        origin.stub(any(urlEqualTo(target)).willReturn(aResponse().withBody("x")));

        RawHttp.get(port, target);

        assertThat(origin.requestsFor(target)).hasSize(1);
    }

    @Test
    void fields_of_the_connection_go_no_further_in_either_direction() {
        String path = Origin.freshPath();
        origin.answer(
                path,
                page("x", "max-age=60")
                        .withHeader("Keep-Alive", "timeout=5")
                        .withHeader("Proxy-Authenticate", "Basic")
                        .withHeader("X-End", "to end"));

        var answer = RawHttp.get(
                port,
                path,
                "Connection: X-Mine",
                "X-Mine: 1",
                "TE: trailers",
                "Proxy-Authorization: x",
                "X-End: to end");

        assertThat(answer.field("Proxy-Authenticate")).isEmpty();
        assertThat(answer.field("Keep-Alive")).isEmpty();
        assertThat(answer.field("X-End")).hasValue("to end");
        assertThat(origin.requestsFor(path)).singleElement().satisfies(request -> {
            assertThat(request.getHeader("X-Mine")).isNull();
            assertThat(request.getHeader("TE")).isNull();
            assertThat(request.getHeader("Proxy-Authorization")).isNull();
            assertThat(request.getHeader("X-End")).isEqualTo("to end");
        });
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"Content_Length", "content.length", "Transfer_Encoding", "TRANSFER~ENCODING"})
    void a_name_that_an_application_could_take_for_a_framing_field_goes_no_further(String name) {
        String path = cacheablePage("x");

        var answer = RawHttp.get(port, path, name + ": 5", "X_Other: to end");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(origin.requestsFor(path)).singleElement().satisfies(request -> {
            assertThat(request.getHeader(name)).isNull();
            assertThat(request.getHeader("X_Other")).isEqualTo("to end");
        });
    }

    @Test
    void the_origin_is_told_who_asked_and_through_whom() {
        String path = cacheablePage("x");

        var answer = RawHttp.get(port, path, "X-Forwarded-For: 192.0.2.1", "Via: 1.0 before");

        assertThat(answer.field("Via"))
                .hasValueSatisfying(via -> assertThat(via).contains("edge.example.org"));
        assertThat(origin.requestsFor(path)).singleElement().satisfies(request -> {
            assertThat(request.getHeader("Host")).isEqualTo("www.example.org");
            assertThat(String.join(", ", request.header("X-Forwarded-For").values()))
                    .isEqualTo("192.0.2.1, 127.0.0.1");
            assertThat(String.join(", ", request.header("Via").values()))
                    .startsWith("1.0 before, 1.1 edge.example.org");
        });
    }

    @Test
    void a_request_that_has_been_here_before_is_a_loop() {
        String path = cacheablePage("x");

        var answer = RawHttp.get(port, path, "Via: 1.1 edge.example.org (loligo)");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(origin.requests(path)).isZero();
    }

    @ParameterizedTest(name = "CDN-Loop: {0}")
    @ValueSource(strings = {"edge.example.org", "other.example;a=1, Edge.example.org;b=\"2\""})
    void a_request_whose_cdn_loop_names_this_server_is_a_loop(String chain) {
        String path = cacheablePage("x");

        assertThat(RawHttp.get(port, path, "CDN-Loop: " + chain).status()).isEqualTo(508);
        assertThat(origin.requests(path)).isZero();
    }

    @Test
    void this_server_joins_a_cdn_loop_that_others_began() {
        String path = cacheablePage("x");

        RawHttp.get(port, path, "CDN-Loop: other.example;edge.example.org");

        assertThat(origin.requestsFor(path))
                .singleElement()
                .satisfies(request -> assertThat(request.header("CDN-Loop").values())
                        .containsExactly("other.example;edge.example.org", "edge.example.org"));
    }

    @Test
    void a_trace_that_may_go_no_further_is_answered_here_without_what_is_secret() {
        String path = cacheablePage("x");

        var answer = RawHttp.exchange(port, "TRACE", path, "Max-Forwards: 0", "X-Seen: yes", "Cookie: id=1");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.field("Content-Type")).hasValue("message/http");
        assertThat(answer.text())
                .startsWith("TRACE " + path + " HTTP/1.1\r\n")
                .contains("\r\nX-Seen: yes\r\n")
                .endsWith("\r\n\r\n")
                .doesNotContain("id=1");
        assertThat(RawHttp.exchange(port, "OPTIONS", path, "Max-Forwards: 0").status())
                .isEqualTo(200);
        assertThat(origin.requests(path)).isZero();
    }

    @ParameterizedTest(name = "{0} with {1} goes on with {2}")
    @CsvSource({"OPTIONS, 7, 6", "TRACE, 1, 0", "GET, 7, 7", "OPTIONS, seven, seven", "POST, 0, 0"})
    void max_forwards_counts_down_for_trace_and_options(String method, String value, String expected) {
        String path = Origin.freshPath();

        RawHttp.exchange(port, method, path, "Max-Forwards: " + value);

        assertThat(origin.requestsFor(path))
                .singleElement()
                .satisfies(
                        request -> assertThat(request.getHeader("Max-Forwards")).isEqualTo(expected));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(ints = {200, 201, 204, 206, 301, 302, 307, 400, 401, 404, 418, 451, 500, 503, 599})
    void a_status_goes_through_unchanged(int status) {
        String path = Origin.freshPath();
        origin.answer(path, aResponse().withStatus(status).withHeader("Cache-Control", "no-store"));

        assertThat(RawHttp.get(port, path).status()).isEqualTo(status);
    }
}
