package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How long the connections of clients may stay. */
@DisplayName("Client connections")
class ConnectionLifeTest {

    @Test
    void one_that_says_nothing_ends_after_request_start_timeout_and_one_that_spoke_does_not() {
        try (var origin = answering();
                var loligo =
                        RunningServer.start(SquidConf.inFrontOf(origin.port()).and("request_start_timeout 1 second"));
                var speaking = RawHttp.connect(loligo.port());
                var silent = RawHttp.connect(loligo.port())) {
            speaking.send("G");
            speaking.send("ET / HTTP/1.1\r\n");

            assertThat(silent.isClosedByServer()).isTrue();

            var answer = speaking.send("Host: www.example.org\r\n\r\n").answer();
            assertThat(answer.text()).isEqualTo("thanks");
        }
    }

    @Test
    void one_that_is_in_use_ends_after_client_lifetime() {
        try (var origin = answering();
                var loligo =
                        RunningServer.start(SquidConf.inFrontOf(origin.port()).and("client_lifetime 2 seconds"));
                var connection = RawHttp.connect(loligo.port())) {
            var answer = connection.send(RawHttp.head("GET", "/")).answer();

            assertThat(answer.text()).isEqualTo("thanks");
            assertThat(connection.isClosedByServer()).isTrue();
            assertThat(RawHttp.get(loligo.port(), "/").text())
                    .as("the next one")
                    .isEqualTo("thanks");
        }
    }

    @Test
    void error_pages_name_the_administrator_and_escape_what_the_file_says() {
        try (var origin = answering();
                var loligo =
                        RunningServer.start(SquidConf.inFrontOf(origin.port()).and("cache_mgr <me>@example.org"));
                var connection = RawHttp.connect(loligo.port())) {
            var answer = connection
                    .send(RawHttp.head("GET", "/", "Expect: miracles"))
                    .answer();

            assertThat(answer.text()).contains("&lt;me&gt;@example.org").doesNotContain("<me>");
        }
    }

    private static Origin answering() {
        Origin origin = Origin.start();
        origin.stub(any(anyUrl()).willReturn(aResponse().withBody("thanks")));
        return origin;
    }
}
