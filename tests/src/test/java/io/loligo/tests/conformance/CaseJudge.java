package io.loligo.tests.conformance;

import io.loligo.tests.RawHttp.Answer;
import io.loligo.tests.RawHttp.Field;
import io.loligo.tests.RawHttp.Head;
import io.loligo.tests.conformance.CaseTranscript.ClientExchange;
import io.loligo.tests.conformance.CaseTranscript.OriginExchange;
import io.loligo.tests.conformance.ConformanceCase.Check;
import io.loligo.tests.conformance.ConformanceCase.Expectation;
import io.loligo.tests.conformance.ConformanceCase.ExpectedBody;
import io.loligo.tests.conformance.ConformanceCase.Interim;
import io.loligo.tests.conformance.ConformanceCase.ResponseType;
import io.loligo.tests.conformance.ConformanceCase.Step;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says how a case came out, from what was seen of it. The first check that fails decides: the client's, then the origin's. */
final class CaseJudge {
    private final ConformanceCase subject;
    private final CaseTranscript transcript;

    private CaseJudge(ConformanceCase subject, CaseTranscript transcript) {
        this.subject = subject;
        this.transcript = transcript;
    }

    /** The verdict of one case by itself, whatever it builds on. */
    static CaseResult judge(ConformanceCase subject, CaseTranscript transcript) {
        Failure failure = new CaseJudge(subject, transcript).firstFailure();
        if (failure == null) {
            return new CaseResult(subject, CaseVerdict.held(subject.kind()), "", transcript);
        }
        CaseVerdict verdict;
        if (failure.check == Check.RETRY) {
            verdict = CaseVerdict.RETRY;
        } else if (subject.steps().get(failure.number - 1).isSetup(failure.check)) {
            verdict = CaseVerdict.SETUP;
        } else {
            verdict = CaseVerdict.notHeld(subject.kind());
        }
        return new CaseResult(subject, verdict, "request " + failure.number + ": " + failure.what, transcript);
    }

    /** The verdicts once it is known what each case builds on. {@code results} holds whatever they depend on. */
    static List<CaseResult> withDependencies(List<CaseResult> results) {
        Map<String, CaseResult> byId = new HashMap<>();
        results.forEach(result -> byId.put(result.subject().id(), result));
        return results.stream()
                .map(result -> blocker(result, byId, new HashSet<>())
                        .map(result::blockedBy)
                        .orElse(result))
                .toList();
    }

    /** A case that {@code result} builds on, however indirectly, and that is no ground to build on. */
    private static Optional<String> blocker(CaseResult result, Map<String, CaseResult> byId, Set<String> visited) {
        for (String id : result.subject().dependsOn()) {
            CaseResult other = byId.get(id);
            if (other == null) {
                throw new IllegalArgumentException(result.subject().id() + " builds on " + id + ", which was not run");
            }
            if (!other.verdict().isGround()) {
                return Optional.of(id);
            }
            if (visited.add(id)) {
                Optional<String> further = blocker(other, byId, visited);
                if (further.isPresent()) {
                    return further;
                }
            }
        }
        return Optional.empty();
    }

    private record Failure(int number, Check check, String what) {}

    private @Nullable Failure firstFailure() {
        for (int number = 1; number <= subject.steps().size(); number++) {
            Failure failure = atClient(number, subject.steps().get(number - 1));
            if (failure != null) {
                return failure;
            }
        }
        for (int number = 1; number <= subject.steps().size(); number++) {
            Failure failure = atOrigin(number, subject.steps().get(number - 1));
            if (failure != null) {
                return failure;
            }
        }
        return null;
    }

    private @Nullable Failure atClient(int number, Step step) {
        if (number > transcript.client().size()) {
            return new Failure(number, Check.EXCHANGE, "was not sent");
        }
        ClientExchange exchange = transcript.client().get(number - 1);
        Answer answer = exchange.answer();
        if (answer == null) {
            return new Failure(number, Check.EXCHANGE, "no answer: " + exchange.failure());
        }
        Failure failure = repetition(number, answer);
        if (failure == null) {
            failure = type(number, step.expectation().type(), answer);
        }
        if (failure == null) {
            failure = status(number, step.expectation(), answer);
        }
        if (failure == null) {
            failure = fields(number, step.expectation(), answer.head());
        }
        if (failure == null) {
            failure = interim(number, step.expectation().interim(), answer.interim());
        }
        if (failure == null) {
            failure = body(number, step, answer);
        }
        return failure;
    }

    private static @Nullable Failure repetition(int number, Answer answer) {
        String numbers = answer.field("Request-Numbers").orElse("");
        List<String> seen = Arrays.asList(numbers.split(" ", -1));
        return Set.copyOf(seen).size() == seen.size()
                ? null
                : new Failure(number, Check.RETRY, "the origin had requests " + numbers);
    }

