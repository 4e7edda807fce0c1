package io.loligo.tests.conformance;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.loligo.tests.conformance.ConformanceCase.Ask;
import io.loligo.tests.conformance.ConformanceCase.Check;
import io.loligo.tests.conformance.ConformanceCase.Expectation;
import io.loligo.tests.conformance.ConformanceCase.ExpectedBody;
import io.loligo.tests.conformance.ConformanceCase.Interim;
import io.loligo.tests.conformance.ConformanceCase.Kind;
import io.loligo.tests.conformance.ConformanceCase.ResponseType;
import io.loligo.tests.conformance.ConformanceCase.Script;
import io.loligo.tests.conformance.ConformanceCase.StatusLine;
import io.loligo.tests.conformance.ConformanceCase.Step;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the file of cases. What it does not understand is an error that names the case, never passed over. */
final class CaseFile {
    private static final Set<String> SUITE_KEYS = Set.of("id", "name", "description", "spec_anchors", "tests");
    private static final Set<String> CASE_KEYS =
            Set.of("id", "name", "kind", "depends_on", "requests", "spec_anchors", "browser_skip", "cdn_only");
    private static final Set<String> STEP_KEYS = Set.of(
            "request_method",
            "request_headers",
            "request_body",
            "filename",
            "query_arg",
            "magic_ims",
            "redirect",
            "pause_after",
            "setup",
            "setup_tests",
            "response_status",
            "response_headers",
            "response_body",
            "response_pause",
            "rfc850date",
            "magic_locations",
            "interim_responses",
            "disconnect",
            "expected_type",
            "expected_status",
            "expected_response_headers",
            "expected_response_headers_missing",
            "expected_interim_responses",
            "expected_response_text",
            "check_body",
            "expected_method",
            "expected_request_headers",
            "expected_request_headers_missing");

    private CaseFile() {}

