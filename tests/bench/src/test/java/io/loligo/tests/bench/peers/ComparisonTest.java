package io.loligo.tests.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A comparison")
class ComparisonTest {
    private static final Peer FIRST = new NginxPeer();
    private static final Peer SECOND = new SquidPeer();
    private static final Scene SCENE = new HttpScene(Job.HIT_1K);

    private static Outcome outcome(Peer peer, double... cpu) {
        var outcome = new Outcome(peer);
        for (double micros : cpu) {
            outcome.add(new Sample()
                    .with(Measure.CPU, micros)
                    .with(Measure.ERRORS, 1)
                    .with(Measure.NOT_THE_JOB, 0));
        }
        return outcome;
    }

    private static Comparison comparison(Outcome... outcomes) {
        return new Comparison(SCENE, FIRST.name(), List.of(outcomes));
    }

    @Test
    void takes_the_median_of_the_rounds() {
        assertThat(outcome(FIRST, 30, 10, 20).value(Measure.CPU)).hasValue(20);
        assertThat(outcome(FIRST, 40, 10, 20, 30).value(Measure.CPU)).hasValue(25);
    }

    @Test
    void adds_errors_up() {
        assertThat(outcome(FIRST, 1, 2, 3).value(Measure.ERRORS)).hasValue(3);
    }

    @Test
    void says_multiples_of_the_first() {
        var second = outcome(SECOND, 25);
        var comparison = comparison(outcome(FIRST, 10), second);

        assertThat(comparison.ratio(second, Measure.CPU)).hasValue(2.5);
        assertThat(comparison.text()).containsPattern("squid +25.00 +2.50 ");
        assertThat(comparison.json().at("/servers/squid/ratios/cpu_us").asDouble())
                .isEqualTo(2.5);
    }

    @Test
    void knows_no_multiple_when_the_first_does_not_do_the_job() {
        var first = outcome(FIRST, 10);
        first.unfit("it is broken");
        var second = outcome(SECOND, 25);
        var comparison = comparison(first, second);

        assertThat(comparison.ratio(second, Measure.CPU)).isEmpty();
        assertThat(comparison.text())
                .contains("nginx is left out: it is broken")
                .doesNotContain("10.00");
        assertThat(comparison.json().at("/servers/nginx/unfit").asText()).isEqualTo("it is broken");
    }

    @Test
    void says_which_windows_do_not_count() {
        var first = outcome(FIRST, 10, 11);
        first.add(new Sample().with(Measure.CPU, 9).with(Measure.NOT_THE_JOB, 1));

        assertThat(comparison(first).text())
                .contains("nginx: in 1 of 3 windows the origin's count says that this was not the job");
    }
}
