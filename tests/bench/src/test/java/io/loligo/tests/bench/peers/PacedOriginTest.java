package io.loligo.tests.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The paced origin")
class PacedOriginTest {
    private static final int CLIENTS = 20;
    private static final int NEVER_MILLIS = 600_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void counts_no_request_of_a_client_that_has_left() {
        try (var origin = PacedOrigin.start()) {
            try (var staying = Clients.connect(origin.port(), 1)) {
                staying.ask(i -> PacedPage.uncacheable(1_000, 1).after(NEVER_MILLIS));
                try (var leaving = Clients.connect(origin.port(), CLIENTS)) {
                    leaving.ask(i -> PacedPage.uncacheable(1_000, 2 + i).after(NEVER_MILLIS));
                    await().atMost(PATIENCE).until(() -> origin.waiting() == CLIENTS + 1);
                }
                await().atMost(PATIENCE).until(() -> origin.waiting() == 1);
            }
            await().atMost(PATIENCE).until(() -> origin.waiting() == 0);

            assertThat(origin.requests()).isEqualTo(CLIENTS + 1);
        }
    }

    @Test
    void counts_no_request_that_it_has_answered() throws Exception {
        try (var origin = PacedOrigin.start();
                var clients = Clients.connect(origin.port(), CLIENTS)) {
            long before = origin.idleSinceNanos();
            clients.askEach(PacedPage.uncacheable(1_000, 1).after(10), PATIENCE);

            assertThat(origin.waiting()).isZero();
            assertThat(origin.idleSinceNanos()).isGreaterThan(before);
        }
    }
}
