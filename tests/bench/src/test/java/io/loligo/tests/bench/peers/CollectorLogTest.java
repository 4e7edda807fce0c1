package io.loligo.tests.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.tests.bench.peers.CollectorLog.Collections;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a JVM logs of its collections")
class CollectorLogTest {
    @Test
    void counts_those_of_the_serial_collector() {
        assertThat(CollectorLog.parse("""
                        [0.007s][info][gc] Using Serial
                        [0.542s][info][gc] GC(0) Pause Young (Allocation Failure) 43M->3M(371M) 4.119ms
                        [1.901s][info][gc] GC(1) Pause Young (Allocation Failure) 46M->5M(371M) 2.000ms
                        [3.020s][info][gc] GC(2) Pause Full (Ergonomics) 300M->20M(371M) 60.412ms
                        """)).isEqualTo(new Collections(3, 1));
    }

    @Test
    void counts_those_of_generational_zgc() {
        assertThat(CollectorLog.parse("""
                        [0.010s][info][gc] Using The Z Garbage Collector
                        [0.901s][info][gc] GC(0) Major Collection (Warmup)
                        [0.912s][info][gc] GC(0) Major Collection (Warmup) 52M(10%)->20M(4%) 0.011s
                        [1.710s][info][gc] GC(1) Minor Collection (Allocation Rate) 190M(37%)->30M(6%) 0.009s
                        """)).isEqualTo(new Collections(2, 1));
    }

    @Test
    void does_not_count_what_g1_does_between_its_pauses() {
        assertThat(CollectorLog.parse("""
                        [0.006s][info][gc] Using G1
                        [0.300s][info][gc] GC(0) Pause Young (Concurrent Start) (Metadata GC Threshold) 24M->5M(512M) 4.0ms
                        [0.301s][info][gc] GC(1) Concurrent Mark Cycle
                        [0.310s][info][gc] GC(1) Pause Remark 7M->7M(512M) 1.5ms
                        [0.311s][info][gc] GC(1) Pause Cleanup 7M->7M(512M) 0.1ms
                        [0.312s][info][gc] GC(1) Concurrent Mark Cycle 11.8ms
                        """)).isEqualTo(new Collections(1, 0));
    }

    @Test
    void knows_those_of_a_window() {
        assertThat(new Collections(12, 2).since(new Collections(9, 1))).isEqualTo(new Collections(3, 1));
    }
}
