package io.loligo.tests.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map.Entry;
import java.util.OptionalDouble;

/** One line per scene and one column per server, from the JSON of a run. */
final class Summary {
    private final JsonNode run;

    Summary(JsonNode run) {
        this.run = run;
    }

    String text() {
        return table(false).text();
    }

    /** A paragraph that says what it is, and the table. */
    String markdown() {
        List<String> versions = new ArrayList<>();
        run.path("servers")
                .forEach(server -> versions.add(server.path("version").asText()));
        return "One run of `tests/bench/run" + (command().isEmpty() ? "" : " " + command()) + "` on "
                + run.path("at").asText().substring(0, 10) + ": "
                + run.path("cores").asInt() + " cores ("
                + run.path("processor").asText() + "); " + String.join(", ", versions) + "; "
                + run.path("connections").asInt() + " connections, "
                + (run.path("pinned").asBoolean() ? "each server on one core" : "all cores shared")
                + ". In brackets the multiple of Loligo's:\n\n" + table(true).markdown();
    }

    private String command() {
        return run.path("command").asText();
    }

    private Table table(boolean titles) {
        List<String> heading = new ArrayList<>(List.of("", ""));
        run.path("servers")
                .properties()
                .forEach(server ->
                        heading.add(titles ? server.getValue().path("title").asText() : server.getKey()));
        Table table = new Table().row(heading);
        for (JsonNode scene : run.path("scenes")) {
            for (JsonNode field : scene.path("summary")) {
                table.row(row(scene, field.asText(), titles));
            }
        }
        return table;
    }

    private List<String> row(JsonNode scene, String field, boolean titles) {
        JsonNode measure = scene.path("measures").path(field);
        List<String> row = new ArrayList<>();
        row.add(scene.path("number").asText() + " "
                + scene.path(titles ? "title" : "name").asText());
        row.add(measure.path("heading").asText());
        for (Entry<String, JsonNode> server : run.path("servers").properties()) {
            JsonNode outcome = scene.path("servers").path(server.getKey());
            JsonNode value = outcome.path("values").path(field);
            JsonNode ratio = outcome.path("ratios").path(field);
            String cell = Table.number(optional(value), measure.path("decimals").asInt());
            row.add(ratio.isNumber() ? cell + " (" + Table.number(optional(ratio), 2) + ")" : cell);
        }
        return row;
    }

    private static OptionalDouble optional(JsonNode number) {
        return number.isNumber() ? OptionalDouble.of(number.asDouble()) : OptionalDouble.empty();
    }
}
