package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** What Linux says of processes and all that descend from them. */
final class ProcessTree {
    /** Linux shows times in hundredths of a second, whatever it ticks in. */
    private static final long TICKS_PER_SECOND = 100;

    private ProcessTree() {}

    static List<Long> pids(Collection<Long> roots) {
        List<Long> all = new ArrayList<>();
        for (long root : roots) {
            ProcessHandle.of(root).ifPresent(handle -> {
                all.add(root);
                handle.descendants().map(ProcessHandle::pid).forEach(all::add);
            });
        }
        return all;
    }

    /** User and system time, also that of children that have ended, in µs. */
    static double cpuMicros(Collection<Long> roots) throws IOException {
        long ticks = 0;
        for (long pid : pids(roots)) {
            ticks += read(pid, "stat").map(ProcessTree::ticks).orElse(0L);
        }
        return ticks * (1e6 / TICKS_PER_SECOND);
    }

    /** The four times of a line of {@code /proc/PID/stat}; the name before them may have blanks and brackets. */
    static long ticks(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long sum = 0;
        for (int i = 11; i <= 14; i++) {
            sum += Long.parseLong(fields[i]);
        }
        return sum;
    }

    /** Resident memory; what several processes share counts once. */
    static long memoryBytes(Collection<Long> roots) throws IOException {
        long bytes = 0;
        for (long pid : pids(roots)) {
            bytes += read(pid, "smaps_rollup")
                    .map(text -> kilobytes(text, "Pss:"))
                    .or(() -> read(pid, "status").map(text -> kilobytes(text, "VmRSS:")))
                    .orElse(0L);
        }
        return bytes;
    }

    static long kilobytes(String text, String label) {
        return text.lines()
                .filter(line -> line.startsWith(label))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElse(0);
    }

    /** Empty when it has ended meanwhile, or is somebody else's. */
    private static Optional<String> read(long pid, String file) {
        try {
            return Optional.of(Files.readString(Path.of("/proc", Long.toString(pid), file)));
        } catch (IOException e) {
            // Linux says so at any time between finding and reading it, and not by one type.
            return Optional.empty();
        }
    }
}
