package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
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
     * @param requests all
     * @param errors of them, those that did not come or are not 2xx
     * @param rate of answers per second, while all connections are there
     * @param micros until the end of each answer to what was asked in that time, ascending
     */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares reports.
    record Report(long requests, long errors, double rate, long[] micros) {
        /** Until all connections are there and have asked for the first time. */
        static final long BEGINNING_MICROS = 250_000;

        /** In which every connection asks for the last time and is closed: all of them within few milliseconds. */
        static final long ENDING_MICROS = 250_000;

        /** From the lines of its log: start in µs since the epoch, status, µs until the end of the answer. */
        static Report parse(Stream<String> log) throws IOException {
            LongStream.Builder started = LongStream.builder();
            LongStream.Builder lasted = LongStream.builder();
            long errors = 0;
            for (Iterator<String> lines = log.iterator(); lines.hasNext(); ) {
                String[] columns = lines.next().split("\t", -1);
                long start = Long.parseLong(columns[0]);
                int status = Integer.parseInt(columns[1]);
                long taken = Long.parseLong(columns[2]);
                errors += status < 200 || status > 299 ? 1 : 0;
                started.add(start);
                lasted.add(taken);
            }
            return of(started.build().toArray(), lasted.build().toArray(), errors);
        }

        private static Report of(long[] started, long[] lasted, long errors) throws IOException {
            long from = Arrays.stream(started).min().orElse(0) + BEGINNING_MICROS;
            long to = Arrays.stream(started).max().orElse(0) - ENDING_MICROS;
            long[] steady = IntStream.range(0, started.length)
                    .filter(i -> started[i] >= from && started[i] < to)
                    .mapToLong(i -> lasted[i])
                    .sorted()
                    .toArray();
            if (steady.length == 0) {
                throw new IOException(
                        "h2load has logged " + started.length + " requests, and all at its beginning or its end");
            }
            return new Report(started.length, errors, steady.length / ((to - from) / 1e6), steady);
        }

        /** As {@link Latencies#atPerMille}. */
        long atPerMille(int perMille) {
            return new Latencies(micros).atPerMille(perMille);
        }
    }

    Report run(String path, int requestsPerSecond, RunningPeer peer, Duration duration) throws IOException {
        int connections = Math.max(CONNECTIONS_MIN, Math.min(CONNECTIONS_MAX, requestsPerSecond / REQUESTS_PER_SECOND));
        Path directory = Files.createTempDirectory(bench.workplace().directory(), "h2load");
        Path log = directory.resolve("log");
        Path output = directory.resolve("output");
        // Connections come over the time in which each asks once, or all would ask in the same instant, over and over.
        int perMilli = Math.max(1, connections * REQUESTS_PER_SECOND / 1_000);
        List<String> command = List.of(
                Programs.path("h2load"),
                "--h1",
                "-t1",
                "-c" + connections,
                "-n" + Math.max(connections, requestsPerSecond * duration.toSeconds()),
                "-r" + perMilli,
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
