package io.loligo.tests.conformance;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.loligo.tests.conformance.ConformanceCase.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** How many cases came out how, per suite and kind. */
record Totals(List<CaseResult> results) {

    /** Cases of {@code kind} with {@code verdict}. */
    long count(Kind kind, CaseVerdict verdict) {
        return count(results, kind, verdict);
    }

    private static long count(List<CaseResult> results, Kind kind, CaseVerdict verdict) {
        return results.stream()
                .filter(result -> result.subject().kind() == kind && result.verdict() == verdict)
                .count();
    }

    private static long count(List<CaseResult> results, Kind kind) {
        return results.stream()
                .filter(result -> result.subject().kind() == kind)
                .count();
    }

    private Map<String, List<CaseResult>> bySuite() {
        return results.stream()
                .collect(Collectors.groupingBy(
                        result -> result.subject().suite(), java.util.LinkedHashMap::new, Collectors.toList()));
    }

    /** A line per suite, passed of all for required and optimal, yes of all for checks; then the sums. */
    String table() {
        List<String> lines = new ArrayList<>();
        lines.add(row("suite", "required", "optimal", "yes", "failed", "setup", "retry", "blocked"));
        bySuite().forEach((suite, of) -> lines.add(row(suite, of)));
        lines.add(row("all", results));
        return String.join("\n", lines) + "\n";
    }

    private static String row(String name, List<CaseResult> of) {
        return row(
                name,
                share(of, Kind.REQUIRED, CaseVerdict.PASSED),
                share(of, Kind.OPTIMAL, CaseVerdict.PASSED),
                share(of, Kind.CHECK, CaseVerdict.YES),
                both(of, CaseVerdict.FAILED),
                both(of, CaseVerdict.SETUP),
                both(of, CaseVerdict.RETRY),
                both(of, CaseVerdict.BLOCKED));
    }

    private static String share(List<CaseResult> of, Kind kind, CaseVerdict verdict) {
        long all = count(of, kind);
        return all == 0 ? "" : count(of, kind, verdict) + "/" + all;
    }

    /** Of the required and the optimal ones. */
    private static String both(List<CaseResult> of, CaseVerdict verdict) {
        long required = count(of, Kind.REQUIRED, verdict);
        long optimal = count(of, Kind.OPTIMAL, verdict);
        return required + optimal == 0 ? "" : required + "+" + optimal;
    }

    private static String row(String... cells) {
        return String.format(Locale.ROOT, "%-20s %9s %9s %7s %7s %7s %7s %8s", (Object[]) cells)
                .stripTrailing();
    }

    /** A line for each required or optimal case that did not pass: id, kind, verdict and why. */
    String notPassed() {
        return results.stream()
                .filter(result -> result.subject().kind() != Kind.CHECK
                        && !result.verdict().isGround())
                .map(result -> result.subject().kind() + " " + result.verdict() + " "
                        + result.subject().suite() + "/" + result.subject().id() + ": " + result.why() + "\n")
                .collect(Collectors.joining());
    }

    /** Totals, totals per suite, and each case with its verdict. */
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("totals", kinds(results));
        ObjectNode suites = json.putObject("suites");
        bySuite().forEach((suite, of) -> suites.set(suite, kinds(of)));
        ObjectNode cases = json.putObject("cases");
        for (CaseResult result : results) {
            cases.putObject(result.subject().id())
                    .put("suite", result.subject().suite())
                    .put("kind", name(result.subject().kind()))
                    .put("verdict", name(result.verdict()))
                    .put("why", result.why());
        }
        return json;
    }

    private static ObjectNode kinds(List<CaseResult> of) {
        ObjectNode kinds = JsonNodeFactory.instance.objectNode();
        for (Kind kind : Kind.values()) {
            Map<CaseVerdict, Long> verdicts = of.stream()
                    .filter(result -> result.subject().kind() == kind)
                    .collect(Collectors.groupingBy(
                            CaseResult::verdict, () -> new EnumMap<>(CaseVerdict.class), Collectors.counting()));
            ObjectNode node = kinds.putObject(name(kind));
            verdicts.forEach((verdict, count) -> node.put(name(verdict), count));
        }
        return kinds;
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** Ids of the required cases that did not pass. */
    Set<String> requiredNotPassed() {
        return results.stream()
                .filter(result -> result.subject().kind() == Kind.REQUIRED && result.verdict() != CaseVerdict.PASSED)
                .map(result -> result.subject().id())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
