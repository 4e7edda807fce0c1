package io.loligo.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What files take")
class BlocksTest {
    private static final int MEGABYTE = 1 << 20;

    @TempDir
    private Path directory;

    @Test
    void is_what_is_written_and_not_what_they_are_long() throws IOException {
        long before = Blocks.of(directory);
        try (var sparse = new RandomAccessFile(directory.resolve("sparse").toFile(), "rw")) {
            sparse.setLength(64L * MEGABYTE);
        }
        Files.write(directory.resolve("full"), new byte[MEGABYTE]);

        assertThat(Blocks.of(directory) - before).isBetween((long) MEGABYTE, 2L * MEGABYTE);
    }
}
