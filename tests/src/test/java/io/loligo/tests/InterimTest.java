package io.loligo.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** 1xx on its way from the origin to the client. RFC 9110 §15.2 and §10.1.1, RFC 8297. */
@DisplayName("Interim responses")
@SuppressWarnings("StringConcatToTextBlock") // what goes over the wire shows its CR LF
class InterimTest {
    private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
    private static final String HINTS = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";
    private static final String UPLOAD = RawHttp.head("POST", "/", "Content-Length: 4", "Expect: 100-continue");

    private static RunningServer inFrontOf(RawOrigin origin, String... lines) {
        return RunningServer.start(SquidConf.inFrontOf(origin.port()).and(lines));
    }

    // ---- 102 and 103

    @Test
    void an_interim_answer_arrives_while_the_origin_still_works_on_the_final_one() throws Exception {
        var seen = new CountDownLatch(1);
        try (var origin = RawOrigin.with(exchange -> {
                    exchange.send(HINTS);
                    await(seen);
                    exchange.send(OK);
                });
                var server = inFrontOf(origin);
                var connection = RawHttp.connect(server.port())) {
            connection.send(RawHttp.head("GET", "/"));
            var interim = connection.headOnly();
            seen.countDown();

            assertThat(interim.statusLine()).isEqualTo("HTTP/1.1 103 Early Hints");
            assertThat(interim.field("Link")).hasValue("</a.css>");
            assertThat(connection.answer().text()).isEqualTo("done");
        }
    }

    @Test
    void fields_of_the_connection_and_a_length_stay_behind() {
        try (var origin = RawOrigin.answering("HTTP/1.1 103 Early Hints\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\n"
                        + "Keep-Alive: timeout=5\r\nContent-Length: 10\r\nX-End: 2\r\n\r\n" + OK);
                var server = inFrontOf(origin);
                var connection = RawHttp.connect(server.port())) {
            for (int i = 0; i < 2; i++) {
                var answer = connection.send(RawHttp.head("GET", "/")).answer();

                assertThat(answer.interim())
                        .singleElement()
                        .satisfies(head -> assertThat(head.fields()).containsExactly(new RawHttp.Field("X-End", "2")));
                assertThat(answer.text()).isEqualTo("done");
            }
        }
    }

    @Test
    void they_come_before_an_error_as_before_a_success() {
        try (var origin = RawOrigin.answering(HINTS + "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
                var server = inFrontOf(origin)) {
            var answer = RawHttp.get(server.port(), "/");

            assertThat(answer.interim()).hasSize(1);
            assertThat(answer.status()).isEqualTo(404);
        }
    }

    @Test
    void they_come_to_the_client_that_waits_for_a_validation() {
        try (var origin = RawOrigin.with(exchange -> exchange.send(
                        exchange.has("If-None-Match")
                                ? HINTS + "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n"
                                : "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nCache-Control: no-cache\r\n"
                                        + "Content-Length: 4\r\n\r\ndone"));
                var server = inFrontOf(origin)) {
            RawHttp.get(server.port(), "/");
            var validated = RawHttp.get(server.port(), "/");

            assertThat(origin.heads()).hasSize(2);
            assertThat(validated.interim()).extracting(RawHttp.Head::status).containsExactly(103);
            assertThat(validated.status()).isEqualTo(200);
            assertThat(validated.text()).isEqualTo("done");
            assertThat(validated.field("Link")).isEmpty();
        }
    }

    @Test
    void one_that_comes_in_single_bytes_is_whole() {
        try (var origin = RawOrigin.with(exchange -> {
                    for (char c : (HINTS + OK).toCharArray()) {
                        exchange.send(String.valueOf(c));
                    }
                });
                var server = inFrontOf(origin)) {
            var answer = RawHttp.get(server.port(), "/");

            assertThat(answer.interim()).extracting(RawHttp.Head::status).containsExactly(103);
            assertThat(answer.text()).isEqualTo("done");
        }
    }

    @ParameterizedTest(name = "{0} of them")
    @ValueSource(ints = {1, 16})
    void as_many_as_an_origin_may_send_are_passed_on(int count) {
        try (var origin = RawOrigin.answering(HINTS.repeat(count) + OK);
                var server = inFrontOf(origin)) {
            var answer = RawHttp.get(server.port(), "/");

            assertThat(answer.interim()).hasSize(count);
            assertThat(answer.status()).isEqualTo(200);
        }
    }

    @Test
    void more_than_an_origin_may_send_end_in_502() {
        try (var origin = RawOrigin.answering(HINTS.repeat(17) + OK);
                var server = inFrontOf(origin)) {
            var answer = RawHttp.get(server.port(), "/");

            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.field("X-Squid-Error"))
                    .hasValueSatisfying(error -> assertThat(error).startsWith("ERR_INVALID_RESP"));
        }
    }

