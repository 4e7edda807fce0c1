package io.loligo.cache.store.chronicle.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.store.StoreFault;
import java.io.IOException;
import java.text.MessageFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("what is known and said of faults")
class StoreFaultsTest {
    private static final Instant START = Instant.ofEpochSecond(1_700_000_000L);

    private final Logger logger = Logger.getLogger(StoreFaults.class.getName());
    private final List<String> lines = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            if (entry.getLevel().intValue() >= Level.INFO.intValue()) {
                lines.add(entry.getLevel() + " " + MessageFormat.format(entry.getMessage(), entry.getParameters()));
            }
        }

        @Override
        public void flush() {
            // Nothing is kept back.
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    };

    private final Counters counters = new Counters();
    private Instant now = START;
    private final StoreFaults faults = new StoreFaults(counters, () -> now);

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
        logger.setLevel(Level.INFO);
    }

    @AfterEach
    void stopListening() {
        logger.removeHandler(handler);
    }

    @Test
    void a_fault_is_said_once_when_it_begins_and_once_with_its_count_when_it_is_over() {
        faults.begin("disk", "the disk is full", null);
        faults.begin("disk", "the disk is full", null);
        faults.count("disk");
        faults.count("disk");
        faults.note("disk", "it has no room yet");
        assertThat(faults.ongoing()).containsExactly(new StoreFault("the disk is full; it has no room yet", START, 2));
        now = START.plusSeconds(7);
        faults.over("disk", "storing goes on");
        faults.over("disk", "storing goes on");
        faults.count("disk");

        assertThat(lines)
                .containsExactly(
                        "WARNING the store: the disk is full",
                        "INFO the store: the disk is full: over after 7 s, in which 2 operations failed;"
                                + " storing goes on");
        assertThat(faults.ongoing()).isEmpty();
    }

    @Test
    void what_happens_now_and_then_is_over_when_it_has_not_happened_for_a_while() {
        faults.failed("peers", "cannot write peers", new IOException("read-only"));
        now = START.plus(StoreFaults.QUIET);
        faults.failed("peers", "cannot write peers", new IOException("read-only"));
        now = now.plus(StoreFaults.QUIET);
        faults.expire();
        assertThat(faults.ongoing()).hasSize(1);
        now = now.plus(Duration.ofSeconds(1));
        faults.expire();

        assertThat(faults.ongoing()).isEmpty();
        assertThat(lines)
                .containsExactly(
                        "WARNING the store: cannot write peers: java.io.IOException: read-only",
                        "INFO the store: cannot write peers: over after 121 s, in which 2 operations failed;"
                                + " it has not happened again");
        assertThat(counters.faults.sum()).isEqualTo(2);
    }

    @Test
    void faults_of_several_things_are_told_apart_the_earliest_first() {
        faults.begin("shard 1", "shard 1 is cut", null);
        now = START.plusSeconds(1);
        faults.begin("shard 0", "shard 0 is cut", null);
        assertThat(faults.ongoing()).extracting(StoreFault::what).containsExactly("shard 1 is cut", "shard 0 is cut");
        assertThat(faults.ongoing().get(0).text())
                .isEqualTo("shard 1 is cut (since 2023-11-14T22:13:20Z, 0 operations failed)");
    }

    @DisplayName("when an attempt is due")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # case                                  | attempts at, seconds | due from
        at once                                 |                      | 0
        a second after the first                | 0                    | 1
        twice as long each time                 | 0 1 3                | 7
        a minute at most                        | 0 1 3 7 15 31 63 123 | 183
        anew when a minute went well            | 0 1 3 7 100          | 101
        """)
    void backoff(String rule, String attempts, long due) {
        Backoff backoff = new Backoff();
        for (String attempt : attempts == null ? new String[0] : attempts.split(" ", -1)) {
            backoff.tried(START.plusSeconds(Long.parseLong(attempt)));
        }
        assertThat(backoff.isDue(START.plusSeconds(due))).isTrue();
        assertThat(due == 0 || !backoff.isDue(START.plusSeconds(due - 1))).isTrue();
    }
}
