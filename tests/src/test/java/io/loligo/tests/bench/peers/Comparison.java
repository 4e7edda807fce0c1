package io.loligo.tests.bench.peers;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.loligo.tests.bench.peers.Measure.Better;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What a scene says of all servers.
 *
 * @param base name of the server that the others are compared with
 */
record Comparison(Scene scene, String base, List<Outcome> outcomes) {
    /** Empty when one of them has no value, or the base's is zero. */
    OptionalDouble ratio(Outcome outcome, Measure measure) {
        OptionalDouble value = outcome.value(measure);
        OptionalDouble unit = outcomes.stream()
                .filter(o -> o.peer().name().equals(base))
                .findFirst()
                .map(o -> o.value(measure))
                .orElse(OptionalDouble.empty());
        return value.isPresent() && unit.isPresent() && unit.getAsDouble() != 0
                ? OptionalDouble.of(value.getAsDouble() / unit.getAsDouble())
                : OptionalDouble.empty();
    }

    String text() {
        Table table = new Table();
        List<String> heading = new ArrayList<>(List.of("server"));
        for (Measure measure : scene.measures()) {
            heading.add(measure.heading());
            if (measure.better() != Better.NEITHER) {
                heading.add("×");
            }
        }
        table.row(heading);
        List<String> remarks = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            String why = outcome.unfit();
            if (why != null) {
                remarks.add(outcome.peer().name() + " is left out: " + why);
                continue;
            }
            List<String> row = new ArrayList<>(List.of(outcome.peer().name()));
            for (Measure measure : scene.measures()) {
                row.add(Table.number(outcome.value(measure), measure.decimals()));
                if (measure.better() != Better.NEITHER) {
                    row.add(Table.number(ratio(outcome, measure), 2));
                }
            }
            table.row(row);
            outcome.notes().forEach(note -> remarks.add(outcome.peer().name() + ": " + note));
            if (outcome.value(Measure.NOT_THE_JOB).orElse(0) > 0) {
                remarks.add(String.format(
                        Locale.ROOT,
                        "%s: in %.0f of %d windows the origin's count says that this was not the job",
                        outcome.peer().name(),
                        outcome.value(Measure.NOT_THE_JOB).getAsDouble(),
                        outcome.samples().size()));
            }
        }
        StringBuilder text = new StringBuilder(scene.number() + " " + scene.name() + ": " + scene.title() + "\n");
        text.append(table.text());
        remarks.forEach(remark -> text.append("  ").append(remark).append('\n'));
        return text.toString();
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("number", scene.number()).put("name", scene.name()).put("title", scene.title());
        var summary = json.putArray("summary");
        scene.summary().forEach(measure -> summary.add(measure.field()));
        ObjectNode measures = json.putObject("measures");
        for (Measure measure : scene.measures()) {
            measures.putObject(measure.field())
                    .put("heading", measure.heading())
                    .put("decimals", measure.decimals())
                    .put("better", measure.better().name().toLowerCase(Locale.ROOT));
        }
        ObjectNode servers = json.putObject("servers");
        for (Outcome outcome : outcomes) {
            servers.set(outcome.peer().name(), json(outcome));
        }
        return json;
    }

    private ObjectNode json(Outcome outcome) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        String why = outcome.unfit();
        if (why != null) {
            return json.put("unfit", why);
        }
        ObjectNode values = json.putObject("values");
        ObjectNode ratios = json.putObject("ratios");
        for (Measure measure : scene.measures()) {
            outcome.value(measure).ifPresent(value -> values.put(measure.field(), Table.rounded(value)));
            if (measure.better() != Better.NEITHER) {
                ratio(outcome, measure).ifPresent(ratio -> ratios.put(measure.field(), Table.rounded(ratio)));
            }
        }
        var windows = json.putArray("windows");
        for (Sample sample : outcome.samples()) {
            ObjectNode window = windows.addObject();
            sample.values().forEach((measure, value) -> window.put(measure.field(), Table.rounded(value)));
        }
        var notes = json.putArray("notes");
        outcome.notes().forEach(notes::add);
        return json;
    }
}
