package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Vary")
class VaryTest extends ScenarioWithOneOrigin {

    /** A page in German for those who ask for it, else in English. */
    private String pageInTwoLanguages(String vary) {
        String path = Origin.freshPath();
        origin.answer(path, page("good day", "max-age=60").withHeader("Vary", vary));
        origin.stub(any(urlEqualTo(path))
                .withHeader("Accept-Language", equalTo("de"))
                .willReturn(page("guten Tag", "max-age=60").withHeader("Vary", vary)));
        return path;
    }

    @Test
    void a_variant_is_never_served_to_a_request_that_asks_for_another() {
        String path = pageInTwoLanguages("Accept-Language");

        assertThat(RawHttp.get(port, path, "Accept-Language: de").text()).isEqualTo("guten Tag");
        assertThat(RawHttp.get(port, path, "Accept-Language: en").text()).isEqualTo("good day");
        assertThat(RawHttp.get(port, path).text()).isEqualTo("good day");
    }

    @Test
    void variants_are_kept_side_by_side() {
        String path = pageInTwoLanguages("Accept-Language");
        RawHttp.get(port, path, "Accept-Language: de");
        RawHttp.get(port, path, "Accept-Language: en");

        var german = RawHttp.get(port, path, "Accept-Language: de");
        var english = RawHttp.get(port, path, "Accept-Language: en");

        assertThat(german.text()).isEqualTo("guten Tag");
        assertThat(german.isHit()).isTrue();
        assertThat(english.text()).isEqualTo("good day");
        assertThat(english.isHit()).isTrue();
        assertThat(origin.requests(path)).isEqualTo(2);
    }

    @ParameterizedTest(name = "of {0} bytes")
    @ValueSource(ints = {9, 100_000})
    void a_page_with_one_ETag_for_all_requests_is_asked_for_once_by_each(int length) {
        String path = Origin.freshPath();
        String body = "x".repeat(length);
        origin.answer(
                path,
                page(body, "max-age=60").withHeader("Vary", "Accept-Language").withHeader("ETag", "\"one\""));
        origin.stub(any(urlEqualTo(path))
                .withHeader("If-None-Match", equalTo("\"one\""))
                .willReturn(page("", "max-age=60")
                        .withStatus(304)
                        .withHeader("Vary", "Accept-Language")
                        .withHeader("ETag", "\"one\"")));

        for (int round = 0; round < 3; round++) {
            for (String language : new String[] {"de", "en", "fr"}) {
                var answer = RawHttp.get(port, path, "Accept-Language: " + language);
                assertThat(answer.text()).isEqualTo(body);
                assertThat(answer.isHit())
                        .as("%s, round %s: %s", language, round, answer.field("Cache-Status"))
                        .isEqualTo(round > 0);
            }
        }
        assertThat(origin.requests(path)).isEqualTo(3);
    }

    @Test
    void what_was_one_page_for_two_requests_may_become_two() {
        String path = Origin.freshPath();
        origin.answer(
                path,
                page("autre", "max-age=60")
                        .withHeader("Vary", "Accept-Language")
                        .withHeader("ETag", "\"zero\""));
        RawHttp.get(port, path, "Accept-Language: fr");
        origin.answer(
                path,
                page("both", "max-age=60").withHeader("Vary", "Accept-Language").withHeader("ETag", "\"one\""));
        RawHttp.get(port, path, "Accept-Language: de");
        origin.stub(any(urlEqualTo(path))
                .withHeader("If-None-Match", containing("\"one\""))
                .willReturn(page("", "max-age=60").withStatus(304).withHeader("ETag", "\"one\"")));
        RawHttp.get(port, path, "Accept-Language: en");
        origin.answer(
                path,
                page("hello", "max-age=60")
                        .withHeader("Vary", "Accept-Language")
                        .withHeader("ETag", "\"two\""));

        var reloaded = RawHttp.get(port, path, "Accept-Language: en", "Cache-Control: no-cache");

        assertThat(reloaded.text()).isEqualTo("hello");
        var english = RawHttp.get(port, path, "Accept-Language: en");
        assertThat(english.text()).isEqualTo("hello");
        assertThat(english.isHit()).isTrue();
        assertThat(RawHttp.get(port, path, "Accept-Language: de").isHit()).isFalse();
    }

    @Test
    void a_page_with_one_ETag_in_every_coding_is_never_sent_in_one_that_the_client_does_not_understand() {
        String path = Origin.freshPath();
        origin.answer(
                path,
                page("plain", "max-age=60")
                        .withHeader("Vary", "Accept-Encoding")
                        .withHeader("ETag", "\"one\""));
        origin.stub(any(urlEqualTo(path))
                .withHeader("Accept-Encoding", equalTo("gzip"))
                .willReturn(page("coded", "max-age=60")
                        .withHeader("Content-Encoding", "gzip")
                        .withHeader("Vary", "Accept-Encoding")
                        .withHeader("ETag", "\"one\"")));
        origin.stub(any(urlEqualTo(path))
                .withHeader("If-None-Match", equalTo("\"one\""))
                .willReturn(page("", "max-age=60").withStatus(304).withHeader("ETag", "\"one\"")));
        RawHttp.get(port, path, "Accept-Encoding: gzip");

        assertThat(RawHttp.get(port, path).text()).isEqualTo("plain");
    }

    @Test
    void a_miss_of_the_variant_says_so() {
        String path = pageInTwoLanguages("Accept-Language");
        RawHttp.get(port, path, "Accept-Language: de");

        var english = RawHttp.get(port, path, "Accept-Language: en");

        assertThat(english.field("Cache-Status").orElseThrow()).contains("fwd=vary-miss");
    }

    @Test
    void every_field_that_vary_names_counts() {
        String path = pageInTwoLanguages("X-One, Accept-Language");
        RawHttp.get(port, path, "X-One: 1", "Accept-Language: de");
        RawHttp.get(port, path, "X-One: 2", "Accept-Language: de");
        RawHttp.get(port, path, "X-One: 1", "Accept-Language: en");

        RawHttp.get(port, path, "Accept-Language: de", "X-One: 1");

        assertThat(origin.requests(path)).isEqualTo(3);
    }

    @Test
    void a_field_that_vary_does_not_name_makes_no_difference() {
        String path = pageInTwoLanguages("Accept-Language");
        RawHttp.get(port, path, "Accept-Language: de", "User-Agent: one");

        RawHttp.get(port, path, "Accept-Language: de", "User-Agent: two");

        assertThat(origin.requests(path)).isOne();
    }

    @Test
    void white_space_in_a_selecting_field_makes_no_difference() {
        String path = pageInTwoLanguages("Accept-Encoding");
        RawHttp.get(port, path, "Accept-Encoding: gzip, br");

        RawHttp.get(port, path, "Accept-Encoding:   gzip,br");

        assertThat(origin.requests(path)).isOne();
    }
}
