package io.loligo.tests.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;

/** All that a scene says, from its part of a run's JSON: a row for each server, and what is to be said beside it. */
final class Details {
    private final JsonNode scene;

    Details(JsonNode scene) {
        this.scene = scene;
    }

    String text() {
        StringBuilder text = new StringBuilder(scene.path("number").asText() + " "
                + scene.path("name").asText() + ": " + scene.path("title").asText() + "\n");
        text.append(table().text());
        remarks().forEach(remark -> text.append("  ").append(remark).append('\n'));
        return text.toString();
    }

    String markdown() {
        StringBuilder text = new StringBuilder("### " + scene.path("number").asText() + " "
                + scene.path("title").asText() + "\n\n");
        text.append(table().markdown());
        List<String> remarks = remarks();
        if (!remarks.isEmpty()) {
            text.append('\n');
            remarks.forEach(remark -> text.append("- ").append(remark).append('\n'));
        }
        return text.toString();
    }

    private Table table() {
        List<String> heading = new ArrayList<>(List.of("server"));
        for (JsonNode measure : scene.path("measures")) {
            heading.add(measure.path("heading").asText());
            if (isCompared(measure)) {
                heading.add("×");
            }
        }
        Table table = new Table().row(heading);
        for (Entry<String, JsonNode> server : scene.path("servers").properties()) {
            if (server.getValue().has("values")) {
                table.row(row(server.getKey(), server.getValue()));
            }
        }
        return table;
    }

    private List<String> row(String server, JsonNode outcome) {
        List<String> row = new ArrayList<>(List.of(server));
        for (Entry<String, JsonNode> measure : scene.path("measures").properties()) {
            int decimals = measure.getValue().path("decimals").asInt();
            row.add(Table.number(outcome.path("values").path(measure.getKey()), decimals));
            if (isCompared(measure.getValue())) {
                row.add(Table.number(outcome.path("ratios").path(measure.getKey()), 2));
            }
        }
        return row;
    }

    private static boolean isCompared(JsonNode measure) {
        return !measure.path("better").asText().equals("neither");
    }

    /** Who is left out and why, and what the windows say of themselves; what several say stands once. */
    private List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        Map<String, Set<String>> said = new LinkedHashMap<>();
        for (Entry<String, JsonNode> server : scene.path("servers").properties()) {
            JsonNode outcome = server.getValue();
            if (outcome.has("unfit")) {
                remarks.add(server.getKey() + " is left out: "
                        + outcome.path("unfit").asText());
            }
            List<String> notes = new ArrayList<>();
            outcome.path("notes").forEach(note -> notes.add(note.asText()));
            int wrong = outcome.path("values").path(Measure.NOT_THE_JOB.field()).asInt();
            if (wrong > 0) {
                notes.add("in " + wrong + " of " + outcome.path("windows").size()
                        + " windows the origin's count says that this was not the job");
            }
            notes.forEach(note ->
                    said.computeIfAbsent(note, key -> new LinkedHashSet<>()).add(server.getKey()));
        }
        said.forEach((note, by) -> remarks.add(String.join(", ", by) + ": " + note));
        return remarks;
    }
}
