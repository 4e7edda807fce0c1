package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** All caching knobs at once, as the configuration of a mirror for packages has them, with its store in files. */
@DisplayName("A mirror")
class MirrorTest extends ScenarioWithOneOrigin {
    private static final String LONG_AGO = "Thu, 01 Jan 1998 00:00:00 GMT";

    MirrorTest() {
        super(
                "maximum_object_size 1 GB",
                "cache_dir aufs DIR/cache 50 16 256",
                "collapsed_forwarding on",
                "negative_ttl 30 seconds",
                "minimum_expiry_time 5 seconds",
                "max_stale 2 hours",
                "reload_into_ims on",
                "vary_ignore_expire on",
                "cache_miss_revalidate off",
                "refresh_pattern -i \\.(deb|rpm|iso|apk)$ 129600 100% 129600 refresh-ims override-expire",
                "refresh_pattern /(Packages|Sources)(|\\.bz2|\\.gz|\\.xz)$ 0 0% 0 refresh-ims",
                "refresh_pattern /(In)?Release(|\\.gpg)$ 0 0% 0 refresh-ims",
                "refresh_pattern -i \\.html?$ 5 20% 60 ignore-reload max-stale=600",
                "refresh_pattern -i /api/ 1 0% 1 override-lastmod ignore-private ignore-no-store store-stale",
                "refresh_pattern . 0 20% 4320",
                "acl nostore rep_header X-No-Cache .",
                "acl ok http_status 200-299 301 404 410",
                "store_miss deny nostore",
                "store_miss allow ok",
                "store_miss deny all",
                "acl fresh req_header X-Want-Fresh -i ^yes$",
                "send_hit deny fresh");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # rule                                         | path            | status | field                           | second request              | second time
        a reply that store_miss denies                 | /page           | 200    | X-No-Cache: 1                   | -                           | TCP_MISS/200
        a status that store_miss denies                | /page           | 300    | X: y                            | -                           | TCP_MISS/300
        one that it allows                             | /page           | 410    | X: y                            | -                           | TCP_HIT/410
        send_hit denies the hit                        | /page           | 200    | X: y                            | X-Want-Fresh: yes           | TCP_MISS/200
        negative_ttl                                   | /page           | 404    | X: y                            | -                           | TCP_NEGATIVE_HIT/404
        a package, no expiry, MIN 90 days              | /b.deb          | 200    | Cache-Control: x                | -                           | TCP_HIT/200
        a package, for a client with a condition       | /b.deb          | 200    | Last-Modified: LONG_AGO         | If-Modified-Since: LONG_AGO | TCP_REFRESH_UNMODIFIED/304
        a list is validated each time                  | /Packages.gz    | 200    | Last-Modified: LONG_AGO         | -                           | TCP_REFRESH_UNMODIFIED/200
        ignore-reload                                  | /x.html         | 200    | X: y                            | Cache-Control: no-cache     | TCP_HIT/200
        no-store and no expiry, ignored for a minute   | /api/a          | 200    | Cache-Control: no-store         | -                           | TCP_HIT/200
        private, stored and always validated           | /api/b          | 200    | Cache-Control: private          | -                           | TCP_REFRESH_MODIFIED/200
        a reload elsewhere validates                   | /page           | 200    | X: y                            | Cache-Control: no-cache     | TCP_REFRESH_MODIFIED/200
        """)
    void serves(String rule, String path, int status, String field, @Nullable String request, String secondTime) {
        String url = Origin.freshPath() + path;
        int colon = field.indexOf(": ");
        String name = field.substring(0, colon);
        ResponseDefinitionBuilder page = aResponse()
                .withStatus(status)
                .withBody("body")
                .withHeader(name, field.substring(colon + 2).replace("LONG_AGO", LONG_AGO));
        if ((path.equals("/page") && status != 404) || path.equals("/x.html")) {
            page = page.withHeader("Cache-Control", "max-age=60");
        }
        origin.answer(url, page);
        origin.stub(any(urlEqualTo(url))
                .withHeader("If-Modified-Since", matching(".+"))
                .willReturn(aResponse().withStatus(304)));

        logged(url);
        if (request == null) {
            logged(url);
        } else {
            logged(url, request.replace("LONG_AGO", LONG_AGO));
        }

        assertThat(codes(url, 2)).containsExactly("TCP_MISS/" + status, secondTime);
    }

    @Test
    void fetches_a_whole_page_for_a_client_with_a_condition() {
        String url = cacheablePage("body");

        assertThat(logged(url, "If-None-Match: \"x\"").text()).isEqualTo("body");
        logged(url);

        assertThat(codes(url, 2)).containsExactly("TCP_MISS/200", "TCP_HIT/200");
    }
}
