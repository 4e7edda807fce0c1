package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("refresh_pattern")
class RefreshPatternTest extends ScenarioWithOneOrigin {
    RefreshPatternTest() {
        super(
                "refresh_pattern /min/ 60 20% 120",
                "refresh_pattern /percent/ 0 20% 525600",
                "refresh_pattern /zero-percent/ 60 0% 120",
                "refresh_pattern /zero-max/ 60 20% 0",
                "refresh_pattern /override-expire/ 60 20% 120 override-expire",
                "refresh_pattern /override-lastmod/ 60 0% 120 override-lastmod",
                "refresh_pattern /reload-into-ims/ 0 20% 120 reload-into-ims",
                "refresh_pattern /ignore-reload/ 0 20% 120 ignore-reload",
                "refresh_pattern /ignore-no-store/ 60 20% 120 ignore-no-store",
                "refresh_pattern /ignore-private/ 60 20% 120 ignore-private",
                "refresh_pattern /max-stale/ 0 20% 120 max-stale=5",
                "refresh_pattern /refresh-ims/ 0 20% 120 refresh-ims",
                "refresh_pattern /store-stale/ 0 20% 120 store-stale",
                "refresh_pattern /Case/ 60 20% 120",
                "refresh_pattern -i /NO-CASE/ 60 20% 120",
                "refresh_pattern /typed/ 60 20% 120 content-type=image/",
                "refresh_pattern . 0 20% 4320");
    }

