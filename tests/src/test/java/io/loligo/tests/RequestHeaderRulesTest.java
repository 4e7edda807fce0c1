package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("request_header_access, request_header_replace, request_header_add")
@SuppressWarnings("StringConcatToTextBlock") // what goes over the wire shows its CR LF
class RequestHeaderRulesTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static RunningServer inFrontOf(RawOrigin origin, String... lines) {
        return RunningServer.start(SquidConf.inFrontOf(origin.port()).and(lines));
    }

    /** Answers with the values of {@code field}, and says that it varies on that. */
    private static RawOrigin varyingOn(String field) {
        return RawOrigin.with(exchange -> {
            String said = "for " + String.join("+", values(exchange, field));
            exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nVary: " + field + "\r\nContent-Length: "
                    + said.length() + "\r\n\r\n" + said);
        });
    }

    private static List<String> values(RawOrigin.Exchange exchange, String field) {
        return values(exchange.head(), field);
    }

    private static List<String> values(String head, String field) {
        String start = field.toLowerCase(Locale.ROOT) + ": ";
        return Stream.of(head.split("\r\n", -1))
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                .map(line -> line.substring(start.length()))
                .toList();
    }

    // ---- what the cache makes of it

    @Test
    void a_field_that_no_request_brings_to_the_origin_does_not_tell_its_variants_apart() {
        try (var origin = varyingOn("Cookie");
                var server = inFrontOf(origin, "request_header_access Cookie deny all")) {
            RawHttp.get(server.port(), "/", "Cookie: a=1");
            var other = RawHttp.get(server.port(), "/", "Cookie: b=2");
            var none = RawHttp.get(server.port(), "/");

            assertThat(List.of(other.isHit(), none.isHit())).containsExactly(true, true);
            assertThat(origin.heads()).hasSize(1);
        }
    }

    @Test
    void a_variant_chosen_by_a_field_that_is_added_is_not_given_to_those_without_it() {
        try (var origin = varyingOn("X-Tier");
                var server =
                        inFrontOf(origin, "acl gold req_header X-Card ^gold$", "request_header_add X-Tier gold gold")) {
            var plain = RawHttp.get(server.port(), "/");
            var gold = RawHttp.get(server.port(), "/", "X-Card: gold");
            var plainAgain = RawHttp.get(server.port(), "/");
            var goldAgain = RawHttp.get(server.port(), "/", "X-Card: gold");

            assertThat(Stream.of(plain, gold, plainAgain, goldAgain).map(RawHttp.Answer::text))
                    .containsExactly("for ", "for gold", "for ", "for gold");
            assertThat(Stream.of(plain, gold, plainAgain, goldAgain).map(RawHttp.Answer::isHit))
                    .containsExactly(false, false, true, true);
        }
    }

    @Test
    void who_waits_for_anothers_fetch_gets_the_variant_of_the_fields_that_would_have_been_sent() throws Exception {
        var asked = new CountDownLatch(1);
        try (var origin = RawOrigin.with(exchange -> {
                    if (!values(exchange, "X-Tier").contains("gold")) {
                        await(asked);
                    }
                    String said = "for " + String.join("+", values(exchange, "X-Tier"));
                    exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nVary: X-Tier\r\nContent-Length: "
                            + said.length() + "\r\n\r\n" + said);
                });
                var server =
                        inFrontOf(origin, "acl gold req_header X-Card ^gold$", "request_header_add X-Tier gold gold");
                var first = RawHttp.connect(server.port());
                var second = RawHttp.connect(server.port())) {
            first.send(RawHttp.head("GET", "/"));
            Awaitility.await().until(() -> origin.heads().size() == 1);
            second.send(RawHttp.head("GET", "/", "X-Card: gold"));
            asked.countDown();

            assertThat(first.answer().text()).isEqualTo("for ");
            assertThat(second.answer().text()).isEqualTo("for gold");
        }
    }

    @Test
    void a_validation_keeps_the_variant_and_may_be_left_without_its_condition() {
        try (var origin = RawOrigin.with(exchange ->
                        exchange.send("HTTP/1.1 200 OK\r\nCache-Control: no-cache\r\nETag: \"1\"\r\nVary: Cookie\r\n"
                                + "Content-Length: 2\r\n\r\nok"));
                var server = inFrontOf(
                        origin,
                        "request_header_access Cookie deny all",
                        "request_header_access If-None-Match deny all",
                        "request_header_replace If-None-Match \"other\"")) {
            for (String cookie : List.of("a", "b", "c")) {
                assertThat(RawHttp.get(server.port(), "/", "Cookie: " + cookie).text())
                        .isEqualTo("ok");
            }

            assertThat(origin.heads())
                    .hasSize(3)
                    .noneSatisfy(head -> assertThat(head).containsIgnoringCase("If-None-Match"));
        }
    }

    @Test
    void a_condition_of_the_client_that_is_taken_away_gets_the_whole_page() {
        try (var origin = RawOrigin.with(exchange ->
                        exchange.send(exchange.has("If-None-Match") ? "HTTP/1.1 304 Not Modified\r\n\r\n" : OK));
                var server = inFrontOf(origin, "request_header_access If-None-Match deny all")) {
            assertThat(RawHttp.get(server.port(), "/", "If-None-Match: \"1\"").status())
                    .isEqualTo(200);
        }
    }

    // ---- what the origin gets

    @Test
    void rules_come_after_what_this_server_and_the_peers_line_add() {
        try (var origin = RawOrigin.answering(OK);
                var server = RunningServer.start(SquidConf.inFrontOf(origin.port())
                        .replacing(
                                "originserver",
                                "originserver login=user:secret front-end-https=on forceddomain=inner.example.org")
                        .and(
                                "request_header_access Via deny all",
                                "request_header_access X-Forwarded-For deny all",
                                "request_header_replace X-Forwarded-For nobody",
                                "request_header_access Front-End-Https deny all",
                                "request_header_access Authorization deny all",
                                "request_header_access Host deny all",
                                "request_header_replace Host replaced.example.org"))) {
            RawHttp.get(server.port(), "/", "Authorization: Basic eDp5");

            assertThat(origin.heads()).singleElement().satisfies(head -> {
                assertThat(values(head, "Host")).containsExactly("replaced.example.org");
                assertThat(values(head, "X-Forwarded-For")).containsExactly("nobody");
                assertThat(head).doesNotContainIgnoringCase("\nVia:");
                assertThat(head).doesNotContainIgnoringCase("Front-End-Https");
                assertThat(head).doesNotContainIgnoringCase("Authorization");
            });
        }
    }

    @Test
    void lengths_connections_and_host_stay_whatever_is_denied() {
        try (var origin = RawOrigin.with(exchange -> {
                    exchange.read(4);
                    exchange.send(OK);
                });
                var server = inFrontOf(origin, "request_header_access All deny all")) {
            for (int i = 0; i < 2; i++) {
                var answer = RawHttp.connect(server.port())
                        .send(RawHttp.head("POST", "/", "Content-Length: 4", "X-Own: 1", "Cookie: a") + "body")
                        .answer();
                assertThat(answer.text()).isEqualTo("ok");
            }

            assertThat(origin.heads())
                    .allSatisfy(head -> assertThat(head.split("\r\n", -1))
                            .containsExactly("POST / HTTP/1.1", "Host: www.example.org", "Content-Length: 4"));
        }
    }

    @Test
    void added_values_are_what_the_codes_say_and_cannot_end_a_line() {
        try (var origin = RawOrigin.answering(OK);
                var server = inFrontOf(
                        origin,
                        "request_header_add X-Real-IP \"%>a\" all",
                        "request_header_add X-Plain %>a",
                        "request_header_add X-Quoted \"%{X-In}>h \\\"q\\\" %ru\"",
                        "request_header_add X-Single 'on %>lp'",
                        "request_header_add X-Empty \"%un\"",
                        "request_header_add X-Not no !all",
                        "request_header_add Host added.example.org")) {
            RawHttp.get(server.port(), "/p?q", "X-In: a b%\"");

            assertThat(origin.heads()).singleElement().satisfies(head -> {
                assertThat(values(head, "X-Real-IP")).containsExactly("127.0.0.1");
                assertThat(values(head, "X-Plain")).containsExactly("%>a");
                assertThat(values(head, "X-Quoted")).containsExactly("a%20b%%22 \"q\" http://www.example.org/p?q");
                assertThat(values(head, "X-Single")).containsExactly("on " + server.port());
                assertThat(values(head, "X-Empty")).containsExactly("-");
                assertThat(values(head, "X-Not")).isEmpty();
                assertThat(values(head, "Host")).containsExactly("added.example.org");
            });
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new AssertionError("waited in vain");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
