package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of requests that wait for another's trip to the origin, and of trips that nobody waits for. */
@DisplayName("Waiting for another's fetch")
class WaitingTest {

    private static void waitFor(CountDownLatch latch) {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new AssertionError("waited in vain");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String page(String body, String... fields) {
        return "HTTP/1.1 200 OK\r\n" + String.join("\r\n", fields) + "\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + body;
    }

    @ParameterizedTest(name = "the validation ends with {0}")
    @ValueSource(strings = {"304 Not Modified", "503 Service Unavailable"})
    void a_variant_is_never_served_to_a_request_that_it_was_not_selected_for(String ending) {
        var validating = new CountDownLatch(1);
        var otherAsked = new CountDownLatch(1);
        try (var origin = RawOrigin.with(exchange -> {
                    boolean german = exchange.says("Accept-Language: de");
                    // The other may come after the validation, and then bears the stored variant's ETag too.
                    if (german && exchange.has("If-None-Match")) {
                        validating.countDown();
                        waitFor(otherAsked);
                        exchange.send("HTTP/1.1 " + ending + "\r\nETag: \"de\"\r\nContent-Length: 0\r\n\r\n");
                    } else {
                        exchange.send(page(
                                german ? "deutsch" : "english",
                                "Cache-Control: max-age=0",
                                "Vary: Accept-Language",
                                "ETag: \"" + (german ? "de" : "en") + "\""));
                    }
                });
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()));
                var german = RawHttp.connect(loligo.port());
                var english = RawHttp.connect(loligo.port())) {
            assertThat(RawHttp.get(loligo.port(), "/page", "Accept-Language: de")
                            .text())
                    .isEqualTo("deutsch");

            german.send(RawHttp.head("GET", "/page", "Accept-Language: de"));
            waitFor(validating);
            english.send(RawHttp.head("GET", "/page", "Accept-Language: en"));
            // Its request is in the server when a later one on another connection has been answered.
            RawHttp.get(loligo.port(), "/other");
            otherAsked.countDown();

            assertThat(english.answer().text()).isEqualTo("english");
            assertThat(german.answer().text()).isEqualTo("deutsch");
        }
    }

    @Test
    void a_request_that_waited_in_vain_and_is_then_served_from_the_store_is_logged_without_a_peer() {
        var validating = new CountDownLatch(1);
        var otherStored = new CountDownLatch(1);
        try (var origin = RawOrigin.with(exchange -> {
                    boolean german = exchange.says("Accept-Language: de");
                    if (german && exchange.has("If-None-Match")) {
                        validating.countDown();
                        waitFor(otherStored);
                        exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"de\"\r\n\r\n");
                    } else {
                        exchange.send(page(
                                german ? "deutsch" : "english",
                                "Cache-Control: public, max-age=" + (german ? 0 : 60),
                                "Vary: Accept-Language",
                                "ETag: \"" + (german ? "de" : "en") + "\""));
                    }
                });
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()));
                var german = RawHttp.connect(loligo.port());
                var english = RawHttp.connect(loligo.port())) {
            RawHttp.get(loligo.port(), "/page", "Accept-Language: de");
            german.send(RawHttp.head("GET", "/page", "Accept-Language: de"));
            waitFor(validating);
            english.send(RawHttp.head("GET", "/page", "Accept-Language: en"));
            RawHttp.get(loligo.port(), "/other");
            // One with a login waits for nobody.
            assertThat(RawHttp.get(loligo.port(), "/page", "Accept-Language: en", "Authorization: Basic eDp5")
                            .text())
                    .isEqualTo("english");
            otherStored.countDown();

            assertThat(english.answer().isHit()).isTrue();
            await().untilAsserted(() -> assertThat(loligo.accessLog())
                    .filteredOn(line -> line.contains("_HIT/200"))
                    .singleElement()
                    .asString()
                    .contains(" HIER_NONE/- "));
        }
    }

    @Test
    void a_page_that_a_background_validation_brings_is_stored_though_it_arrives_in_pieces() {
        var asked = new AtomicInteger();
        var firstPieceSent = new CountDownLatch(1);
        try (var origin = RawOrigin.with(exchange -> {
                    if (exchange.path().equals("/other")) {
                        exchange.send(page("other", "Cache-Control: no-store"));
                        return;
                    }
                    int number = asked.incrementAndGet();
                    String fields = "Cache-Control: max-age=" + (number == 1 ? 0 : 60)
                            + ", stale-while-revalidate=60\r\nETag: \"" + number + "\"\r\n";
                    if (number == 1) {
                        exchange.send("HTTP/1.1 200 OK\r\n" + fields + "Content-Length: 3\r\n\r\nold");
                    } else {
                        exchange.send(
                                "HTTP/1.1 200 OK\r\n" + fields + "Transfer-Encoding: chunked\r\n\r\n3\r\nnew\r\n");
                        waitFor(firstPieceSent);
                        exchange.send("5\r\n page\r\n0\r\n\r\n");
                    }
                });
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            assertThat(RawHttp.get(loligo.port(), "/page").text()).isEqualTo("old");
            assertThat(RawHttp.get(loligo.port(), "/page").text())
                    .as("stale, at once")
                    .isEqualTo("old");
            await().atMost(Duration.ofSeconds(20)).until(() -> asked.get() == 2);
            RawHttp.get(loligo.port(), "/other");
            firstPieceSent.countDown();

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(
                            () -> assertThat(RawHttp.get(loligo.port(), "/page").text())
                                    .isEqualTo("new page"));
            assertThat(asked).hasValue(2);
        }
    }

    @ParameterizedTest(name = "read_ahead_gap {0}")
    @ValueSource(strings = {"1 bytes", "4 KB", "16 KB", "17 KB"})
    void a_small_read_ahead_gap_slows_an_unstorable_body_but_never_stops_it(String gap) {
        String body = "x".repeat(300_000);
        try (var origin = RawOrigin.answering(page(body, "Cache-Control: no-store"));
                var loligo =
                        RunningServer.start(SquidConf.inFrontOf(origin.port()).and("read_ahead_gap " + gap))) {
            assertThat(RawHttp.get(loligo.port(), "/page").text()).isEqualTo(body);
        }
    }

    @Test
    void a_conditional_request_that_waited_in_vain_gets_the_answer_to_its_condition() {
        var validating = new CountDownLatch(1);
        var otherAsked = new CountDownLatch(1);
        var asked = new AtomicInteger();
        try (var origin = RawOrigin.with(exchange -> {
                    switch (asked.incrementAndGet()) {
                        case 1 -> exchange.send(page("old", "Cache-Control: max-age=0", "ETag: \"1\""));
                        case 2 -> {
                            validating.countDown();
                            waitFor(otherAsked);
                            // Not to be shared: the second client has to ask by itself.
                            exchange.send(page("for one", "Cache-Control: private"));
                        }
                        default -> {
                            boolean same = exchange.has("If-None-Match");
                            exchange.send(
                                    same
                                            ? "HTTP/1.1 304 Not Modified\r\nETag: \"2\"\r\n\r\n"
                                            : page("for another", "Cache-Control: private"));
                        }
                    }
                });
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()));
                var first = RawHttp.connect(loligo.port());
                var second = RawHttp.connect(loligo.port())) {
            RawHttp.get(loligo.port(), "/page");
            first.send(RawHttp.head("GET", "/page"));
            waitFor(validating);
            second.send(RawHttp.head("GET", "/page", "If-None-Match: \"2\""));
            RawHttp.exchange(loligo.port(), "GET", "/squid-internal-mgr/menu");
            otherAsked.countDown();

            assertThat(first.answer().text()).isEqualTo("for one");
            assertThat(second.answer().status()).isEqualTo(304);
        }
    }
}
