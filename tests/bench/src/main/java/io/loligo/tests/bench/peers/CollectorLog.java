package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a JVM logs of its collections, whichever collector it has. */
final class CollectorLog {
    private final Path file;

    CollectorLog(Path file) {
        this.file = file;
    }

    /** The option that makes a JVM write one. */
    static String option(Path file) {
        return "-Xlog:gc:file=" + file + "::filecount=0";
    }

    /**
     * How many there were.
     *
     * @param full those of the whole heap
     */
    record Collections(long all, long full) {
        /** Those that came after {@code earlier}. */
        Collections since(Collections earlier) {
            return new Collections(all - earlier.all, full - earlier.full);
        }
    }

    /** Since the JVM has started. */
    Collections collections() throws IOException {
        return parse(Files.readString(file));
    }

    static Collections parse(String log) {
        // ZGC has a line for the beginning too, which has no sizes.
        List<String> ends = log.lines().filter(line -> line.contains("->")).toList();
        long young = ends.stream().filter(CollectorLog::isYoung).count();
        long full = ends.stream().filter(CollectorLog::isFull).count();
        return new Collections(young + full, full);
    }

    private static boolean isYoung(String line) {
        return line.contains(" Pause Young") || line.contains(" Minor Collection");
    }

    private static boolean isFull(String line) {
        return line.contains(" Pause Full") || line.contains(" Major Collection");
    }
}
