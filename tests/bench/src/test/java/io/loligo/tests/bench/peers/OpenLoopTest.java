package io.loligo.tests.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An open loop")
class OpenLoopTest {
    private static final int PER_SECOND = 1_000;

    @Test
    void counts_from_when_a_request_was_due_though_no_connection_was_free() {
        int stallMillis = 20;
        int requests = 10;
        try (var origin = PacedOrigin.start();
                var one = Clients.connect(origin.port(), 1)) {
            var loop = new OpenLoop(
                    one, PER_SECOND, i -> PacedPage.uncacheable(100, i).after(stallMillis));
            while (loop.answered() < requests) {
                loop.work(1);
            }

            // Number N was due after N ms, and comes when N + 1 have taken their time one after the other.
            Latencies latencies = loop.latencies();
            for (int i = 0; i < requests; i++) {
                assertThat(latencies.micros()[i])
                        .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toMicros((long) (i + 1) * stallMillis - i));
            }
        }
    }

    @Test
    void is_over_when_everything_that_was_due_is_answered() {
        try (var origin = PacedOrigin.start();
                var clients = Clients.connect(origin.port(), 4)) {
            var loop = new OpenLoop(clients, PER_SECOND, i -> PacedPage.uncacheable(100, i));
            while (loop.answered() < 100) {
                loop.work(1);
            }
            assertThat(loop.isOver()).isFalse();

            loop.stop();
            while (!loop.isOver()) {
                loop.work(1);
            }

            assertThat(loop.latencies().micros()).hasSize((int) loop.answered()).isSorted();
            assertThat(origin.requests()).isEqualTo(loop.answered());
            assertThat(loop.longestBlindNanos()).isPositive();
        }
    }

    @Test
    void ends_with_an_exception_when_its_connections_are_closed() {
        try (var origin = PacedOrigin.start();
                var clients = Clients.connect(origin.port(), 1)) {
            var loop = new OpenLoop(clients, PER_SECOND, i -> PacedPage.uncacheable(100, i));
            loop.work(1);
            origin.close();

            assertThatThrownBy(() -> {
                        while (true) {
                            loop.work(1);
                        }
                    })
                    .isInstanceOf(UncheckedIOException.class);
        }
    }
}
