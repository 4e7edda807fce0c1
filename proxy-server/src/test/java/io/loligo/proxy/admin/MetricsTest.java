package io.loligo.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loligo.cache.status.HierarchyCode;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.admin.Metrics.Snapshot;
import io.loligo.proxy.admin.Metrics.TimeClass;
import io.loligo.proxy.log.Exchange;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricsTest {
    private static final long MINUTE = 60_000;
    private static final long START = 1_000 * MINUTE + 7_000;

    @DisplayName("hits and bytes are counted by result code")
    @Test
    void hits() {
        Metrics metrics = new Metrics(START);
        metrics.record(Exchange.hit().endedAt(START).bytes(1_000).build());
        metrics.record(Exchange.hit()
                .endedAt(START)
                .result(ResultCode.TCP_HIT)
                .bytes(500)
                .build());
        metrics.record(Exchange.miss().endedAt(START).bytes(300).aborted().build());
        metrics.recordOriginBytes(120, 4_000);

        Snapshot now = metrics.now(START);

        assertThat(now.requests()).isEqualTo(3);
        assertThat(now.hits()).isEqualTo(2);
        assertThat(now.memoryHits()).isEqualTo(1);
        assertThat(now.bytesOut()).isEqualTo(1_800);
        assertThat(now.hitBytesOut()).isEqualTo(1_500);
        assertThat(now.aborted()).isEqualTo(1);
        assertThat(now.originRequests()).isEqualTo(1);
        assertThat(now.originBytesIn()).isEqualTo(4_000);
        assertThat(now.originBytesOut()).isEqualTo(120);
        assertThat(now.originErrors()).isZero();
    }

    @DisplayName("an error is an answer of our own that says so, or one that a gateway gives")
    @ParameterizedTest(name = "{0} {1} {2} aborted={3}: {4}")
    @CsvSource({
        "TCP_MEM_HIT,          200, HIER_NONE,        false, 0",
        "TCP_MEM_HIT,          404, HIER_NONE,        false, 0",
        "TCP_MISS,             404, FIRSTUP_PARENT,   false, 0",
        "TCP_MISS,             500, FIRSTUP_PARENT,   false, 0",
        "TCP_MISS,             502, FIRSTUP_PARENT,   false, 1",
        "TCP_MISS,             503, HIER_NONE,        false, 1",
        "TCP_DENIED,           403, HIER_NONE,        false, 1",
        "NONE_NONE,            400, HIER_NONE,        false, 1",
        "TCP_REFRESH_FAIL_ERR, 200, FIRSTUP_PARENT,   false, 1",
        "TCP_MISS,             0,   FIRSTUP_PARENT,   true,  0",
        "NONE_NONE,            0,   HIER_NONE,        false, 1",
    })
    void errors(ResultCode result, int status, HierarchyCode hierarchy, boolean aborted, long errors) {
        Metrics metrics = new Metrics(START);
        Exchange exchange =
                Exchange.hit().endedAt(START).result(result).status(status).peer(hierarchy, null);
        metrics.record((aborted ? exchange.aborted() : exchange).build());

        assertThat(metrics.now(START).errors()).isEqualTo(errors);
    }

    @DisplayName("what happened since so many minutes ago, gaps without requests included")
    @Test
    void minutes() {
        Metrics metrics = new Metrics(START);
        metrics.record(Exchange.hit().endedAt(START).build());
        metrics.record(Exchange.hit().endedAt(START + 3 * MINUTE).build());
        metrics.record(Exchange.hit().endedAt(START + 20 * MINUTE).build());
        long now = START + 22 * MINUTE;

        assertThat(metrics.now(now).requests() - metrics.ago(now, 5).requests()).isEqualTo(1);
        assertThat(metrics.now(now).requests() - metrics.ago(now, 20).requests())
                .isEqualTo(2);
        assertThat(metrics.now(now).requests() - metrics.ago(now, 60).requests())
                .isEqualTo(3);
        long muchLater = START + 500 * MINUTE;
        assertThat(metrics.now(muchLater).requests()
                        - metrics.ago(muchLater, 60).requests())
                .isZero();
    }

    @DisplayName("a clock that is set back counts on and loses nothing")
    @Test
    void clockBack() {
        Metrics metrics = new Metrics(START);
        metrics.record(Exchange.hit().endedAt(START + 10 * MINUTE).build());
        metrics.record(Exchange.hit().endedAt(START).build());

        assertThat(metrics.now(START).requests()).isEqualTo(2);
    }

    @DisplayName("percentiles are right to an eighth")
    @ParameterizedTest(name = "the {0}th percentile of 1 to 1000 ms is about {1} s")
    @CsvSource({"5, 0.050", "50, 0.500", "95, 0.950"})
    void percentiles(int percent, double seconds) {
        Metrics metrics = new Metrics(START);
        LongStream.rangeClosed(1, 1_000)
                .forEach(millis -> metrics.record(
                        Exchange.hit().endedAt(START).took(millis).build()));
        Snapshot zero = new Metrics(START).now(START);
        Snapshot now = metrics.now(START);

        assertThat(now.serviceSecondsSince(zero, TimeClass.ALL, percent)).isCloseTo(seconds, within(seconds / 8));
        assertThat(now.serviceSecondsSince(zero, TimeClass.HIT, percent)).isCloseTo(seconds, within(seconds / 8));
        assertThat(now.serviceSecondsSince(zero, TimeClass.MISS, percent)).isZero();
    }

    @DisplayName("times from nothing to for ever are counted")
    @ParameterizedTest
    @CsvSource({"0, 0.0", "7, 0.007", "-5, 0.0", "9223372036854775807, 125829.12"})
    void extremes(long millis, double seconds) {
        ServiceTimes times = new ServiceTimes();
        times.count(millis);

        assertThat(ServiceTimes.percentile(new ServiceTimes().snapshot(), times.snapshot(), 50))
                .isEqualTo(seconds);
    }
}
