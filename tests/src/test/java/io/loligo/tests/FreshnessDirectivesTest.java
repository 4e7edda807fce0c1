package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static io.loligo.tests.ScenarioWithOneOrigin.codes;
import static io.loligo.tests.ScenarioWithOneOrigin.logged;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The directives that bend freshness")
class FreshnessDirectivesTest {
    private static final String LONG_AGO = "Thu, 01 Jan 1998 00:00:00 GMT";

    private static final DateTimeFormatter IMF_FIXDATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private final Origin origin = Origin.start();
    private final String path = Origin.freshPath();

    @AfterEach
    void stop() {
        origin.close();
    }

    private RunningServer with(String... lines) {
        return RunningServer.start(SquidConf.inFrontOf(origin.port()).and(lines));
    }

    private static ResponseDefinitionBuilder page(String... fields) {
        var page = aResponse().withBody("body");
        for (String field : fields) {
            int colon = field.indexOf(": ");
            page = page.withHeader(field.substring(0, colon), field.substring(colon + 2));
        }
        return page;
    }

    private void conditionsGet304() {
        for (String condition : new String[] {"If-None-Match", "If-Modified-Since"}) {
            origin.stub(any(urlEqualTo(path))
                    .withHeader(condition, matching(".+"))
                    .willReturn(aResponse().withStatus(304)));
        }
    }

    @Test
    void negative_ttl_keeps_errors_and_their_hits_have_a_code_of_their_own() {
        try (var loligo = with("negative_ttl 30 seconds")) {
            origin.answer(path, page().withStatus(404));

            logged(loligo, path);
            assertThat(logged(loligo, path).isHit()).isTrue();
            logged(loligo, path, "Cache-Control: max-age=0");
            logged(loligo, path, "Cache-Control: no-cache");

            assertThat(codes(loligo, path, 4))
                    .containsExactly("TCP_MISS/404", "TCP_NEGATIVE_HIT/404", "TCP_NEGATIVE_HIT/404", "TCP_MISS/404");
            assertThat(origin.requests(path)).isEqualTo(2);
        }
    }

    @Test
    void without_negative_ttl_an_error_is_not_kept_unless_the_origin_says_so() {
        try (var loligo = with()) {
            String dated = Origin.freshPath();
            origin.answer(path, page().withStatus(404));
            origin.answer(dated, page("Cache-Control: max-age=60").withStatus(404));
            for (int i = 0; i < 2; i++) {
                logged(loligo, path);
                logged(loligo, dated);
            }

            assertThat(codes(loligo, path, 2)).containsExactly("TCP_MISS/404", "TCP_MISS/404");
            assertThat(codes(loligo, dated, 2)).containsExactly("TCP_MISS/404", "TCP_MEM_HIT/404");
        }
    }

    @Test
    void minimum_expiry_time_leaves_out_what_is_soon_stale_and_could_not_be_refreshed() {
        try (var loligo = with("minimum_expiry_time 100 seconds")) {
            String longer = Origin.freshPath();
            String withBody = Origin.freshPath();
            origin.answer(
                    path, page("Cache-Control: max-age=60", "Content-Length: 0").withBody(""));
            origin.answer(
                    longer,
                    page("Cache-Control: max-age=200", "Content-Length: 0").withBody(""));
            origin.answer(withBody, page("Cache-Control: max-age=60"));
            for (int i = 0; i < 2; i++) {
                logged(loligo, path);
                logged(loligo, longer);
                logged(loligo, withBody);
            }

            assertThat(codes(loligo, path, 2)).containsExactly("TCP_MISS/200", "TCP_MISS/200");
            assertThat(codes(loligo, longer, 2)).containsExactly("TCP_MISS/200", "TCP_MEM_HIT/200");
            assertThat(codes(loligo, withBody, 2)).containsExactly("TCP_MISS/200", "TCP_MEM_HIT/200");
        }
    }

    @Test
    void max_stale_limits_what_is_served_when_the_origin_fails() {
        try (var loligo = with("max_stale 5 seconds")) {
            String younger = Origin.freshPath();
            origin.answer(path, page("Cache-Control: max-age=60", "Age: 100", "ETag: \"a\""));
            origin.answer(younger, page("Cache-Control: max-age=60", "Age: 60", "ETag: \"a\""));
            logged(loligo, path);
            logged(loligo, younger);
            origin.answer(path, aResponse().withStatus(503));
            origin.answer(younger, aResponse().withStatus(503));

            logged(loligo, path);
            logged(loligo, younger);

            assertThat(codes(loligo, path, 2)).containsExactly("TCP_MISS/200", "TCP_REFRESH_FAIL_ERR/503");
            assertThat(codes(loligo, younger, 2)).containsExactly("TCP_MISS/200", "TCP_REFRESH_FAIL_OLD/200");
        }
    }

    @Test
    void refresh_all_ims_validates_for_every_client_with_a_condition() {
        try (var loligo = with("refresh_all_ims on")) {
            origin.answer(path, page("Cache-Control: max-age=60", "Last-Modified: " + LONG_AGO));
            conditionsGet304();

            logged(loligo, path);
            logged(loligo, path, "If-Modified-Since: " + LONG_AGO);
            logged(loligo, path);

            assertThat(codes(loligo, path, 3))
                    .containsExactly("TCP_MISS/200", "TCP_REFRESH_UNMODIFIED/304", "TCP_MEM_HIT/200");
        }
    }

    @Test
    void reload_into_ims_makes_a_validation_of_a_reload() {
        try (var loligo = with("reload_into_ims on")) {
            origin.answer(path, page("Cache-Control: max-age=60", "ETag: \"a\""));
            conditionsGet304();

            logged(loligo, path);
            logged(loligo, path, "Cache-Control: no-cache");
            logged(loligo, path, "Pragma: no-cache");

            assertThat(codes(loligo, path, 3))
                    .containsExactly("TCP_MISS/200", "TCP_REFRESH_UNMODIFIED/200", "TCP_REFRESH_UNMODIFIED/200");
        }
    }

