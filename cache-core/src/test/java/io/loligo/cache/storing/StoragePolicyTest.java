package io.loligo.cache.storing;

import static io.loligo.cache.Messages.KEY;
import static io.loligo.cache.Messages.at;
import static io.loligo.cache.Messages.fields;
import static io.loligo.cache.Messages.get;
import static io.loligo.cache.Messages.received;
import static io.loligo.cache.Messages.refreshPattern;
import static io.loligo.cache.Messages.request;
import static io.loligo.cache.Messages.response;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.freshness.FreshnessRules;
import io.loligo.cache.freshness.ResponseTimes;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.http.Fields;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoragePolicyTest {
    private static final StorageRules RULES = new StorageRules(
            FreshnessRules.DEFAULT, 0, 1 << 20, Duration.ZERO, true, false, false, CacheControlTargets.DEFAULT);

    @DisplayName("RFC 9111 §3: is it stored? Date: 0 and received at second 0")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # case                                      | request                            | status | response                                                    | verdict
        a lifetime                                  | -                                  | 200    | Cache-Control: max-age=60                                   | store
        §4.2.2 a heuristic                          | -                                  | 200    | Last-Modified: -1000                                        | store
        a validator, though stale                   | -                                  | 200    | Cache-Control: max-age=0 ¦ ETag: "a"                        | store
        §5.2.2.4 no-cache with a validator          | -                                  | 200    | Cache-Control: no-cache ¦ ETag: "a"                         | store
        §5.2.2.4 no-cache without                   | -                                  | 200    | Cache-Control: no-cache, max-age=60                         | NOTHING_TO_REUSE
        neither lifetime nor validator              | -                                  | 200    | X: y                                                        | NOTHING_TO_REUSE
        stale, no validator                         | -                                  | 200    | Expires: 0                                                  | NOTHING_TO_REUSE
        stale, but of use while revalidated         | -                                  | 200    | Cache-Control: max-age=0, stale-while-revalidate=9          | store
        stale, but of use when the origin fails     | -                                  | 200    | Cache-Control: max-age=0, stale-if-error=9                  | store
        stale by its Age, no validator              | -                                  | 200    | Cache-Control: max-age=60 ¦ Age: 60                         | NOTHING_TO_REUSE
        §5.2.2.5 no-store                           | -                                  | 200    | Cache-Control: no-store, max-age=60 ¦ Expires: 60           | NO_STORE
        §5.2.2.7 private                            | -                                  | 200    | Cache-Control: private, max-age=60                          | PRIVATE
        §5.2.2.3 must-understand, a known status    | -                                  | 200    | Cache-Control: no-store, must-understand, max-age=60        | store
        §5.2.2.3 must-understand, an unknown one    | -                                  | 599    | Cache-Control: no-store, must-understand, max-age=60        | MUST_UNDERSTAND
        §5.2.2.3 without no-store                   | -                                  | 599    | Cache-Control: must-understand, max-age=60                  | MUST_UNDERSTAND
        §5.2.2.3 does not help private              | -                                  | 200    | Cache-Control: must-understand, private, max-age=60         | PRIVATE
        §5.2.1.5 the request's no-store             | Cache-Control: no-store            | 200    | Cache-Control: max-age=60                                   | REQUEST_NO_STORE
        the request's unknown directives            | Cache-Control: foo ¦ Pragma: foo   | 200    | Cache-Control: max-age=60                                   | store
        §3.5 Authorization                          | Authorization: Basic x             | 200    | Cache-Control: max-age=60                                   | AUTHORIZATION
        §3.5 Authorization and public               | Authorization: Basic x             | 200    | Cache-Control: max-age=60, public                           | store
        §3.5 Authorization and must-revalidate      | Authorization: Basic x             | 200    | Cache-Control: max-age=60, must-revalidate                  | store
        §3.5 Authorization and s-maxage             | Authorization: Basic x             | 200    | Cache-Control: s-maxage=60                                  | store
        §3.5 Authorization and an s-maxage that is none | Authorization: Basic x         | 200    | Cache-Control: s-maxage=x ¦ ETag: "a"                       | AUTHORIZATION
        §3.5 Authorization and public="x"           | Authorization: Basic x             | 200    | Cache-Control: max-age=60, public="x"                       | AUTHORIZATION
        §3.5 Authorization and must-revalidate=1    | Authorization: Basic x             | 200    | Cache-Control: max-age=60, must-revalidate=1                | AUTHORIZATION
        public="x" is no permission for a heuristic | -                                  | 599    | Last-Modified: -1000 ¦ Cache-Control: public="x"            | STATUS
        must-understand=1 is no way past no-store   | -                                  | 200    | Cache-Control: no-store, must-understand=1, max-age=60      | NO_STORE
        §3.5 Authorization and no-cache (Squid's)   | Authorization: Basic x             | 200    | Cache-Control: no-cache ¦ ETag: "a"                         | AUTHORIZATION
        §4.1 Vary: *                                | -                                  | 200    | Cache-Control: max-age=60 ¦ Vary: Foo, *                    | VARY_STAR
        Vary                                        | Foo: 1                             | 200    | Cache-Control: max-age=60 ¦ Vary: Foo                       | store
        Set-Cookie with a lifetime                  | -                                  | 200    | Cache-Control: max-age=60 ¦ Set-Cookie: a=1                 | store
        Set-Cookie with a guess                     | -                                  | 200    | Last-Modified: -1000 ¦ Set-Cookie: a=1                      | SET_COOKIE
        Set-Cookie with a validator                 | -                                  | 200    | ETag: "a" ¦ Set-Cookie: a=1                                 | SET_COOKIE
        Set-Cookie, stale from the start            | -                                  | 200    | Cache-Control: max-age=0 ¦ ETag: "a" ¦ Set-Cookie: a=1      | SET_COOKIE
        Set-Cookie with a malformed Expires         | -                                  | 200    | Expires: x ¦ ETag: "a" ¦ Set-Cookie: a=1                    | SET_COOKIE
        Cookie that Vary names, with a guess        | Cookie: a=1                        | 200    | Last-Modified: -1000 ¦ Vary: Cookie                         | COOKIE
        Cookie that Vary names, with a lifetime     | Cookie: a=1                        | 200    | Cache-Control: max-age=60 ¦ Vary: Cookie                    | store
        Cookie that Vary does not name              | Cookie: a=1                        | 200    | Last-Modified: -1000                                        | store
        Vary: Cookie without one                    | -                                  | 200    | Last-Modified: -1000 ¦ Vary: Cookie                         | store
        §3.3 a part with a strong ETag              | Range: bytes=0-1                   | 206    | Cache-Control: max-age=60 ¦ Content-Range: bytes 0-1/9 ¦ ETag: "a" | store
        with an older Last-Modified                 | Range: bytes=0-1                   | 206    | Cache-Control: max-age=60 ¦ Content-Range: bytes 0-1/9 ¦ Last-Modified: -9 | store
        §3.4 with a weak ETag                       | Range: bytes=0-1                   | 206    | Cache-Control: max-age=60 ¦ Content-Range: bytes 0-1/9 ¦ ETag: W/"a" | PARTIAL
        without a validator                         | Range: bytes=0-1                   | 206    | Cache-Control: max-age=60 ¦ Content-Range: bytes 0-1/9      | PARTIAL
        of a whole of unknown length                | Range: bytes=0-1                   | 206    | Cache-Control: max-age=60 ¦ Content-Range: bytes 0-1/* ¦ ETag: "a" | PARTIAL
        several parts                               | Range: bytes=0-1,5-6               | 206    | Cache-Control: max-age=60 ¦ ETag: "a" ¦ Content-Type: multipart/byteranges; boundary=x | PARTIAL
        a length that contradicts the range         | Range: bytes=0-1                   | 206    | Cache-Control: max-age=60 ¦ Content-Range: bytes 0-1/9 ¦ ETag: "a" ¦ Content-Length: 3 | PARTIAL
        a part that nobody asked for                | -                                  | 206    | Cache-Control: max-age=60 ¦ Content-Range: bytes 0-1/9 ¦ ETag: "a" | PARTIAL
        no-store forbids parts, too                 | Range: bytes=0-1                   | 206    | Cache-Control: no-store ¦ Content-Range: bytes 0-1/9 ¦ ETag: "a" | NO_STORE
        200 to a Range                              | Range: bytes=0-1                   | 200    | Cache-Control: max-age=60                                   | store
        304                                         | If-None-Match: "a"                 | 304    | Cache-Control: max-age=60                                   | NOT_MODIFIED
        103                                         | -                                  | 103    | Cache-Control: max-age=60                                   | INTERIM
        any final status with a lifetime: 204       | -                                  | 204    | Cache-Control: max-age=60                                   | store
        299                                         | -                                  | 299    | Cache-Control: max-age=60                                   | store
        302                                         | -                                  | 302    | Cache-Control: max-age=60                                   | store
        307 by Expires                              | -                                  | 307    | Expires: 60                                                 | store
        400                                         | -                                  | 400    | Cache-Control: max-age=60                                   | PROVOKED
        404                                         | -                                  | 404    | Cache-Control: max-age=60                                   | store
        499                                         | -                                  | 499    | Cache-Control: max-age=60                                   | store
        503                                         | -                                  | 503    | Cache-Control: max-age=60                                   | store
        599                                         | -                                  | 599    | Cache-Control: max-age=60                                   | store
        400 with a guess                            | -                                  | 400    | Cache-Control: public ¦ Last-Modified: -1000                | PROVOKED
        414 with a guess                            | -                                  | 414    | Last-Modified: -1000                                        | PROVOKED
        501 with a guess                            | -                                  | 501    | Last-Modified: -1000                                        | PROVOKED
        501 with a lifetime                         | -                                  | 501    | Cache-Control: max-age=60                                   | PROVOKED
        412 to a condition                          | If-Match: "b"                      | 412    | Cache-Control: max-age=60                                   | PROVOKED
        412 to none                                 | -                                  | 412    | Cache-Control: max-age=60                                   | store
        416 to a Range                              | Range: bytes=9-                    | 416    | Cache-Control: max-age=60                                   | PROVOKED
        417 to an Expect                            | Expect: x                          | 417    | Cache-Control: max-age=60                                   | PROVOKED
        413                                         | -                                  | 413    | Cache-Control: max-age=60                                   | PROVOKED
        428                                         | -                                  | 428    | Cache-Control: max-age=60                                   | PROVOKED
        429                                         | -                                  | 429    | Cache-Control: max-age=60                                   | PROVOKED
        431                                         | -                                  | 431    | Cache-Control: max-age=60                                   | PROVOKED
        511                                         | -                                  | 511    | Cache-Control: max-age=60                                   | PROVOKED
        302 with only a validator                   | -                                  | 302    | Last-Modified: -1000                                        | STATUS
        403 with only a validator                   | -                                  | 403    | ETag: "a"                                                   | STATUS
        503 with only a validator                   | -                                  | 503    | Last-Modified: -1000                                        | STATUS
        599, public, with a validator               | -                                  | 599    | Last-Modified: -1000 ¦ Cache-Control: public                | store
        404 with a heuristic                        | -                                  | 404    | Last-Modified: -1000                                        | store
        GET with a body                             | Content-Length: 3                  | 200    | Cache-Control: max-age=60                                   | REQUEST_BODY
        an endless answer                           | -                                  | 200    | Cache-Control: max-age=60 ¦ Content-Type: Multipart/x-mixed-replace; boundary=x | STREAM
        events                                      | -                                  | 200    | Cache-Control: max-age=60 ¦ Content-Type: text/event-stream | STREAM
        larger than maximum_object_size             | -                                  | 200    | Cache-Control: max-age=60 ¦ Content-Length: 1048577         | TOO_LARGE
        as large                                    | -                                  | 200    | Cache-Control: max-age=60 ¦ Content-Length: 1048576         | store
        RFC 9213 CDN-Cache-Control: no-store        | -                                  | 200    | Cache-Control: max-age=60 ¦ CDN-Cache-Control: no-store     | NO_STORE
        RFC 9213 against Cache-Control: no-store    | -                                  | 200    | Cache-Control: no-store ¦ CDN-Cache-Control: max-age=60     | store
        RFC 9213 CDN-Cache-Control: private         | -                                  | 200    | Cache-Control: max-age=60 ¦ CDN-Cache-Control: private      | PRIVATE
        """)
    void decide(String rule, @Nullable String request, int status, String response, String expected) {
        StorageVerdict verdict = StoragePolicy.decide(
                get(request == null ? "" : request),
                response(status, "Date: 0 ¦ " + response),
                received(0),
                KEY,
                RULES);

        assertThat(said(verdict)).isEqualTo(expected);
    }

    @DisplayName("RFC 9110 §9.3, RFC 9111 §3: by method; the URI is http://a.example/p")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        GET                                  | GET    | 200 | Cache-Control: max-age=60                                              | store
        HEAD                                 | HEAD   | 200 | Cache-Control: max-age=60                                              | METHOD
        PUT                                  | PUT    | 200 | Cache-Control: max-age=60 ¦ Content-Location: /p                       | METHOD
        an unknown one                       | FOO    | 200 | Cache-Control: max-age=60 ¦ Content-Location: /p                       | METHOD
        POST                                 | POST   | 200 | Cache-Control: max-age=60                                              | METHOD
        §9.3.3 POST about its own URI        | POST   | 200 | Cache-Control: max-age=60 ¦ Content-Location: /p                       | store
        §9.3.3 POST, absolute                | POST   | 200 | Cache-Control: max-age=60 ¦ Content-Location: http://A.example:80/p    | store
        §9.3.3 POST about another URI        | POST   | 200 | Cache-Control: max-age=60 ¦ Content-Location: /q                       | METHOD
        §9.3.3 POST without a lifetime       | POST   | 200 | Last-Modified: -1000 ¦ Content-Location: /p                            | METHOD
        §9.3.3 POST that failed              | POST   | 404 | Cache-Control: max-age=60 ¦ Content-Location: /p                       | METHOD
        """)
    void methods(String rule, String method, int status, String response, String expected) {
        StorageVerdict verdict = StoragePolicy.decide(
                request(method, ""), response(status, "Date: 0 ¦ " + response), received(0), KEY, RULES);

        assertThat(said(verdict)).isEqualTo(expected);
    }

    @DisplayName("the operator's rules: refresh_pattern in seconds, negative_ttl 30, sizes 10 to 100")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # case                                    | refresh_pattern              | proxy-only | status | response                                     | verdict
        MIN                                       | 500 20% 999                  | false      | 200    | X: y                                         | store
        MIN, not with Set-Cookie                  | 500 20% 999                  | false      | 200    | Set-Cookie: a=1                              | SET_COOKIE
        MIN is not for 302                        | 500 20% 999                  | false      | 302    | X: y                                         | STATUS
        negative_ttl                              | -                            | false      | 404    | X: y                                         | store
        negative_ttl is not for 400               | -                            | false      | 400    | X: y                                         | PROVOKED
        ignore-no-store                           | 500 20% 999 ignore-no-store  | false      | 200    | Cache-Control: no-store                      | store
        ignore-private                            | 500 20% 999 ignore-private   | false      | 200    | Cache-Control: private ¦ ETag: "a"           | store
        ignore-private: useless unvalidated       | 500 20% 999 ignore-private   | false      | 200    | Cache-Control: private                       | NOTHING_TO_REUSE
        store-stale                               | 0 20% 999 store-stale        | false      | 200    | Cache-Control: max-age=0                     | store
        override-expire                           | 500 20% 999 override-expire  | false      | 200    | Cache-Control: max-age=0                     | store
        override-expire, not with Set-Cookie      | 500 20% 999 override-expire  | false      | 200    | Cache-Control: max-age=0 ¦ Set-Cookie: a=1   | SET_COOKIE
        override-expire, later: not with Set-Cookie | 500 20% 999 override-expire | false     | 200    | Cache-Control: max-age=60 ¦ Set-Cookie: a=1  | SET_COOKIE
        override-expire that has no say           | 500 20% 999 override-expire  | false      | 200    | Cache-Control: s-maxage=60 ¦ Set-Cookie: a=1 | store
        proxy-only                                | -                            | true       | 200    | Cache-Control: max-age=60                    | PROXY_ONLY
        minimum_object_size                       | -                            | false      | 200    | Cache-Control: max-age=60 ¦ Content-Length: 9  | TOO_SMALL
        within the sizes                          | -                            | false      | 200    | Cache-Control: max-age=60 ¦ Content-Length: 10 | store
        maximum_object_size                       | -                            | false      | 200    | Cache-Control: max-age=60 ¦ Content-Length: 101 | TOO_LARGE
        a length that does not count              | -                            | false      | 200    | Cache-Control: max-age=60 ¦ Content-Length: 101 ¦ Transfer-Encoding: chunked | store
        """)
    void operator(String rule, @Nullable String line, boolean proxyOnly, int status, String response, String expected) {
        StorageRules rules = new StorageRules(
                new FreshnessRules(
                        refreshPattern(line == null ? "" : line), Duration.ofDays(7), Duration.ofSeconds(30)),
                10,
                100,
                Duration.ZERO,
                true,
                proxyOnly,
                false,
                CacheControlTargets.DEFAULT);

        StorageVerdict verdict =
                StoragePolicy.decide(get(""), response(status, "Date: 0 ¦ " + response), received(0), KEY, rules);

        assertThat(said(verdict)).isEqualTo(expected);
    }

    @Test
    @DisplayName("a malformed field never lets something be stored that would not be stored without it")
    void malformed() {
        String[] requests = {"X: y", "Authorization: Basic x", "Cookie: a=1"};
        int[] statuses = {200, 204, 302, 404, 500, 599};
        List<String> ordinary = List.of(
                "Last-Modified: -1000",
                "ETag: \"a\"",
                "Set-Cookie: a=1",
                "Vary: Cookie",
                "Cache-Control: private",
                "Cache-Control: no-store",
                "Cache-Control: max-age=0",
                "Cache-Control: max-age=60",
                "Cache-Control: must-revalidate",
                "Age: 70");
        List<String> nonsense = List.of(
                "Date: soon",
                "Age: x",
                "Expires: 0x",
                "Expires: soon",
                "Last-Modified: x",
                "Vary: ,",
                "Cache-Control: max-age=x",
                "Cache-Control: max-age",
                "Cache-Control: s-maxage=1.5",
                "Cache-Control: public=\"x\"",
                "Cache-Control: must-revalidate=0",
                "Cache-Control: must-understand=1",
                "Cache-Control: immutable=x",
                "Cache-Control: stale-while-revalidate=x",
                "Cache-Control: stale-if-error=-1",
                "CDN-Cache-Control: public=5, max-age=x",
                "CDN-Cache-Control: &");
        Random random = new Random(9111);
        int stored = 0;
        for (int i = 0; i < 50_000; i++) {
            String request = requests[random.nextInt(requests.length)];
            int status = statuses[random.nextInt(statuses.length)];
            StringBuilder lines = new StringBuilder("X: y");
            for (int n = random.nextInt(4); n > 0; n--) {
                lines.append(" ¦ ").append(ordinary.get(random.nextInt(ordinary.size())));
            }
            String malformed = nonsense.get(random.nextInt(nonsense.size()));
            String absent = verdict(request, status, lines.toString());
            String present = verdict(request, status, lines + " ¦ " + malformed);

            if (present.equals("store") && !absent.equals("store")) {
                throw new AssertionError(
                        request + " to " + status + " " + lines + ": " + absent + ", but stored with " + malformed);
            }
            stored += present.equals("store") ? 1 : 0;
        }
        assertThat(stored).as("both verdicts occur often").isBetween(2_500, 47_500);
    }

    private static String verdict(String request, int status, String response) {
        return said(StoragePolicy.decide(get(request), response(status, response), received(0), KEY, RULES));
    }

    @DisplayName("minimum_expiry_time 60 s: what has no body, and so could not be refreshed, must be fresh for so long")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # case                                    | refresh_pattern          | status | response                                          | verdict
        fresh for so long                         | -                        | 200    | Cache-Control: max-age=60 ¦ Content-Length: 0     | store
        not for so long                           | -                        | 200    | Cache-Control: max-age=59 ¦ Content-Length: 0     | MINIMUM_EXPIRY
        age counts                                | -                        | 200    | Cache-Control: max-age=60 ¦ Age: 1 ¦ Content-Length: 0 | MINIMUM_EXPIRY
        with a body                               | -                        | 200    | Cache-Control: max-age=59 ¦ Content-Length: 1     | store
        of a length that is not known             | -                        | 200    | Cache-Control: max-age=59                         | store
        a redirection of Squid's positive ones    | -                        | 301    | Cache-Control: max-age=59 ¦ Content-Length: 0     | MINIMUM_EXPIRY
        another one                               | -                        | 302    | Cache-Control: max-age=59 ¦ Content-Length: 0     | store
        store-stale                               | 0 20% 999 store-stale    | 200    | Cache-Control: max-age=59 ¦ Content-Length: 0     | store
        """)
    void minimumExpiry(String rule, @Nullable String line, int status, String response, String expected) {
        FreshnessRules freshness =
                new FreshnessRules(refreshPattern(line == null ? "" : line), Duration.ofDays(7), Duration.ZERO);
        StorageRules rules = new StorageRules(
                freshness, 0, 100, Duration.ofSeconds(60), true, false, false, CacheControlTargets.DEFAULT);

        StorageVerdict verdict =
                StoragePolicy.decide(get(""), response(status, "Date: 0 ¦ " + response), received(0), KEY, rules);

        assertThat(said(verdict)).isEqualTo(expected);
    }

    @Test
    @DisplayName("store_miss: what it denies is not stored")
    void storeMiss() {
        StorageRules rules = new StorageRules(
                FreshnessRules.DEFAULT, 0, 100, Duration.ZERO, false, false, false, CacheControlTargets.DEFAULT);

        StorageVerdict verdict =
                StoragePolicy.decide(get(""), response(200, "Cache-Control: max-age=60"), received(0), KEY, rules);

        assertThat(said(verdict)).isEqualTo("STORE_MISS");
    }

    @Test
    @DisplayName("vary_ignore_expire: with an Expires that says nothing, Set-Cookie forbids storing")
    void varyIgnoreExpire() {
        FreshnessRules freshness =
                new FreshnessRules(refreshPattern("500 20% 999"), Duration.ofDays(7), Duration.ZERO, true, false);
        StorageRules rules =
                new StorageRules(freshness, 0, 100, Duration.ZERO, true, false, false, CacheControlTargets.DEFAULT);
        String response = "Date: 0 ¦ Expires: 0 ¦ Vary: Foo";

        assertThat(said(StoragePolicy.decide(get(""), response(200, response), received(0), KEY, rules)))
                .isEqualTo("store");
        assertThat(said(StoragePolicy.decide(
                        get(""), response(200, response + " ¦ Set-Cookie: a=1"), received(0), KEY, rules)))
                .isEqualTo("SET_COOKIE");
    }

    @Test
    @DisplayName("ignore-cc: the client's no-store does not count")
    void ignoreClientCacheControl() {
        StorageRules rules = new StorageRules(
                FreshnessRules.DEFAULT, 0, 100, Duration.ZERO, true, false, true, CacheControlTargets.DEFAULT);

        StorageVerdict verdict = StoragePolicy.decide(
                get("Cache-Control: no-store"), response(200, "Cache-Control: max-age=60"), received(0), KEY, rules);

        assertThat(said(verdict)).isEqualTo("store");
    }

    @Test
    @DisplayName(
            "RFC 9111 §3.1: end-to-end fields are stored, in order; not Age and Content-Length, which are made anew")
    void storedFields() {
        String sent = "Date: 0 ¦ Cache-Control: max-age=60 ¦ X: 1 ¦ Connection: Y, close ¦ Y: 1 ¦ Keep-Alive: 5"
                + " ¦ Transfer-Encoding: chunked ¦ Content-Length: 5 ¦ Age: 3 ¦ Content-Range: odd ¦ X: 2 ¦ Set-Cookie: a=1";

        assertThat(storedHead(sent, received(0)).fields())
                .isEqualTo(fields("Date: 0 ¦ Cache-Control: max-age=60 ¦ X: 1 ¦ Content-Range: odd ¦ X: 2"
                        + " ¦ Set-Cookie: a=1"));
    }

    @Test
    @DisplayName("RFC 9111 §5.2.2.4 and §5.2.2.7: what qualified no-cache and private list is not stored, all else is")
    void withheldFields() {
        assertThat(storedHead(
                                "Date: 0 ¦ Cache-Control: max-age=60, no-cache=\"set-cookie, A\", private=\"B\""
                                        + " ¦ Set-Cookie: a=1 ¦ a: 1 ¦ B: 2 ¦ C: 3",
                                received(0))
                        .fields())
                .isEqualTo(fields(
                        "Date: 0 ¦ Cache-Control: max-age=60, no-cache=\"set-cookie, A\", private=\"B\" ¦ C: 3"));
    }

    @Test
    @DisplayName("RFC 9110 §6.6.1: a Date is added where there is none; the origin's own is never changed")
    void date() {
        assertThat(storedHead("Cache-Control: max-age=60", received(5)).fields())
                .isEqualTo(fields("Cache-Control: max-age=60 ¦ Date: 5"));
        assertThat(storedHead("Cache-Control: max-age=60 ¦ Date: some day", received(5))
                        .fields())
                .isEqualTo(fields("Cache-Control: max-age=60 ¦ Date: some day"));
    }

    @Test
    @DisplayName("RFC 9111 §4.2.3: the Age that it arrived with, and the time that it took, go on counting")
    void age() {
        StoredHead head = storedHead("Date: 10 ¦ Age: 5 ¦ Cache-Control: max-age=60", new ResponseTimes(at(8), at(10)));

        assertThat(head.ageMillis(at(10))).isEqualTo(7_000);
        assertThat(head.ageMillis(at(20))).isEqualTo(17_000);
    }

    @Test
    @DisplayName("what is stored has its key, status, reason and selecting fields; id and length come later")
    void head() {
        StoredHead head = storedHead("Cache-Control: max-age=60 ¦ Vary: Foo", received(0));

        assertThat(head.key()).isEqualTo(KEY);
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.selecting().matches(fields("Foo: 1"))).isTrue();
        assertThat(head.selecting().matches(Fields.EMPTY)).isFalse();
        assertThat(head.id()).isZero();
        assertThat(head.bodyLength()).isEqualTo(-1);
    }

    private static StoredHead storedHead(String response, ResponseTimes times) {
        StorageVerdict verdict = StoragePolicy.decide(get("Foo: 1"), response(200, response), times, KEY, RULES);
        return ((StorageVerdict.Store) verdict).head();
    }

    private static String said(StorageVerdict verdict) {
        return verdict.match(new StorageVerdict.Cases<>() {
            @Override
            public String store(StorageVerdict.Store store) {
                return "store";
            }

            @Override
            public String doNotStore(StorageVerdict.DoNotStore doNotStore) {
                return doNotStore.reason().name();
            }
        });
    }
}
