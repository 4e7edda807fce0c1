package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("reply_header_access, reply_header_replace, reply_header_add")
@SuppressWarnings("StringConcatToTextBlock") // what goes over the wire shows its CR LF
class ReplyHeaderRulesTest {
    private static final String PAGE = "HTTP/1.1 200 OK\r\nServer: origin\r\nX-Powered-By: php\r\nX-Own: 1\r\n"
            + "ETag: \"1\"\r\nCache-Control: max-age=60\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok";

    /** Rules that say the same of every answer. */
    private static final String[] CONSTANT = {
        "reply_header_access X-Powered-By deny all",
        "reply_header_access Server deny all",
        "reply_header_access Via deny all",
        "reply_header_access X-Cache deny all",
        "reply_header_access X-Cache-Lookup deny all",
        "reply_header_access Cache-Status deny all",
        "reply_header_access Age deny all",
        "reply_header_access X-Squid-Error deny all",
        "reply_header_add X-Served-By edge"
    };

    private static RunningServer inFrontOf(RawOrigin origin, String... lines) {
        return RunningServer.start(SquidConf.inFrontOf(origin.port()).and(lines));
    }

    private static List<String> names(RawHttp.Head head) {
        return head.fields().stream().map(RawHttp.Field::name).toList();
    }

    /** The same rules; {@code dynamic} puts one more beside them that looks at each answer. */
    private static String[] rules(boolean dynamic) {
        return dynamic
                ? Stream.concat(
                                Stream.of(CONSTANT),
                                Stream.of("acl teapot http_status 418", "reply_header_access X-Own deny teapot"))
                        .toArray(String[]::new)
                : CONSTANT;
    }

    @ParameterizedTest(name = "one of the rules looks at the answer: {0}")
    @ValueSource(booleans = {false, true})
    void misses_hits_and_304_have_the_fields_that_are_allowed_and_those_that_are_added(boolean dynamic) {
        try (var origin = RawOrigin.answering(PAGE);
                var server = inFrontOf(origin, rules(dynamic))) {
            var miss = RawHttp.get(server.port(), "/");
            var hit = RawHttp.get(server.port(), "/");
            var long_way = RawHttp.get(server.port(), "/", "X-Any: 1", "Pragma: x");
            var part = RawHttp.get(server.port(), "/", "Range: bytes=0-0");
            var notModified = RawHttp.get(server.port(), "/", "If-None-Match: \"1\"");
            var head = RawHttp.exchange(server.port(), "HEAD", "/");

            assertThat(origin.heads()).hasSize(1);
            assertThat(Stream.of(miss, hit, long_way, head).map(answer -> names(answer.head())))
                    .allSatisfy(names -> assertThat(names)
                            .containsExactlyInAnyOrder(
                                    "X-Own",
                                    "ETag",
                                    "Cache-Control",
                                    "Content-Type",
                                    "Content-Length",
                                    "Date",
                                    "X-Served-By"));
            assertThat(Stream.of(miss, hit, long_way).map(RawHttp.Answer::text)).containsOnly("ok");
            assertThat(part.status()).isEqualTo(206);
            assertThat(part.text()).isEqualTo("o");
            assertThat(names(part.head()))
                    .contains("X-Served-By", "Content-Range")
                    .doesNotContain("Server", "Via", "Age");
            assertThat(notModified.status()).isEqualTo(304);
            assertThat(names(notModified.head()))
                    .contains("ETag", "Date", "X-Served-By")
                    .doesNotContain("X-Powered-By", "Server", "Via", "Age", "Cache-Status", "X-Cache");
        }
    }

    @ParameterizedTest(name = "one of the rules looks at the answer: {0}")
    @ValueSource(booleans = {false, true})
    void pages_of_our_own_go_by_the_rules_even_for_what_could_not_be_understood(boolean dynamic) {
        try (var origin = RawOrigin.answering(PAGE);
                var server = inFrontOf(
                        origin,
                        Stream.concat(
                                        Stream.of("acl bad urlpath_regex ^/denied", "http_access deny bad"),
                                        Stream.of(rules(dynamic)))
                                .toArray(String[]::new))) {
            var denied = RawHttp.exchange(server.port(), "PURGE", "/denied");
            var nonsense =
                    RawHttp.connect(server.port()).send("rubbish\r\n\r\n").answer();

            assertThat(List.of(denied, nonsense)).allSatisfy(answer -> {
                assertThat(answer.status()).isIn(400, 404);
                assertThat(answer.field("X-Served-By")).hasValue("edge");
                assertThat(names(answer.head()))
                        .contains("Content-Length", "Date")
                        .doesNotContain("Server", "Via", "X-Cache", "X-Cache-Lookup", "X-Squid-Error");
            });
        }
    }

