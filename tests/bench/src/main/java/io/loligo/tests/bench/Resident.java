package io.loligo.tests.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What Linux says of this process's memory, in bytes.
 *
 * @param all resident: {@code VmRSS}
 * @param anonymous of it, memory: {@code RssAnon}
 * @param file of it, pages of mapped files, which the kernel takes back when it needs them: {@code RssFile}
 * @param shared of it, shared memory: {@code RssShmem}
 */
record Resident(long all, long anonymous, long file, long shared) {
    static Resident now() {
        try {
            String status = Files.readString(Path.of("/proc/self/status"));
            return new Resident(
                    field(status, "VmRSS"),
                    field(status, "RssAnon"),
                    field(status, "RssFile"),
                    field(status, "RssShmem"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long field(String status, String name) {
        return status.lines()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }

    /** After the collector has taken all that it can. */
    static Resident afterCollection() {
        System.gc();
        System.gc();
        return now();
    }

    static long heapUsed() {
        System.gc();
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
