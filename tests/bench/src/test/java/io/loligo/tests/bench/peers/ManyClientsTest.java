package io.loligo.tests.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.tests.InProcessServer;
import io.loligo.tests.JarIsBuilt;
import io.loligo.tests.LoligoProcess;
import io.loligo.tests.SquidConf;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(JarIsBuilt.class)
@DisplayName("Hundreds of clients at once")
class ManyClientsTest {
    private static final int HERD = 500;
    private static final int SLOW = 300;
    private static final long LARGE = 40L << 20;
    private static final int RECEIVE_BUFFER = 32 << 10;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static void assertAllRight(Clients clients) {
        assertThat(clients.await(PATIENCE)).as("all are answered").isTrue();
        assertThat(clients.faults()).isEmpty();
    }

    @Test
    void get_one_page_for_one_request_to_the_origin() {
        try (var origin = PacedOrigin.start();
                var loligo = InProcessServer.start(SquidConf.inFrontOf(origin.port()));
                var clients = Clients.connect(loligo.port(), HERD)) {
            clients.ask(i -> PacedPage.storable(100_000, 1).after(300).over(300));
            assertAllRight(clients);

            assertThat(origin.requests()).isEqualTo(1);
        }
    }

    @Test
    void are_all_before_the_origin_at_the_same_time_for_a_page_known_to_be_uncacheable() {
        PacedPage page = PacedPage.uncacheable(1_000, 1);
        try (var origin = PacedOrigin.start();
                var loligo = InProcessServer.start(SquidConf.inFrontOf(origin.port()));
                var first = Clients.connect(loligo.port(), 1);
                var clients = Clients.connect(loligo.port(), HERD)) {
            first.ask(i -> page);
            assertAllRight(first);
            // Answers nobody until everybody is here: a queue would never end.
            origin.answerInCompanyOf(HERD);
            clients.ask(i -> page);
            assertAllRight(clients);

            assertThat(origin.requests()).isEqualTo(1 + HERD);
        }
    }

    @Test
    void that_do_not_read_an_uncacheable_page_hold_the_origin_back_and_cost_little_memory() {
        try (var origin = PacedOrigin.start();
                var loligo = LoligoProcess.start(
                        SquidConf.inFrontOf(origin.port()), "-Xmx64m", "-XX:MaxDirectMemorySize=32m");
                var slow = Clients.connect(loligo.port(), SLOW, RECEIVE_BUFFER);
                var fast = Clients.connect(loligo.port(), 1)) {
            slow.ask(i -> PacedPage.uncacheable(LARGE, 1));
            for (int i = 0; i < 3; i++) {
                int id = 2 + i;
                fast.ask(client -> PacedPage.uncacheable(LARGE, id));
                assertAllRight(fast);
            }

            // What the system's buffers on the way hold of it is a few megabytes each.
            assertThat(origin.bytesSent() - 3 * LARGE).isLessThan(SLOW * LARGE / 2);
            assertThat(slow.faults()).isEmpty();
        }
    }

    @Test
    void that_read_a_page_on_its_way_slowly_read_it_from_the_store() {
        try (var origin = PacedOrigin.start();
                var loligo = LoligoProcess.start(
                        SquidConf.inFrontOf(origin.port())
                                .and("maximum_object_size 64 MB", "maximum_object_size_in_memory 64 MB"),
                        "-Xmx64m",
                        "-XX:MaxDirectMemorySize=32m");
                var slow = Clients.connect(loligo.port(), SLOW, RECEIVE_BUFFER);
                var fast = Clients.connect(loligo.port(), 1)) {
            PacedPage page = PacedPage.storable(LARGE, 1);
            slow.ask(i -> page);
            fast.ask(client -> page);
            assertAllRight(fast);

            assertThat(origin.requests()).isEqualTo(1);
            assertThat(origin.bytesSent()).isEqualTo(LARGE);
            assertThat(slow.faults()).isEmpty();
        }
    }

    @Test
    void that_are_idle_hold_no_buffers() {
        PacedPage page = PacedPage.storable(1_000, 1);
        try (var origin = PacedOrigin.start();
                var loligo = LoligoProcess.start(
                        SquidConf.inFrontOf(origin.port()), "-Xmx64m", "-XX:MaxDirectMemorySize=8m");
                var idle = Clients.connect(loligo.port(), 2 * HERD);
                var next = Clients.connect(loligo.port(), 1)) {
            idle.ask(i -> page);
            assertAllRight(idle);

            next.ask(i -> page);
            assertAllRight(next);
        }
    }
}
