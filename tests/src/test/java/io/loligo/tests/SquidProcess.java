package io.loligo.tests;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The real Squid, where it is installed: what it does is what Loligo's answers are compared with. */
final class SquidProcess implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/sbin/squid");
    private static final AtomicInteger STARTED = new AtomicInteger();

    private final Process process;
    private final Path directory;

    private SquidProcess(Process process, Path directory) {
        this.process = process;
        this.directory = directory;
    }

    static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    /** Starts one on {@code conf}, each {@code DIR} of which becomes a directory of its own; waits until it listens. */
    static SquidProcess start(String conf, int port) {
        try {
            // Squid gives up root's rights; then it must still reach its files, and target/ may be closed to it.
            Path directory = Files.createTempDirectory("squid");
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
            Path file = Files.writeString(
                    directory.resolve("squid.conf"),
                    conf.replace("DIR", directory.toString()) + "\nshutdown_lifetime 0 seconds\n");
            // The name is part of the names of its shared memory: what an earlier one left must not stop this one.
            String name = "loligo" + ProcessHandle.current().pid() + "x" + STARTED.incrementAndGet();
            Process process = new ProcessBuilder(PROGRAM.toString(), "-N", "-n", name, "-f", file.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("output").toFile())
                    .start();
            var squid = new SquidProcess(process, directory);
            await().until(() -> listens(port) || !process.isAlive());
            if (!process.isAlive()) {
                throw new AssertionError("squid ended: " + Files.readString(directory.resolve("output")));
            }
            return squid;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> accessLog() {
        Path log = directory.resolve("access.log");
        try {
            return Files.exists(log) ? Files.readAllLines(log) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean listens(int port) {
        try (var probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return probe.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
