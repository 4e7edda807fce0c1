package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Fields that carry tags, on their way to clients: tag_headers, tag_headers_sent")
class TagHeadersTest extends ScenarioWithOneOrigin {
    private static final List<String> HIDDEN = List.of("Surrogate-Key", "Cache-Tag", "xkey");

    private static ResponseDefinitionBuilder tagged(String cacheControl) {
        return page("0123456789", cacheControl)
                .withHeader("ETag", "\"v1\"")
                .withHeader("Surrogate-Key", "news front")
                .withHeader("Cache-Tag", "news, front")
                .withHeader("XKey", "news")
                .withHeader("Cache-Groups", "\"news\"");
    }

    private String taggedPage(String cacheControl) {
        String path = Origin.freshPath();
        origin.answer(path, tagged(cacheControl));
        return path;
    }

    private static RawHttp.Answer isWithoutTags(RawHttp.Answer answer) {
        for (String name : HIDDEN) {
            assertThat(answer.field(name)).as(name + " of\n" + answer).isEmpty();
        }
        assertThat(answer.field("ETag")).as(answer.toString()).contains("\"v1\"");
        assertThat(answer.field("Cache-Groups")).as(answer.toString()).contains("\"news\"");
        return answer;
    }

    @Test
    void a_miss_and_a_hit_go_without_tags_but_with_the_groups_that_are_for_every_cache() {
        String path = taggedPage("max-age=60");

        isWithoutTags(RawHttp.get(port, path));
        var hit = isWithoutTags(RawHttp.get(port, path));

        assertThat(hit.isHit()).isTrue();
        assertThat(hit.text()).isEqualTo("0123456789");
        assertThat(hit.field("Cache-Status").orElse("")).contains("hit;ttl=");
    }

    @Test
    void so_do_the_answer_to_head_a_304_and_parts() {
        String path = taggedPage("max-age=60");
        RawHttp.get(port, path);

        assertThat(isWithoutTags(RawHttp.exchange(port, "HEAD", path)).status()).isEqualTo(200);
        assertThat(isWithoutTags(RawHttp.get(port, path, "If-None-Match: \"v1\""))
                        .status())
                .isEqualTo(304);
        assertThat(isWithoutTags(RawHttp.get(port, path, "Range: bytes=2-4")).text())
                .isEqualTo("234");
        assertThat(isWithoutTags(RawHttp.get(port, path, "Range: bytes=0-1,8-9"))
                        .status())
                .isEqualTo(206);
    }

    @Test
    void so_do_answers_that_are_passed_on() {
        String path = taggedPage("no-store");

        isWithoutTags(RawHttp.get(port, path));
        isWithoutTags(RawHttp.exchange(port, "POST", path, "Content-Length: 0"));
        isWithoutTags(RawHttp.get(port, path, "Range: bytes=2-4"));
    }

    @Test
    void so_does_what_was_validated_or_is_served_stale() {
        String path = Origin.freshPath();
        origin.answer(path, tagged("max-age=0, stale-if-error=60"));
        RawHttp.get(port, path);
        origin.answer(path, aResponse().withStatus(304).withHeader("Surrogate-Key", "later"));

        assertThat(isWithoutTags(RawHttp.get(port, path)).field("Cache-Status").orElse(""))
                .contains("fwd-status=304");

        origin.answer(path, aResponse().withStatus(503));
        assertThat(isWithoutTags(RawHttp.get(port, path)).status()).isEqualTo(200);
    }

    @Test
    void so_do_those_who_wait_for_anothers_answer() {
        String path = Origin.freshPath();
        origin.stub(get(urlEqualTo(path)).willReturn(tagged("max-age=60").withFixedDelay(1_000)));
        var first = CompletableFuture.supplyAsync(() -> RawHttp.get(port, path));
        await().until(() -> origin.requests(path) == 1);

        var second = RawHttp.get(port, path);

        isWithoutTags(second);
        isWithoutTags(first.join());
        assertThat(origin.requests(path)).isEqualTo(1);
    }