    @Test
    void a_switch_of_protocols_that_nobody_asked_for_is_502() {
        try (var origin = RawOrigin.answering("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + OK);
                var server = inFrontOf(origin)) {
            assertThat(RawHttp.get(server.port(), "/").status()).isEqualTo(502);
        }
    }

    @Test
    void a_collapsed_request_is_answered_from_the_store_which_keeps_none() throws Exception {
        var bothAsked = new CountDownLatch(1);
        try (var origin = RawOrigin.with(exchange -> {
                    await(bothAsked);
                    exchange.send(HINTS + "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n"
                            + "Content-Length: 4\r\n\r\ndone");
                });
                var server = inFrontOf(origin);
                var first = RawHttp.connect(server.port());
                var second = RawHttp.connect(server.port())) {
            first.send(RawHttp.head("GET", "/"));
            Awaitility.await().until(() -> origin.heads().size() == 1);
            second.send(RawHttp.head("GET", "/"));
            bothAsked.countDown();
            var leader = first.answer();
            var follower = second.answer();

            assertThat(leader.interim()).hasSize(1);
            assertThat(follower.interim()).isEmpty();
            assertThat(follower.text()).isEqualTo("done");
            assertThat(origin.heads()).hasSize(1);
        }
    }

    // ---- Expect: 100-continue

    @Test
    void the_expectation_goes_to_the_origin_and_its_100_to_the_client_before_the_body_is_sent() {
        try (var origin = RawOrigin.with(exchange -> {
                    exchange.send("HTTP/1.1 100 Go\r\nX-From: origin\r\n\r\n");
                    String body = new String(exchange.read(4), ISO_8859_1);
                    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + body);
                });
                var server = inFrontOf(origin);
                var connection = RawHttp.connect(server.port())) {
            for (int i = 0; i < 2; i++) {
                connection.send(UPLOAD);
                var interim = connection.headOnly();

                assertThat(interim.statusLine()).isEqualTo("HTTP/1.1 100 Go");
                assertThat(interim.field("X-From")).hasValue("origin");
                var answer = connection.send("body").answer();
                assertThat(answer.interim()).as("only one 100").isEmpty();
                assertThat(answer.text()).isEqualTo("body");
                assertThat(answer.field("Connection"))
                        .as("the connection goes on")
                        .isEmpty();
            }
            assertThat(origin.heads()).allSatisfy(head -> assertThat(head).contains("Expect: 100-continue"));
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"417 Expectation Failed", "401 Unauthorized", "413 Content Too Large", "200 OK"})
    void a_final_answer_instead_of_100_is_the_answer_and_the_body_is_not_waited_for(String status) {
        try (var origin = RawOrigin.with(
                        exchange -> exchange.send("HTTP/1.1 " + status + "\r\nContent-Length: 2\r\n\r\nno"));
                var server = inFrontOf(origin);
                var connection = RawHttp.connect(server.port())) {
            var answer = connection.send(UPLOAD).answer();

            assertThat(answer.interim()).isEmpty();
            assertThat(answer.head().statusLine()).isEqualTo("HTTP/1.1 " + status);
            assertThat(answer.text()).isEqualTo("no");
            assertThat(answer.field("Connection")).hasValue("close");
            assertThat(connection.isClosedByServer()).isTrue();
            assertThat(RawHttp.get(server.port(), "/next").text()).isEqualTo("no");
            assertThat(origin.heads())
                    .as("the next request is not taken for the body that was announced")
                    .hasSize(2)
                    .element(1)
                    .satisfies(head -> assertThat(head).startsWith("GET /next"));
        }
    }

    @Test
    void hints_do_not_stand_for_100() throws Exception {
        var seen = new CountDownLatch(1);
        try (var origin = RawOrigin.with(exchange -> {
                    exchange.send(HINTS);
                    await(seen);
                    exchange.send(CONTINUE);
                    exchange.read(4);
                    exchange.send(OK);
                });
                var server = inFrontOf(origin);
                var connection = RawHttp.connect(server.port())) {
            connection.send(UPLOAD);
            assertThat(connection.headOnly().status()).isEqualTo(103);
            seen.countDown();
            assertThat(connection.headOnly().status()).isEqualTo(100);
            assertThat(connection.send("body").answer().text()).isEqualTo("done");
        }
    }

    @Test
    void an_origin_that_does_not_know_it_gets_the_body_after_a_while() {
        try (var origin = RawOrigin.with(exchange -> {
                    exchange.read(4);
                    exchange.send(CONTINUE + OK);
                });
                var server = inFrontOf(origin);
                var connection = RawHttp.connect(server.port())) {
            connection.send(UPLOAD);
            assertThat(connection.headOnly().status()).isEqualTo(100);
            var answer = connection.send("body").answer();

            assertThat(answer.interim()).as("the origin's came too late").isEmpty();
            assertThat(answer.text()).isEqualTo("done");
        }
    }

    @Test
    void a_client_that_does_not_wait_after_all_is_not_made_to() {
        try (var origin = RawOrigin.with(exchange -> {
                    exchange.read(4);
                    exchange.send(OK);
                });
                var server = inFrontOf(origin);
                var connection = RawHttp.connect(server.port())) {
            var answer = connection.send(UPLOAD + "body").answer();

            assertThat(answer.interim()).as("it has sent its body already").isEmpty();
            assertThat(answer.text()).isEqualTo("done");
            assertThat(connection.send(UPLOAD + "body").answer().text()).isEqualTo("done");
        }
    }