    @Test
    void without_it_a_reload_is_a_miss_that_nothing_was_looked_up_for() {
        try (var loligo = with()) {
            origin.answer(path, page("Cache-Control: max-age=60", "ETag: \"a\""));
            logged(loligo, path);

            var reload = logged(loligo, path, "Cache-Control: no-cache");

            assertThat(codes(loligo, path, 2)).containsExactly("TCP_MISS/200", "TCP_MISS/200");
            assertThat(reload.field("X-Cache-Lookup").orElse("")).startsWith("NONE from ");
            assertThat(origin.requestsFor(path)).noneMatch(request -> request.containsHeader("If-None-Match"));
        }
    }

    @Test
    void offline_mode_serves_what_is_stored_however_old_unless_the_origin_forbids_that() {
        try (var loligo = with("offline_mode on")) {
            String strict = Origin.freshPath();
            origin.answer(path, page("Cache-Control: max-age=60", "Age: 100", "ETag: \"a\""));
            origin.answer(strict, page("Cache-Control: max-age=60, must-revalidate", "Age: 100", "ETag: \"a\""));
            for (int i = 0; i < 2; i++) {
                logged(loligo, path);
                logged(loligo, strict);
            }

            assertThat(codes(loligo, path, 2)).containsExactly("TCP_MISS/200", "TCP_OFFLINE_HIT/200");
            assertThat(codes(loligo, strict, 2)).containsExactly("TCP_MISS/200", "TCP_REFRESH_MODIFIED/200");
        }
    }

    @Test
    void vary_ignore_expire_does_not_believe_an_expires_that_equals_date_beside_vary() {
        String now = IMF_FIXDATE.format(Instant.now());
        try (var old = RawOrigin.with(exchange -> exchange.send("HTTP/1.1 200 OK\r\nDate: " + now + "\r\nExpires: "
                        + now + (exchange.path().equals("/varies") ? "\r\nVary: Accept-Encoding" : "")
                        + "\r\nETag: \"a\"\r\nContent-Length: 4\r\n\r\nbody"));
                var loligo = RunningServer.start(
                        SquidConf.inFrontOf(old.port()).and("vary_ignore_expire on", "refresh_pattern . 60 20% 120"))) {
            for (int i = 0; i < 2; i++) {
                logged(loligo, "/varies");
                logged(loligo, "/plain");
            }

            assertThat(codes(loligo, "/varies", 2)).containsExactly("TCP_MISS/200", "TCP_MEM_HIT/200");
            assertThat(codes(loligo, "/plain", 2)).containsExactly("TCP_MISS/200", "TCP_REFRESH_MODIFIED/200");
        }
    }

    @Test
    void ignore_cc_on_a_port_does_not_hear_what_clients_ask_of_caches() {
        var conf = SquidConf.inFrontOf(origin.port()).replacing(" vhost", " vhost ignore-cc");
        try (var loligo = RunningServer.start(conf)) {
            origin.answer(path, page("Cache-Control: max-age=60", "ETag: \"a\""));

            logged(loligo, path, "Cache-Control: no-store");
            logged(loligo, path, "Cache-Control: no-cache");
            logged(loligo, path, "Cache-Control: max-age=0", "Pragma: no-cache");

            assertThat(codes(loligo, path, 3)).containsExactly("TCP_MISS/200", "TCP_MEM_HIT/200", "TCP_MEM_HIT/200");
            assertThat(origin.requestsFor(path).get(0).getHeader("Cache-Control"))
                    .isEqualTo("no-store");
        }
    }

    @Test
    void cache_miss_revalidate_off_fetches_a_whole_page_for_a_client_with_a_condition() {
        try (var passing = with();
                var fetching = with("cache_miss_revalidate off")) {
            origin.answer(path, page("Cache-Control: max-age=60", "ETag: \"a\""));
            conditionsGet304();
            for (var loligo : List.of(passing, fetching)) {
                logged(loligo, path, "If-None-Match: \"a\"");
                logged(loligo, path, "If-None-Match: \"a\"");
            }

            assertThat(codes(passing, path, 2)).containsExactly("TCP_MISS/304", "TCP_MISS/304");
            assertThat(codes(fetching, path, 2)).containsExactly("TCP_MISS/200", "TCP_INM_HIT/304");
        }
    }

    @Test
    void collapsed_forwarding_access_says_who_may_share_a_fetch() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        ExecutorService clients = Executors.newFixedThreadPool(2);
        try (var slow = RawOrigin.with(exchange -> {
                    both.countDown();
                    await(both);
                    exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 4\r\n\r\nbody");
                });
                var loligo = RunningServer.start(SquidConf.inFrontOf(slow.port())
                        .and("acl alone req_header X-Alone .", "collapsed_forwarding_access deny alone"))) {
            List<Future<RawHttp.Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                answers.add(clients.submit(() -> RawHttp.get(loligo.port(), path, "X-Alone: 1")));
            }
            for (var answer : answers) {
                assertThat(answer.get(20, TimeUnit.SECONDS).text()).isEqualTo("body");
            }

            assertThat(codes(loligo, path, 2)).containsExactly("TCP_MISS/200", "TCP_MISS/200");
            assertThat(slow.heads()).hasSize(2);
        } finally {
            clients.shutdownNow();
        }
    }

    /** Waits for the other request; after a while it is clear that it does not come. */
    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(10, TimeUnit.SECONDS)) {
                throw new AssertionError("the second request did not come by itself");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