    private static final String LONG_AGO = "Thu, 01 Jan 1998 00:00:00 GMT";

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-", textBlock = """
        # rule                                             | path             | the page's fields                                 | the second request     | the second time
        MIN: fresh without a word from the origin          | min              | X: y                                              | -                      | TCP_MEM_HIT/200
        MIN: not where the origin gave a lifetime          | min              | Cache-Control: max-age=0 ¦ ETag: "a"              | -                      | TCP_REFRESH_UNMODIFIED/200
        MIN: not beside Last-Modified                      | zero-percent     | Last-Modified: LONG_AGO                           | -                      | TCP_REFRESH_UNMODIFIED/200
        MAX above MIN                                      | zero-max         | ETag: "a"                                         | -                      | TCP_REFRESH_UNMODIFIED/200
        MAX does not shorten a lifetime                    | zero-max         | Cache-Control: max-age=60                         | -                      | TCP_MEM_HIT/200
        PERCENT of the time since Last-Modified            | percent          | Last-Modified: LONG_AGO                           | -                      | TCP_MEM_HIT/200
        no MIN, nothing said: not even stored              | other            | X: y                                              | -                      | TCP_MISS/200
        case counts                                        | case             | X: y                                              | -                      | TCP_MISS/200
        -i                                                 | no-case          | X: y                                              | -                      | TCP_MEM_HIT/200
        override-expire: up to MIN                         | override-expire  | Cache-Control: max-age=0                          | -                      | TCP_MEM_HIT/200
        override-expire: on Expires                        | override-expire  | Expires: LONG_AGO                                 | -                      | TCP_MEM_HIT/200
        override-expire: not against must-revalidate       | override-expire  | Cache-Control: max-age=0, must-revalidate ¦ ETag: "a" | -                  | TCP_REFRESH_UNMODIFIED/200
        override-expire: not against no-cache              | override-expire  | Cache-Control: no-cache ¦ ETag: "a"               | -                      | TCP_REFRESH_UNMODIFIED/200
        override-expire: not against s-maxage              | override-expire  | Cache-Control: s-maxage=0 ¦ ETag: "a"             | -                      | TCP_REFRESH_UNMODIFIED/200
        override-lastmod: up to MIN                        | override-lastmod | Last-Modified: LONG_AGO                           | -                      | TCP_MEM_HIT/200
        override-lastmod: not against a lifetime           | override-lastmod | Cache-Control: max-age=0 ¦ Last-Modified: LONG_AGO | -                     | TCP_REFRESH_UNMODIFIED/200
        a reload fetches anew                              | other            | Cache-Control: max-age=60 ¦ ETag: "a"             | Cache-Control: no-cache | TCP_CLIENT_REFRESH_MISS/200
        reload-into-ims: a reload validates                | reload-into-ims  | Cache-Control: max-age=60 ¦ ETag: "a"             | Cache-Control: no-cache | TCP_REFRESH_UNMODIFIED/200
        ignore-reload: no-cache                            | ignore-reload    | Cache-Control: max-age=60                         | Cache-Control: no-cache | TCP_MEM_HIT/200
        ignore-reload: Pragma                              | ignore-reload    | Cache-Control: max-age=60                         | Pragma: no-cache       | TCP_MEM_HIT/200
        ignore-reload: max-age=0                           | ignore-reload    | Cache-Control: max-age=60                         | Cache-Control: max-age=0 | TCP_MEM_HIT/200
        without: max-age=0 validates                       | other            | Cache-Control: max-age=60 ¦ ETag: "a"             | Cache-Control: max-age=0 | TCP_REFRESH_UNMODIFIED/200
        ignore-no-store                                    | ignore-no-store  | Cache-Control: no-store                           | -                      | TCP_MEM_HIT/200
        without                                            | min              | Cache-Control: no-store                           | -                      | TCP_MISS/200
        ignore-private: stored, and validated each time    | ignore-private   | Cache-Control: private, max-age=60 ¦ ETag: "a"    | -                      | TCP_REFRESH_UNMODIFIED/200
        without                                            | min              | Cache-Control: private, max-age=60 ¦ ETag: "a"    | -                      | TCP_MISS/200
        refresh-ims: a condition validates                 | refresh-ims      | Cache-Control: max-age=60 ¦ Last-Modified: LONG_AGO | If-Modified-Since: LONG_AGO | TCP_REFRESH_UNMODIFIED/304
        refresh-ims: no condition, no validation           | refresh-ims      | Cache-Control: max-age=60 ¦ Last-Modified: LONG_AGO | -                    | TCP_MEM_HIT/200
        without                                            | other            | Cache-Control: max-age=60 ¦ Last-Modified: LONG_AGO | If-Modified-Since: LONG_AGO | TCP_IMS_HIT/304
        store-stale: kept though stale and no validator    | store-stale      | Cache-Control: max-age=0                          | -                      | TCP_REFRESH_MODIFIED/200
        without                                            | other            | Cache-Control: max-age=0                          | -                      | TCP_MISS/200
        content-type: a page of that type                  | typed            | Content-Type: IMAGE/png; a=b                      | -                      | TCP_MEM_HIT/200
        content-type: a page of another                    | typed            | Content-Type: text/html                           | -                      | TCP_MISS/200
        content-type: a page of none                       | typed            | X: y                                              | -                      | TCP_MISS/200
        """)
    void decides_by_url(String rule, String path, String fields, @Nullable String request, String secondTime) {
        String url = pageOf(path, fields);

        logged(url);
        assertThat(codes(url, 1)).containsExactly("TCP_MISS/200");
        var second = request == null ? logged(url) : logged(url, dated(request));

        assertThat(codes(url, 2)).containsExactly("TCP_MISS/200", secondTime);
        assertThat(second.text()).isEqualTo(secondTime.endsWith("304") ? "" : "body");
        assertThat(origin.requests(url)).isEqualTo(secondTime.contains("_HIT/") ? 1 : 2);
    }

    @Test
    void max_stale_limits_what_is_served_when_the_origin_fails() {
        String limited = pageOf("max-stale", "Cache-Control: max-age=0 ¦ Age: 10 ¦ ETag: \"a\"");
        String unlimited = pageOf("other", "Cache-Control: max-age=0 ¦ Age: 10 ¦ ETag: \"a\"");
        logged(limited);
        logged(unlimited);
        origin.answer(limited, aResponse().withStatus(503));
        origin.answer(unlimited, aResponse().withStatus(503));

        logged(limited);
        logged(unlimited);

        assertThat(codes(limited, 2)).containsExactly("TCP_MISS/200", "TCP_REFRESH_FAIL_ERR/503");
        assertThat(codes(unlimited, 2)).containsExactly("TCP_MISS/200", "TCP_REFRESH_FAIL_OLD/200");
    }

    @Test
    void a_reload_replaces_what_is_stored_and_shares_no_fetch_that_began_before() {
        String url = pageOf("other", "Cache-Control: max-age=60 ¦ ETag: \"a\"");
        logged(url);
        origin.answer(url, page("new", "max-age=60"));

        assertThat(logged(url, "Cache-Control: no-cache").text()).isEqualTo("new");
        var after = logged(url);

        assertThat(after.text()).isEqualTo("new");
        assertThat(after.isHit()).isTrue();
        assertThat(origin.requestsFor(url)).hasSize(2).noneMatch(request -> request.containsHeader("If-None-Match"));
    }

    @Test
    void a_reload_whose_answer_may_not_be_stored_leaves_nothing_old_behind() {
        String url = pageOf("other", "Cache-Control: max-age=60");
        logged(url);
        origin.answer(url, page("new", "no-store"));

        logged(url, "Cache-Control: no-cache");

        assertThat(logged(url).text()).isEqualTo("new");
        assertThat(origin.requests(url)).isEqualTo(3);
    }

    @Test
    void a_reload_of_a_part_leaves_the_stored_page() {
        String url = pageOf("other", "Cache-Control: max-age=60");
        logged(url);
        origin.answer(url, aResponse().withStatus(206).withBody("b").withHeader("Content-Range", "bytes 0-0/4"));

        assertThat(logged(url, "Cache-Control: no-cache", "Range: bytes=0-0").status())
                .isEqualTo(206);

        assertThat(logged(url).text()).isEqualTo("body");
        assertThat(codes(url, 3)).containsExactly("TCP_MISS/200", "TCP_CLIENT_REFRESH_MISS/206", "TCP_MEM_HIT/200");
    }

    @Test
    void a_reload_that_fails_leaves_the_stored_page() {
        String url = pageOf("other", "Cache-Control: max-age=60");
        logged(url);
        origin.answer(url, aResponse().withStatus(500));

        assertThat(logged(url, "Cache-Control: no-cache").status()).isEqualTo(500);

        assertThat(logged(url).text()).isEqualTo("body");
        assertThat(codes(url, 3)).containsExactly("TCP_MISS/200", "TCP_CLIENT_REFRESH_MISS/500", "TCP_MEM_HIT/200");
    }

    /** A page with these fields, whose origin answers conditions with 304. */
    private String pageOf(String directory, String fields) {
        String url = "/" + directory + Origin.freshPath();
        var page = aResponse().withBody("body");
        var notModified = aResponse().withStatus(304);
        for (String field : fields.split(" ¦ ", -1)) {
            int colon = field.indexOf(": ");
            String value = dated(field.substring(colon + 2));
            page = page.withHeader(field.substring(0, colon), value);
            notModified = notModified.withHeader(field.substring(0, colon), value);
        }
        origin.answer(url, page);
        for (String condition : new String[] {"If-None-Match", "If-Modified-Since"}) {
            origin.stub(
                    any(urlEqualTo(url)).withHeader(condition, matching(".+")).willReturn(notModified));
        }
        return url;
    }

    private static String dated(String text) {
        return text.replace("LONG_AGO", LONG_AGO);
    }
}
