package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Hits and misses")
class HitsAndMissesTest extends ScenarioWithOneOrigin {

    @Test
    void the_first_request_is_a_miss_and_the_second_a_hit_with_an_age() {
        String path = cacheablePage("hello");

        var miss = RawHttp.get(port, path);
        var hit = RawHttp.get(port, path);

        assertThat(miss.status()).isEqualTo(200);
        assertThat(miss.text()).isEqualTo("hello");
        assertThat(miss.isHit()).isFalse();
        assertThat(miss.field("Cache-Status").orElseThrow()).contains("fwd=uri-miss");
        assertThat(miss.field("X-Cache")).hasValueSatisfying(v -> assertThat(v).startsWith("MISS from"));
        assertThat(hit.status()).isEqualTo(200);
        assertThat(hit.text()).isEqualTo("hello");
        assertThat(hit.isHit()).isTrue();
        assertThat(hit.field("Age")).hasValueSatisfying(age -> assertThat(age).matches("\\d+"));
        assertThat(hit.field("X-Cache")).hasValueSatisfying(v -> assertThat(v).startsWith("HIT from"));
        assertThat(hit.head().all("Date")).hasSize(1);
        assertThat(origin.requests(path)).isOne();
    }

    @Test
    void a_hit_has_every_field_the_origin_sent() {
        String path = Origin.freshPath();
        origin.answer(
                path,
                page("x", "max-age=60")
                        .withHeader("Content-Type", "text/x-odd")
                        .withHeader("X-Twice", "b", "a")
                        .withHeader("ETag", "\"v1\""));
        RawHttp.get(port, path);

        var hit = RawHttp.get(port, path);

        assertThat(hit.isHit()).isTrue();
        assertThat(hit.field("Content-Type")).hasValue("text/x-odd");
        assertThat(hit.head().all("X-Twice")).containsExactly("b", "a");
        assertThat(hit.field("ETag")).hasValue("\"v1\"");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"no-store, no-store", "private, private", "foo, nothing-to-reuse"})
    void a_miss_says_why_it_was_not_kept(String cacheControl, String detail) {
        String path = Origin.freshPath();
        origin.answer(path, page("x", cacheControl));

        assertThat(RawHttp.get(port, path).field("Cache-Status").orElseThrow())
                .endsWith(";fwd=uri-miss;fwd-status=200;detail=" + detail);
    }

    @Test
    void fields_that_the_origin_reserves_for_one_client_are_not_in_the_hit() {
        String path = Origin.freshPath();
        origin.answer(
                path,
                page("x", "max-age=60, private=\"set-cookie\", no-cache=\"X-Once\"")
                        .withHeader("Set-Cookie", "a=1")
                        .withHeader("X-Once", "1")
                        .withHeader("X-Always", "1"));

        var miss = RawHttp.get(port, path);
        var hit = RawHttp.get(port, path);

        assertThat(miss.field("Set-Cookie")).hasValue("a=1");
        assertThat(miss.field("X-Once")).hasValue("1");
        assertThat(hit.isHit()).isTrue();
        assertThat(hit.field("Set-Cookie")).isEmpty();
        assertThat(hit.field("X-Once")).isEmpty();
        assertThat(hit.field("X-Always")).hasValue("1");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                                | the answer's fields, ; between them                                       | asked
        max-age lets a page be served again                   | Cache-Control: max-age=60                                                 | 1
        s-maxage wins over max-age                            | Cache-Control: max-age=0, s-maxage=60                                     | 1
        max-age wins over Expires                             | Cache-Control: max-age=60; Expires: Thu, 01 Jan 1998 00:00:00 GMT         | 1
        Expires in the future lets a page be served again     | Expires: Thu, 01 Jan 2099 00:00:00 GMT                                    | 1
        a page that has expired is asked for again            | Expires: Thu, 01 Jan 1998 00:00:00 GMT                                    | 2
        Expires that is no date has expired                   | Expires: 0                                                                | 2
        max-age=0 is asked for again                          | Cache-Control: max-age=0                                                  | 2
        no-cache is asked for again                           | Cache-Control: no-cache, max-age=60                                       | 2
        no-store is not stored                                | Cache-Control: no-store, max-age=60                                       | 2
        private is not stored                                 | Cache-Control: private, max-age=60                                        | 2
        Age counts what other caches kept it for              | Cache-Control: max-age=60; Age: 61                                        | 2
        directives are read in any case                       | Cache-Control: NO-STORE                                                   | 2
        an old Last-Modified gives a heuristic                | Last-Modified: Thu, 01 Jan 1998 00:00:00 GMT                              | 1
        no freshness and nothing to guess from                | Content-Type: text/plain                                                  | 2
        Set-Cookie does not forbid what max-age allows        | Cache-Control: max-age=60; Set-Cookie: a=b                                | 1
        Set-Cookie forbids a heuristic                        | Last-Modified: Thu, 01 Jan 1998 00:00:00 GMT; Set-Cookie: a=b             | 2
        Vary: * is never served again                         | Cache-Control: max-age=60; Vary: *                                        | 2
        """)
    void of_two_requests(String rule, String fields, int askedOrigin) {
        String path = Origin.freshPath();
        ResponseDefinitionBuilder response = aResponse().withBody("body of " + rule);
        for (String field : fields.split("; ", -1)) {
            response.withHeader(field.substring(0, field.indexOf(':')), field.substring(field.indexOf(':') + 2));
        }
        origin.answer(path, response);

        var first = RawHttp.get(port, path);
        var second = RawHttp.get(port, path);

        assertThat(first.text()).isEqualTo("body of " + rule);
        assertThat(second.text()).isEqualTo("body of " + rule);
        assertThat(origin.requests(path)).isEqualTo(askedOrigin);
    }

    @ParameterizedTest(name = "{0} is kept when max-age says so")
    @CsvSource({"203", "204", "301", "404", "410", "500", "503", "599"})
    void a_final_status(int status) {
        String path = Origin.freshPath();
        origin.answer(path, aResponse().withStatus(status).withHeader("Cache-Control", "max-age=60"));

        RawHttp.get(port, path);
        var hit = RawHttp.get(port, path);

        assertThat(hit.status()).isEqualTo(status);
        assertThat(hit.isHit()).isTrue();
        assertThat(origin.requests(path)).isOne();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                                | the second request's field    | asked
        an ordinary request is served from the store          | Accept: */*                   | 1
        no-cache makes us ask                                 | Cache-Control: no-cache       | 2
        Pragma makes us ask                                   | Pragma: no-cache              | 2
        max-age=0 makes us ask                                | Cache-Control: max-age=0      | 2
        min-fresh beyond its life makes us ask                | Cache-Control: min-fresh=7200 | 2
        only-if-cached is content with what is stored         | Cache-Control: only-if-cached | 1
        an unknown directive changes nothing                  | Cache-Control: whatever       | 1
        """)
    void a_client_that_says(String rule, String field, int askedOrigin) {
        String path = cacheablePage("x");
        RawHttp.get(port, path);

        assertThat(RawHttp.get(port, path, field).text()).isEqualTo("x");

        assertThat(origin.requests(path)).isEqualTo(askedOrigin);
    }

    @Test
    void only_if_cached_is_answered_504_when_nothing_is_stored() {
        String path = cacheablePage("x");

        assertThat(RawHttp.exchange(port, "DELETE", path, "Cache-Control: only-if-cached")
                        .status())
                .as("whatever the method")
                .isEqualTo(504);
        assertThat(RawHttp.exchange(port, "POST", path, "Cache-Control: only-if-cached", "Content-Length: 0")
                        .status())
                .isEqualTo(504);
        assertThat(RawHttp.get(port, path, "Cache-Control: only-if-cached").status())
                .isEqualTo(504);

        assertThat(origin.requests(path)).isZero();
    }

    @Test
    void what_a_client_asks_with_no_store_is_not_stored() {
        String path = cacheablePage("x");

        RawHttp.get(port, path, "Cache-Control: no-store");
        RawHttp.get(port, path);

        assertThat(origin.requests(path)).isEqualTo(2);
    }

    @Test
    void an_answer_to_a_request_with_authorization_is_not_for_others_unless_it_says_public() {
        String closed = cacheablePage("mine");
        String open = Origin.freshPath();
        origin.answer(open, page("ours", "public, max-age=60"));

        RawHttp.get(port, closed, "Authorization: Basic eDp5");
        RawHttp.get(port, open, "Authorization: Basic eDp5");
        RawHttp.get(port, closed);
        RawHttp.get(port, open);

        assertThat(origin.requests(closed)).isEqualTo(2);
        assertThat(origin.requests(open)).isOne();
        assertThat(origin.requestsFor(closed).get(0).getHeader("Authorization")).isEqualTo("Basic eDp5");
    }

    @Test
    void path_and_query_are_told_apart_byte_by_byte() {
        List<String> targets = List.of(
                "/a/b",
                "/a%2fb",
                "/a%2Fb",
                "/a/b?",
                "/a/b??",
                "/a/b??x",
                "/a/b???x",
                "/a/b?x",
                "/a/b?x?",
                "/A/b",
                "/a/b;v=1",
                "/a/b;v=1?");
        try (var echo = RawOrigin.with(exchange -> exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n"
                        + "Content-Length: " + exchange.path().length() + "\r\n\r\n" + exchange.path()));
                var server = RunningServer.start(SquidConf.inFrontOf(echo.port()))) {
            for (String target : targets) {
                assertThat(RawHttp.get(server.port(), target).text())
                        .as("as sent")
                        .isEqualTo(target);
            }
            for (String target : targets) {
                var hit = RawHttp.get(server.port(), target);
                assertThat(hit.text()).isEqualTo(target);
                assertThat(hit.isHit()).as(target).isTrue();
            }
        }
    }

    @Test
    void two_sites_never_share_a_page() {
        String path = cacheablePage("x");
        RawHttp.get(port, path);

        try (var connection = RawHttp.connect(port)) {
            var other = connection
                    .send("GET " + path + " HTTP/1.1\r\nHost: other.example.org\r\n\r\n")
                    .answer();
            assertThat(other.isHit()).isFalse();
        }

        assertThat(origin.requests(path)).isEqualTo(2);
    }

    @Test
    void the_case_and_the_final_dot_and_the_default_port_of_a_host_make_no_difference() {
        String path = cacheablePage("x");
        RawHttp.get(port, path);

        for (String host : new String[] {"WWW.Example.ORG", "www.example.org.", "www.example.org:80"}) {
            try (var connection = RawHttp.connect(port)) {
                var answer = connection
                        .send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                        .answer();
                assertThat(answer.isHit()).as(host).isTrue();
            }
        }
    }

    @Test
    void a_page_of_any_size_comes_back_as_it_was() {
        for (int size : new int[] {0, 1, 1_000, 16_384, 32_768, 65_500, 65_501, 200_000, 500_000}) {
            String path = Origin.freshPath();
            byte[] body = new byte[size];
            for (int i = 0; i < size; i++) {
                body[i] = (byte) (i * 31 + i / 251);
            }
            origin.answer(path, aResponse().withBody(body).withHeader("Cache-Control", "max-age=60"));

            var miss = RawHttp.get(port, path);
            var hit = RawHttp.get(port, path);

            assertThat(miss.body()).as("miss of %d bytes", size).isEqualTo(body);
            assertThat(hit.body()).as("hit of %d bytes", size).isEqualTo(body);
            assertThat(hit.field("Content-Length")).hasValue(Integer.toString(size));
            assertThat(origin.requests(path)).as("%d bytes", size).isOne();
        }
    }
}
