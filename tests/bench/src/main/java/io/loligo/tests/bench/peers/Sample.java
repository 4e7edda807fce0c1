package io.loligo.tests.bench.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one window said of one server: numbers, and notes for people. What a server cannot tell is left out. */
final class Sample {
    private final Map<Measure, Double> values = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();

    Sample with(Measure measure, double value) {
        values.put(measure, value);
        return this;
    }

    Sample note(String text) {
        notes.add(text);
        return this;
    }

    Map<Measure, Double> values() {
        return values;
    }

    List<String> notes() {
        return notes;
    }
}
