package io.loligo.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.proxy.config.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.xnio.XnioExecutor;

@DisplayName("The timers of a client connection")
class ConnectionTimersTest {
    private final Timers timers = new Timers();
    private final List<String> expired = new ArrayList<>();
    private final ConnectionTimers connection =
            new ConnectionTimers(timers, Configuration.Timeouts.DEFAULT, () -> expired.add("closed"));

    @Test
    void a_new_connection_waits_for_its_first_byte_and_for_its_end() {
        assertThat(timers.running).containsExactly(TimeUnit.MINUTES.toMillis(5), TimeUnit.DAYS.toMillis(1));
    }

    @Test
    void the_first_byte_leaves_its_lifetime() {
        connection.started();
        connection.started();

        assertThat(timers.running).containsExactly(TimeUnit.DAYS.toMillis(1));
    }

    @Test
    void nothing_is_left_of_a_connection_that_closed() {
        connection.ended();

        assertThat(timers.running).isEmpty();
        assertThat(expired).isEmpty();
    }

    @Test
    void nothing_is_left_of_one_that_spoke_and_closed() {
        connection.started();
        connection.ended();

        assertThat(timers.running).isEmpty();
    }

    /** Keeps the delays that were asked for and not taken back, in milliseconds. */
    private static final class Timers implements XnioExecutor {
        private final List<Long> running = new ArrayList<>();

        @Override
        public void execute(Runnable command) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Key executeAfter(Runnable command, long time, TimeUnit unit) {
            Long millis = unit.toMillis(time);
            running.add(millis);
            return () -> running.remove(millis);
        }

        @Override
        public Key executeAtInterval(Runnable command, long time, TimeUnit unit) {
            throw new UnsupportedOperationException();
        }
    }
}
