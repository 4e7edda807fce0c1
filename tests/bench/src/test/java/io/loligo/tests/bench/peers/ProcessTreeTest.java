package io.loligo.tests.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What Linux says of processes")
class ProcessTreeTest {

    @Test
    void times_come_after_a_name_that_may_have_blanks_and_brackets() {
        String stat = "42 (a (b) c) S 1 42 42 0 -1 4194560 1 2 3 4 1000 200 30 4 20 0 1 0 100 200 300";

        assertThat(ProcessTree.ticks(stat)).isEqualTo(1234);
    }

    @Test
    void memory_is_in_kilobytes() {
        assertThat(ProcessTree.kilobytes("Rss:     9 kB\nPss:     1234 kB\nPss_Anon:   5 kB\n", "Pss:"))
                .isEqualTo(1234 << 10);
    }

    @Test
    void this_process_has_used_some() throws IOException {
        var self = List.of(ProcessHandle.current().pid());

        assertThat(ProcessTree.cpuMicros(self)).isPositive();
        assertThat(ProcessTree.memoryBytes(self)).isGreaterThan(10 << 20);
    }

    @Test
    void a_process_that_is_gone_has_none() throws IOException {
        var gone = List.of(Long.MAX_VALUE);

        assertThat(ProcessTree.cpuMicros(gone)).isZero();
        assertThat(ProcessTree.memoryBytes(gone)).isZero();
    }
}
