package io.loligo.tests;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many clients come in, who they are said to be, and what becomes of those that leave. */
@DisplayName("Clients")
@SuppressWarnings("StringConcatToTextBlock") // what goes over the wire shows its CR LF
class ClientConnectionsTest {
    private static final String PAGE = "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 4\r\n\r\npage";

    private static void until(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void are_as_many_as_client_max_connections_and_one_more_is_closed_at_once() {
        try (var origin = RawOrigin.answering(PAGE);
                var server =
                        RunningServer.start(SquidConf.inFrontOf(origin.port()).and("client_max_connections 2"))) {
            try (var first = RawHttp.connect(server.port());
                    var second = RawHttp.connect(server.port())) {
                assertThat(first.send(RawHttp.head("GET", "/")).answer().text()).isEqualTo("page");
                assertThat(second.send(RawHttp.head("GET", "/")).answer().text())
                        .isEqualTo("page");
                try (var third = RawHttp.connect(server.port())) {
                    assertThat(third.isClosedByServer()).isTrue();
                }
                assertThat(first.send(RawHttp.head("GET", "/")).answer().text()).isEqualTo("page");
            }
            await("places are free again").until(() -> isServed(server.port()));
            assertThat(server.cacheLog())
                    .filteredOn(line -> line.contains("client_max_connections is reached"))
                    .isNotEmpty();
        }
    }

    /** Whether a new client is served; it is not while those before it are still being closed. */
    private static boolean isServed(int port) {
        try {
            return RawHttp.get(port, "/").text().equals("page");
        } catch (UncheckedIOException closed) {
            return false;
        }
    }

    @Test
    void are_as_many_from_one_address_as_client_ip_max_connections() throws Exception {
        try (var origin = RawOrigin.answering(PAGE);
                var server =
                        RunningServer.start(SquidConf.inFrontOf(origin.port()).and("client_ip_max_connections 1"));
                var first = RawHttp.connect(server.port())) {
            assertThat(first.send(RawHttp.head("GET", "/")).answer().text()).isEqualTo("page");
            try (var second = RawHttp.connect(server.port())) {
                assertThat(second.isClosedByServer()).isTrue();
            }
            try (var other = new Socket()) {
                other.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 2}), 0));
                other.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
                other.setSoTimeout(15_000);
                other.getOutputStream().write(RawHttp.head("GET", "/").getBytes(US_ASCII));
                assertThat(new String(other.getInputStream().readNBytes(12), US_ASCII))
                        .isEqualTo("HTTP/1.1 200");
            }
            first.close();
            await("the place is free again").until(() -> isServed(server.port()));
        }
    }

    @Test
    void have_as_many_requests_under_way_as_client_max_requests() {
        var asked = new CountDownLatch(1);
        var mayAnswer = new CountDownLatch(1);
        try (var origin = RawOrigin.with(exchange -> {
                    asked.countDown();
                    until(mayAnswer);
                    exchange.send("HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Length: 4\r\n\r\npage");
                });
                var server =
                        RunningServer.start(SquidConf.inFrontOf(origin.port()).and("client_max_requests 1"));
                var first = RawHttp.connect(server.port());
                var second = RawHttp.connect(server.port())) {
            first.send(RawHttp.head("GET", "/first"));
            await("asked").until(() -> asked.getCount() == 0);

            var refused = second.send(RawHttp.head("POST", "/second", "Content-Length: 0"))
                    .answer();

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.text()).contains("client_max_requests");
            mayAnswer.countDown();
            assertThat(first.answer().text()).isEqualTo("page");
        } finally {
            mayAnswer.countDown();
        }
    }

    @Test
    void that_leave_while_they_wait_are_logged_and_the_server_serves_others() {
        int count = 50;
        var mayAnswer = new CountDownLatch(1);
        try (var origin = RawOrigin.with(exchange -> {
                    if (exchange.path().startsWith("/slow")) {
                        until(mayAnswer);
                    }
                    exchange.send("HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Length: 4\r\n\r\npage");
                });
                var server = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            List<RawHttp> clients = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                clients.add(RawHttp.connect(server.port()).send(RawHttp.head("GET", "/slow/" + i)));
            }
            await("all asked").until(() -> origin.heads().size() == count);
            clients.forEach(RawHttp::close);

            await("a line for each, while the origin is silent")
                    .until(() ->
                            ScenarioWithOneOrigin.linesFor(server, "/slow/").size() == count);
            assertThat(ScenarioWithOneOrigin.linesFor(server, "/slow/"))
                    .allSatisfy(line -> assertThat(line).contains(" TCP_MISS_ABORTED/000 "));
            mayAnswer.countDown();
            assertThat(RawHttp.get(server.port(), "/other").text()).isEqualTo("page");
        } finally {
            mayAnswer.countDown();
        }
    }

    @Test
    void whose_head_does_not_come_to_its_end_are_closed_after_request_timeout() {
        try (var origin = RawOrigin.answering(PAGE);
                var server =
                        RunningServer.start(SquidConf.inFrontOf(origin.port()).and("request_timeout 1 second"));
                var client = RawHttp.connect(server.port())) {
            client.send("GET / HTTP/1.1\r\nHost: www.exam");

            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                     | header                                                  | client in the log
        version 1                  | PROXY TCP4 192.0.2.7 198.51.100.1 4711 80⏎               | 192.0.2.7
        version 1, IPv6            | PROXY TCP6 2001:db8::7 2001:db8::1 4711 80⏎              | 2001:db8::7
        a sender that says nothing | PROXY UNKNOWN⏎                                          | 127.0.0.1
        """)
    void are_those_that_a_proxy_header_names(String rule, String header, String client) {
        try (var origin = RawOrigin.answering(PAGE);
                var server = RunningServer.start(behindBalancer(origin.port(), "allow"));
                var connection = RawHttp.connect(server.port())) {
            String request = header.replace("⏎", "\r\n") + RawHttp.head("GET", "/named");
            for (int i = 0; i < request.length(); i++) {
                connection.send(request.substring(i, i + 1));
            }
            assertThat(connection.answer().text()).isEqualTo("page");
            assertThat(connection.send(RawHttp.head("GET", "/named")).answer().text())
                    .as("the next request of the connection")
                    .isEqualTo("page");

            await("its log lines")
                    .untilAsserted(() -> assertThat(ScenarioWithOneOrigin.linesFor(server, "/named"))
                            .hasSize(2)
                            .allSatisfy(line -> assertThat(line).contains(" " + client + " ")));
            assertThat(origin.heads())
                    .singleElement()
                    .satisfies(head -> assertThat(head).contains("\r\nX-Forwarded-For: " + client));
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                     | access | sent
        no header                  | allow  | GET / HTTP/1.1⏎Host: www.example.org⏎⏎
        a header that is malformed | allow  | PROXY TCP4 nobody⏎GET / HTTP/1.1⏎Host: www.example.org⏎⏎
        a sender without the right | deny   | PROXY TCP4 192.0.2.7 198.51.100.1 4711 80⏎GET / HTTP/1.1⏎Host: www.example.org⏎⏎
        """)
    void are_closed_where_a_proxy_header_is_required_and_there_is(String rule, String access, String sent) {
        try (var origin = RawOrigin.answering(PAGE);
                var server = RunningServer.start(behindBalancer(origin.port(), access));
                var connection = RawHttp.connect(server.port())) {
            try {
                connection.send(sent.replace("⏎", "\r\n"));
            } catch (UncheckedIOException closedAlready) {
                // That is as good.
            }
            assertThat(connection.isClosedByServer()).isTrue();
            assertThat(origin.heads()).isEmpty();
        }
    }

    private static SquidConf behindBalancer(int originPort, String access) {
        return SquidConf.inFrontOf(originPort)
                .replacing(" vhost\n", " vhost require-proxy-header\n")
                .and("acl balancer src 127.0.0.1", "proxy_protocol_access " + access + " balancer");
    }
}
