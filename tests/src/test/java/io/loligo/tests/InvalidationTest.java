package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.request;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Invalidation by unsafe methods")
class InvalidationTest extends ScenarioWithOneOrigin {

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "FROBNICATE"})
    void an_unsafe_method_that_succeeds_makes_the_next_get_ask_again(String method) {
        String path = cacheablePage("x");
        origin.stub(request(method, urlEqualTo(path)).willReturn(aResponse().withStatus(200)));
        RawHttp.get(port, path);
        assertThat(RawHttp.get(port, path).isHit()).isTrue();

        RawHttp.exchange(port, method, path, "Content-Length: 0");

        assertThat(RawHttp.get(port, path).isHit()).isFalse();
    }

    @Test
    void an_unsafe_method_that_fails_leaves_the_page() {
        String path = cacheablePage("x");
        origin.stub(post(urlEqualTo(path)).willReturn(aResponse().withStatus(500)));
        RawHttp.get(port, path);

        RawHttp.exchange(port, "POST", path, "Content-Length: 0");

        assertThat(RawHttp.get(port, path).isHit()).isTrue();
    }

    @Test
    void a_safe_method_leaves_the_page() {
        String path = cacheablePage("x");
        origin.stub(request("OPTIONS", urlEqualTo(path)).willReturn(aResponse().withStatus(200)));
        RawHttp.get(port, path);

        RawHttp.exchange(port, "OPTIONS", path);

        assertThat(RawHttp.get(port, path).isHit()).isTrue();
    }

    @Test
    void every_variant_goes() {
        String path = Origin.freshPath();
        origin.answer(path, page("x", "max-age=60").withHeader("Vary", "Accept-Language"));
        origin.stub(post(urlEqualTo(path)).willReturn(aResponse().withStatus(200)));
        RawHttp.get(port, path, "Accept-Language: de");
        RawHttp.get(port, path, "Accept-Language: en");

        RawHttp.exchange(port, "POST", path, "Content-Length: 0");

        assertThat(RawHttp.get(port, path, "Accept-Language: de").isHit()).isFalse();
        assertThat(RawHttp.get(port, path, "Accept-Language: en").isHit()).isFalse();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"Location", "Content-Location"})
    void what_the_answer_points_to_on_the_same_host_goes_too(String field) {
        String page = cacheablePage("x");
        String form = Origin.freshPath();
        origin.stub(post(urlEqualTo(form))
                .willReturn(aResponse().withStatus(201).withHeader(field, "http://www.example.org" + page)));
        RawHttp.get(port, page);

        RawHttp.exchange(port, "POST", form, "Content-Length: 0");

        assertThat(RawHttp.get(port, page).isHit()).isFalse();
    }

    @Test
    void what_the_answer_points_to_on_another_host_stays() {
        String page = cacheablePage("x");
        String form = Origin.freshPath();
        origin.stub(post(urlEqualTo(form))
                .willReturn(aResponse().withStatus(201).withHeader("Location", "http://www.example.org" + page)));
        RawHttp.get(port, page);

        try (var connection = RawHttp.connect(port)) {
            connection
                    .send("POST " + form + " HTTP/1.1\r\nHost: other.example.org\r\nContent-Length: 0\r\n\r\n")
                    .answer();
        }

        assertThat(RawHttp.get(port, page).isHit()).isTrue();
    }
}
