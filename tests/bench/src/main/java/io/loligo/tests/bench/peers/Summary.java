package io.loligo.tests.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map.Entry;

/** One line per scene and one column per server, from the JSON of a run. */
final class Summary {
    private final JsonNode run;
    private final About about;

    Summary(JsonNode run) {
        this.run = run;
        this.about = new About(run);
    }

    String text() {
        return table(false).text();
    }

    /** A paragraph that says what it is, the table, and why servers are left out. */
    String markdown() {
        StringBuilder text = new StringBuilder("One run of `" + about.command() + "` on " + about.date() + ": "
                + about.machine() + "; " + String.join(", ", about.versions()) + "; " + about.load() + "; "
                + about.windows() + ". In brackets the multiple of " + about.title(about.base()) + "'s:\n\n");
        text.append(table(true).markdown());
        String leftOut = String.join("; ", leftOut());
        return leftOut.isEmpty() ? text.toString() : text + "\nLeft out: " + leftOut + ".\n";
    }

    /** The same, and all that each scene says. */
    String everything() {
        StringBuilder text = new StringBuilder(markdown());
        for (JsonNode scene : run.path("scenes")) {
            text.append('\n').append(new Details(scene).markdown());
        }
        return text.toString();
    }

    private List<String> leftOut() {
        List<String> all = new ArrayList<>();
        for (JsonNode scene : run.path("scenes")) {
            for (Entry<String, JsonNode> server : scene.path("servers").properties()) {
                if (server.getValue().has("unfit")) {
                    all.add(about.title(server.getKey()) + " in "
                            + scene.path("number").asText() + " ("
                            + server.getValue()
                                    .path("unfit")
                                    .asText()
                                    .lines()
                                    .findFirst()
                                    .orElse("")
                            + ")");
                }
            }
        }
        return all;
    }

    private Table table(boolean titles) {
        List<String> heading = new ArrayList<>(List.of("", ""));
        run.path("servers")
                .properties()
                .forEach(server -> heading.add(titles ? about.title(server.getKey()) : server.getKey()));
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
            JsonNode ratio = outcome.path("ratios").path(field);
            String cell = Table.number(
                    outcome.path("values").path(field), measure.path("decimals").asInt());
            row.add(ratio.isNumber() ? cell + " (" + Table.number(ratio, 2) + ")" : cell);
        }
        return row;
    }
}
