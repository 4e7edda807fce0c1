package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The generator of closed load: each connection asks again as soon as it has its answer. */
final class Wrk {
    private static final int GRACE_SECONDS = 30;

    /** Connections for large bodies, so that enough of them end within a window. */
    private static final int LARGE = 8;

    private final Bench bench;

    Wrk(Bench bench) {
        this.bench = bench;
    }

    /**
     * What it reports of a window.
     *
     * @param seconds that it took
     * @param bytes that it read, heads and bodies
     * @param errors of the sockets, timeouts, and answers of 400 and more
     */
    record Report(long requests, double seconds, long bytes, long errors, double p50, double p99, double p999) {
        /** From the line that {@link #script} has it write. */
        static Report parse(String output) throws IOException {
            String line = output.lines()
                    .filter(candidate -> candidate.startsWith("window "))
                    .findFirst()
                    .orElseThrow(() -> new IOException("wrk does not report: " + output));
            Map<String, Double> values = new HashMap<>();
            for (String word : line.substring("window ".length()).split(" ", -1)) {
                int equals = word.indexOf('=');
                values.put(word.substring(0, equals), Double.parseDouble(word.substring(equals + 1)));
            }
            Report report = new Report(
                    value(values, "requests"),
                    value(values, "duration") / 1e6,
                    value(values, "bytes"),
                    value(values, "connect")
                            + value(values, "read")
                            + value(values, "write")
                            + value(values, "status")
                            + value(values, "timeout"),
                    value(values, "p50"),
                    value(values, "p99"),
                    value(values, "p999"));
            if (report.requests == 0) {
                throw new IOException("no request was answered: " + line);
            }
            return report;
        }

        private static long value(Map<String, Double> values, String name) throws IOException {
            Double value = values.get(name);
            if (value == null) {
                throw new IOException("wrk does not report " + name + ": " + values);
            }
            return value.longValue();
        }
    }

    /** Puts the very load on a server, for as long as it is to be warmed. */
    Report warm(Job job, RunningPeer peer) throws IOException {
        return run(job, peer, bench.load().warmupOf(peer.peer()));
    }

    Report run(Job job, RunningPeer peer, Duration duration) throws IOException {
        Path directory = Files.createTempDirectory(bench.workplace().directory(), "wrk");
        Path script = directory.resolve("job.lua");
        Files.writeString(script, script(job, directory.getFileName().toString()));
        List<String> command = new ArrayList<>(List.of(
                Programs.path("wrk"),
                "-t1",
                "-c"
                        + (job.large()
                                ? Math.min(LARGE, bench.load().connections())
                                : bench.load().connections()),
                "-d" + Math.max(1, duration.toSeconds()) + "s",
                "--timeout",
                "10s",
                "-s",
                script.toString(),
                peer.url("/")));
        Path output = directory.resolve("output");
        Process process = bench.workplace().start(bench.cores().other(command), Map.of(), directory, output);
        Workplace.await(process, duration.plusSeconds(GRACE_SECONDS));
        return Report.parse(Files.readString(output));
    }

    /** All requests are made before the window; only those that must differ are made in it. */
    static String script(Job job, String unique) {
        StringBuilder lua = new StringBuilder("local requests = {}\nfunction init()\n");
        for (Job.Request request : job.requests()) {
            lua.append("  table.insert(requests, wrk.format('GET', '")
                    .append(request.path())
                    .append("', {['Host'] = '")
                    .append(Ask.HOST)
                    .append("'");
            if (job.close()) {
                lua.append(", ['Connection'] = 'close'");
            }
            for (String field : request.fields()) {
                int colon = field.indexOf(':');
                lua.append(", ['")
                        .append(field, 0, colon)
                        .append("'] = '")
                        .append(field.substring(colon + 1).strip())
                        .append("'");
            }
            lua.append("}))\n");
        }
        lua.append("end\nlocal n = 0\nfunction request()\n");
        if (job.unique()) {
            lua.append("  n = n + 1\n  return 'GET ")
                    .append(job.requests().get(0).path())
                    .append(unique)
                    .append("-' .. n .. ' HTTP/1.1\\r\\nHost: ")
                    .append(Ask.HOST)
                    .append("\\r\\n\\r\\n'\n");
        } else {
            lua.append("  n = n % #requests + 1\n  return requests[n]\n");
        }
        lua.append("""
                end
                function done(summary, latency)
                  local errors = summary.errors
                  io.write(string.format('window requests=%d duration=%d bytes=%d connect=%d read=%d write=%d status=%d timeout=%d '
                    .. 'p50=%d p99=%d p999=%d\\n', summary.requests, summary.duration, summary.bytes, errors.connect, errors.read,
                    errors.write, errors.status, errors.timeout, latency:percentile(50), latency:percentile(99),
                    latency:percentile(99.9)))
                end
                """);
        return lua.toString();
    }
}
