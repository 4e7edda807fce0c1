package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** request_body_max_size: what says or shows that it is larger is refused, and its connection closed. */
@DisplayName("The limit on request bodies")
class BodyLimitTest extends ScenarioWithOneOrigin {
    private static final int LIMIT = 1024;

    BodyLimitTest() {
        super("request_body_max_size " + LIMIT + " bytes");
        origin.stub(any(anyUrl()).willReturn(aResponse().withBody("thanks")));
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(longs = {LIMIT + 1, 1L << 40})
    void a_length_above_it_is_refused_before_the_body_comes(long length) {
        String path = Origin.freshPath();
        try (var connection = RawHttp.connect(port)) {
            var answer = connection
                    .send(RawHttp.head("POST", path, "Content-Length: " + length))
                    .answer();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.field("X-Squid-Error")).hasValue("ERR_TOO_BIG 0");
            assertThat(answer.field("Connection")).hasValue("close");
            assertThat(connection.isClosedByServer()).isTrue();
        }
        assertThat(origin.requests(path)).isZero();
    }

    @Test
    void a_client_that_waits_for_100_gets_413_instead() {
        String path = Origin.freshPath();
        try (var connection = RawHttp.connect(port)) {
            connection.send(RawHttp.head("PUT", path, "Content-Length: " + (LIMIT + 1), "Expect: 100-continue"));

            assertThat(connection.headOnly().status()).isEqualTo(413);
        }
    }

    @Test
    void a_chunked_body_that_grows_above_it_is_refused() {
        String path = Origin.freshPath();
        String chunk = "200\r\n" + "x".repeat(0x200) + "\r\n";
        try (var connection = RawHttp.connect(port)) {
            connection.send(RawHttp.head("POST", path, "Transfer-Encoding: chunked") + chunk + chunk);

            var answer = connection.send("1\r\nx\r\n").answer();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.field("X-Squid-Error")).hasValue("ERR_TOO_BIG 0");
            assertThat(connection.isClosedByServer()).isTrue();
        }
        assertThat(origin.requests(path)).as("whole requests").isZero();
    }

    @Test
    void a_body_of_just_that_size_passes() {
        String path = Origin.freshPath();
        String body = "x".repeat(LIMIT);
        try (var connection = RawHttp.connect(port)) {
            var withLength = connection
                    .send(RawHttp.head("POST", path, "Content-Length: " + LIMIT) + body)
                    .answer();
            var chunked = connection
                    .send(RawHttp.head("POST", path, "Transfer-Encoding: chunked") + "400\r\n" + body + "\r\n0\r\n\r\n")
                    .answer();

            assertThat(withLength.text()).isEqualTo("thanks");
            assertThat(chunked.text()).isEqualTo("thanks");
        }
    }
}