    @Test
    void so_do_interim_answers() {
        String wire = String.join(
                "\r\n",
                "HTTP/1.1 103 Early Hints",
                "Link: </a.css>",
                "Surrogate-Key: news",
                "",
                "HTTP/1.1 200 OK",
                "ETag: \"v1\"",
                "Cache-Groups: \"news\"",
                "xkey: news",
                "Content-Length: 1",
                "",
                "x");
        try (var raw = RawOrigin.answering(wire);
                var server = RunningServer.start(SquidConf.inFrontOf(raw.port()))) {
            var answer = isWithoutTags(RawHttp.get(server.port(), "/"));

            assertThat(answer.interim()).hasSize(1);
            assertThat(answer.interim().get(0).field("Link")).contains("</a.css>");
            assertThat(answer.interim().get(0).field("Surrogate-Key")).isEmpty();
        }
    }

    @Test
    void a_page_without_tags_is_a_hit_with_every_field_of_its_own() {
        String path = Origin.freshPath();
        origin.answer(path, page("x", "max-age=60").withHeader("Surrogate-Keys", "not a tag"));
        RawHttp.get(port, path);

        assertThat(RawHttp.get(port, path).field("Surrogate-Keys")).contains("not a tag");
    }

    @Test
    void tag_headers_sent_says_which_go_on_and_a_reload_changes_that_for_what_is_stored_too() {
        var conf = SquidConf.inFrontOf(origin.port()).and("tag_headers_sent all");
        String path = taggedPage("max-age=60");
        try (var server = InProcessServer.start(conf)) {
            for (var answer : List.of(RawHttp.get(server.port(), path), RawHttp.get(server.port(), path))) {
                assertThat(answer.field("Surrogate-Key")).contains("news front");
                assertThat(answer.field("Cache-Tag")).contains("news, front");
                assertThat(answer.field("xkey")).contains("news");
                assertThat(answer.field("Cache-Groups")).contains("\"news\"");
            }

            conf.replacing("tag_headers_sent all", "tag_headers Cache-Tag Cache-Groups\ntag_headers_sent Cache-Tag")
                    .write();
            var reloaded = server.server().reload();
            assertThat(reloaded.applied()).isTrue();
            assertThat(reloaded.problems())
                    .anyMatch(
                            problem -> problem.contains("by whose tags pages are purged, change with the next start"));

            var hit = RawHttp.get(server.port(), path);
            assertThat(hit.isHit()).isTrue();
            assertThat(hit.field("Surrogate-Key"))
                    .as("carries no tags any more, so it goes on like any field")
                    .contains("news front");
            assertThat(hit.field("Cache-Tag")).contains("news, front");
            assertThat(hit.field("Cache-Groups")).isEmpty();
        }
    }

    @Test
    void what_was_stored_while_tags_were_hidden_bears_them_once_they_are_to_be_sent() {
        var conf = SquidConf.inFrontOf(origin.port());
        String path = taggedPage("max-age=60");
        try (var server = InProcessServer.start(conf)) {
            isWithoutTags(RawHttp.get(server.port(), path));
            isWithoutTags(RawHttp.get(server.port(), path));

            conf.and("tag_headers_sent all").write();
            assertThat(server.server().reload().applied()).isTrue();
            var sent = RawHttp.get(server.port(), path);
            conf.write();
            assertThat(server.server().reload().applied()).isTrue();

            assertThat(sent.isHit()).isTrue();
            assertThat(sent.field("Surrogate-Key")).contains("news front");
            assertThat(sent.head().all("Content-Length")).containsExactly("10");
            assertThat(isWithoutTags(RawHttp.get(server.port(), path)).isHit()).isTrue();
        }
    }

    @Test
    void a_surrogate_between_us_and_the_visitors_gets_surrogate_key_as_it_gets_surrogate_control() {
        String path = Origin.freshPath();
        origin.stub(WireMock.any(urlEqualTo(path))
                .willReturn(tagged("max-age=60").withHeader("Surrogate-Control", "max-age=60")));
        try (var server =
                RunningServer.start(SquidConf.inFrontOf(origin.port()).and("httpd_accel_surrogate_id edge"))) {
            for (int i = 0; i < 2; i++) {
                var next = RawHttp.get(server.port(), path, "Surrogate-Capability: next=\"Surrogate/1.0\"");
                assertThat(next.field("Surrogate-Key")).contains("news front");
                assertThat(next.field("Surrogate-Control")).contains("max-age=60");
                assertThat(next.field("Cache-Tag")).isEmpty();

                var visitor = isWithoutTags(RawHttp.get(server.port(), path));
                assertThat(visitor.field("Surrogate-Control")).isEmpty();
            }
        }
    }
}
