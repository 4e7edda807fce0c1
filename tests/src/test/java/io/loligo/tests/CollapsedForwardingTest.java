package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Collapsed forwarding")
class CollapsedForwardingTest {
    private static final int CLIENTS = 40;

    private final ExecutorService clients = Executors.newCachedThreadPool();

    @AfterEach
    void stopClients() {
        clients.shutdownNow();
    }

    private <T> List<T> atOnce(int count, Callable<T> task) throws Exception {
        List<Future<T>> futures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            futures.add(clients.submit(task));
        }
        List<T> results = new ArrayList<>();
        for (Future<T> future : futures) {
            results.add(future.get(60, TimeUnit.SECONDS));
        }
        return results;
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new AssertionError("waited in vain");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void clients_that_ask_for_one_page_at_once_make_one_request() throws Exception {
        var sent = new CountDownLatch(CLIENTS);
        try (var origin = RawOrigin.with(exchange -> {
                    waitFor(sent);
                    exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 5\r\n\r\nhello");
                });
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            var answers = atOnce(CLIENTS, () -> {
                try (var connection = RawHttp.connect(loligo.port())) {
                    connection.send(RawHttp.head("GET", "/page"));
                    sent.countDown();
                    return connection.answer();
                }
            });

            assertThat(answers).allSatisfy(answer -> {
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.text()).isEqualTo("hello");
            });
            assertThat(origin.heads()).hasSize(1);
        }
    }

    @Test
    void only_the_client_whose_request_went_to_the_origin_gets_the_fields_that_are_private() throws Exception {
        var sent = new CountDownLatch(CLIENTS);
        try (var origin = RawOrigin.with(exchange -> {
                    waitFor(sent);
                    exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60, private=\"Set-Cookie\"\r\n"
                            + "Set-Cookie: id=1\r\nContent-Length: 5\r\n\r\nhello");
                });
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            var answers = atOnce(CLIENTS, () -> {
                try (var connection = RawHttp.connect(loligo.port())) {
                    connection.send(RawHttp.head("GET", "/page"));
                    sent.countDown();
                    return connection.answer();
                }
            });

            assertThat(answers)
                    .filteredOn(answer -> answer.field("Set-Cookie").isPresent())
                    .hasSize(1);
            assertThat(origin.heads()).hasSize(1);
        }
    }

    @Test
    void only_the_client_whose_request_went_to_the_origin_gets_its_cookies() throws Exception {
        var sent = new CountDownLatch(CLIENTS);
        try (var origin = RawOrigin.with(exchange -> {
                    waitFor(sent);
                    exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n"
                            + "Set-Cookie: id=1\r\nContent-Length: 5\r\n\r\nhello");
                });
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            var answers = atOnce(CLIENTS, () -> {
                try (var connection = RawHttp.connect(loligo.port())) {
                    connection.send(RawHttp.head("GET", "/page"));
                    sent.countDown();
                    return connection.answer();
                }
            });

            assertThat(answers)
                    .filteredOn(answer -> answer.field("Set-Cookie").isPresent())
                    .hasSize(1);
            assertThat(origin.heads()).hasSize(1);
        }
    }

    @Test
    void a_client_that_finds_as_many_waiting_as_may_fetches_for_itself() throws Exception {
        var asked = new CountDownLatch(CLIENTS - 3);
        try (var origin = RawOrigin.with(exchange -> {
                    asked.countDown();
                    waitFor(asked);
                    exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 5\r\n\r\nhello");
                });
                var loligo =
                        RunningServer.start(SquidConf.inFrontOf(origin.port()).and("collapsed_forwarding_waiters 3"))) {
            var answers = atOnce(CLIENTS, () -> RawHttp.get(loligo.port(), "/page"));

            assertThat(answers).allSatisfy(answer -> assertThat(answer.text()).isEqualTo("hello"));
            assertThat(origin.heads()).hasSize(CLIENTS - 3);
        }
    }

    @Test
    void a_client_that_has_waited_for_too_long_fetches_for_itself() throws Exception {
        var asked = new AtomicInteger();
        var othersAnswered = new CountDownLatch(CLIENTS - 1);
        try (var origin = RawOrigin.with(exchange -> {
                    if (asked.incrementAndGet() == 1) {
                        waitFor(othersAnswered);
                    }
                    exchange.send("HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Length: 5\r\n\r\nhello");
                });
                var loligo = RunningServer.start(
                        SquidConf.inFrontOf(origin.port()).and("collapsed_forwarding_wait 1 second"))) {
            var answers = atOnce(CLIENTS, () -> {
                var answer = RawHttp.get(loligo.port(), "/page");
                othersAnswered.countDown();
                return answer;
            });

            assertThat(answers).allSatisfy(answer -> assertThat(answer.text()).isEqualTo("hello"));
            assertThat(origin.heads()).hasSize(CLIENTS);
        }
    }

    @Test
    void every_client_reads_the_page_while_it_arrives() throws Exception {
        var firstHalfRead = new CountDownLatch(CLIENTS);
        String half = "x".repeat(100_000);
        try (var origin = RawOrigin.with(exchange -> {
                    exchange.send(
                            "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 200000\r\n\r\n" + half);
                    waitFor(firstHalfRead);
                    exchange.send(half);
                });
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            var lengths = atOnce(CLIENTS, () -> {
                try (var connection = RawHttp.connect(loligo.port())) {
                    assertThat(connection
                                    .send(RawHttp.head("GET", "/page"))
                                    .headOnly()
                                    .status())
                            .isEqualTo(200);
                    int first = connection.bytes(100_000).length;
                    firstHalfRead.countDown();
                    return first + connection.bytes(100_000).length;
                }
            });

            assertThat(lengths).containsOnly(200_000);
            assertThat(origin.heads()).hasSize(1);
        }
    }

    @Test
    void a_page_that_may_not_be_shared_is_fetched_for_each_in_parallel() throws Exception {
        var asked = new AtomicInteger();
        var allOthers = new CountDownLatch(CLIENTS - 1);
        try (var origin = RawOrigin.with(exchange -> {
                    int number = asked.incrementAndGet();
                    if (number > 1) {
                        // Answers nobody until everybody is here: a queue would never end.
                        allOthers.countDown();
                        waitFor(allOthers);
                    }
                    String body = "for you, " + (1000 + number);
                    exchange.send("HTTP/1.1 200 OK\r\nCache-Control: private\r\nContent-Length: " + body.length()
                            + "\r\n\r\n" + body);
                });
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            var bodies =
                    atOnce(CLIENTS, () -> RawHttp.get(loligo.port(), "/page").text());

            assertThat(bodies)
                    .doesNotHaveDuplicates()
                    .allSatisfy(body -> assertThat(body).startsWith("for you"));
            assertThat(origin.heads()).hasSize(CLIENTS);
        }
    }

    @Test
    void a_validation_that_was_answered_for_each_alone_is_not_waited_for_again() throws Exception {
        var asked = new AtomicInteger();
        var all = new CountDownLatch(CLIENTS);
        try (var origin = RawOrigin.with(exchange -> {
                    int number = asked.incrementAndGet();
                    if (number > 2) {
                        // Answers nobody until everybody is here.
                        all.countDown();
                        waitFor(all);
                    }
                    exchange.send(
                            number == 1
                                    ? "HTTP/1.1 200 OK\r\nCache-Control: max-age=0, must-revalidate\r\nETag: \"1\"\r\n"
                                            + "Content-Length: 5\r\n\r\nhello"
                                    : "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
                });
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            assertThat(RawHttp.get(loligo.port(), "/page").status()).isEqualTo(200);
            assertThat(RawHttp.get(loligo.port(), "/page").status()).isEqualTo(503);

            var statuses =
                    atOnce(CLIENTS, () -> RawHttp.get(loligo.port(), "/page").status());

            assertThat(statuses).containsOnly(503);
            assertThat(origin.heads()).hasSize(2 + CLIENTS);
            assertThat(origin.heads().get(2)).contains("If-None-Match");
        }
    }

    @Test
    void those_who_wait_get_the_page_though_the_one_who_asked_first_leaves() throws Exception {
        var firstHasLeft = new CountDownLatch(1);
        var arrived = new CountDownLatch(1);
        try (var origin = RawOrigin.with(exchange -> {
                    arrived.countDown();
                    waitFor(firstHasLeft);
                    exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 5\r\n\r\nhello");
                });
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()));
                var second = RawHttp.connect(loligo.port())) {
            try (var first = RawHttp.connect(loligo.port())) {
                first.send(RawHttp.head("GET", "/page"));
                waitFor(arrived);
                second.send(RawHttp.head("GET", "/page"));
            }
            firstHasLeft.countDown();

            assertThat(second.answer().text()).isEqualTo("hello");
        }
    }

    @Test
    void a_failed_fetch_fails_for_all_and_is_tried_again_by_the_next() throws Exception {
        var sent = new CountDownLatch(CLIENTS);
        var healthy = new AtomicInteger();
        try (var origin = RawOrigin.with(exchange -> {
                    waitFor(sent);
                    if (healthy.get() == 0) {
                        exchange.close();
                    } else {
                        exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 5\r\n\r\nhello");
                    }
                });
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            var statuses = atOnce(CLIENTS, () -> {
                try (var connection = RawHttp.connect(loligo.port())) {
                    connection.send(RawHttp.head("GET", "/page"));
                    sent.countDown();
                    return connection.answer().status();
                }
            });
            healthy.set(1);

            assertThat(statuses).containsOnly(502);
            assertThat(RawHttp.get(loligo.port(), "/page").text()).isEqualTo("hello");
        }
    }
}
