package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.proxy.LoligoServer;
import io.loligo.proxy.ServerOptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("No-Vary-Search")
class NoVarySearchTest extends ScenarioWithOneOrigin {

    private String page(String noVarySearch) {
        String path = Origin.freshPath();
        origin.stub(get(urlPathEqualTo(path))
                .willReturn(aResponse()
                        .withHeader("Cache-Control", "max-age=60")
                        .withHeader("No-Vary-Search", noVarySearch)
                        .withBody("page")));
        return path;
    }

    @Test
    void an_equivalent_url_is_answered_from_the_store() {
        String path = page("key-order, params=(\"utm_source\" \"fbclid\")");
        RawHttp.get(port, path + "?id=1&lang=de&utm_source=mail");

        assertThat(RawHttp.get(port, path + "?lang=de&id=1").isHit()).isTrue();
        assertThat(RawHttp.get(port, path + "?fbclid=x&id=1&lang=de").isHit()).isTrue();
        assertThat(RawHttp.get(port, path + "?lang=de&id=2").isHit()).isFalse();
        assertThat(RawHttp.get(port, path).isHit()).isFalse();
        assertThat(RawHttp.get(port, path + "/other?lang=de&id=1").isHit()).isFalse();
    }

    @Test
    void where_nothing_counts_the_bare_path_is_answered_too() {
        String path = page("params");
        RawHttp.get(port, path + "?a=1");

        assertThat(RawHttp.get(port, path).isHit()).isTrue();
        assertThat(RawHttp.get(port, path + "?b=2&c").isHit()).isTrue();
    }

    @Test
    void what_is_malformed_has_no_effect() {
        String path = page("params=(utm)");
        RawHttp.get(port, path + "?utm=1");

        assertThat(RawHttp.get(port, path + "?utm=2").isHit()).isFalse();
    }

    @Test
    void a_purge_of_one_url_drops_what_its_equivalents_would_get() {
        String path = page("params");
        RawHttp.get(port, path + "?a=1");
        assertThat(RawHttp.get(port, path + "?a=2").isHit()).isTrue();

        assertThat(RawHttp.exchange(port, "PURGE", path + "?a=3").status()).isEqualTo(200);
        assertThat(RawHttp.get(port, path + "?a=1").isHit()).isFalse();
    }

    @Test
    void an_unsafe_request_to_one_url_drops_what_its_equivalents_would_get() {
        String path = page("params");
        RawHttp.get(port, path + "?a=1");

        RawHttp.exchange(port, "DELETE", path + "?a=2");
        assertThat(RawHttp.get(port, path + "?a=1").isHit()).isTrue();

        origin.stub(delete(urlPathEqualTo(path)).willReturn(aResponse().withStatus(204)));
        RawHttp.exchange(port, "DELETE", path + "?a=2");
        assertThat(RawHttp.get(port, path + "?a=1").isHit()).isFalse();
    }

    @Test
    void after_a_restart_a_page_answers_its_equivalents_once_it_was_asked_for_itself() throws Exception {
        String path = page("params");
        var conf = SquidConf.inFrontOf(origin.port()).and("cache_dir ufs DIR/store 64 16 256");
        var options = new ServerOptions(conf.write(), false);
        LoligoServer first = LoligoServer.start(options);
        RawHttp.get(conf.port(), path + "?a=1");
        first.stop();

        LoligoServer second = LoligoServer.start(options);
        try {
            assertThat(RawHttp.get(conf.port(), path + "?a=1").isHit()).isTrue();
            assertThat(RawHttp.get(conf.port(), path + "?a=2").isHit()).isTrue();
        } finally {
            second.stop();
        }
    }
}
