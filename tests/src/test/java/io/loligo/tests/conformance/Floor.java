package io.loligo.tests.conformance;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.loligo.tests.conformance.ConformanceCase.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What has been reached and must not be lost.
 *
 * @param requiredPassed required cases that pass, at least
 * @param requiredMayFail ids of the only required cases that need not pass
 * @param optimalPassed optimal cases that pass, at least
 * @param answers ids of observations with the answer they must have
 */
record Floor(
        @JsonProperty(value = "requiredPassed", required = true)
        long requiredPassed,

        @JsonProperty(value = "requiredMayFail", required = true)
        Set<String> requiredMayFail,

        @JsonProperty(value = "optimalPassed", required = true)
        long optimalPassed,

        @JsonProperty(value = "answers", required = true) Map<String, CaseVerdict> answers) {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    static Floor read(Path file) {
        try {
            return JSON.readValue(file.toFile(), Floor.class);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the floor from " + file, e);
        }
    }

    void write(Path file) {
        try {
            Files.writeString(file, JSON.writeValueAsString(this) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** This floor lifted to {@code totals}; the observations stay what they must be. */
    Floor raisedTo(Totals totals) {
        return new Floor(
                totals.count(Kind.REQUIRED, CaseVerdict.PASSED),
                new TreeSet<>(totals.requiredNotPassed()),
                totals.count(Kind.OPTIMAL, CaseVerdict.PASSED),
                new TreeMap<>(answers));
    }

    /** In what {@code totals} fall below; empty when they hold. */
    List<String> shortfalls(Totals totals) {
        List<String> shortfalls = new ArrayList<>();
        Set<String> failed = totals.requiredNotPassed();
        failed.removeAll(requiredMayFail);
        failed.forEach(id -> shortfalls.add("required case " + id + " did not pass"));
        atLeast(requiredPassed, totals, Kind.REQUIRED, shortfalls);
        atLeast(optimalPassed, totals, Kind.OPTIMAL, shortfalls);
        Map<String, CaseVerdict> verdicts = totals.results().stream()
                .collect(Collectors.toMap(result -> result.subject().id(), CaseResult::verdict));
        answers.forEach((id, answer) -> {
            if (verdicts.get(id) != answer) {
                shortfalls.add(id + " was answered " + verdicts.get(id) + ", expected " + answer);
            }
        });
        return shortfalls;
    }

    private static void atLeast(long floor, Totals totals, Kind kind, List<String> shortfalls) {
        long passed = totals.count(kind, CaseVerdict.PASSED);
        if (passed < floor) {
            shortfalls.add(
                    passed + " " + kind.name().toLowerCase(Locale.ROOT) + " cases passed, the floor is " + floor);
        }
    }
}