    @Test
    void a_chunked_body_waits_as_well() {
        try (var origin = RawOrigin.with(exchange -> {
                    exchange.send(CONTINUE);
                    exchange.read("0004\r\nbody\r\n0\r\n\r\n".length());
                    exchange.send(OK);
                });
                var server = inFrontOf(origin);
                var connection = RawHttp.connect(server.port())) {
            connection.send(RawHttp.head("PUT", "/", "Transfer-Encoding: chunked", "Expect: 100-Continue"));
            assertThat(connection.headOnly().status()).isEqualTo(100);
            assertThat(connection.send("4\r\nbody\r\n0\r\n\r\n").answer().text())
                    .isEqualTo("done");
        }
    }

    @Test
    void in_http_1_0_it_does_not_count() {
        try (var origin = RawOrigin.with(exchange -> {
                    exchange.send(CONTINUE);
                    exchange.read(4);
                    exchange.send(OK);
                });
                var server = inFrontOf(origin);
                var connection = RawHttp.connect(server.port())) {
            var answer = connection
                    .send(UPLOAD.replace("HTTP/1.1", "HTTP/1.0") + "body")
                    .answer();

            assertThat(answer.interim()).isEmpty();
            assertThat(answer.text()).isEqualTo("done");
            assertThat(origin.heads()).noneSatisfy(head -> assertThat(head).contains("Expect"));
        }
    }

    @Test
    void without_a_body_there_is_nothing_to_wait_for() {
        try (var origin = RawOrigin.answering(OK);
                var server = inFrontOf(origin)) {
            var answer = RawHttp.exchange(server.port(), "POST", "/", "Content-Length: 0", "Expect: 100-continue");

            assertThat(answer.text()).isEqualTo("done");
            assertThat(origin.heads()).noneSatisfy(head -> assertThat(head).contains("Expect"));
        }
    }

    @ParameterizedTest(name = "Expect: {0}")
    @ValueSource(strings = {"200-ok", "100-continue, more", "100-continue\r\nExpect: more"})
    void another_expectation_is_417(String expect) {
        try (var origin = RawOrigin.answering(OK);
                var server = inFrontOf(origin);
                var connection = RawHttp.connect(server.port())) {
            var answer = connection
                    .send(RawHttp.head("POST", "/", "Content-Length: 4", "Expect: " + expect))
                    .answer();

            assertThat(answer.status()).isEqualTo(417);
            assertThat(origin.heads()).isEmpty();
        }
    }

    @Test
    void a_100_that_nobody_asked_for_is_passed_on_and_not_taken_for_the_answer() {
        try (var origin = RawOrigin.answering(CONTINUE + OK);
                var server = inFrontOf(origin)) {
            var answer = RawHttp.get(server.port(), "/");

            assertThat(answer.interim()).extracting(RawHttp.Head::status).containsExactly(100);
            assertThat(answer.text()).isEqualTo("done");
        }
    }

    @Test
    void a_client_that_leaves_while_it_waits_costs_nobody_else() {
        try (var origin = RawOrigin.with(exchange -> {
                    if (exchange.path().equals("/next")) {
                        exchange.send(OK);
                    } else {
                        exchange.read(4);
                    }
                });
                var server = inFrontOf(origin)) {
            try (var connection = RawHttp.connect(server.port())) {
                connection.send(UPLOAD);
                Awaitility.await().until(() -> origin.heads().size() == 1);
            }

            assertThat(RawHttp.get(server.port(), "/next").text()).isEqualTo("done");
        }
    }

    // ---- a final answer while the body is still being sent

    @Test
    void an_answer_that_comes_before_the_body_has_gone_reaches_the_client_that_is_still_sending() {
        int length = 20_000_000;
        try (var origin = RawOrigin.with(exchange -> {
                    exchange.read(1_000);
                    exchange.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno")
                            .close();
                });
                var server = inFrontOf(origin);
                var connection = RawHttp.connect(server.port())) {
            connection.send(RawHttp.head("POST", "/", "Content-Length: " + length));
            connection.send(new byte[1_000_000]);
            var answer = connection.answer();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.text()).isEqualTo("no");
            assertThat(answer.field("Connection")).hasValue("close");
        }
    }

    @Test
    void the_body_goes_on_while_the_answer_comes() throws Exception {
        List<String> parts = List.of("half", "rest");
        try (var origin = RawOrigin.with(exchange -> {
                    exchange.read(4);
                    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndo");
                    exchange.read(4);
                    exchange.send("ne");
                });
                var server = inFrontOf(origin);
                var connection = RawHttp.connect(server.port())) {
            connection.send(RawHttp.head("POST", "/", "Content-Length: 8")).send(parts.get(0));
            assertThat(connection.headOnly().status()).isEqualTo(200);
            connection.send(parts.get(1));

            assertThat(new String(connection.bytes(4), ISO_8859_1)).isEqualTo("done");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(15, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
