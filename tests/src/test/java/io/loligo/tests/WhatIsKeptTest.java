package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("What is kept for others")
class WhatIsKeptTest extends ScenarioWithOneOrigin {

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "400, false",
        "413, false",
        "414, false",
        "428, false",
        "429, false",
        "431, false",
        "501, false",
        "511, false",
        "410, true"
    })
    @DisplayName("no error that one client's odd request may have provoked, whatever lifetime it claims")
    void provoked(int status, boolean kept) {
        String guessed = Origin.freshPath();
        String explicit = Origin.freshPath();
        origin.answer(
                guessed,
                aResponse()
                        .withStatus(status)
                        .withHeader("Last-Modified", "Thu, 01 Jan 2015 00:00:00 GMT")
                        .withHeader("Cache-Control", "public"));
        origin.answer(explicit, aResponse().withStatus(status).withHeader("Cache-Control", "max-age=60"));

        RawHttp.get(port, guessed, "X-Odd: 1");
        RawHttp.get(port, explicit);

        assertThat(RawHttp.get(port, guessed).isHit()).isEqualTo(kept);
        assertThat(RawHttp.get(port, explicit).isHit()).isEqualTo(kept);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"400, true", "413, true", "429, true", "431, true", "404, false"})
    @DisplayName("what is stored, when a reload or a validation is answered with what is about one request")
    void aboutOneRequest(int status, boolean kept) {
        String reloaded = cacheablePage("x");
        String stale = Origin.freshPath();
        origin.answer(stale, page("x", "max-age=0").withHeader("ETag", "\"1\""));
        RawHttp.get(port, reloaded);
        RawHttp.get(port, stale);
        origin.answer(reloaded, aResponse().withStatus(status).withHeader("Cache-Control", "no-store"));
        origin.answer(stale, aResponse().withStatus(status).withHeader("Cache-Control", "no-store"));

        assertThat(RawHttp.get(port, reloaded, "Cache-Control: no-cache").status())
                .isEqualTo(status);
        assertThat(RawHttp.get(port, stale).status()).isEqualTo(status);

        assertThat(RawHttp.get(port, reloaded).isHit()).isEqualTo(kept);
        assertThat(RawHttp.get(port, stale, "Cache-Control: max-stale").isHit()).isEqualTo(kept);
    }

    @Test
    @DisplayName("RFC 9110 §9.3.3: the answer to a POST that is what a GET would get, and says for how long")
    void post() {
        String path = Origin.freshPath();
        origin.answer(path, page("made", "max-age=60").withHeader("Content-Location", path));
        String elsewhere = Origin.freshPath();
        origin.answer(elsewhere, page("made", "max-age=60").withHeader("Content-Location", path + "/x"));

        RawHttp.exchange(port, "POST", path, "Content-Length: 0");
        RawHttp.exchange(port, "POST", elsewhere, "Content-Length: 0");

        var later = RawHttp.get(port, path);
        assertThat(later.isHit()).isTrue();
        assertThat(later.text()).isEqualTo("made");
        assertThat(RawHttp.get(port, elsewhere).isHit()).isFalse();
    }

    @Test
    @DisplayName("not the answer to a GET with a body, which is not in the key; nor is it answered from the store")
    void getWithBody() {
        String path = cacheablePage("x");
        String request = "GET " + path + " HTTP/1.1\r\nHost: www.example.org\r\nContent-Length: 2\r\n\r\nab";

        try (var connection = RawHttp.connect(port)) {
            connection.send(request).answer();
        }
        assertThat(RawHttp.get(port, path).isHit()).isFalse();
        try (var connection = RawHttp.connect(port)) {
            assertThat(connection.send(request).answer().isHit()).isFalse();
        }
    }

    @Test
    @DisplayName("a 401 for those who give no credentials, and for nobody who gives some")
    void unauthorized() {
        String path = Origin.freshPath();
        origin.answer(
                path,
                aResponse()
                        .withStatus(401)
                        .withHeader("WWW-Authenticate", "Basic realm=\"x\"")
                        .withHeader("Cache-Control", "max-age=60"));
        RawHttp.get(port, path);
        assertThat(RawHttp.get(port, path).isHit()).isTrue();
        origin.answer(path, page("for you", "private"));

        var known = RawHttp.get(port, path, "Authorization: Basic dXNlcjpwYXNz");

        assertThat(known.status()).isEqualTo(200);
        assertThat(known.text()).isEqualTo("for you");
    }

    @ParameterizedTest(name = "Surrogate-Control: {0}")
    @CsvSource(delimiter = '|', textBlock = """
        no-store                 | false
        max-age=60, no-store     | false
        no-store;somebody        | true
        max-age=0                | true
        """)
    @DisplayName("not what no surrogate may store, though this one has no name")
    void surrogateControl(String value, boolean kept) {
        String path = Origin.freshPath();
        origin.answer(path, page("x", "max-age=60").withHeader("Surrogate-Control", value));

        RawHttp.get(port, path);

        assertThat(RawHttp.get(port, path).isHit()).isEqualTo(kept);
    }
}
