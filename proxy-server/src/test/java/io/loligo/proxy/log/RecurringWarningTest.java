package io.loligo.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RecurringWarningTest {
    private static final String CAUSE = "no answer from one: connection refused";

    private final SteppedWarnings stepped = new SteppedWarnings();
    private final RecurringWarning warning = stepped.warning();

    private void met(String cause) {
        warning.met(cause, () -> "for GET /: " + cause);
    }

    @Test
    @DisplayName("one line when a cause begins, a count, one line when it is over")
    void begins_and_ends() {
        for (int second = 0; second < 300; second++) {
            met(CAUSE);
            stepped.advance(Duration.ofSeconds(1));
        }
        assertThat(stepped.lines()).containsExactly("WARNING for GET /: " + CAUSE);

        stepped.advance(RecurringWarning.QUIET);

        assertThat(stepped.lines())
                .containsExactly("WARNING for GET /: " + CAUSE, "INFO " + CAUSE + ": over, 300 times in 299 s");
        assertThat(stepped.timers()).as("nothing is left to wait for").isZero();
    }

    @Test
    @DisplayName("a cause that was met once has one line")
    void once() {
        met(CAUSE);
        stepped.advance(RecurringWarning.QUIET.multipliedBy(3));

        assertThat(stepped.lines()).hasSize(1);
    }

    @Test
    @DisplayName("a cause that comes again after its end begins anew")
    void again() {
        met(CAUSE);
        stepped.advance(RecurringWarning.QUIET.plusSeconds(1));
        met(CAUSE);

        assertThat(stepped.lines()).containsExactly("WARNING for GET /: " + CAUSE, "WARNING for GET /: " + CAUSE);
    }

    @Test
    @DisplayName("causes are told apart, and each ends by itself")
    void causes() {
        met("a");
        met("a");
        stepped.advance(Duration.ofSeconds(40));
        met("b");
        met("b");
        stepped.advance(Duration.ofSeconds(40));
        assertThat(stepped.lines()).containsExactly("WARNING for GET /: a", "WARNING for GET /: b", over("a", 2));

        stepped.advance(Duration.ofSeconds(40));
        assertThat(stepped.lines()).endsWith(over("b", 2));
    }

    @Test
    @DisplayName("whoever knows that a cause is over says so")
    void said_to_be_over() {
        met(CAUSE);
        met(CAUSE);
        warning.over(CAUSE);
        warning.over(CAUSE);

        assertThat(stepped.lines()).containsExactly("WARNING for GET /: " + CAUSE, over(CAUSE, 2));
    }

    @Test
    @DisplayName("causes beyond the limit are counted together")
    void many_causes() {
        IntStream.range(0, 10_000).forEach(i -> met("cause " + i));

        assertThat(stepped.lines())
                .hasSize(RecurringWarning.CAUSES_MAX + 1)
                .endsWith("WARNING for GET /: cause " + RecurringWarning.CAUSES_MAX + " (and "
                        + RecurringWarning.FURTHER_CAUSES + ")");

        stepped.advance(RecurringWarning.QUIET);
        assertThat(stepped.lines())
                .hasSize(RecurringWarning.CAUSES_MAX + 2)
                .endsWith(over(RecurringWarning.FURTHER_CAUSES, 10_000 - RecurringWarning.CAUSES_MAX));
    }

    private static String over(String cause, int times) {
        return "INFO " + cause + ": over, " + times + " times in 1 s";
    }
}
