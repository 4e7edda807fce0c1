package io.loligo.tests.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("wrk")
class WrkTest {
    private static final String WINDOW =
            "window requests=%s duration=2000000 bytes=5000 connect=1 read=2 write=3 status=4"
                    + " timeout=5 p50=600 p99=7000 p999=80000";

    @Test
    void reports_a_window_among_its_own_lines() throws IOException {
        var report = Wrk.Report.parse("Running 2s test\n  1 threads\n" + WINDOW.formatted("1000") + "\nbye\n");

        assertThat(report).isEqualTo(new Wrk.Report(1000, 2.0, 5000, 1 + 2 + 3 + 4 + 5, 600, 7000, 80000));
    }

    @Test
    void that_got_no_answer_is_no_measurement() {
        assertThatThrownBy(() -> Wrk.Report.parse(WINDOW.formatted("0")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no request was answered");
    }

    @Test
    void that_failed_is_quoted() {
        assertThatThrownBy(() -> Wrk.Report.parse("unable to connect to 127.0.0.1:1 Connection refused"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Connection refused");
    }

    @Test
    void is_told_all_requests_beforehand() {
        String script = Wrk.script(Job.VARIANTS, "x");

        assertThat(script)
                .contains("wrk.format('GET', '/vary/page', {['Host'] = 'bench.test', ['Referer'] = 'https://a.test/'})")
                .contains("https://c.test/")
                .contains("return requests[n]");
    }

    @Test
    void is_told_to_close() {
        assertThat(Wrk.script(Job.HIT_1K_CLOSE, "x")).contains("['Connection'] = 'close'");
        assertThat(Wrk.script(Job.HIT_1K, "x")).doesNotContain("close");
    }

    @Test
    void makes_up_a_page_for_each_request_of_a_job_that_misses() {
        assertThat(Wrk.script(Job.MISS, "run7")).contains("return 'GET /u/run7-' .. n .. ' HTTP/1.1");
    }
}
