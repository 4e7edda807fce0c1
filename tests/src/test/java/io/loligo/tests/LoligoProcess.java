package io.loligo.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The built jar in a JVM of its own, as an operator runs it. */
public final class LoligoProcess implements RunningServer {
    static final Path JAR = Checkout.build().resolve("loligo.jar");

    /** How long a start or a stop may take before the test gives up; on a busy machine a JVM's start takes seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final SquidConf conf;
    private final Process process;

    private LoligoProcess(SquidConf conf, Process process) {
        this.conf = conf;
        this.process = process;
    }

    /** Starts {@code loligo run -f} on {@code conf} and waits until its port answers. */
    public static LoligoProcess start(SquidConf conf, String... jvmOptions) {
        var started = launch(conf, jvmOptions);
        started.awaitPort();
        return started;
    }

    private void awaitPort() {
        await("the port of " + conf.directory()).atMost(PATIENCE).until(() -> {
            assertThat(process.isAlive()).as(output()).isTrue();
            return accepts(conf.port());
        });
    }

    /** Starts {@code loligo run -f} and waits for nothing: for files that it must refuse. */
    static LoligoProcess launch(SquidConf conf, String... jvmOptions) {
        List<String> options = new ArrayList<>(List.of(jvmOptions));
        options.addAll(List.of("-jar", JAR.toString(), "run", "-f", conf.write().toString()));
        return new LoligoProcess(conf, java(conf.directory(), options));
    }

    /** As {@link #start}, with at most {@code descriptors} files and sockets open at a time. */
    static LoligoProcess startWithDescriptors(int descriptors, SquidConf conf) {
        List<String> command = new ArrayList<>(List.of("prlimit", "--nofile=" + descriptors + ":" + descriptors, "--"));
        command.addAll(javaCommand(
                List.of("-jar", JAR.toString(), "run", "-f", conf.write().toString())));
        var started = new LoligoProcess(conf, launch(conf.directory(), command));
        started.awaitPort();
        return started;
    }

    /** Whether whoever started the tests had SIGHUP ignored. Linux says so; elsewhere it is taken for no. */
    private static boolean hangupIsIgnored() {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("SigIgn:"))
                    .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1) != 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a command of the CLI to its end. */
    static Ended run(Path directory, String... arguments) {
        List<String> options = new ArrayList<>(List.of("-jar", JAR.toString()));
        options.addAll(Arrays.asList(arguments));
        Process process = java(directory, options);
        int exitCode = waitFor(process);
        return new Ended(exitCode, read(directory.resolve("output")));
    }

    private static Process java(Path directory, List<String> arguments) {
        return launch(directory, javaCommand(arguments));
    }

    private static List<String> javaCommand(List<String> arguments) {
        List<String> command = new ArrayList<>();
        if (hangupIsIgnored()) {
            // As under nohup: a child inherits it, and its JVM would never be told of a SIGHUP.
            command.addAll(List.of("env", "--default-signal=HUP"));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(arguments);
        return command;
    }

    private static Process launch(Path directory, List<String> command) {
        try {
            return new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("output").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it has ended by itself. */
    Ended ended() {
        int exitCode = waitFor(process);
        return new Ended(exitCode, output());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The most memory it has had resident, in bytes. */
    long peakResidentBytes() {
        return Arrays.stream(read(Path.of("/proc", Long.toString(process.pid()), "status"))
                        .split("\n", -1))
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }

    /** Sends {@code TERM}, {@code HUP}, {@code KILL}, … */
    void signal(String name) {
        try {
            int exitCode = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            assertThat(exitCode).as("kill -%s", name).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Everything it wrote to standard output and error. */
    String output() {
        return read(conf.directory().resolve("output"));
    }

    @Override
    public int port() {
        return conf.port();
    }

    @Override
    public Path directory() {
        return conf.directory();
    }

    @Override
    public void close() {
        process.destroy();
        waitFor(process);
    }

    private static int waitFor(Process process) {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("process " + process.pid() + " did not end within " + PATIENCE);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw new IllegalStateException(e);
        }
    }

    static boolean accepts(int port) {
        try (var probe = new Socket()) {
            probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How a process ended, and what it wrote to standard output and error. */
    record Ended(int exitCode, String output) {}
}
