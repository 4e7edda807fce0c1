package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that close their connections while the origin takes its time. */
@DisplayName("Clients that leave")
class ClientsLeaveTest {
    private static final int CLIENTS = 500;

    /** An origin that answers nothing until it is told to, and knows how many connections wait for its answer. */
    private static RawOrigin slow(AtomicInteger waiting, CountDownLatch answer, String wire) {
        return RawOrigin.with(exchange -> {
            waiting.incrementAndGet();
            try {
                while (!answer.await(10, TimeUnit.MILLISECONDS)) {
                    if (exchange.isClosed()) {
                        exchange.close();
                        return;
                    }
                }
                exchange.send(wire);
            } catch (InterruptedException e) {
                exchange.close();
            } finally {
                waiting.decrementAndGet();
            }
        });
    }

    private static List<RawHttp> ask(RunningServer loligo, int count, String path) {
        List<RawHttp> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(RawHttp.connect(loligo.port()).send(RawHttp.head("GET", path.replace("N", "" + i))));
        }
        return clients;
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        each with a page of its own | /slowN | 500
        all behind one fetch        | /slow  | 1
        """)
    void hold_no_connection_to_the_origin(String rule, String path, int fetches) {
        var waiting = new AtomicInteger();
        try (var origin = slow(waiting, new CountDownLatch(1), "");
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            List<RawHttp> clients = ask(loligo, CLIENTS, path);
            await().atMost(Duration.ofSeconds(30)).until(() -> waiting.get() == fetches);
            await().atMost(Duration.ofSeconds(30)).until(() -> origin.heads().size() == fetches);

            clients.forEach(RawHttp::close);

            await().atMost(Duration.ofSeconds(10)).until(() -> waiting.get() == 0);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> loligo.accessLog().size() == CLIENTS);
            assertThat(loligo.accessLog())
                    .allSatisfy(line -> assertThat(line).containsPattern("TCP_(CF_)?MISS_ABORTED/000 "));
        }
    }

    @Test
    void leave_their_fetch_to_those_that_stay() {
        var waiting = new AtomicInteger();
        var answer = new CountDownLatch(1);
        try (var origin = slow(
                        waiting,
                        answer,
                        "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 5\r\n\r\nhello");
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            List<RawHttp> leaving = ask(loligo, 10, "/slow");
            await().until(() -> waiting.get() == 1);
            try (var staying = RawHttp.connect(loligo.port())) {
                staying.send(RawHttp.head("GET", "/slow"));
                // Its request is in the server when a later one on another connection has been answered.
                RawHttp.get(loligo.port(), "/squid-internal-mgr/menu");
                leaving.forEach(RawHttp::close);
                await().until(() -> loligo.accessLog().stream()
                                .filter(line -> line.contains("_ABORTED/000 "))
                                .count()
                        == 10);
                answer.countDown();

                assertThat(staying.answer().text()).isEqualTo("hello");
            }
            assertThat(origin.heads()).hasSize(1);
        }
    }
}
