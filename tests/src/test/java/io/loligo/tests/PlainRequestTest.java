package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Plain requests take a short way to the origin as well as to the store. Connection on two lines means what it means on one
 * and sends a request the ordinary way: so both can be compared.
 */
@DisplayName("Plain requests that are no plain hits, on the short way and on the ordinary one")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("StringConcatToTextBlock") // what goes over the wire shows its CR LF
class PlainRequestTest {
    private static final String ORDINARY_WAY = "Connection: keep-alive\r\nConnection: keep-alive\r\n";

    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private final RawOrigin origin = RawOrigin.with(this::answer);
    private final RunningServer loligo = RunningServer.start(SquidConf.inFrontOf(origin.port())
            .replacing("http_access allow all\n", "")
            .and(
                    "acl secret urlpath_regex ^/denied",
                    "acl past urlpath_regex ^/past",
                    "acl nobodys urlpath_regex ^/nobody",
                    "http_access deny secret",
                    "http_access allow all",
                    "cache deny past",
                    "cache_peer_access origin deny nobodys",
                    "cache_peer_access origin allow all"));
    private final int port = loligo.port();

    private void answer(RawOrigin.Exchange exchange) throws IOException {
        String path = exchange.path();
        if (path.startsWith("/late")) {
            uninterruptibly(mayAnswer);
        }
        if (path.startsWith("/silent")) {
            exchange.close();
        } else if (path.startsWith("/chunked")) {
            exchange.send("HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n");
        } else if (path.startsWith("/closed")) {
            exchange.send("HTTP/1.1 200 OK\r\nCache-Control: no-store\r\n\r\nto the end")
                    .close();
        } else if (path.startsWith("/cut")) {
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").close();
        } else if (path.startsWith("/none")) {
            exchange.send("HTTP/1.1 204 No Content\r\n\r\n");
        } else if (path.startsWith("/gone")) {
            exchange.send("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
        } else if (path.startsWith("/checked")) {
            String more = exchange.has("If-None-Match") ? "304 Not Modified" : "200 OK\r\nContent-Length: 4";
            // With a lifetime, as what is left of it is as long to write a second later: the log counts bytes.
            exchange.send("HTTP/1.1 " + more + "\r\nCache-Control: no-cache, max-age=600\r\nETag: \"1\"\r\n\r\n"
                    + (exchange.has("If-None-Match") ? "" : "page"));
        } else {
            String control = path.startsWith("/kept") ? "max-age=600" : "no-store";
            exchange.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + "Cache-Control: " + control
                    + "\r\nX-End: 1\r\nConnection: X-Hop\r\nX-Hop: 2\r\n" + "Content-Length: " + path.length()
                    + "\r\n\r\n" + path);
        }
    }

    private static void uninterruptibly(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @AfterAll
    void stop() {
        mayAnswer.countDown();
        loligo.close();
        origin.close();
    }

    private static String plain(String path, String... fields) {
        return RawHttp.head("GET", path, fields);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "/pass",
                "/query?q=%2f&r",
                "/past",
                "/kept-miss",
                "/chunked",
                "/closed",
                "/cut",
                "/none",
                "/gone",
                "/silent",
                "/denied",
                "/nobody",
                "/checked",
                "/squid-internal-mgr/menu",
                "/squid-internal-mgr/nothing"
            })
    void are_sent_on_answered_and_logged_alike(String path) {
        String shortPath = path.replaceFirst("^[^?]*", "$0@way1");
        String ordinaryPath = path.replaceFirst("^[^?]*", "$0@way2");
        for (int round = 0; round < 2; round++) {
            RawHttp.Answer shortWay;
            RawHttp.Answer ordinaryWay;
            try (var client = RawHttp.connect(port)) {
                shortWay = client.send(plain(shortPath, "User-Agent: x", "X-A: 1", "X-A: 2", "Cookie: a=b"))
                        .answer();
            }
            try (var client = RawHttp.connect(port)) {
                String head =
                        "GET " + ordinaryPath + " HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: x\r\nX-A: 1\r\n"
                                + "X-A: 2\r\nCookie: a=b\r\n" + ORDINARY_WAY + "\r\n";
                ordinaryWay = client.send(head).answer();
            }
            assertThat(told(shortWay)).isEqualTo(told(ordinaryWay));
        }
        assertThat(heads(shortPath)).isEqualTo(heads(ordinaryPath));
        await("four log lines")
                .until(() -> lines(shortPath).size() == 2 && lines(ordinaryPath).size() == 2);
        // Each round has connections of its own, and so perhaps another thread that logs it.
        assertThat(lines(shortPath)).containsExactlyInAnyOrderElementsOf(lines(ordinaryPath));
    }

    /** An answer without what differs by time or by the requests' own paths. */
    private static String told(RawHttp.Answer answer) {
        return alike(answer.head().statusLine() + answer.head().fields() + answer.text() + answer.complete());
    }

    /**
     * The heads of requests to the origin. The ordinary way's parser puts their fields in an order of its own; a request goes
     * out again where the connection that it took was just being closed.
     */
    private List<String> heads(String path) {
        return origin.heads().stream()
                .filter(head -> head.startsWith("GET " + path + " "))
                .map(head -> alike(head.lines().sorted().collect(Collectors.joining("\n"))))
                .distinct()
                .toList();
    }

