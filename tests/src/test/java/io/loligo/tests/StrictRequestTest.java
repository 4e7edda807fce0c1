package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One message, one meaning: what two readers could read in two ways is refused, and nothing after it is read. */
@DisplayName("Strict requests")
class StrictRequestTest extends ScenarioWithOneOrigin {

    StrictRequestTest() {
        origin.stub(any(anyUrl()).willReturn(aResponse().withBody("from the origin")));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = true, maxCharsPerColumn = 10_000, textBlock = """
        # what is wrong                                  | request; ⏎ is CR LF, ↓ LF, ↵ CR, ␀ NUL, ␣ a blank, ⇥ a tab
        Content-Length that overflows                    | POST PATH HTTP/1.1⏎Host: www.example.org⏎Content-Length: 18446744073709551619⏎⏎abc
        Content-Length beyond 63 bits                    | POST PATH HTTP/1.1⏎Host: www.example.org⏎Content-Length: 9223372036854775808⏎⏎abc
        Content-Length with a sign                       | POST PATH HTTP/1.1⏎Host: www.example.org⏎Content-Length: +3⏎⏎abc
        a negative Content-Length                        | POST PATH HTTP/1.1⏎Host: www.example.org⏎Content-Length: -1⏎⏎
        an empty Content-Length                          | POST PATH HTTP/1.1⏎Host: www.example.org⏎Content-Length:⏎⏎
        a list of Content-Lengths                        | POST PATH HTTP/1.1⏎Host: www.example.org⏎Content-Length: 3, 3⏎⏎abc
        Content-Length in hexadecimal                    | POST PATH HTTP/1.1⏎Host: www.example.org⏎Content-Length: 0x3⏎⏎abc
        two Content-Lengths that differ                  | POST PATH HTTP/1.1⏎Host: www.example.org⏎Content-Length: 3⏎Content-Length: 4⏎⏎abc
        two Content-Lengths that agree                   | POST PATH HTTP/1.1⏎Host: www.example.org⏎Content-Length: 3⏎Content-Length: 3⏎⏎abc
        Content-Length and Transfer-Encoding             | POST PATH HTTP/1.1⏎Host: www.example.org⏎Content-Length: 5⏎Transfer-Encoding: chunked⏎⏎0⏎⏎
        an unknown transfer coding                       | POST PATH HTTP/1.1⏎Host: www.example.org⏎Transfer-Encoding: xchunked⏎⏎0⏎⏎
        two transfer codings                             | POST PATH HTTP/1.1⏎Host: www.example.org⏎Transfer-Encoding: gzip, chunked⏎⏎0⏎⏎
        chunked, and then something else                 | POST PATH HTTP/1.1⏎Host: www.example.org⏎Transfer-Encoding: chunked, identity⏎⏎0⏎⏎
        identity as transfer coding                      | POST PATH HTTP/1.1⏎Host: www.example.org⏎Transfer-Encoding: identity⏎⏎
        chunked twice                                    | POST PATH HTTP/1.1⏎Host: www.example.org⏎Transfer-Encoding: chunked⏎Transfer-Encoding: chunked⏎⏎0⏎⏎
        chunked after a vertical tab                     | POST PATH HTTP/1.1⏎Host: www.example.org⏎Transfer-Encoding: \u000bchunked⏎⏎0⏎⏎
        Transfer-Encoding in HTTP/1.0                    | POST PATH HTTP/1.0⏎Host: www.example.org⏎Transfer-Encoding: chunked⏎⏎0⏎⏎
        a chunk size ended by a bare LF                  | POST PATH HTTP/1.1⏎Host: www.example.org⏎Transfer-Encoding: chunked⏎⏎3↓abc⏎0⏎⏎
        a chunk extension ended by a bare LF             | POST PATH HTTP/1.1⏎Host: www.example.org⏎Transfer-Encoding: chunked⏎⏎3;foo↓abc⏎0⏎⏎
        a chunk size with a sign                         | POST PATH HTTP/1.1⏎Host: www.example.org⏎Transfer-Encoding: chunked⏎⏎+3⏎abc⏎0⏎⏎
        a chunk size with 0x                             | POST PATH HTTP/1.1⏎Host: www.example.org⏎Transfer-Encoding: chunked⏎⏎0x3⏎abc⏎0⏎⏎
        a chunk size that overflows                      | POST PATH HTTP/1.1⏎Host: www.example.org⏎Transfer-Encoding: chunked⏎⏎10000000000000003⏎abc⏎0⏎⏎
        a chunk longer than its size                     | POST PATH HTTP/1.1⏎Host: www.example.org⏎Transfer-Encoding: chunked⏎⏎3⏎abcde⏎0⏎⏎
        an encoded NUL in the path                       | GET PATH%00 HTTP/1.1⏎Host: www.example.org⏎⏎
        a NUL in the path                                | GET PATH␀ HTTP/1.1⏎Host: www.example.org⏎⏎
        a fragment                                       | GET PATH#x HTTP/1.1⏎Host: www.example.org⏎⏎
        a blank in the target                            | GET PATH x HTTP/1.1⏎Host: www.example.org⏎⏎
        a tab in the request line                        | GET⇥PATH HTTP/1.1⏎Host: www.example.org⏎⏎
        a target without slash                           | GET path HTTP/1.1⏎Host: www.example.org⏎⏎
        user information in the target                   | GET http://u:p@www.example.org/ HTTP/1.1⏎Host: www.example.org⏎⏎
        a missing Host                                   | GET PATH HTTP/1.1⏎Accept: */*⏎⏎
        two Hosts                                        | GET PATH HTTP/1.1⏎Host: www.example.org⏎Host: www.example.org⏎⏎
        two Hosts that differ                            | GET PATH HTTP/1.1⏎Host: www.example.org⏎Host: evil.example⏎⏎
        a Host with a path                               | GET PATH HTTP/1.1⏎Host: www.example.org/x⏎⏎
        a Host with user information                     | GET PATH HTTP/1.1⏎Host: u@www.example.org⏎⏎
        a list of Hosts                                  | GET PATH HTTP/1.1⏎Host: www.example.org, evil.example⏎⏎
        a Host that disagrees with the target            | GET http://www.example.org/ HTTP/1.1⏎Host: evil.example⏎⏎
        a bare CR in a field                             | GET PATH HTTP/1.1⏎Host: www.example.org⏎X: a↵b⏎⏎
        a NUL in a field                                 | GET PATH HTTP/1.1⏎Host: www.example.org⏎X: a␀b⏎⏎
        a control byte in a field                        | GET PATH HTTP/1.1⏎Host: www.example.org⏎X: a\u0001b⏎⏎
        a folded field                                   | GET PATH HTTP/1.1⏎Host: www.example.org⏎X: a⏎␣b⏎⏎
        a port that is none in Host                      | GET PATH HTTP/1.1⏎Host: www.example.org:0⏎⏎
        HTTP/0.9 in the request line                     | GET PATH HTTP/0.9⏎Host: www.example.org⏎⏎
        an underscore in the scheme                      | GET cache_x://www.example.org/ HTTP/1.1⏎Host: www.example.org⏎⏎
        a blank before the colon                         | GET PATH HTTP/1.1⏎Host: www.example.org⏎X␣: a⏎⏎
        a blank before the first field                   | GET PATH HTTP/1.1⏎␣Host: www.example.org⏎⏎
        a field without a name                           | GET PATH HTTP/1.1⏎Host: www.example.org⏎: a⏎⏎
        a field without a colon                          | GET PATH HTTP/1.1⏎Host: www.example.org⏎X⏎⏎
        a bracket in a field name                        | GET PATH HTTP/1.1⏎Host: www.example.org⏎X(y): a⏎⏎
        bytes above ASCII in a field name                | GET PATH HTTP/1.1⏎Host: www.example.org⏎X\u00e9: a⏎⏎
        a method that is no token                        | G(T PATH HTTP/1.1⏎Host: www.example.org⏎⏎
        a bare LF before the request                     | ↓GET PATH HTTP/1.1⏎Host: www.example.org⏎⏎
        too many empty lines before the request          | ⏎⏎⏎⏎⏎GET PATH HTTP/1.1⏎Host: www.example.org⏎⏎
        a DEL in the path                                | GET PATH\u007f HTTP/1.1⏎Host: www.example.org⏎⏎
        an asterisk for GET                              | GET * HTTP/1.1⏎Host: www.example.org⏎⏎
        a version of three digits                        | GET PATH HTTP/1.10⏎Host: www.example.org⏎⏎
        a line that a bare LF ends                       | GET PATH HTTP/1.1⏎Host: www.example.org↓X: y⏎⏎
        a chunk extension without a name                 | POST PATH HTTP/1.1⏎Host: www.example.org⏎Transfer-Encoding: chunked⏎⏎3;=x⏎abc⏎0⏎⏎
        rubbish                                          | x\u0016\u0003\u0001\u0002⏎⏎
        """)
    void is_refused_with_400_and_nothing_after_it_is_read(String rule, String request) {
        String path = Origin.freshPath();
        String smuggled = Origin.freshPath();
        String wire = request.replace("PATH", path)
                .replace("⏎", "\r\n")
                .replace('↓', '\n')
                .replace('↵', '\r')
                .replace('␀', '\0')
                .replace('␣', ' ')
                .replace('⇥', '\t');
        long logged = refusalsLogged();
        try (var connection = RawHttp.connect(port)) {
            var answer = connection.send(wire + RawHttp.head("GET", smuggled)).answer();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(connection.isClosedByServer()).isTrue();
        }
        await().untilAsserted(() ->
                assertThat(refusalsLogged()).as("lines of the log").isEqualTo(logged + 1));
        assertThat(origin.requests(smuggled)).as("read as another request").isZero();
        assertThat(RawHttp.get(port, Origin.freshPath()).status())
                .as("the server goes on")
                .isEqualTo(200);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                           | request                                                                     | status
        HTTP/2.0 in the request line                     | GET / HTTP/2.0⏎Host: www.example.org⏎⏎                                       | 505
        a request line without a version (HTTP/0.9)      | GET /⏎⏎                                                                      | 400
        a URL of more than 8 KB                          | GET /LONG HTTP/1.1⏎Host: www.example.org⏎⏎                                   | 414
        more than 200 fields                             | GET / HTTP/1.1⏎Host: www.example.org⏎FIELDS⏎                                 | 431
        an expectation that nobody knows                 | GET / HTTP/1.1⏎Host: www.example.org⏎Expect: tea⏎⏎                           | 417
        CONNECT                                          | CONNECT www.example.org:443 HTTP/1.1⏎Host: www.example.org:443⏎⏎             | 405
        """)
    void has_its_own_status(String rule, String request, int status) {
        try (var connection = RawHttp.connect(port)) {
            var answer = connection
                    .send(request.replace("⏎", "\r\n")
                            .replace("LONG", "x".repeat(8 << 10))
                            .replace("FIELDS", "X: y\r\n".repeat(200)))
                    .answer();

            assertThat(answer.status()).isEqualTo(status);
            assertThat(connection.isClosedByServer()).isTrue();
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                           | request
        an absolute target that agrees with Host         | GET http://www.example.org/ HTTP/1.1⏎Host: www.example.org⏎⏎
        a field without a value                          | GET / HTTP/1.1⏎Host: www.example.org⏎X:⏎⏎
        no blank after the colon                         | GET / HTTP/1.1⏎Host:www.example.org⏎X:y⏎⏎
        bytes above ASCII in a value                     | GET / HTTP/1.1⏎Host: www.example.org⏎X: \u00e9⏎⏎
        a method that we do not know                     | PROPFIND / HTTP/1.1⏎Host: www.example.org⏎⏎
        chunked in any case                              | POST / HTTP/1.1⏎Host: www.example.org⏎Transfer-Encoding: Chunked⏎⏎3⏎abc⏎0⏎⏎
        chunk extensions and trailers                    | POST / HTTP/1.1⏎Host: www.example.org⏎Transfer-Encoding: chunked⏎⏎3;a=b⏎abc⏎0⏎X: y⏎⏎
        a Host in any case                               | GET / HTTP/1.1⏎hOST: www.EXAMPLE.org:80⏎⏎
        an absolute target that names the port           | GET http://www.example.org:80/ HTTP/1.1⏎Host: www.example.org⏎⏎
        HTTP/1.0 without Host                            | GET / HTTP/1.0⏎⏎
        HTTP/1.2                                         | GET / HTTP/1.2⏎Host: www.example.org⏎⏎
        an empty line before the request                 | ⏎GET / HTTP/1.1⏎Host: www.example.org⏎⏎
        a name that looks like Host                      | GET / HTTP/1.1⏎Hos~: a⏎Host: www.example.org⏎⏎
        semicolons and commas in the target              | GET /a;b=c,d?e;f HTTP/1.1⏎Host: www.example.org⏎⏎
        """)
    void what_is_unusual_but_right_is_served(String rule, String request) {
        try (var connection = RawHttp.connect(port)) {
            var answer = connection.send(request.replace("⏎", "\r\n")).answer();

            assertThat(answer.text()).isEqualTo("from the origin");
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "/a%zz",
                "/100%",
                "/a|b^{c}\"<>`[]\\",
                "/\u00c3\u00a4?\u00ff\u0080",
                "/a??b?",
                "/a?",
                "/%2500",
                "//a/../b;c,d",
            })
    void a_target_that_others_would_refuse_reaches_the_origin_byte_by_byte(String target) {
        try (var echo = RawOrigin.answering(
                        "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 4\r\n\r\nbody");
                var server = RunningServer.start(SquidConf.inFrontOf(echo.port()))) {
            for (int i = 0; i < 2; i++) {
                assertThat(RawHttp.get(server.port(), target).text()).isEqualTo("body");
            }
            assertThat(echo.heads())
                    .as("asked once, then a hit")
                    .singleElement()
                    .satisfies(head -> assertThat(head).startsWith("GET " + target + " HTTP/1.1\r\n"));
        }
    }

