package io.loligo.proxy.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.proxy.config.Configuration.Timeouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xnio.XnioExecutor;

class ConnectionDeadlinesTest {
    private final Timers timers = new Timers();

    @DisplayName("when a connection is closed: i it awaits a request, a bytes come, c it closes, each at a second")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                       | start | idle | life | what happens        | cut at
        silence before the first byte                |   5   |  20  | 1000 | 0i                  |   5
        and after it                                 |   5   |  20  | 1000 | 0i 2a 4i            |  24
        each answer begins the silence anew          |   5   |  20  | 1000 | 0i 2a 4i 10a 11i    |  31
        a shorter limit later                        |  50   |   3  | 1000 | 0i 1a 2i            |   5
        a request under way is not silent            |   5   |  20  | 1000 | 0i 2a               | 1000
        though one check found it busy               |   5   |  20  | 1000 | 0i 2a 100i          | 120
        a connection lives so long                   |   5   |  20  |   12 | 0i 2a 4i 6a 8i      |  12
        whatever it does                             |   5   |  20  |   12 | 0i 2a               |  12
        """)
    void deadlines(String rule, long start, long idle, long life, String events, long cut) {
        ConnectionDeadlines deadlines = deadlines(start, idle, life);
        deadlines.opened();
        for (String event : events.split(" ", -1)) {
            timers.runUntil(Long.parseLong(event.substring(0, event.length() - 1)));
            if (event.endsWith("i")) {
                deadlines.idle();
            } else {
                deadlines.active();
            }
        }
        timers.runUntil(10_000);

        assertThat(timers.cutAtSecond).isEqualTo(cut);
    }

    @Test
    void a_closed_connection_leaves_no_timer() {
        for (String events : new String[] {"", "i", "ia", "iai", "iaiai"}) {
            ConnectionDeadlines deadlines = deadlines(5, 20, 1000);
            deadlines.opened();
            for (char event : events.toLowerCase(Locale.ROOT).toCharArray()) {
                if (event == 'i') {
                    deadlines.idle();
                } else {
                    deadlines.active();
                }
            }
            deadlines.closed();
            deadlines.idle();

            assertThat(timers.pending).as(events).isEmpty();
        }
    }

    @Test
    void a_busy_connection_sets_no_timer_per_request() {
        ConnectionDeadlines deadlines = deadlines(5, 20, 1000);
        deadlines.opened();
        for (int i = 0; i < 1_000; i++) {
            deadlines.idle();
            deadlines.active();
        }

        assertThat(timers.set).isLessThanOrEqualTo(3);
    }

    private ConnectionDeadlines deadlines(long start, long idle, long life) {
        Timeouts ours = Timeouts.DEFAULT;
        Timeouts timeouts = new Timeouts(
                ours.peerConnectTimeout(),
                ours.forwardTimeout(),
                ours.readTimeout(),
                ours.writeTimeout(),
                ours.requestTimeout(),
                Duration.ofSeconds(start),
                Duration.ofSeconds(idle),
                ours.serverIdlePconnTimeout(),
                Duration.ofSeconds(life),
                ours.shutdownLifetime());
        return new ConnectionDeadlines(
                timers, () -> TimeUnit.MILLISECONDS.toNanos(timers.nowMillis), () -> timeouts, timers::cut);
    }

    /** Timers over a clock that the test turns. */
    private static final class Timers implements XnioExecutor {
        private final List<Timer> pending = new ArrayList<>();
        private long nowMillis;
        private int set;
        private long cutAtSecond = -1;

        private record Timer(long at, Runnable task) {}

        void runUntil(long second) {
            while (true) {
                Timer next = pending.stream()
                        .min(Comparator.comparingLong(Timer::at))
                        .filter(timer -> timer.at() <= second * 1000)
                        .orElse(null);
                if (next == null) {
                    nowMillis = second * 1000;
                    return;
                }
                pending.remove(next);
                nowMillis = next.at();
                next.task().run();
            }
        }

        void cut() {
            if (cutAtSecond < 0) {
                cutAtSecond = nowMillis / 1000;
            }
        }

        @Override
        public void execute(Runnable command) {
            command.run();
        }

        @Override
        public Key executeAfter(Runnable command, long time, TimeUnit unit) {
            Timer timer = new Timer(nowMillis + unit.toMillis(time), command);
            pending.add(timer);
            set++;
            return () -> pending.remove(timer);
        }

        @Override
        public Key executeAtInterval(Runnable command, long time, TimeUnit unit) {
            throw new UnsupportedOperationException("no interval is used");
        }
    }
}
