package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Fields that speak to this cache: cache_control_targets, httpd_accel_surrogate_id")
class TargetedFieldsTest extends ScenarioWithOneOrigin {

    TargetedFieldsTest() {
        super(
                "cache_control_targets Own-Cache-Control CDN-Cache-Control",
                "httpd_accel_surrogate_id edge",
                "unkeyed_request_headers X-Forwarded-Host X-Tenant");
    }

    private String page(ResponseDefinitionBuilder response) {
        String path = Origin.freshPath();
        origin.answer(path, response.withBody("x"));
        return path;
    }

    private boolean isKept(String path) {
        RawHttp.get(port, path);
        return RawHttp.get(port, path).isHit();
    }

    @Test
    void a_targeted_field_keeps_what_cache_control_would_not_and_goes_on_to_the_client() {
        String path =
                page(aResponse().withHeader("Cache-Control", "no-store").withHeader("Own-Cache-Control", "max-age=60"));

        assertThat(isKept(path)).isTrue();
        assertThat(RawHttp.get(port, path).field("Own-Cache-Control")).contains("max-age=60");
    }

    @Test
    void a_targeted_field_forbids_what_cache_control_would_allow() {
        assertThat(isKept(page(aResponse()
                        .withHeader("Cache-Control", "max-age=60")
                        .withHeader("CDN-Cache-Control", "no-store"))))
                .isFalse();
    }

    @Test
    void the_first_of_the_list_comes_before_the_others() {
        assertThat(isKept(page(aResponse()
                        .withHeader("CDN-Cache-Control", "no-store")
                        .withHeader("Own-Cache-Control", "max-age=60"))))
                .isTrue();
    }

    @Test
    void a_malformed_one_is_as_if_it_were_not_there() {
        assertThat(isKept(page(aResponse()
                        .withHeader("Cache-Control", "no-store")
                        .withHeader("Own-Cache-Control", "max-age=60,"))))
                .isFalse();
    }

    @Test
    void surrogate_control_counts_for_us_and_ends_here() {
        String path = page(aResponse()
                .withHeader("Cache-Control", "no-store")
                .withHeader("Surrogate-Control", "max-age=60, max-age=0;other"));

        var miss = RawHttp.get(port, path);
        var hit = RawHttp.get(port, path);

        assertThat(hit.isHit()).isTrue();
        assertThat(miss.field("Surrogate-Control")).isEmpty();
        assertThat(hit.field("Surrogate-Control")).isEmpty();
        assertThat(hit.field("Cache-Control")).contains("no-store");
        assertThat(RawHttp.get(port, path, "Surrogate-Capability: next=\"Surrogate/1.0\"")
                        .field("Surrogate-Control"))
                .contains("max-age=60, max-age=0;other");
    }

    @Test
    void the_origin_learns_that_we_are_a_surrogate() {
        String path = page(aResponse().withHeader("Cache-Control", "max-age=60"));

        RawHttp.get(port, path, "Surrogate-Capability: x=\"ESI/1.0\"");

        var request = origin.requestsFor(path).get(0);
        assertThat(request.header("Surrogate-Capability").values()).containsExactly("edge=\"Surrogate/1.0\"");
        assertThat(request.header("CDN-Loop").values()).containsExactly("edge");
    }

    @Test
    void a_request_whose_cdn_loop_names_us_is_508() {
        String path = page(aResponse());

        assertThat(RawHttp.get(port, path, "CDN-Loop: first, edge;v=1").status())
                .isEqualTo(508);
        assertThat(origin.requests(path)).isZero();
    }

    @Test
    void fields_that_are_not_in_the_key_stay_here_where_the_answer_may_be_stored() {
        String path = page(aResponse().withHeader("Cache-Control", "max-age=60"));

        RawHttp.get(port, path, "X-Tenant: 7", "X-Original-URL: /admin");
        RawHttp.exchange(port, "POST", path, "Content-Length: 0", "X-Tenant: 7");

        var get = origin.requestsFor(path).get(0);
        var post = origin.requestsFor(path).get(1);
        assertThat(get.containsHeader("X-Tenant")).isFalse();
        assertThat(get.getHeader("X-Original-URL")).isEqualTo("/admin");
        assertThat(post.getHeader("X-Tenant")).isEqualTo("7");
    }
}
