package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The generator of open load over HTTP/1.1: requests leave at a fixed rate, whether answers come or not. */
final class H2load {
    /** Of one connection. Its timer has a resolution of 10 ms, so it must not be asked for more than 100. */
    private static final int REQUESTS_PER_SECOND = 50;

    private static final int CONNECTIONS_MIN = 20;
    private static final int CONNECTIONS_MAX = 2_000;
    private static final int GRACE_SECONDS = 30;

    private final Bench bench;

    H2load(Bench bench) {
        this.bench = bench;
    }

    /**
     * What it reports of a window.
     *
     * @param seconds from the first request to the last answer
     * @param errors answers that did not come or are not 2xx
     * @param micros until the end of each answer, ascending
     */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares reports.
    record Report(long requests, double seconds, long errors, long[] micros) {
        /** From the lines of its log: start in µs since the epoch, status, µs until the end of the answer. */
        static Report parse(Stream<String> log) throws IOException {
            LongStream.Builder micros = LongStream.builder();
            long first = Long.MAX_VALUE;
            long last = 0;
            long errors = 0;
            for (Iterator<String> lines = log.iterator(); lines.hasNext(); ) {
                String[] columns = lines.next().split("\t", -1);
                long start = Long.parseLong(columns[0]);
                int status = Integer.parseInt(columns[1]);
                long taken = Long.parseLong(columns[2]);
                micros.add(taken);
                first = Math.min(first, start);
                last = Math.max(last, start + taken);
                errors += status < 200 || status > 299 ? 1 : 0;
            }
            long[] all = micros.build().sorted().toArray();
            if (all.length == 0) {
                throw new IOException("h2load has logged no request");
            }
            return new Report(all.length, (last - first) / 1e6, errors, all);
        }

        /** By nearest rank: 500 is the median, 999 the percentile 99.9. */
        long atPerMille(int perMille) {
            long rank = ((long) perMille * micros.length + 999) / 1_000;
            return micros[(int) Math.max(0, rank - 1)];
        }
    }

    Report run(String path, int requestsPerSecond, RunningPeer peer, Duration duration) throws IOException {
        int connections = Math.max(CONNECTIONS_MIN, Math.min(CONNECTIONS_MAX, requestsPerSecond / REQUESTS_PER_SECOND));
        Path directory = Files.createTempDirectory(bench.workplace().directory(), "h2load");
        Path log = directory.resolve("log");
        Path output = directory.resolve("output");
        // One connection per ms, or all would ask in the same instant, over and over.
        List<String> command = List.of(
                Programs.path("h2load"),
                "--h1",
                "-t1",
                "-c" + connections,
                "-n" + Math.max(connections, requestsPerSecond * duration.toSeconds()),
                "-r1",
                "--rate-period=1ms",
                "--rps=" + (double) requestsPerSecond / connections,
                "--log-file=" + log,
                "--connect-to=127.0.0.1:" + peer.port(),
                "http://" + Ask.HOST + path);
        Process process = bench.workplace().start(bench.cores().other(command), Map.of(), directory, output);
        Workplace.await(process, duration.plusSeconds(GRACE_SECONDS));
        if (!Files.exists(log)) {
            throw new IOException("h2load does not report: " + Files.readString(output));
        }
        try (Stream<String> lines = Files.lines(log)) {
            return Report.parse(lines);
        } finally {
            // It is as long as there were requests, in memory.
            Files.delete(log);
        }
    }
}
