package io.loligo.tests.bench.peers;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A directory in memory, ports, and every process that is started, whatever starts it. {@link #close} ends them and all
 * that descends from them, and removes the directory; so does a signal that ends this JVM.
 */
final class Workplace implements AutoCloseable {
    /** Below the ephemeral range, so that no outgoing connection takes a port between here and its use. */
    private static final int FIRST_PORT = 11_000;

    private static final int PORTS = 20_000;
    private static final int PATIENCE_SECONDS = 5;

    private final Path directory;
    private final List<Process> processes = new ArrayList<>();
    private final Thread onSignal = new Thread(this::clear, "clean-up");
    private int nextPort = ThreadLocalRandom.current().nextInt(PORTS);
    private boolean closed;

    private Workplace(Path directory) {
        this.directory = directory;
    }

    static Workplace create() throws IOException {
        Path memory = Path.of("/dev/shm");
        Path parent = Files.isWritable(memory) ? memory : Path.of(System.getProperty("java.io.tmpdir"));
        Path directory = Files.createTempDirectory(parent, "loligo-bench.");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Workplace workplace = new Workplace(directory);
        Runtime.getRuntime().addShutdownHook(workplace.onSignal);
        return workplace;
    }

    Path directory() {
        return directory;
    }

    /** A new directory, which servers that change their user can write to. */
    Path directory(String name) throws IOException {
        Path made = Files.createDirectories(directory.resolve(name));
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxrwxrwx"));
        return made;
    }

    /** A port of 127.0.0.1 that nothing listens on. */
    synchronized int freePort() throws IOException {
        for (int tries = 0; tries < PORTS; tries++) {
            int port = FIRST_PORT + nextPort % PORTS;
            try (ServerSocket probe = new ServerSocket()) {
                probe.setReuseAddress(true);
                probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                nextPort++;
                return port;
            } catch (BindException e) {
                nextPort++;
            }
        }
        throw new IOException("no free port");
    }

    /** Starts a process in a directory, its output appended to a file. */
    synchronized Process start(List<String> command, Map<String, String> environment, Path in, Path output)
            throws IOException {
        if (closed) {
            throw new IOException("it is over");
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(in.toFile())
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    /** Waits until a process has ended; kills it when that takes too long. */
    static void await(Process process, Duration patience) throws IOException {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                kill(List.of(process));
                throw new IOException(process.info().command().orElse("a process") + " does not end");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Ends processes and all that descends from them: asks first, and does not ask twice. */
    static void end(List<Process> roots) {
        List<ProcessHandle> all = handles(roots);
        all.forEach(ProcessHandle::destroy);
        for (ProcessHandle handle : all) {
            try {
                handle.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                handle.destroyForcibly();
            }
        }
        // What was started while they were asked.
        kill(roots);
    }

    /** Kills processes and all that descends from them, and waits until they are gone. */
    static void kill(List<Process> roots) {
        List<ProcessHandle> all = handles(roots);
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(handle -> handle.onExit().join());
    }

    private static List<ProcessHandle> handles(List<Process> roots) {
        return roots.stream()
                .map(Process::toHandle)
                .flatMap(root -> Stream.concat(Stream.of(root), root.descendants()))
                .filter(ProcessHandle::isAlive)
                .toList();
    }

    @Override
    public void close() {
        clear();
        try {
            Runtime.getRuntime().removeShutdownHook(onSignal);
        } catch (IllegalStateException e) {
            // The JVM is ending; the hook finds nothing left to do.
            return;
        }
    }

    private synchronized void clear() {
        if (closed) {
            return;
        }
        closed = true;
        end(processes);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