    /** All cases of {@code file}, in its order. */
    static List<ConformanceCase> read(Path file) {
        try {
            return parse(
                    JsonMapper.builder()
                            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                            .build()
                            .readTree(file.toFile()),
                    file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the cases from " + file, e);
        }
    }

    /** The cases of {@code suites}; {@code source} names them in errors. */
    static List<ConformanceCase> parse(JsonNode suites, String source) {
        List<ConformanceCase> cases = new ArrayList<>();
        for (JsonNode suite : array(suites, source)) {
            String suiteId = text(suite, "id", source);
            checkKeys(suite, SUITE_KEYS, "suite " + suiteId);
            for (JsonNode test : array(member(suite, "tests", suiteId), suiteId)) {
                cases.add(readCase(suiteId, test));
            }
        }
        checkIds(cases, source);
        return List.copyOf(cases);
    }

    private static void checkIds(List<ConformanceCase> cases, String source) {
        Set<String> ids = new HashSet<>();
        for (ConformanceCase c : cases) {
            require(ids.add(c.id()), c.id(), "comes twice in " + source);
        }
        for (ConformanceCase c : cases) {
            for (String other : c.dependsOn()) {
                require(ids.contains(other), c.id(), "depends on " + other + ", which is not in " + source);
            }
        }
    }

    private static ConformanceCase readCase(String suite, JsonNode test) {
        String id = text(test, "id", suite);
        checkKeys(test, CASE_KEYS, id);
        Kind kind = test.has("kind") ? constant(Kind.class, test.get("kind"), id) : Kind.REQUIRED;
        List<String> dependsOn = texts(test.get("depends_on"), id);
        List<Step> steps = new ArrayList<>();
        for (JsonNode request : array(member(test, "requests", id), id)) {
            steps.add(readStep(request, id + ", request " + (steps.size() + 1)));
        }
        require(!steps.isEmpty(), id, "has no requests");
        return new ConformanceCase(suite, id, kind, dependsOn, List.copyOf(steps));
    }

    private static Step readStep(JsonNode request, String where) {
        checkKeys(request, STEP_KEYS, where);
        require(text(request, "redirect", "manual", where).equals("manual"), where, "redirect: only manual");
        ResponseType type =
                request.has("expected_type") ? constant(ResponseType.class, request.get("expected_type"), where) : null;
        var ask = new Ask(
                text(request, "request_method", "GET", where),
                fields(request.get("request_headers"), where),
                nullableText(request.get("request_body"), where),
                text(request, "filename", "", where),
                text(request, "query_arg", "", where),
                flag(request, "magic_ims", where));
        var script = new Script(
                request.has("response_status") ? status(request.get("response_status"), where) : null,
                fields(request.get("response_headers"), where),
                nullableText(request.get("response_body"), where),
                texts(request.get("rfc850date"), where).stream()
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .collect(Collectors.toUnmodifiableSet()),
                flag(request, "magic_locations", where),
                type != null && type.isValidated(),
                Duration.ofSeconds(request.path("response_pause").asLong(0)),
                interims(request.get("interim_responses"), where),
                flag(request, "disconnect", where));
        Set<Check> setupChecks = texts(request.get("setup_tests"), where).stream()
                .map(name -> constant(Check.class, name, where))
                .collect(Collectors.toUnmodifiableSet());
        return new Step(
                ask,
                script,
                expectation(request, type, where),
                flag(request, "setup", where),
                setupChecks,
                flag(request, "pause_after", where));
    }

    private static Expectation expectation(JsonNode request, @Nullable ResponseType type, String where) {
        return new Expectation(
                type,
                expectedStatus(request, where),
                conditions(request.get("expected_response_headers"), where),
                conditions(request.get("expected_response_headers_missing"), where),
                request.has("expected_interim_responses")
                        ? interims(request.get("expected_interim_responses"), where)
                        : null,
                expectedBody(request, where),
                nullableText(request.get("expected_method"), where),
                conditions(request.get("expected_request_headers"), where),
                conditions(request.get("expected_request_headers_missing"), where));
    }

    private static OptionalInt expectedStatus(JsonNode request, String where) {
        JsonNode expected = request.get("expected_status");
        if (expected != null) {
            return expected.isNull() ? OptionalInt.empty() : OptionalInt.of(integer(expected, where));
        }
        JsonNode sent = request.get("response_status");
        return OptionalInt.of(sent == null ? 200 : status(sent, where).code());
    }

    private static @Nullable ExpectedBody expectedBody(JsonNode request, String where) {
        if (request.has("check_body") && !flag(request, "check_body", where)) {
            return null;
        }
        if (request.has("expected_response_text")) {
            String text = nullableText(request.get("expected_response_text"), where);
            return text == null ? null : new ExpectedBody(text, Check.EXPECTED_RESPONSE_TEXT);
        }
        return new ExpectedBody(nullableText(request.get("response_body"), where), Check.RESPONSE_BODY);
    }

    private static StatusLine status(JsonNode pair, String where) {
        require(pair.isArray() && pair.size() == 2, where, "response_status: expected [code, reason], found " + pair);
        return new StatusLine(integer(pair.get(0), where), asText(pair.get(1), where));
    }

    private static List<Interim> interims(@Nullable JsonNode list, String where) {
        return list(list, where, node -> {
            require(node.isArray() && !node.isEmpty() && node.size() <= 2, where, "an interim response: " + node);
            return new Interim(integer(node.get(0), where), fields(node.get(1), where));
        });
    }

    private static List<ScriptedField> fields(@Nullable JsonNode list, String where) {
        return list(list, where, node -> field(node, where));
    }

    private static ScriptedField field(JsonNode node, String where) {
        require(
                node.isArray() && (node.size() == 2 || node.size() == 3),
                where,
                "expected [name, value, checked?]: " + node);
        require(node.size() == 2 || node.get(2).isBoolean(), where, "the third element is true or false: " + node);
        boolean checked = node.size() == 2 || node.get(2).asBoolean();
        String name = asText(node.get(0), where);
        JsonNode value = node.get(1);
        return value.isIntegralNumber()
                ? new ScriptedField(name, null, value.asLong(), checked)
                : new ScriptedField(name, asText(value, where), 0, checked);
    }

    private static List<FieldCondition> conditions(@Nullable JsonNode list, String where) {
        return list(list, where, node -> {
            if (node.isTextual()) {
                return new FieldCondition.Present(node.asText());
            }
            require(node.isArray(), where, "expected a name or a list: " + node);
            if (node.size() == 3 && node.get(1).asText().equals("=")) {
                return new FieldCondition.SameAs(asText(node.get(0), where), asText(node.get(2), where));
            }
            if (node.size() == 3 && node.get(1).asText().equals(">")) {
                return new FieldCondition.Greater(asText(node.get(0), where), integer(node.get(2), where));
            }
            require(node.size() == 2, where, "not a condition on a field: " + node);
            return new FieldCondition.Equal(field(node, where));
        });
    }

    private static <T> List<T> list(@Nullable JsonNode list, String where, Function<JsonNode, T> element) {
        if (list == null) {
            return List.of();
        }
        List<T> read = new ArrayList<>();
        array(list, where).forEach(node -> read.add(element.apply(node)));
        return List.copyOf(read);
    }

    private static List<String> texts(@Nullable JsonNode list, String where) {
        return list(list, where, node -> asText(node, where));
    }

    private static void checkKeys(JsonNode node, Set<String> known, String where) {
        require(node.isObject(), where, "expected an object, found " + node);
        Set<String> unknown = new TreeSet<>();
        node.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(known);
        require(unknown.isEmpty(), where, "unknown keys " + unknown);
    }

    private static JsonNode member(JsonNode node, String key, String where) {
        JsonNode value = node.get(key);
        if (value == null) {
            throw new IllegalArgumentException(where + ": no " + key);
        }
        return value;
    }

    private static JsonNode array(JsonNode node, String where) {
        require(node.isArray(), where, "expected a list, found " + node);
        return node;
    }

    private static String text(JsonNode node, String key, String where) {
        return asText(member(node, key, where), where);
    }

    private static String text(JsonNode node, String key, String otherwise, String where) {
        return node.has(key) ? text(node, key, where) : otherwise;
    }

    private static @Nullable String nullableText(@Nullable JsonNode node, String where) {
        return node == null || node.isNull() ? null : asText(node, where);
    }

    private static String asText(JsonNode node, String where) {
        require(node.isTextual(), where, "expected a text, found " + node);
        return node.asText();
    }

    private static int integer(JsonNode node, String where) {
        require(node.isInt(), where, "expected a whole number, found " + node);
        return node.asInt();
    }

    private static boolean flag(JsonNode node, String key, String where) {
        if (!node.has(key)) {
            return false;
        }
        require(node.get(key).isBoolean(), where, key + ": expected true or false");
        return node.get(key).asBoolean();
    }

    private static <E extends Enum<E>> E constant(Class<E> type, JsonNode node, String where) {
        return constant(type, asText(node, where), where);
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String name, String where) {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().toLowerCase(Locale.ROOT).equals(name)) {
                return constant;
            }
        }
        throw new IllegalArgumentException(where + ": unknown " + type.getSimpleName() + " " + name);
    }

    private static void require(boolean holds, String where, String what) {
        if (!holds) {
            throw new IllegalArgumentException(where + ": " + what);
        }
    }
}