    @Test
    void a_request_that_could_not_be_understood_matches_no_rule_that_looks_at_it() {
        try (var origin = RawOrigin.answering(PAGE);
                var server = inFrontOf(
                        origin,
                        "acl anything urlpath_regex .",
                        "acl here src 127.0.0.1",
                        "reply_header_access X-Cache deny anything",
                        "reply_header_access Server deny here",
                        "reply_header_add X-Seen no !anything",
                        "reply_header_add X-Here \"%>a %>Hs\" here")) {
            var nonsense =
                    RawHttp.connect(server.port()).send("rubbish\r\n\r\n").answer();
            var page = RawHttp.get(server.port(), "/");

            assertThat(nonsense.status()).isEqualTo(400);
            assertThat(names(nonsense.head())).contains("X-Cache").doesNotContain("Server", "X-Seen");
            assertThat(nonsense.field("X-Here")).hasValue("127.0.0.1 400");
            assertThat(names(page.head())).doesNotContain("X-Cache", "Server", "X-Seen");
            assertThat(page.field("X-Here")).hasValue("127.0.0.1 200");
        }
    }

    @Test
    void replaced_fields_are_replaced_in_hits_and_misses_where_they_stand() {
        try (var origin = RawOrigin.answering(PAGE);
                var server = inFrontOf(
                        origin,
                        "reply_header_access Server deny all",
                        "reply_header_replace Server the portal",
                        "reply_header_access X-None deny all",
                        "reply_header_replace X-None never")) {
            var miss = RawHttp.get(server.port(), "/");
            var hit = RawHttp.get(server.port(), "/");

            assertThat(hit.isHit()).isTrue();
            assertThat(List.of(miss, hit)).allSatisfy(answer -> {
                assertThat(answer.head().all("Server")).containsExactly("the portal");
                assertThat(answer.field("X-None")).isEmpty();
            });
        }
    }

    @Test
    void all_and_other_are_for_fields_without_rules_of_their_own_and_framing_stays() {
        try (var origin = RawOrigin.answering(PAGE);
                var server = inFrontOf(
                        origin,
                        "reply_header_access Other deny all",
                        "reply_header_access X-Own allow all",
                        "reply_header_access ETag allow all",
                        "reply_header_access All deny all")) {
            for (int i = 0; i < 2; i++) {
                var answer = RawHttp.get(server.port(), "/");
                assertThat(answer.text()).isEqualTo("ok");
                assertThat(names(answer.head())).containsExactlyInAnyOrder("X-Own", "ETag", "Content-Length");
            }
        }
    }

    @Test
    void other_leaves_alone_what_squid_knows() {
        try (var origin = RawOrigin.answering(PAGE);
                var server = inFrontOf(origin, "reply_header_access Other deny all")) {
            assertThat(names(RawHttp.get(server.port(), "/").head()))
                    .contains("Server", "ETag", "Via", "X-Cache")
                    .doesNotContain("X-Own", "X-Powered-By");
        }
    }

    @Test
    void interim_answers_go_by_the_rules_too() {
        try (var origin = RawOrigin.answering(
                        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nX-Powered-By: php\r\n\r\n" + PAGE);
                var server = inFrontOf(origin, CONSTANT)) {
            var answer = RawHttp.get(server.port(), "/");

            assertThat(answer.interim())
                    .singleElement()
                    .satisfies(head -> assertThat(head.fields())
                            .containsExactly(
                                    new RawHttp.Field("Link", "</a>"), new RawHttp.Field("X-Served-By", "edge")));
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"Connection: keep-alive", "Connection: close"})
    void to_clients_of_http_1_0_the_connection_is_said_whatever_is_denied(String connection) {
        String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Own: 1\r\n\r\n2\r\nok\r\n0\r\n\r\n";
        try (var origin =
                        RawOrigin.with(exchange -> exchange.send(exchange.path().equals("/c") ? chunked : PAGE));
                var server = inFrontOf(
                        origin,
                        "reply_header_access Connection deny all",
                        "reply_header_access Transfer-Encoding deny all",
                        "reply_header_access All deny all")) {
            for (String path : List.of("/", "/", "/c")) {
                try (var client = RawHttp.connect(server.port())) {
                    var answer = client.send(
                                    "GET " + path + " HTTP/1.0\r\nHost: www.example.org\r\n" + connection + "\r\n\r\n")
                            .answer();
                    assertThat(answer.text()).isEqualTo("ok");
                    assertThat(answer.field("Connection"))
                            .hasValue(answer.field("Content-Length").isPresent() ? connection.substring(12) : "close");
                }
            }
            var chunks = RawHttp.get(server.port(), "/c");
            assertThat(names(chunks.head()))
                    .isSubsetOf("Transfer-Encoding", "Content-Length")
                    .hasSize(1);
            assertThat(chunks.text()).isEqualTo("ok");
        }
    }

    @Test
    void a_reload_changes_what_stored_pages_are_sent_with() throws Exception {
        try (var origin = RawOrigin.answering(PAGE)) {
            var conf = SquidConf.inFrontOf(origin.port());
            conf.write();
            try (var server = InProcessServer.start(conf)) {
                assertThat(names(RawHttp.get(server.port(), "/").head())).contains("X-Own");
                assertThat(names(RawHttp.get(server.port(), "/").head())).contains("X-Own");
                conf.and("reply_header_access X-Own deny all").write();
                server.server().reload();

                var hit = RawHttp.get(server.port(), "/");
                assertThat(hit.isHit()).isTrue();
                assertThat(names(hit.head())).doesNotContain("X-Own");

                conf.write();
                server.server().reload();
                assertThat(names(RawHttp.get(server.port(), "/").head())).contains("X-Own");
            }
        }
    }
}
