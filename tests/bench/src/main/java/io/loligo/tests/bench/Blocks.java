package io.loligo.tests.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a disk, or memory, has given to files; sparse ones take less than they are long. */
public final class Blocks {
    private Blocks() {}

    /** In bytes, of all files below {@code directory}. */
    public static long of(Path directory) throws IOException {
        Process du = new ProcessBuilder("du", "-s", "-B1", directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        // It fails for a file that goes meanwhile, and says its sum all the same.
        try (Stream<String> lines = du.inputReader().lines()) {
            return lines.mapToLong(line -> Long.parseLong(line.split("\t", -1)[0]))
                    .sum();
        }
    }
}
