package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Plain hits take a short way, as {@link PlainRequestTest all plain requests} do. If-None-Match with another page's tag leaves an
 * answer as it is and sends the request the ordinary way: so both can be compared.
 */
@DisplayName("Plain hits, on the short way and on the ordinary one")
class PlainHitTest extends ScenarioWithOneOrigin {
    private static final String ORDINARY_WAY = "If-None-Match: \"another\"\r\n";

    /** More than sockets take without their client reading. */
    private static final int UNREAD_BYTES = 64 << 20;

    private String stored(String query, String body, String... field) {
        String path = Origin.freshPath() + query;
        var page = page(body, "max-age=600")
                .withHeader("Content-Type", "Text/Plain; charset=x")
                .withHeader("ETag", "\"1\"");
        for (int i = 0; i < field.length; i += 2) {
            page.withHeader(field[i], field[i + 1]);
        }
        origin.answer(path, page);
        assertThat(RawHttp.get(port, path).text()).isEqualTo(body);
        return path;
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "Accept: */*|",
                "User-Agent:  Odd \t Spaces  |X-A: 1|X-A: 2|",
                "Cache-Control: max-stale=5|",
                "Cookie: a=b; c=\u00e4|",
                "Connection: keep-alive|",
                "CDN-Loop: other|Via: 1.1 elsewhere|"
            })
    void are_answered_alike_and_logged_alike(String fields) {
        String path = stored("?q=1&r=%2f", "hello");
        String head = "GET " + path + " HTTP/1.1\r\nHost: WWW.example.org.\r\n" + fields.replace("|", "\r\n");
        try (var client = RawHttp.connect(port)) {
            var plain = client.send(head + "\r\n").answer();
            var ordinary = client.send(head + ORDINARY_WAY + "\r\n").answer();

            assertThat(plain.isHit()).isTrue();
            assertThat(plain.text()).isEqualTo("hello");
            assertThat(withoutTimes(plain)).isEqualTo(withoutTimes(ordinary));
        }
        assertThat(origin.requests(path)).isOne();
        String logged = path.substring(0, path.indexOf('?'));
        await("three log lines").until(() -> linesFor(loligo, logged).size() == 3);
        // The miss came by another connection, and may be logged by another thread after the first hit.
        List<String> hits = linesFor(loligo, logged).stream()
                .filter(line -> !line.contains("TCP_MISS"))
                .toList();
        assertThat(withoutTimes(hits.get(0))).isEqualTo(withoutTimes(hits.get(1)));
    }

    @Test
    void of_an_empty_page_end_with_its_head() {
        String path = stored("", "");
        try (var client = RawHttp.connect(port)) {
            for (int i = 0; i < 3; i++) {
                var hit = client.send(RawHttp.head("GET", path)).answer();
                assertThat(hit.isHit()).isTrue();
                assertThat(hit.field("Content-Length")).hasValue("0");
            }
        }
    }

    @Test
    void keep_their_place_among_requests_of_all_kinds_sent_at_once() {
        String hit = stored("", "hit");
        String miss = Origin.freshPath();
        origin.answer(miss, page("miss", "no-store"));
        String gone = Origin.freshPath();
        origin.answer(gone, page("", "no-store").withStatus(404));
        try (var client = RawHttp.connect(port)) {
            client.send(RawHttp.head("GET", hit)
                    + RawHttp.head("GET", hit)
                    + RawHttp.head("GET", miss)
                    + RawHttp.head("GET", hit)
                    + "GET " + hit + " HTTP/1.1\r\nHost: www.example.org\r\n" + ORDINARY_WAY + "\r\n"
                    + RawHttp.head("GET", gone)
                    + "POST " + miss + " HTTP/1.1\r\nHost: www.example.org\r\nContent-Length: 3\r\n\r\nabc"
                    + RawHttp.head("GET", hit));

            assertThat(client.answer().text()).isEqualTo("hit");
            assertThat(client.answer().text()).isEqualTo("hit");
            assertThat(client.answer().text()).isEqualTo("miss");
            assertThat(client.answer().text()).isEqualTo("hit");
            assertThat(client.answer().text()).isEqualTo("hit");
            assertThat(client.answer().status()).isEqualTo(404);
            assertThat(client.answer().text()).isEqualTo("miss");
            assertThat(client.answer().text()).isEqualTo("hit");
        }
    }

    @ParameterizedTest(name = "of {0} bytes")
    @ValueSource(ints = {5, 16_000, 100_000, 500_000})
    void end_the_connection_where_the_client_asked_for_that(int length) {
        String body = "x".repeat(length);
        String path = stored("", body);
        try (var client = RawHttp.connect(port)) {
            assertThat(client.send(RawHttp.head("GET", path)).answer().text()).isEqualTo(body);
            client.send(RawHttp.head("GET", path) + RawHttp.head("GET", path, "Connection: close"));
            assertThat(client.answer().field("Connection")).isEmpty();
            var last = client.answer();
            assertThat(last.text()).isEqualTo(body);
            assertThat(last.isHit()).isTrue();
            assertThat(last.field("Connection")).hasValue("close");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void that_arrive_byte_by_byte_are_served() {
        String path = stored("", "slowly");
        try (var client = RawHttp.connect(port)) {
            for (int i = 0; i < 2; i++) {
                for (char c : RawHttp.head("GET", path).toCharArray()) {
                    client.send(String.valueOf(c));
                }
                assertThat(client.answer().text()).isEqualTo("slowly");
            }
        }
    }

    @ParameterizedTest(name = "of {0} bytes")
    @ValueSource(ints = {4_096, 16_000, 160_000})
    void wait_for_a_client_that_does_not_read_and_come_whole_and_in_order(int length) throws Exception {
        String body = "0123456789abcdef".repeat(length / 16);
        String large = stored("", body);
        String small = stored("", "small");
        int unread = UNREAD_BYTES / length;
        String requests = RawHttp.head("GET", large) + RawHttp.head("GET", small);
        try (var client = RawHttp.connect(port)) {
            // Written beside the reading: the server stops to read once its answers are not taken.
            Thread writer = new Thread(() -> {
                for (int i = 0; i < unread; i++) {
                    client.send(requests);
                }
            });
            writer.start();
            for (int i = 0; i < unread; i++) {
                var first = client.answer();
                assertThat(first.isHit()).isTrue();
                assertThat(first.text()).isEqualTo(body);
                assertThat(client.answer().text()).isEqualTo("small");
            }
            writer.join();
            assertThat(client.send(RawHttp.head("GET", small)).answer().text()).isEqualTo("small");
        }
    }

    @Test
    void are_not_served_once_they_are_purged_denied_or_stale() {
        String path = stored("", "once");
        try (var client = RawHttp.connect(port)) {
            assertThat(client.send(RawHttp.head("GET", path)).answer().isHit()).isTrue();
            assertThat(client.send("PURGE " + path + " HTTP/1.1\r\nHost: www.example.org\r\n\r\n")
                            .answer()
                            .status())
                    .isEqualTo(200);
            assertThat(client.send(RawHttp.head("GET", path)).answer().isHit()).isFalse();
            assertThat(client.send(RawHttp.head("GET", path, "Cache-Control: no-cache"))
                            .answer()
                            .isHit())
                    .isFalse();
            assertThat(client.send(RawHttp.head("GET", path)).answer().isHit()).isTrue();
        }
    }

    /** Age and ttl may have moved on by a second. */
    private static String withoutTimes(RawHttp.Answer answer) {
        return (answer.head().statusLine() + answer.head().fields() + answer.text())
                .replaceAll("ttl=\\d+", "ttl")
                .replaceAll("Age(\\W+\\w+=)?\\W*\\d+", "Age");
    }

    private static String withoutTimes(String logLine) {
        return logLine.replaceAll("^\\S+ +\\d+ ", "");
    }
}
