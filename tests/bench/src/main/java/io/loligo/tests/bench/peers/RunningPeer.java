package io.loligo.tests.bench.peers;

import io.loligo.tests.bench.Blocks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A server at its place, running or not: {@link #stop}, {@link #kill} and {@link #start} may follow one another. */
final class RunningPeer {
    /** What every server can give at once. */
    static final String FIRST_PAGE = "/1k.bin";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Peer peer;
    private final Place place;
    private final Launch launch;
    private final Workplace workplace;
    private final Cores cores;
    private final List<Process> processes = new ArrayList<>();
    private @Nullable JvmProbe probe;

    RunningPeer(Peer peer, Place place, Launch launch, Workplace workplace, Cores cores) {
        this.peer = peer;
        this.place = place;
        this.launch = launch;
        this.workplace = workplace;
        this.cores = cores;
    }

    Peer peer() {
        return peer;
    }

    String name() {
        return peer.name();
    }

    int port() {
        return place.port();
    }

    Path directory() {
        return place.directory();
    }

    String url(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    /** Starts it and returns when it answers. */
    void start() throws IOException {
        launch();
        awaitAnswer();
    }

    /** Starts it and waits for nothing. {@link #awaitAnswer} is to follow. */
    void launch() throws IOException {
        processes.clear();
        processes.add(run(launch.command()));
    }

    /** Waits until it answers with a page, and starts its companions. */
    void awaitAnswer() throws IOException {
        try {
            Ask.until200(port(), FIRST_PAGE, PATIENCE, processes.get(0));
        } catch (IOException e) {
            throw new IOException(name() + ": " + e.getMessage() + "\n" + output(), e);
        }
        for (List<String> companion : launch.companions()) {
            processes.add(run(companion));
        }
    }

    private Process run(List<String> command) throws IOException {
        return workplace.start(cores.server(command), launch.environment(), place.directory(), place.file("output"));
    }

    /** Asks it to end, and waits. */
    void stop() throws IOException {
        closeProbe();
        Workplace.end(processes);
    }

    /** Kills it, with all its processes at once. */
    void kill() throws IOException {
        closeProbe();
        Workplace.kill(processes);
    }

    private void closeProbe() throws IOException {
        if (probe != null && isAlive()) {
            probe.close();
        }
        probe = null;
    }

    boolean isAlive() {
        return !processes.isEmpty() && processes.get(0).isAlive();
    }

    /** Of the process that was started, which for Loligo is the JVM. */
    long pid() {
        return processes.get(0).pid();
    }

    /** CPU time of all its processes since they started, in µs. */
    double cpuMicros() throws IOException {
        return ProcessTree.cpuMicros(roots());
    }

    /** Resident memory of all its processes; what they share counts once. Files in memory are not in it. */
    long memoryBytes() throws IOException {
        return ProcessTree.memoryBytes(roots());
    }

    /** Bytes that its threads have allocated on the Java heap; empty when it is not a JVM. */
    OptionalLong allocatedBytes() throws IOException {
        return peer.isJvm() ? OptionalLong.of(probe().allocatedBytes()) : OptionalLong.empty();
    }

    /**
     * What grows with what it keeps: resident memory, and of a JVM, whose heap is {@link Setup#heapTouched}, also what lives
     * on that.
     */
    long keptBytes() throws IOException {
        long heap = peer.isJvm() ? probe().liveHeapBytes() : 0;
        return heap + memoryBytes();
    }

    private JvmProbe probe() throws IOException {
        if (probe == null) {
            probe = JvmProbe.attach(pid());
        }
        return probe;
    }

    /** Of a JVM. */
    Optional<PauseLog> pauses() {
        Path file = place.file(LoligoPeer.PAUSE_LOG);
        return peer.isJvm() ? Optional.of(new PauseLog(file)) : Optional.empty();
    }

    /** Of a JVM. */
    Optional<CollectorLog> collector() {
        return peer.isJvm() ? Optional.of(new CollectorLog(place.file(LoligoPeer.COLLECTOR_LOG))) : Optional.empty();
    }

    private List<Long> roots() {
        return processes.stream().map(Process::pid).toList();
    }

    /** How much it has written to its access log. */
    long logBytes() throws IOException {
        Path log = peer.accessLog(place);
        return Files.exists(log) ? Files.size(log) : 0;
    }

    /** The last of what it wrote to standard output and error. */
    String output() throws IOException {
        List<String> lines = Files.readAllLines(place.file("output"));
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }

    /** What its cache takes in files, in bytes; all have them in a directory of the same name. */
    long fileBytes() throws IOException {
        Path cache = place.file("cache");
        return Files.exists(cache) ? Blocks.of(cache) : 0;
    }
}
