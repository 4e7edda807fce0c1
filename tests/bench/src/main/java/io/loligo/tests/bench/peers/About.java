package io.loligo.tests.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map.Entry;

/** What the figures of a run rest on, from its JSON. */
final class About {
    private final JsonNode run;

    About(JsonNode run) {
        this.run = run;
    }

    /** What has to be typed for another run like it. */
    String command() {
        String options = run.path("java_opts").asText();
        return ((options.isEmpty() ? "" : "LOLIGO_JAVA_OPTS='" + options + "' ")
                        + "tests/bench/run "
                        + run.path("command").asText())
                .strip();
    }

    String date() {
        return run.path("at").asText().substring(0, 10);
    }

    /** Cores, processor and kernel. */
    String machine() {
        return run.path("cores").asInt() + " cores (" + run.path("processor").asText() + "), "
                + run.path("system").asText();
    }

    /** Of each server, with that of its JVM where it has one. */
    List<String> versions() {
        List<String> versions = new ArrayList<>();
        run.path("servers")
                .forEach(server -> versions.add(server.path("version").asText()));
        return versions;
    }

    /** The server that the others are compared with. */
    String base() {
        return run.path("servers").properties().stream()
                .map(Entry::getKey)
                .findFirst()
                .orElse("");
    }

    /** Of a server, as tables show it. */
    String title(String server) {
        return run.path("servers").path(server).path("title").asText(server);
    }

    String windows() {
        int rounds = run.path("rounds").asInt();
        return (rounds == 1 ? "one window of " : "medians of " + rounds + " windows of ")
                + Math.round(run.path("window_s").asDouble()) + " s in alternation";
    }

    String load() {
        return run.path("connections").asInt() + " connections, "
                + (run.path("pinned").asBoolean() ? "each server on one core" : "all cores shared");
    }
}
