package io.loligo.tests.bench.start;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.net.httpserver.HttpServer;
import io.loligo.tests.Checkout;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts the launcher again and again, and asks until it answers with the origin's page. */
@Command(
        name = "tests/bench/start",
        mixinStandardHelpOptions = true,
        usageHelpAutoWidth = true,
        description = {
            "Milliseconds from the start of the launcher to the first right answer, and what is resident then.",
            "JAVA_HOME, LOLIGO_JAVA_OPTS and LOLIGO_ARCHIVE are the launcher's: LOLIGO_ARCHIVE=/none starts without one."
        })
final class StartBench implements Callable<Integer> {
    private static final String PAGE = "the page of the origin";
    private static final int PATIENCE_SECONDS = 60;
    private static final int POLL_MILLIS = 2;

    @Option(names = "--rounds", paramLabel = "N", description = "(default: ${DEFAULT-VALUE})", defaultValue = "7")
    private int rounds;

    @Option(names = "--cpu", paramLabel = "LIST", description = "bind the server to these processors")
    private String cpus = "";

    @Option(names = "--memory", paramLabel = "MB", description = "cache_mem (default: 256)", defaultValue = "256")
    private long memory;

    @Option(
            names = "--idle",
            paramLabel = "S",
            description = "in the last round, also what is resident so many seconds later",
            defaultValue = "0")
    private int idleSeconds;

    @Option(names = "--launcher", paramLabel = "FILE", description = "(default: cli/target/loligo)")
    private Path launcher = Checkout.build().resolve("loligo");

    private final List<Long> millis = new ArrayList<>();
    private final List<Long> resident = new ArrayList<>();

    public static void main(String... arguments) {
        System.exit(new CommandLine(new StartBench()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        HttpServer origin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        origin.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Cache-Control", "max-age=60");
            exchange.sendResponseHeaders(200, PAGE.length());
            exchange.getResponseBody().write(PAGE.getBytes(US_ASCII));
            exchange.close();
        });
        origin.start();
        Path directory = Files.createTempDirectory("loligo-start");
        try {
            for (int round = 1; round <= rounds; round++) {
                start(directory, origin.getAddress().getPort(), round == rounds ? idleSeconds : 0);
            }
        } finally {
            origin.stop(0);
            for (String file : List.of("squid.conf", "cache.log", "output")) {
                Files.deleteIfExists(directory.resolve(file));
            }
            Files.delete(directory);
        }
        Collections.sort(millis);
        Collections.sort(resident);
        System.out.printf(
                Locale.ROOT,
                "first answer after %d ms (%d to %d), %d MB resident; medians of %d%n",
                millis.get(rounds / 2),
                millis.get(0),
                millis.get(rounds - 1),
                resident.get(rounds / 2) >> 10,
                rounds);
        return 0;
    }

    private void start(Path directory, int originPort, int idle) throws IOException, InterruptedException {
        int port = freePort();
        Path conf = Files.write(
                directory.resolve("squid.conf"),
                List.of(
                        "http_port 127.0.0.1:" + port + " accel defaultsite=www.example.org vhost",
                        "cache_peer 127.0.0.1 parent " + originPort + " 0 no-query originserver name=origin",
                        "http_access allow all",
                        "cache_mem " + memory + " MB",
                        "access_log none",
                        "cache_log " + directory.resolve("cache.log"),
                        "pid_filename none",
                        "admin_port 0"));
        List<String> words = new ArrayList<>(cpus.isEmpty() ? List.of() : List.of("taskset", "-c", cpus));
        words.addAll(Arrays.asList(launcher.toString(), "run", "-f", conf.toString()));
        ProcessBuilder builder = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile());
        long begin = System.nanoTime();
        Process server = builder.start();
        try {
            while (!answers(port)) {
                if (!server.isAlive() || System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
                    throw new IOException("no answer: " + Files.readString(directory.resolve("output")));
                }
                Thread.sleep(POLL_MILLIS);
            }
            millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
            resident.add(residentKilobytes(server));
            if (idle > 0) {
                TimeUnit.SECONDS.sleep(idle);
                System.out.println(residentKilobytes(server) / 1024 + " MB resident after " + idle + " s more");
            }
        } finally {
            server.destroy();
            server.waitFor();
        }
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: www.example.org\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
            return answer.startsWith("HTTP/1.1 200 ") && answer.endsWith("\r\n\r\n" + PAGE);
        } catch (IOException notYet) {
            return false;
        }
    }

    /** What Linux says; the launcher and taskset have become the server by then. */
    private static long residentKilobytes(Process server) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(server.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
