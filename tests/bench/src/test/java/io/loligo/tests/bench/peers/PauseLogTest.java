package io.loligo.tests.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The log of pauses")
class PauseLogTest {
    private static final String OF_17 = "[0.071s][info][safepoint] Safepoint \"SerialCollect\", Time since last: 5 ns,"
            + " Reaching safepoint: 80000 ns, Cleanup: 1 ns, At safepoint: 1166400 ns, Total: 1246401 ns\n";
    private static final String OF_25 = "[9.1s][info][safepoint] Safepoint \"ZMarkStartYoung\", Time since last: 9 ns,"
            + " Reaching safepoint: 1 ns, At safepoint: 2 ns, Leaving safepoint: 4 ns, Total:     20000 ns,"
            + " Threads: 0 runnable, 20 total\n";

    @Test
    void names_the_longest() {
        assertThat(PauseLog.longestMillis(OF_25 + OF_17 + OF_25)).isEqualTo(1.246401);
        assertThat(PauseLog.longestMillis(OF_25)).isEqualTo(0.02);
        assertThat(PauseLog.longestMillis("")).isZero();
    }

    @Test
    void is_read_from_a_mark_on(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("log"), OF_17);
        var log = new PauseLog(file);
        long mark = log.end();

        Files.writeString(file, OF_25, StandardOpenOption.APPEND);

        assertThat(log.longestMillisSince(mark)).isEqualTo(0.02);
        assertThat(log.longestMillisSince(0)).isEqualTo(1.246401);
    }
}
