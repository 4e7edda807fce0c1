package io.loligo.tests.bench.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** What a scene says of one server: its samples, or why there are none. */
final class Outcome {
    private final Peer peer;
    private final List<Sample> samples = new ArrayList<>();
    private @Nullable String unfit;

    Outcome(Peer peer) {
        this.peer = peer;
    }

    Peer peer() {
        return peer;
    }

    void add(Sample sample) {
        samples.add(sample);
    }

    /** Nothing that it has measured counts. */
    void unfit(String why) {
        unfit = why;
    }

    @Nullable String unfit() {
        return unfit;
    }

    List<Sample> samples() {
        return unfit == null ? samples : List.of();
    }

    List<String> notes() {
        return samples().stream().flatMap(s -> s.notes().stream()).distinct().toList();
    }

    /** Median or sum over the rounds; empty when no round has it. */
    OptionalDouble value(Measure measure) {
        double[] values = samples().stream()
                .map(sample -> sample.values().get(measure))
                .filter(value -> value != null)
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        if (values.length == 0) {
            return OptionalDouble.empty();
        }
        if (measure.total()) {
            double sum = 0;
            for (double value : values) {
                sum += value;
            }
            return OptionalDouble.of(sum);
        }
        int half = values.length / 2;
        return OptionalDouble.of(values.length % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2);
    }
}
