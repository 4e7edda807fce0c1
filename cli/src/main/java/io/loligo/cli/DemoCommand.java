package io.loligo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code loligo demo}: runs starting-point.conf in front of two small origin servers, so that a user can try it with curl. */
@Command(
        name = "demo",
        description = "Run the starting point's squid.conf, ports raised, in front of two small origin servers.")
final class DemoCommand implements Callable<Integer> {
    static final String SITE = "www.example.org";
    private static final Duration TERMINAL_REFRESH = Duration.ofMillis(500);
    private static final Duration FILE_REFRESH = Duration.ofSeconds(5);
    private static final int SOCKET_LIMIT_MILLIS = 5_000;

    private final ProxyServer server;
    private final CountDownLatch interrupted = new CountDownLatch(1);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--port-base",
            paramLabel = "PORT",
            defaultValue = "18081",
            description = "The first of the demo's ports; it also takes the next one, and those 100, 101 and 109 above."
                    + " Default: ${DEFAULT-VALUE}.")
    private int portBase;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "0",
            description = "End after so many seconds; 0 runs until Ctrl-C. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    DemoCommand(ProxyServer server) {
        this.server = server;
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        DemoFiles.Ports ports;
        try {
            ports = new DemoFiles.Ports(portBase);
        } catch (IllegalArgumentException outOfRange) {
            spec.commandLine().getErr().println("loligo: " + outOfRange.getMessage());
            return ExitCode.UNREACHABLE;
        }
        try (DemoFiles files = DemoFiles.create(ports);
                DemoOrigin first = new DemoOrigin("server_1", ports.origin(1));
                DemoOrigin second = new DemoOrigin("server_2", ports.origin(2))) {
            ProxyServer.Running running = server.start(files.squidConf(), false);
            Signals.onStop(interrupted::countDown);
            try {
                introduce(out, files, ports, List.of(first, second));
                watch(
                        out,
                        new AdminClient(
                                "127.0.0.1", ports.admin(), files.directory().resolve("admin.token")),
                        first,
                        second);
            } finally {
                running.stop();
                running.awaitStopped();
            }
            out.println();
            out.println("The demo has ended.");
            return ExitCode.DONE;
        } catch (IOException failure) {
            throw new ProxyServer.Refused(List.of(String.valueOf(failure.getMessage())));
        }
    }

    private static void introduce(PrintWriter out, DemoFiles files, DemoFiles.Ports ports, List<DemoOrigin> origins) {
        out.println("Loligo runs the starting point's squid.conf, with other port numbers, in front of two servers:");
        out.println();
        Table servers = new Table().row("  Loligo", "", "origin server", "");
        for (int i = 1; i <= origins.size(); i++) {
            DemoOrigin origin = origins.get(i - 1);
            servers.row("  port " + ports.site(i), "->", origin.name(), "port " + origin.port());
        }
        servers.print(out);
        out.println();
        out.println("A first look, each page asked for twice:");
        out.println();
        Table looks = new Table().row("  request", "answer", "X-Cache", "made by");
        for (int i = 1; i <= origins.size(); i++) {
            for (int time = 1; time <= 2; time++) {
                looks.row(look(ports.site(i), "/"));
            }
        }
        looks.print(out);
        out.println();
        out.println("The pages of both servers:");
        out.println();
        for (DemoOrigin.Page page : DemoOrigin.Page.values()) {
            out.printf("  %-12s %s%n", page.path(), page.about());
        }
        String one = "http://127.0.0.1:" + ports.site(1);
        String two = "http://127.0.0.1:" + ports.site(2);
        out.println();
        out.println("Try, in another terminal:");
        out.println();
        String get = "curl -i -H 'Host: " + SITE + "' ";
        suggest(out, get + one + "/", "a hit for 30 seconds");
        suggest(out, get + two + "/", "the same URL, the other server's page");
        suggest(out, get + one + "/news", "twice, and again after 5 seconds");
        suggest(out, get + one + "/clock", "never a hit");
        suggest(out, "curl -i -X POST -H 'Host: " + SITE + "' " + one + "/", "drops what is stored for /");
        suggest(out, "curl -i -H 'Host: other.example' " + one + "/", "not a site of this server: 403");
        String loligo = System.getProperty("loligo.command", "loligo");
        out.println();
        for (String command : List.of("purge -f FILE http://" + SITE + "/", "stats -f FILE", "check -f FILE")) {
            out.println("  " + loligo + " "
                    + command.replace("FILE", files.squidConf().toString()));
        }
        out.println("  tail -f " + files.directory().resolve("access.log"));
        out.println();
        out.println("Ctrl-C ends the demo.");
        out.println();
        out.flush();
    }

    private static void suggest(PrintWriter out, String command, String effect) {
        out.printf("  %-68s # %s%n", command, effect);
    }

    /** Sends one request over a plain socket and returns a row of the table. The JDK's HTTP clients cannot set Host. */
    static String[] look(int port, String path) {
        String request = "  port " + port + " " + path;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(SOCKET_LIMIT_MILLIS);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: " + SITE + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            String status = "no answer";
            String cache = "-";
            String origin = "-";
            for (String line = reader.readLine(); line != null && !line.isEmpty(); line = reader.readLine()) {
                if (line.startsWith("HTTP/")) {
                    status = line.substring(Math.min(line.length(), "HTTP/1.1 ".length()));
                } else if (line.regionMatches(true, 0, "X-Cache:", 0, 8)) {
                    cache = line.substring(8).trim();
                } else if (line.regionMatches(true, 0, "Server:", 0, 7)) {
                    origin = line.substring(7).trim();
                }
            }
            // To the end: what is not yet here is not yet stored, and the next look would miss it.
            reader.transferTo(Writer.nullWriter());
            return new String[] {request, status, cache, origin};
        } catch (IOException failure) {
            return new String[] {request, String.valueOf(failure.getMessage()), "-", "-"};
        }
    }

    /** The line of current counts. On a terminal it is redrawn in place; elsewhere a new line is printed now and then. */
    private void watch(PrintWriter out, AdminClient client, DemoOrigin first, DemoOrigin second) throws Exception {
        boolean terminal = Ansi.AUTO.enabled();
        Duration refresh = terminal ? TERMINAL_REFRESH : FILE_REFRESH;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (true) {
            JsonNode stats;
            try {
                stats = client.get("/stats");
            } catch (AdminClient.NoServer stopped) {
                // Somebody used loligo stop.
                return;
            }
            String line = line(stats, first, second);
            if (terminal) {
                out.print("\r" + line + "   ");
            } else {
                out.println(line);
            }
            out.flush();
            long left = end - System.nanoTime();
            long pause = seconds == 0 ? refresh.toNanos() : Math.min(refresh.toNanos(), left);
            if ((seconds > 0 && left <= 0) || interrupted.await(pause, TimeUnit.NANOSECONDS)) {
                return;
            }
        }
    }

    static String line(JsonNode stats, DemoOrigin first, DemoOrigin second) {
        long requests = stats.path("requests").asLong();
        long hits = stats.path("hits").asLong();
        return String.format(
                "requests %d  hits %d  misses %d  hit ratio %s  %s asked %d  %s asked %d  objects %d",
                requests,
                hits,
                requests - hits,
                StatsCommand.percent(requests == 0 ? 0 : 100.0 * hits / requests),
                first.name(),
                first.requests(),
                second.name(),
                second.requests(),
                stats.path("store").path("objects").asLong());
    }
}
