package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A client connection")
class ConnectionLifeTest {
    private static final String GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood";

    @Test
    void that_says_nothing_is_closed_after_request_start_timeout() {
        try (var origin = RawOrigin.answering(GOOD);
                var server =
                        RunningServer.start(SquidConf.inFrontOf(origin.port()).and("request_start_timeout 1 second"));
                var connection = RawHttp.connect(server.port())) {
            assertThat(connection.isClosedByServer()).isTrue();
        }
    }

    @Test
    void that_is_idle_is_closed_after_client_idle_pconn_timeout() {
        try (var origin = RawOrigin.answering(GOOD);
                var server = RunningServer.start(
                        SquidConf.inFrontOf(origin.port()).and("client_idle_pconn_timeout 1 second"));
                var connection = RawHttp.connect(server.port())) {
            assertThat(connection.send(RawHttp.head("GET", "/")).answer().text())
                    .isEqualTo("good");
            assertThat(connection.isClosedByServer()).isTrue();
        }
    }

    @Test
    void is_closed_after_client_lifetime_even_in_the_middle_of_an_answer() {
        CountDownLatch end = new CountDownLatch(1);
        try (var origin = RawOrigin.with(exchange -> {
                    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
                    await(end);
                });
                var server =
                        RunningServer.start(SquidConf.inFrontOf(origin.port()).and("client_lifetime 1 second"));
                var connection = RawHttp.connect(server.port())) {
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
}