    private static @Nullable Failure type(int number, @Nullable ResponseType type, Answer answer) {
        if (type != ResponseType.CACHED && type != ResponseType.NOT_CACHED) {
            return null; // Seen at the origin.
        }
        String text = answer.field("Server-Request-Count").orElse("");
        OptionalLong count = text.matches("\\d{1,9}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
        if (type == ResponseType.CACHED) {
            boolean holds = count.isPresent() ? count.getAsLong() < number : answer.status() == 304;
            return holds
                    ? null
                    : new Failure(
                            number,
                            Check.EXPECTED_TYPE,
                            "does not come from the cache: " + origin(count) + ", status " + answer.status());
        }
        return count.isPresent() && count.getAsLong() == number
                ? null
                : new Failure(
                        number,
                        Check.EXPECTED_TYPE,
                        "comes from the cache or nowhere: " + origin(count) + ", status " + answer.status());
    }

    private static String origin(OptionalLong count) {
        return count.isPresent() ? "the origin's answer no. " + count.getAsLong() : "no Server-Request-Count";
    }

    private static @Nullable Failure status(int number, Expectation expectation, Answer answer) {
        if (expectation.status().isEmpty() || expectation.status().getAsInt() == answer.status()) {
            return null;
        }
        if (answer.status() == 999) {
            return new Failure(number, Check.EXPECTED_TYPE, "the origin was not asked with the stored validator (999)");
        }
        return new Failure(
                number,
                Check.EXPECTED_STATUS,
                "status " + answer.status() + ", expected "
                        + expectation.status().getAsInt());
    }

    private static @Nullable Failure fields(int number, Expectation expectation, Head head) {
        for (FieldCondition condition : expectation.fields()) {
            if (!condition.holds(head)) {
                return new Failure(
                        number,
                        Check.EXPECTED_RESPONSE_HEADERS,
                        "expected " + condition + ", found " + head.all(condition.name()));
            }
        }
        for (FieldCondition condition : expectation.fieldsMissing()) {
            if (!condition.isAbsent(head)) {
                return new Failure(
                        number,
                        Check.EXPECTED_RESPONSE_HEADERS_MISSING,
                        "expected no " + condition + ", found " + head.all(condition.name()));
            }
        }
        return null;
    }

    private static @Nullable Failure interim(int number, @Nullable List<Interim> expected, List<Head> got) {
        if (expected == null) {
            return null;
        }
        boolean holds = expected.size() == got.size();
        for (int i = 0; holds && i < got.size(); i++) {
            Head head = got.get(i);
            holds = head.status() == expected.get(i).status()
                    && expected.get(i).fields().stream().allMatch(field -> new FieldCondition.Equal(field).holds(head));
        }
        return holds
                ? null
                : new Failure(
                        number,
                        Check.EXPECTED_INTERIM_RESPONSES,
                        "interim responses " + got + ", expected " + expected);
    }

    private @Nullable Failure body(int number, Step step, Answer answer) {
        ExpectedBody expected = step.expectation().body();
        if (expected == null) {
            return null;
        }
        String text = expected.text();
        if (text == null) {
            boolean none = answer.status() == 204
                    || answer.status() == 304
                    || step.ask().method().equals("HEAD");
            text = none ? "" : transcript.caseId();
        } else if (step.ask().method().equals("HEAD") || answer.status() == 304) {
            text = "";
        }
        if (answer.complete() && answer.text().equals(text)) {
            return null;
        }
        return new Failure(
                number,
                expected.check(),
                "body \"" + answer.text() + "\"" + (answer.complete() ? "" : ", cut") + ", expected \"" + text + "\"");
    }

    private @Nullable Failure atOrigin(int number, Step step) {
        Expectation expectation = step.expectation();
        Optional<OriginExchange> found = transcript.atOrigin(number);
        if (found.isEmpty()) {
            return mustBeSeen(expectation)
                    ? new Failure(number, unseen(expectation), "did not reach the origin")
                    : null;
        }
        OriginExchange seen = found.get();
        String condition = expectation.type() == ResponseType.LM_VALIDATED
                ? "If-Modified-Since"
                : expectation.type() == ResponseType.ETAG_VALIDATED ? "If-None-Match" : "";
        if (!condition.isEmpty() && seen.head().field(condition).isEmpty()) {
            return new Failure(number, Check.EXPECTED_TYPE, "reached the origin without " + condition);
        }
        String method = expectation.method();
        if (method != null && !method.equals(seen.method())) {
            return new Failure(number, Check.EXPECTED_METHOD, "reached the origin as " + seen.method());
        }
        for (FieldCondition field : expectation.requestFields()) {
            if (!field.holds(seen.head())) {
                return new Failure(
                        number,
                        Check.EXPECTED_REQUEST_HEADERS,
                        "expected " + field + " at the origin, found "
                                + seen.head().all(field.name()));
            }
        }
        for (FieldCondition field : expectation.requestFieldsMissing()) {
            if (!field.isAbsent(seen.head())) {
                return new Failure(
                        number,
                        Check.EXPECTED_REQUEST_HEADERS_MISSING,
                        "expected no " + field + " at the origin, found "
                                + seen.head().all(field.name()));
            }
        }
        return expectation.type() == ResponseType.CACHED ? null : passedOn(number, seen);
    }

    private static boolean mustBeSeen(Expectation expectation) {
        return (expectation.type() != null && expectation.type() != ResponseType.CACHED)
                || expectation.method() != null
                || !expectation.requestFields().isEmpty();
    }

    private static Check unseen(Expectation expectation) {
        if (expectation.type() != null && expectation.type() != ResponseType.CACHED) {
            return Check.EXPECTED_TYPE;
        }
        return expectation.method() != null ? Check.EXPECTED_METHOD : Check.EXPECTED_REQUEST_HEADERS;
    }

    /** Whether what the origin sent is what the client got. */
    private @Nullable Failure passedOn(int number, OriginExchange seen) {
        Answer answer = transcript.client().get(number - 1).answer();
        if (answer == null) {
            return null; // Already a failure at the client.
        }
        for (Field field : seen.checkedFields()) {
            String got = String.join(", ", answer.head().all(field.name()));
            if (!got.equals(field.value())) {
                return new Failure(
                        number,
                        Check.RESPONSE_HEADERS,
                        "the origin's " + field.name() + ": " + field.value() + " arrived as "
                                + (got.isEmpty() ? "nothing" : got));
            }
        }
        return null;
    }
}
