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

    @Test
    void tells_each_answer() throws IOException {
        var report = H2load.Report.parse(
                Stream.of("1000000\t200\t300", "1500000\t200\t100", "1900000\t503\t100000", "1900500\t-1\t200"));

        assertThat(report.requests()).isEqualTo(4);
        assertThat(report.errors()).isEqualTo(2);
        assertThat(report.seconds()).isEqualTo(1.0);
        assertThat(report.micros()).containsExactly(100, 200, 300, 100000);
    }

    @Test
    void has_columns_that_are_not_looked_at() throws IOException {
        assertThat(H2load.Report.parse(Stream.of("1\t200\t2\twhatever")).micros())
                .containsExactly(2);
    }

    @Test
    void gives_percentiles_by_nearest_rank() throws IOException {
        var report = H2load.Report.parse(IntStream.rangeClosed(1, 1000).mapToObj(i -> "0\t200\t" + (1001 - i)));

        assertThat(report.atPerMille(500)).isEqualTo(500);
        assertThat(report.atPerMille(990)).isEqualTo(990);
        assertThat(report.atPerMille(999)).isEqualTo(999);
        assertThat(report.atPerMille(1000)).isEqualTo(1000);
    }

    @Test
    void without_a_line_is_no_measurement() {
        assertThatThrownBy(() -> H2load.Report.parse(Stream.of())).isInstanceOf(IOException.class);
    }
}
