package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("store_miss and send_hit")
class ReplyAccessTest extends ScenarioWithOneOrigin {
    ReplyAccessTest() {
        super(
                "acl nostore rep_header X-No-Cache .",
                "acl big rep_header Content-Length ^[0-9]{4,}$",
                "acl pictures rep_mime_type ^image/",
                "acl ok http_status 200-299 301 404 410",
                "store_miss deny nostore",
                "store_miss deny big",
                "store_miss deny pictures",
                "store_miss allow ok",
                "store_miss deny all",
                "acl fresh req_header X-Want-Fresh -i ^yes$",
                "acl secret rep_header X-Secret .",
                "acl large rep_header Content-Length ^[0-9]{3}$",
                "acl small-please req_header X-Small .",
                "send_hit deny fresh",
                "send_hit deny secret",
                "send_hit deny large small-please",
                "negative_ttl 30 seconds");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        a status that is allowed      | 410 | X: y                     | TCP_MEM_HIT/410
        a status that is not          | 300 | X: y                     | TCP_MISS/300
        an error                      | 404 | X: y                     | TCP_NEGATIVE_HIT/404
        a field                       | 200 | X-No-Cache: 1            | TCP_MISS/200
        a length                      | 200 | Content-Length: 1000     | TCP_MISS/200
        a shorter one                 | 200 | Content-Length: 999      | TCP_MEM_HIT/200
        a type                        | 200 | Content-Type: image/png  | TCP_MISS/200
        another type                  | 200 | Content-Type: text/plain | TCP_MEM_HIT/200
        """)
    void store_miss_decides_by_the_answer(String rule, int status, String field, String secondTime) {
        String path = Origin.freshPath();
        int colon = field.indexOf(": ");
        String value = field.substring(colon + 2);
        int length = field.startsWith("Content-Length") ? Integer.parseInt(value) : 4;
        origin.answer(
                path,
                aResponse()
                        .withStatus(status)
                        .withHeader("Cache-Control", "max-age=60")
                        .withHeader(field.substring(0, colon), value)
                        .withBody("x".repeat(length)));

        logged(path);
        logged(path);

        assertThat(codes(path, 2)).containsExactly("TCP_MISS/" + status, secondTime);
    }

    @Test
    void send_hit_makes_a_miss_of_a_hit_by_the_request() {
        String path = cacheablePage("body");
        logged(path);

        var fresh = logged(path, "X-Want-Fresh: yes");
        logged(path);

        assertThat(codes(path, 3)).containsExactly("TCP_MISS/200", "TCP_MISS/200", "TCP_MEM_HIT/200");
        assertThat(fresh.field("X-Cache").orElse("")).startsWith("MISS from ");
        assertThat(fresh.field("X-Cache-Lookup").orElse("")).startsWith("HIT from ");
        assertThat(origin.requests(path)).isEqualTo(2);
    }

    @Test
    void send_hit_makes_a_miss_of_a_hit_by_the_stored_answer() {
        String path = Origin.freshPath();
        origin.answer(path, page("body", "max-age=60").withHeader("X-Secret", "1"));

        logged(path);
        logged(path);

        assertThat(codes(path, 2)).containsExactly("TCP_MISS/200", "TCP_MISS/200");
        assertThat(origin.requests(path)).isEqualTo(2);
    }

    @Test
    void send_hit_sees_the_length_of_what_is_stored() {
        String path = cacheablePage("x".repeat(100));

        logged(path);
        logged(path, "X-Small: 1");
        logged(path);

        assertThat(codes(path, 3)).isEqualTo(List.of("TCP_MISS/200", "TCP_MISS/200", "TCP_MEM_HIT/200"));
    }
}
