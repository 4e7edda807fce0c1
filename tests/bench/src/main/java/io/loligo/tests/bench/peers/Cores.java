package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which cores the server has, and which the origin and the load.
 *
 * @param pinned the server on core 0, everything else on the last
 * @param count of cores
 */
record Cores(boolean pinned, int count) {
    /** As the machine is; with a single core there is nothing to pin. */
    static Cores ofThisMachine(boolean pinned) throws IOException {
        int count;
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            count = (int) lines.filter(line -> line.startsWith("processor")).count();
        }
        return new Cores(pinned && count > 1, Math.max(1, count));
    }

    /** This JVM stays out of the server's way. */
    void pinThisProcess() throws IOException {
        if (pinned) {
            long pid = ProcessHandle.current().pid();
            Programs.output("taskset", "-a", "-c", "-p", Integer.toString(count - 1), Long.toString(pid));
        }
    }

    List<String> server(List<String> command) {
        return on(0, command);
    }

    List<String> other(List<String> command) {
        return on(count - 1, command);
    }

    int serverThreads() {
        return pinned ? 1 : count;
    }

    private List<String> on(int core, List<String> command) {
        if (!pinned) {
            return command;
        }
        List<String> prefixed = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core)));
        prefixed.addAll(command);
        return prefixed;
    }

    @Override
    public String toString() {
        return pinned ? "server pinned to core 0, origin and load to core " + (count - 1) : "not pinned";
    }
}
