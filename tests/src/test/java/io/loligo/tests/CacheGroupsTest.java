package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Cache-Groups and Cache-Group-Invalidation, RFC 9875")
class CacheGroupsTest extends ScenarioWithOneOrigin {
    private final String group = UUID.randomUUID().toString();

    private String pageOf(String groups) {
        String path = Origin.freshPath();
        origin.answer(path, page("x", "max-age=60").withHeader("Cache-Groups", groups));
        RawHttp.get(port, path);
        assertThat(RawHttp.get(port, path).isHit()).isTrue();
        return path;
    }

    private void change(String method, int status, String invalidation) {
        String path = Origin.freshPath();
        origin.answer(path, aResponse().withStatus(status).withHeader("Cache-Group-Invalidation", invalidation));
        RawHttp.exchange(port, method, path, "Content-Length: 0");
    }

    private static String quoted(String name) {
        return '"' + name + '"';
    }

    @Test
    void a_change_that_succeeds_drops_the_pages_of_the_groups_that_it_names() {
        String one = pageOf(quoted(group));
        String two = pageOf("\"x\", " + quoted(group) + ";why=1");
        String other = pageOf(quoted(group + "-other"));

        change("POST", 200, "\"unknown\", " + quoted(group));

        assertThat(RawHttp.get(port, one).isHit()).isFalse();
        assertThat(RawHttp.get(port, two).isHit()).isFalse();
        assertThat(RawHttp.get(port, other).isHit()).isTrue();
        assertThat(RawHttp.get(port, one).isHit())
                .as("what is fetched afterwards is good")
                .isTrue();
    }

    @Test
    void a_change_that_fails_a_safe_method_and_a_malformed_field_drop_nothing() {
        String path = pageOf(quoted(group));

        change("POST", 500, quoted(group));
        change("GET", 200, quoted(group));
        change("POST", 200, quoted(group) + ", &");

        assertThat(RawHttp.get(port, path).isHit()).isTrue();
    }

    @Test
    void a_site_cannot_drop_the_pages_of_another() {
        String path = pageOf(quoted(group));
        String form = Origin.freshPath();
        origin.stub(
                post(urlEqualTo(form)).willReturn(aResponse().withHeader("Cache-Group-Invalidation", quoted(group))));

        try (var connection = RawHttp.connect(port)) {
            connection
                    .send("POST " + form + " HTTP/1.1\r\nHost: other.example.org\r\nContent-Length: 0\r\n\r\n")
                    .answer();
        }

        assertThat(RawHttp.get(port, path).isHit()).isTrue();
    }

    @Test
    void an_answer_that_was_under_way_during_the_change_serves_nobody_who_asks_later() {
        String path = Origin.freshPath();
        origin.stub(get(urlEqualTo(path))
                .willReturn(page("old", "max-age=60")
                        .withHeader("Cache-Groups", quoted(group))
                        .withFixedDelay(2_000)));
        var early = CompletableFuture.supplyAsync(() -> RawHttp.get(port, path));
        await().until(() -> origin.requests(path) == 1);
        origin.stub(
                get(urlEqualTo(path)).willReturn(page("new", "max-age=60").withHeader("Cache-Groups", quoted(group))));

        change("POST", 200, quoted(group));

        assertThat(RawHttp.get(port, path).text()).isEqualTo("new");
        assertThat(early.join().text()).isEqualTo("old");
        assertThat(RawHttp.get(port, path).text()).isEqualTo("new");
    }

    @Test
    void it_holds_over_a_restart() {
        var conf = SquidConf.inFrontOf(origin.port()).and("cache_dir ufs DIR/cache 64 16 256");
        String path = Origin.freshPath();
        origin.answer(path, page("x", "max-age=3600").withHeader("Cache-Groups", quoted(group)));
        String form = Origin.freshPath();
        origin.answer(form, aResponse().withHeader("Cache-Group-Invalidation", quoted(group)));
        try (var first = RunningServer.start(conf)) {
            RawHttp.get(first.port(), path);
            RawHttp.exchange(first.port(), "POST", form, "Content-Length: 0");
        }
        try (var second = RunningServer.start(conf)) {
            assertThat(RawHttp.get(second.port(), path).isHit()).isFalse();
            assertThat(RawHttp.get(second.port(), path).isHit()).isTrue();
        }
    }
}
