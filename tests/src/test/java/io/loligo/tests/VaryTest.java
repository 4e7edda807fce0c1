package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

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
