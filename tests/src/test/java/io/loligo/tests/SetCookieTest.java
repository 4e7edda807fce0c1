package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A page that sets a cookie may be stored. The cookie was set for the client that it was fetched for. */
@DisplayName("Set-Cookie")
class SetCookieTest {
    private static final String LINES = "Set-Cookie: id=%d\r\nSet-Cookie: lang=%d\r\n";

    private static RawOrigin origin(String cacheControl) {
        var asked = new AtomicInteger();
        return RawOrigin.with(exchange -> {
            int number = asked.incrementAndGet();
            String cookies = LINES.formatted(number, number);
            exchange.send(
                    exchange.has("If-None-Match")
                            ? "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\nCache-Control: max-age=60\r\n" + cookies
                                    + "\r\n"
                            : "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nCache-Control: " + cacheControl + "\r\n" + cookies
                                    + "X-Page: 1\r\nContent-Length: 5\r\n\r\nhello");
        });
    }

    private static RawHttp.Answer get(RunningServer loligo, String path, String... fields) {
        return RawHttp.get(loligo.port(), path, fields);
    }

    private static List<String> cookies(RawHttp.Answer answer) {
        return answer.head().all("Set-Cookie");
    }

    @ParameterizedTest(name = "a stored page to a request with {0}")
    @CsvSource(delimiter = '|', textBlock = """
        nothing else                | X-Nothing: 1              | 200
        another connection wish     | Connection: close         | 200
        a range                     | Range: bytes=1-2          | 206
        two ranges                  | Range: bytes=0-0,2-3      | 206
        a condition                 | If-None-Match: "1"        | 304
        a range that is not there   | Range: bytes=70-          | 416
        """)
    void is_not_sent_from_the_store(String rule, String field, int status) {
        try (var origin = origin("max-age=60");
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            assertThat(cookies(get(loligo, "/page"))).containsExactly("id=1", "lang=1");

            RawHttp.Answer hit = get(loligo, "/page", field);

            assertThat(hit.status()).isEqualTo(status);
            assertThat(hit.isHit()).isTrue();
            assertThat(cookies(hit)).isEmpty();
            assertThat(origin.heads()).hasSize(1);
        }
    }

    @Test
    void that_comes_with_a_304_is_for_the_client_whose_request_was_validated() {
        try (var origin = origin("max-age=60, no-cache");
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            get(loligo, "/page");

            RawHttp.Answer validated = get(loligo, "/page");
            RawHttp.Answer later = get(loligo, "/page");

            assertThat(validated.text()).isEqualTo("hello");
            assertThat(cookies(validated)).containsExactly("id=2", "lang=2");
            assertThat(later.isHit()).isTrue();
            assertThat(later.field("X-Page")).hasValue("1");
            assertThat(cookies(later)).isEmpty();
            assertThat(origin.heads()).hasSize(2);
        }
    }

    @Test
    void that_comes_with_an_error_stays_behind_when_the_stored_page_stands_in() {
        var asked = new AtomicInteger();
        try (var origin = RawOrigin.with(
                        exchange -> exchange.send(
                                asked.incrementAndGet() == 1
                                        ? "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nCache-Control: max-age=0\r\nContent-Length: 5\r\n\r\nhello"
                                        : "HTTP/1.1 503 Service Unavailable\r\nSet-Cookie: error=1\r\nContent-Length: 0\r\n\r\n"));
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            get(loligo, "/page");

            RawHttp.Answer stale = get(loligo, "/page");

            assertThat(stale.text()).isEqualTo("hello");
            assertThat(cookies(stale)).isEmpty();
            assertThat(origin.heads()).hasSize(2);
        }
    }

    @Test
    void that_comes_with_a_304_goes_along_with_our_304() {
        try (var origin = origin("max-age=60, no-cache");
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            get(loligo, "/page");

            RawHttp.Answer validated = get(loligo, "/page", "If-None-Match: \"1\"");

            assertThat(validated.status()).isEqualTo(304);
            assertThat(cookies(validated)).containsExactly("id=2", "lang=2");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        a refresh_pattern option           | refresh_pattern /page 0 20% 100 send-set-cookie | /page  | 2
        that option, for another page      | refresh_pattern /page 0 20% 100 send-set-cookie | /other | 0
        an access list                     | send_stored_set_cookie allow all                | /page  | 2
        an access list that names the page | send_stored_set_cookie allow page               | /page  | 2
        another page                       | send_stored_set_cookie allow page               | /other | 0
        """)
    void is_sent_where_the_operator_lets_it_through(String rule, String line, String path, int count) {
        try (var origin = origin("max-age=60");
                var loligo = RunningServer.start(
                        SquidConf.inFrontOf(origin.port()).and("acl page urlpath_regex ^/page", line))) {
            get(loligo, path);

            RawHttp.Answer hit = get(loligo, path);

            assertThat(hit.isHit()).isTrue();
            assertThat(cookies(hit)).hasSize(count);
        }
    }

    @Test
    void of_a_stored_part_stays_behind_when_the_rest_is_fetched_for_another() {
        var asked = new AtomicInteger();
        try (var origin = RawOrigin.with(exchange -> {
                    boolean rest = asked.incrementAndGet() > 1;
                    exchange.send("HTTP/1.1 206 Partial Content\r\nETag: \"1\"\r\nCache-Control: max-age=60\r\n"
                            + "Set-Cookie: id=" + asked.get() + "\r\nContent-Range: bytes "
                            + (rest
                                    ? "3-4/5\r\nContent-Length: 2\r\n\r\nlo"
                                    : "0-2/5\r\nContent-Length: 3\r\n\r\nhel"));
                });
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            get(loligo, "/page", "Range: bytes=0-2");

            RawHttp.Answer whole = get(loligo, "/page");

            assertThat(whole.text()).isEqualTo("hello");
            assertThat(cookies(whole)).containsExactly("id=2");
            assertThat(cookies(get(loligo, "/page"))).isEmpty();
        }
    }
}
