package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
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
    void one_that_is_idle_ends_after_client_idle_pconn_timeout_however_long_a_silent_start_may_be() {
        try (var origin = answering();
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port())
                        .and("client_idle_pconn_timeout 1 second", "request_start_timeout 1 hour"));
                var connection = RawHttp.connect(loligo.port())) {
            assertThat(connection.send(RawHttp.head("GET", "/")).answer().text())
                    .isEqualTo("thanks");

            assertThat(connection.isClosedByServer()).isTrue();
        }
    }

    @Test
    void one_ends_after_client_lifetime_even_in_the_middle_of_an_answer() {
        var end = new CountDownLatch(1);
        try (var origin = RawOrigin.with(exchange -> {
                    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
                    await(end);
                });
                var loligo =
                        RunningServer.start(SquidConf.inFrontOf(origin.port()).and("client_lifetime 1 second"));
                var connection = RawHttp.connect(loligo.port())) {
            assertThat(connection.send(RawHttp.head("GET", "/")).answer().complete())
                    .isFalse();
        } finally {
            end.countDown();
        }
    }

    private static void await(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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