    @Test
    void requests_in_a_row_are_told_apart_however_their_bytes_arrive() {
        String row = "GET /1? HTTP/1.1⏎Host: www.example.org⏎⏎"
                + "POST /2 HTTP/1.1⏎Host: www.example.org⏎Content-Length: 22⏎⏎GET /no?? HTTP/2.0⏎⏎"
                + "GET /3??x HTTP/1.1⏎hosT: www.example.org⏎⏎"
                + "POST /4? HTTP/1.1⏎Transfer-Encoding: chunked⏎Host: www.example.org⏎⏎7⏎Host: a⏎0⏎⏎"
                + "GET /5 HTTP/1.1⏎Content-Length: 0⏎Host: www.example.org⏎⏎"
                + "GET /6 HTTP/2.0⏎Host: www.example.org⏎⏎";
        String wire = row.replace("⏎", "\r\n");
        try (var echo = RawOrigin.with(exchange -> {
                    readBody(exchange);
                    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: "
                            + exchange.path().length() + "\r\n\r\n" + exchange.path());
                });
                var server = RunningServer.start(SquidConf.inFrontOf(echo.port()))) {
            for (int piece : new int[] {wire.length(), 7, 1}) {
                try (var connection = RawHttp.connect(server.port())) {
                    for (int at = 0; at < wire.length(); at += piece) {
                        connection.send(wire.substring(at, Math.min(wire.length(), at + piece)));
                    }
                    for (String target : new String[] {"/1?", "/2", "/3??x", "/4?", "/5"}) {
                        assertThat(connection.answer().text())
                                .as("%d bytes at a time", piece)
                                .isEqualTo(target);
                    }
                    assertThat(connection.answer().status()).isEqualTo(505);
                    assertThat(connection.isClosedByServer()).isTrue();
                }
            }
            assertThat(echo.heads())
                    .allSatisfy(head -> assertThat(head)
                            .containsOnlyOnce("\r\nHost: www.example.org")
                            .doesNotContain("Hos~"));
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                      | request                                                     | what the log says
        a Host that names no site   | GET /odd?a HTTP/1.1⏎Host: a..b⏎⏎                             | /400 BYTES GET /odd? -
        no Host                     | DELETE /odd HTTP/1.1⏎⏎                                       | /400 BYTES DELETE /odd -
        a Host that is another      | GET http://a.example/odd HTTP/1.1⏎Host: b.example⏎⏎          | /400 BYTES GET http://a.example/odd -
        a tunnel                    | CONNECT a.example:443 HTTP/1.1⏎Host: a.example:443⏎⏎         | /405 BYTES CONNECT a.example:443 -
        a method that is no token   | G(T /odd HTTP/1.1⏎Host: a.example⏎⏎                          | /400 BYTES NONE error:invalid-request -
        """)
    void the_log_names_what_was_parsed(String rule, String request, String logged) {
        try (var server = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            try (var connection = RawHttp.connect(server.port())) {
                connection.send(request.replace("⏎", "\r\n")).answer();
            }
            await().untilAsserted(() -> assertThat(server.accessLog())
                    .singleElement()
                    .satisfies(line -> assertThat(line.replaceFirst("(/\\d{3}) \\d+ ", "$1 BYTES "))
                            .contains(logged + " HIER_NONE/-")));
        }
    }

    private long refusalsLogged() {
        return loligo.accessLog().stream()
                .filter(line -> line.contains("/400 "))
                .count();
    }

    /** However the proxy cuts a chunked body: it ends with the last chunk. */
    private static void readBody(RawOrigin.Exchange exchange) throws IOException {
        if (exchange.has("Content-Length")) {
            exchange.read(Integer.parseInt(requireNonNull(exchange.field("Content-Length"))));
        } else if (exchange.has("Transfer-Encoding")) {
            StringBuilder body = new StringBuilder();
            while (!body.toString().endsWith("0\r\n\r\n")) {
                body.append((char) exchange.read(1)[0]);
            }
        }
    }

    @Test
    void a_head_larger_than_request_header_max_size_is_431() {
        try (var connection = RawHttp.connect(port)) {
            connection.send("GET / HTTP/1.1\r\nHost: www.example.org\r\nX: " + "x".repeat(70_000) + "\r\n\r\n");

            assertThat(connection.answer().status()).isEqualTo(431);
        }
    }

    @Test
    void an_error_page_escapes_what_it_echoes() {
        var answer = RawHttp.get(port, "/%3Cscript%3E\"'<script>alert(1)</script>");

        assertThat(answer.text()).doesNotContain("<script>");
    }

    @DisplayName("the page is named as Squid names it")
    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        # what is wrong                | request                                                                | name
        no request at all              | {"hello": 1}⏎⏎                                                          | ERR_PROTOCOL_UNKNOWN
        a method that is no token      | G(T / HTTP/1.1⏎Host: www.example.org⏎⏎                                 | ERR_PROTOCOL_UNKNOWN
        another protocol               | GET / HTTQ/1.1⏎Host: www.example.org⏎⏎                                 | ERR_PROTOCOL_UNKNOWN
        a URL of more than 8 KB        | GET /LONG HTTP/1.1⏎Host: www.example.org⏎⏎                             | ERR_INVALID_URL
        a Host that names no site      | GET / HTTP/1.1⏎Host: a..b⏎⏎                                            | ERR_INVALID_URL
        a target that is no URL        | GET path HTTP/1.1⏎Host: www.example.org⏎⏎                              | ERR_INVALID_URL
        a blank before a colon         | GET / HTTP/1.1⏎Host : www.example.org⏎⏎                                | ERR_INVALID_REQ
        two lengths                    | POST / HTTP/1.1⏎Host: a⏎Content-Length: 3⏎Content-Length: 4⏎⏎          | ERR_INVALID_REQ
        too many fields                | GET / HTTP/1.1⏎Host: www.example.org⏎FIELDS⏎                           | ERR_TOO_BIG
        a tunnel                       | CONNECT www.example.org:443 HTTP/1.1⏎Host: www.example.org:443⏎⏎       | ERR_UNSUP_REQ
        a later version                | GET / HTTP/2.0⏎Host: www.example.org⏎⏎                                 | ERR_UNSUP_HTTPVERSION
        what only a store may answer   | GET /n HTTP/1.1⏎Host: www.example.org⏎Cache-Control: only-if-cached⏎⏎  | ERR_ONLY_IF_CACHED_MISS
        a loop                         | GET /n HTTP/1.1⏎Host: www.example.org⏎Via: 1.1 edge.example.org (loligo)⏎⏎ | ERR_ACCESS_DENIED
        a manager page that is none    | GET /squid-internal-mgr/nothing HTTP/1.1⏎Host: www.example.org⏎⏎       | ERR_INVALID_URL
        """)
    void page_is_named_as_in_squid(String rule, String request, String name) {
        try (var connection = RawHttp.connect(port)) {
            var answer = connection
                    .send(request.replace("⏎", "\r\n")
                            .replace("LONG", "x".repeat(8 << 10))
                            .replace("FIELDS", "X: y\r\n".repeat(200)))
                    .answer();

            assertThat(answer.field("X-Squid-Error")).hasValue(name + " 0");
        }
    }
}
