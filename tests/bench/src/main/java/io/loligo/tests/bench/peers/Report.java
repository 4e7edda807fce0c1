package io.loligo.tests.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A whole run: printed as it goes, and saved as text and as JSON. */
final class Report {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final PrintStream console;
    private final StringBuilder text = new StringBuilder();
    private final ObjectNode json = JsonNodeFactory.instance.objectNode();
    private final ArrayNode scenes;
    private final List<Comparison> comparisons = new ArrayList<>();
    private final Instant at;

    /**
     * @param command the arguments that shape the figures
     * @param javaOptions what LOLIGO_JAVA_OPTS adds to the launcher's
     */
    Report(PrintStream console, Instant at, String command, String javaOptions, Bench.Load load, Cores cores)
            throws IOException {
        this.console = console;
        this.at = at;
        json.put("at", at.toString())
                .put("command", command)
                .put("java_opts", javaOptions)
                .put("rounds", load.rounds())
                .put("window_s", load.window().toMillis() / 1e3)
                .put("warmup_s", load.warmup().toMillis() / 1e3)
                .put("connections", load.connections())
                .put("pinned", cores.pinned())
                .put("cores", cores.count())
                .put("processor", processor())
                .put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"))
                .put("load_before", loadAverage());
        json.putObject("servers");
        scenes = json.putArray("scenes");
        About about = new About(json);
        print(at.toString().substring(0, 16) + "Z " + about.command());
        print(about.machine() + "; " + cores + "; load average before: " + loadAverage());
        print(about.windows() + ", " + load.connections() + " connections; × is the multiple of the first server's");
    }

    void servers(Map<Peer, String> versions) {
        ObjectNode servers = JsonNodeFactory.instance.objectNode();
        versions.forEach((peer, version) -> {
            servers.putObject(peer.name()).put("title", peer.title()).put("version", version);
            print("  " + peer.name() + ": " + version);
        });
        json.set("servers", servers);
    }

    void add(Comparison comparison) {
        comparisons.add(comparison);
        scenes.add(comparison.json());
        print("");
        print(comparison.text().stripTrailing());
    }

    /** Whether none of these servers was left out of a scene. */
    boolean allDoneBy(Set<String> servers) {
        return comparisons.stream()
                .flatMap(comparison -> comparison.outcomes().stream())
                .filter(outcome -> servers.contains(outcome.peer().name()))
                .allMatch(outcome -> outcome.unfit() == null);
    }

    JsonNode json() {
        return json;
    }

    /**
     * Prints the summary and saves the run as {@code peers-STAMP.json}, everything as {@code .txt} and {@code .md}, and the
     * plot as {@code .svg}; returns the JSON file.
     */
    Path save(Path directory) throws IOException {
        json.put("load_after", loadAverage());
        print("");
        print(new Summary(json).text().stripTrailing());
        print("load average after: " + loadAverage());
        Files.createDirectories(directory);
        String name = "peers-" + STAMP.format(at);
        Path file = directory.resolve(name + ".json");
        Files.writeString(file, json.toPrettyString() + "\n");
        Files.writeString(directory.resolve(name + ".txt"), text);
        Files.writeString(directory.resolve(name + ".md"), new Summary(json).everything());
        Files.writeString(directory.resolve(name + ".svg"), new Plot(json).svg());
        return file;
    }

    private void print(String line) {
        text.append(line).append('\n');
        console.println(line);
        console.flush();
    }

    private static String processor() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        }
    }

    private static String loadAverage() throws IOException {
        String all = Files.readString(Path.of("/proc/loadavg"));
        return String.join(" ", List.of(all.split(" ", -1)).subList(0, 3));
    }
}
