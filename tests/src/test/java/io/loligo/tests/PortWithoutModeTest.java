package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("An http_port without a mode")
class PortWithoutModeTest {
    private static final String PAGE = "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 1\r\n\r\nx";

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # request                                                         | status | in the log
        GET http://www.example.org/a HTTP/1.1⏎Host: www.example.org        | 200    | GET http://www.example.org/a
        GET https://www.example.org/a HTTP/1.1⏎Host: www.example.org       | 200    | GET https://www.example.org/a
        GET http://www.example.org:81/a HTTP/1.1⏎Host: www.example.org:81  | 200    | GET http://www.example.org:81/a
        GET http://other.example/a HTTP/1.1⏎Host: other.example            | 503    | GET http://other.example/a
        GET /a HTTP/1.1⏎Host: www.example.org                              | 400    | GET /a
        GET /squid-internal-mgr/info HTTP/1.1⏎Host: www.example.org        | 200    | GET http://www.example.org/squid-internal-mgr/info
        PURGE http://www.example.org/a HTTP/1.1⏎Host: www.example.org      | 404    | PURGE http://www.example.org/a
        """)
    void takes_whole_urls_that_a_peer_may_serve(String request, int status, String logged) {
        try (var origin = RawOrigin.answering(PAGE);
                var server = RunningServer.start(SquidConf.inFrontOf(origin.port())
                        .replacing(" accel defaultsite=www.example.org vhost", "")
                        .and("acl site dstdomain www.example.org", "cache_peer_access origin allow site"))) {
            try (var connection = RawHttp.connect(server.port())) {
                assertThat(connection
                                .send(request.replace("⏎", "\r\n") + "\r\n\r\n")
                                .answer()
                                .status())
                        .isEqualTo(status);
            }
            await().untilAsserted(() -> assertThat(server.accessLog())
                    .singleElement()
                    .satisfies(line ->
                            assertThat(line).contains("/" + status + " ").contains(" " + logged + " ")));
        }
    }

    @Test
    @DisplayName("and on an accelerator's port: an absolute target's scheme counts")
    void scheme_of_an_absolute_target() {
        try (var origin = RawOrigin.answering(PAGE);
                var server = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            for (String scheme : new String[] {"http", "https", "http"}) {
                try (var connection = RawHttp.connect(server.port())) {
                    connection
                            .send("GET " + scheme + "://www.example.org/a HTTP/1.1\r\nHost: www.example.org\r\n\r\n")
                            .answer();
                }
            }
            assertThat(origin.heads()).as("one page for each scheme").hasSize(2);
        }
    }
}
