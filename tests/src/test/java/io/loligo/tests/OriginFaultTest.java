package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the origin does, the client gets an answer that says so, the log a line, and the next client is served. */
@DisplayName("An origin")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OriginFaultTest {
    private static final String GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood";

    private final CountDownLatch end = new CountDownLatch(1);
    private volatile RawOrigin.Script fault = exchange -> exchange.send(GOOD);
    private final RawOrigin origin = RawOrigin.with(this::answer);
    private final RunningServer loligo = RunningServer.start(
            SquidConf.inFrontOf(origin.port()).and("read_timeout 1 second", "reply_header_max_size 64 KB"));
    private final int port = loligo.port();

    private void answer(RawOrigin.Exchange exchange) throws IOException {
        if (exchange.path().equals("/good")) {
            exchange.send(GOOD);
        } else {
            fault.answer(exchange);
        }
    }

    @AfterAll
    void stop() {
        end.countDown();
        loligo.close();
        origin.close();
    }

    private void assertErrorPage(RawHttp.Answer answer, int status, String name, String path) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.complete()).isTrue();
        assertThat(answer.field("X-Squid-Error"))
                .hasValueSatisfying(value -> assertThat(value).startsWith(name));
        assertThat(answer.field("Content-Type"))
                .hasValueSatisfying(value -> assertThat(value).startsWith("text/html"));
        await().untilAsserted(() -> assertThat(loligo.accessLog())
                .as("the log names the peer that failed")
                .anySatisfy(line -> assertThat(line)
                        .contains(" TCP_MISS/" + status + " ")
                        .contains(path)
                        .contains(" FIRSTUP_PARENT/127.0.0.1 ")));
        assertThat(RawHttp.get(port, "/good").text()).as("the next client").isEqualTo("good");
    }

    @Test
    void that_refuses_is_503_and_the_log_names_its_address() {
        try (var server = RunningServer.start(SquidConf.inFrontOf(Ports.free()))) {
            var answer = RawHttp.get(server.port(), "/");

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.field("X-Squid-Error")).hasValue("ERR_CONNECT_FAIL 0");
            await().untilAsserted(() -> assertThat(server.accessLog())
                    .singleElement()
                    .satisfies(line ->
                            assertThat(line).contains(" TCP_MISS/503 ").contains(" FIRSTUP_PARENT/127.0.0.1 ")));
        }
    }

    @Test
    void that_refuses_is_503() {
        try (var server = RunningServer.start(SquidConf.inFrontOf(Ports.free()))) {
            for (int i = 0; i < 3; i++) {
                var answer = RawHttp.get(server.port(), "/");
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.field("X-Squid-Error"))
                        .hasValueSatisfying(value -> assertThat(value)
                                .startsWith("ERR_C")); // CONNECT_FAIL, and CANNOT_FORWARD once the peer counts as dead
            }
            await().until(() -> server.accessLog().stream()
                            .filter(line -> line.contains(" TCP_MISS/503 "))
                            .count()
                    == 3);
        }
    }

    @Test
    @DisplayName("RFC 9111 §5.2.2.2: that is gone when a page must be validated is 504, and the log names its address")
    void that_is_gone_when_a_page_must_be_validated() {
        int gone;
        SquidConf conf;
        try (var origin = RawOrigin.answering(
                "HTTP/1.1 200 OK\r\nCache-Control: max-age=0, must-revalidate\r\nETag: \"a\"\r\nContent-Length: 1\r\n"
                        + "Connection: close\r\n\r\nx")) {
            gone = origin.port();
            conf = SquidConf.inFrontOf(gone);
            try (var server = RunningServer.start(conf)) {
                assertThat(RawHttp.get(server.port(), "/p").status()).isEqualTo(200);
                origin.close();

                var answer = RawHttp.get(server.port(), "/p");

                assertThat(answer.status()).isEqualTo(504);
                await().untilAsserted(() -> assertThat(server.accessLog())
                        .anyMatch(line -> line.contains(" TCP_REFRESH_FAIL_ERR/504 ")
                                && line.contains(" FIRSTUP_PARENT/127.0.0.1 ")));
            }
        }
    }

    @Test
    void that_hangs_is_504_after_read_timeout() {
        fault = exchange -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                exchange.close();
            }
        };

        assertErrorPage(RawHttp.get(port, "/hangs"), 504, "ERR_READ_TIMEOUT", "/hangs");
    }

    @Test
    void that_closes_without_a_byte_is_502() {
        fault = RawOrigin.Exchange::close;

        assertErrorPage(RawHttp.get(port, "/closes"), 502, "ERR_ZERO_SIZE_OBJECT", "/closes");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # what it answers                         | the bytes, ⏎ is CR LF
        no HTTP                                   | SSH-2.0-OpenSSH_9.2⏎⏎
        half a status line                        | HTTP/1.1 2
        half a head                               | HTTP/1.1 200 OK⏎Content-Le
        a status of two digits                    | HTTP/1.1 20 OK⏎Content-Length: 0⏎⏎
        a status of four digits                   | HTTP/1.1 2000 OK⏎Content-Length: 0⏎⏎
        two lengths that differ                   | HTTP/1.1 200 OK⏎Content-Length: 3⏎Content-Length: 4⏎⏎abc
        a length with a sign                      | HTTP/1.1 200 OK⏎Content-Length: +3⏎⏎abc
        a negative length                         | HTTP/1.1 200 OK⏎Content-Length: -1⏎⏎abc
        a length that overflows                   | HTTP/1.1 200 OK⏎Content-Length: 18446744073709551619⏎⏎abc
        an unknown transfer coding                | HTTP/1.1 200 OK⏎Transfer-Encoding: xchunked⏎⏎0⏎⏎
        a field without a colon                   | HTTP/1.1 200 OK⏎Nonsense⏎Content-Length: 0⏎⏎
        a blank before the colon                  | HTTP/1.1 200 OK⏎Content-Length : 3⏎⏎abc
        a 304 that nobody asked for               | HTTP/1.1 304 Not Modified⏎⏎
        """)
    void whose_answer_cannot_be_read_is_502(String rule, String wire) {
        fault = exchange -> exchange.send(wire.replace("⏎", "\r\n")).close();
        String path = Origin.freshPath();

        assertErrorPage(RawHttp.get(port, path), 502, "ERR_INVALID_RESP 0", path);
    }

    @Test
    void whose_head_has_no_end_is_502() {
        fault = exchange -> {
            exchange.send("HTTP/1.1 200 OK\r\n");
            for (int i = 0; i < 2_000; i++) {
                exchange.send("X-" + i + ": " + "x".repeat(100) + "\r\n");
            }
            exchange.close();
        };

        assertErrorPage(RawHttp.get(port, "/endless"), 502, "ERR_TOO_BIG 0", "/endless");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 10\r\n\r\n01234",
                "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n",
                "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\nzz\r\n",
            })
    void that_ends_in_the_middle_of_a_page_is_seen_by_the_client_and_nothing_of_it_is_kept(String wire) {
        fault = exchange -> exchange.send(wire).close();
        String path = Origin.freshPath();
        try (var connection = RawHttp.connect(port)) {
            var answer = connection.send(RawHttp.head("GET", path)).answer();
            assertThat(answer.complete()).isFalse();
        }

        fault = exchange -> exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789");
        var second = RawHttp.get(port, path);

        assertThat(second.isHit()).isFalse();
        assertThat(second.text()).isEqualTo("0123456789");
    }

    @Test
    void that_sends_more_than_it_said_is_cut_there_and_its_connection_is_not_used_again() {
        fault = exchange -> exchange.send(
                "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 4\r\n\r\nbodyHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
        String path = Origin.freshPath();

        assertThat(RawHttp.get(port, path).text()).isEqualTo("body");
        for (int i = 0; i < 5; i++) {
            assertThat(RawHttp.get(port, "/good").text()).isEqualTo("good");
        }
    }

    @Test
    void that_closes_an_idle_connection_is_asked_again_on_a_fresh_one() {
        fault = exchange ->
                exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").close();

        for (int i = 0; i < 20; i++) {
            var answer = RawHttp.get(port, Origin.freshPath());
            assertThat(answer.status()).as("request %d", i).isEqualTo(200);
            assertThat(answer.text()).isEqualTo("ok");
        }
    }

    @Test
    void that_ends_its_page_by_closing_is_whole() {
        fault = exchange -> exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n\r\nwhole")
                .close();
        String path = Origin.freshPath();

        var answer = RawHttp.get(port, path);

        assertThat(answer.text()).isEqualTo("whole");
        assertThat(answer.complete()).isTrue();
    }

    @Test
    void whose_fields_break_lines_cannot_split_our_answer() {
        fault = exchange -> exchange.send("HTTP/1.1 200 O\rK\r\nX: a\rSet-Cookie: evil=1\r\nContent-Length: 0\r\n\r\n");
        String path = Origin.freshPath();

        assertThat(RawHttp.get(port, path).status()).isEqualTo(502);
    }
}
