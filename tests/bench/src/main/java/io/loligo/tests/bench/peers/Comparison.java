package io.loligo.tests.bench.peers;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.loligo.tests.bench.peers.Measure.Better;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What a scene says of all servers.
 *
 * @param base name of the server that the others are compared with
 */
record Comparison(Scene scene, String base, List<Outcome> outcomes) {
    /** Empty when one of them has no value, or the base's is not positive. */
    OptionalDouble ratio(Outcome outcome, Measure measure) {
        OptionalDouble value = outcome.value(measure);
        OptionalDouble unit = outcomes.stream()
                .filter(o -> o.peer().name().equals(base))
                .findFirst()
                .map(o -> o.value(measure))
                .orElse(OptionalDouble.empty());
        return value.isPresent() && unit.isPresent() && unit.getAsDouble() > 0
                ? OptionalDouble.of(value.getAsDouble() / unit.getAsDouble())
                : OptionalDouble.empty();
    }

    String text() {
        return new Details(json()).text();
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