    private List<String> lines(String path) {
        String logged = path.replaceFirst("\\?.*", "");
        return ScenarioWithOneOrigin.linesFor(loligo, logged).stream()
                .map(line -> alike(line.replaceAll("^\\S+ +\\d+ ", "")))
                .toList();
    }

    private static String alike(String text) {
        return text.replaceAll("@way\\d", "@way")
                .replaceAll("value=\\w{3}, \\d+ \\w{3} \\d+ [\\d:]+ GMT", "date")
                .replaceAll("\\w{3}, \\d+ \\w{3} \\d+ [\\d:]+ GMT", "date")
                .replaceAll("ttl=-?\\d+", "ttl")
                .replaceAll("Age(\\W+\\w+=)?\\W*\\d+", "Age");
    }

    @Test
    void wait_for_the_answer_before_them_on_their_connection() {
        try (var client = RawHttp.connect(port)) {
            client.send(plain("/kept-first")).answer();
            client.send(plain("/late")
                    + plain("/kept-first")
                    + plain("/pass?1")
                    + plain("/denied")
                    + "POST /pass?2 HTTP/1.1\r\nHost: www.example.org\r\nContent-Length: 0\r\n\r\n"
                    + plain("/pass?3")
                    + plain("/kept-first"));
            client.send(plain("/pass?4").substring(0, 20));
            await("the first is asked for")
                    .until(() -> origin.heads().stream().anyMatch(head -> head.startsWith("GET /late ")));
            assertThat(origin.heads())
                    .as("nothing behind the first")
                    .noneMatch(head -> head.contains("/pass?1 ") || head.contains("/pass?3 "));
            mayAnswer.countDown();

            assertThat(client.answer().text()).isEqualTo("/late");
            var hit = client.answer();
            assertThat(hit.text()).isEqualTo("/kept-first");
            assertThat(hit.isHit()).isTrue();
            assertThat(client.answer().text()).isEqualTo("/pass?1");
            assertThat(client.answer().status()).isEqualTo(403);
            assertThat(client.answer().text()).isEqualTo("/pass?2");
            assertThat(client.answer().text()).isEqualTo("/pass?3");
            assertThat(client.answer().text()).isEqualTo("/kept-first");
            client.send(plain("/pass?4").substring(20));
            assertThat(client.answer().text()).isEqualTo("/pass?4");
        }
    }

    @Test
    void come_in_great_numbers_at_once_and_are_answered_in_their_order() {
        int count = 2_000;
        var requests = new StringBuilder();
        for (int i = 0; i < count; i++) {
            requests.append(plain(i % 7 == 0 ? "/denied/" + i : "/pass/" + i));
        }
        try (var client = RawHttp.connect(port)) {
            Thread writer = new Thread(() -> client.send(requests.toString()));
            writer.start();
            for (int i = 0; i < count; i++) {
                var answer = client.answer();
                if (i % 7 == 0) {
                    assertThat(answer.status()).isEqualTo(403);
                } else {
                    assertThat(answer.text()).isEqualTo("/pass/" + i);
                }
            }
        }
    }

    @Test
    void that_arrive_byte_by_byte_are_served() {
        try (var client = RawHttp.connect(port)) {
            for (int i = 0; i < 3; i++) {
                for (char c : plain("/pass?slowly").toCharArray()) {
                    client.send(String.valueOf(c));
                }
                assertThat(client.answer().text()).isEqualTo("/pass?slowly");
            }
        }
    }

    @Test
    void end_the_connection_where_the_client_asked_for_that() {
        try (var client = RawHttp.connect(port)) {
            client.send(plain("/pass?first") + plain("/pass?last", "Connection: close"));
            assertThat(client.answer().field("Connection")).isEmpty();
            var last = client.answer();
            assertThat(last.text()).isEqualTo("/pass?last");
            assertThat(last.field("Connection")).hasValue("close");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void whose_client_leaves_are_over_at_once() {
        var asked = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        try (var slow = RawOrigin.with(exchange -> {
                    if (exchange.path().equals("/left")) {
                        asked.countDown();
                        uninterruptibly(mayEnd);
                    }
                    exchange.send("HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Length: 4\r\n\r\npage");
                });
                var server = RunningServer.start(SquidConf.inFrontOf(slow.port()))) {
            try (var client = RawHttp.connect(server.port())) {
                client.send(plain("/left"));
                await("asked").until(() -> asked.getCount() == 0);
            }
            await("its log line, while the origin is silent")
                    .untilAsserted(() -> assertThat(ScenarioWithOneOrigin.linesFor(server, "/left"))
                            .singleElement()
                            .satisfies(line -> assertThat(line).contains(" TCP_MISS_ABORTED/000 ")));
            assertThat(RawHttp.get(server.port(), "/other").text()).isEqualTo("page");
            mayEnd.countDown();
            assertThat(RawHttp.get(server.port(), "/third").text()).isEqualTo("page");
        }
    }
}
