package io.loligo.tests.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("h2load's log")
class H2loadTest {

    /** The first answer, from which on its beginning counts. */
    private static final String FIRST = "0\t200\t77";

    private static final long COUNTED = H2load.Report.BEGINNING_MICROS;

    /** Until then answers count where {@link #LAST} is the last. */
    private static final long STEADY_UNTIL = COUNTED + 1_000_000;

    private static final String LAST = (STEADY_UNTIL + H2load.Report.ENDING_MICROS) + "\t200\t88";

    private static String line(long start, int status, long micros) {
        return start + "\t" + status + "\t" + micros;
    }

    @Test
    void tells_each_answer() throws IOException {
        var report = H2load.Report.parse(Stream.of(
                FIRST,
                line(COUNTED, 200, 300),
                line(COUNTED + 500_000, 200, 100),
                line(COUNTED + 900_000, 503, 100_000),
                line(COUNTED + 900_500, -1, 200),
                LAST));

        assertThat(report.requests()).isEqualTo(6);
        assertThat(report.errors()).isEqualTo(2);
        assertThat(report.rate()).isEqualTo(4.0);
        assertThat(report.micros()).containsExactly(100, 200, 300, 100_000);
    }

    @Test
    void does_not_count_how_long_the_first_take() throws IOException {
        var report = H2load.Report.parse(Stream.of(FIRST, line(COUNTED - 1, 500, 9_999), line(COUNTED, 200, 5), LAST));

        assertThat(report.requests()).isEqualTo(4);
        assertThat(report.errors()).isEqualTo(1);
        assertThat(report.micros()).containsExactly(5);
    }

    @Test
    void does_not_count_how_long_the_last_take_while_connections_are_closed() throws IOException {
        var report = H2load.Report.parse(
                Stream.of(FIRST, line(STEADY_UNTIL - 1, 200, 5), line(STEADY_UNTIL, 200, 9_999), LAST));

        assertThat(report.requests()).isEqualTo(4);
        assertThat(report.micros()).containsExactly(5);
    }

    @Test
    void has_columns_that_are_not_looked_at() throws IOException {
        assertThat(H2load.Report.parse(Stream.of(FIRST, line(COUNTED, 200, 2) + "\twhatever", LAST))
                        .micros())
                .containsExactly(2);
    }

    @Test
    void gives_percentiles_by_nearest_rank() throws IOException {
        var thousand = IntStream.rangeClosed(1, 1000).mapToObj(i -> line(COUNTED, 200, 1001 - i));
        var report = H2load.Report.parse(Stream.concat(Stream.of(FIRST), Stream.concat(thousand, Stream.of(LAST))));

        assertThat(report.atPerMille(500)).isEqualTo(500);
        assertThat(report.atPerMille(990)).isEqualTo(990);
        assertThat(report.atPerMille(999)).isEqualTo(999);
        assertThat(report.atPerMille(1000)).isEqualTo(1000);
    }

    @Test
    void without_a_line_is_no_measurement() {
        assertThatThrownBy(() -> H2load.Report.parse(Stream.of())).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> H2load.Report.parse(Stream.of(FIRST))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> H2load.Report.parse(Stream.of(FIRST, LAST))).isInstanceOf(IOException.class);
    }
}
