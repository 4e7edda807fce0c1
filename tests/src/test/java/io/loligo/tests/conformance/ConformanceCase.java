package io.loligo.tests.conformance;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One case of the suite: requests sent one after the other on one URL, what the origin answers, and what must be seen.
 *
 * @param dependsOn ids of cases without which this one says nothing
 */
record ConformanceCase(String suite, String id, Kind kind, List<String> dependsOn, List<Step> steps) {

    enum Kind {
        /** A rule of the standard. */
        REQUIRED,
        /** A good cache does it. */
        OPTIMAL,
        /** An observation, neither right nor wrong. */
        CHECK
    }

    /** Where an answer must have come from. */
    enum ResponseType {
        CACHED,
        NOT_CACHED,
        LM_VALIDATED,
        ETAG_VALIDATED;

        boolean isValidated() {
            return this == LM_VALIDATED || this == ETAG_VALIDATED;
        }
    }

    /**
     * One request of the case.
     *
     * @param setup whether every check of it is about the set-up only
     * @param setupChecks the checks of it that are about the set-up only
     * @param pauseAfter whether the next request waits
     */
    record Step(
            Ask ask,
            Script script,
            Expectation expectation,
            boolean setup,
            Set<Check> setupChecks,
            boolean pauseAfter) {
        boolean isSetup(Check check) {
            return setup || setupChecks.contains(check);
        }
    }

    /**
     * What the client sends.
     *
     * @param filename appended to the case's path; may be empty
     * @param query without question mark; may be empty
     * @param magicIms whether a relative If-Modified-Since counts from the previous answer's Server-Now
     */
    record Ask(
            String method,
            List<ScriptedField> fields,
            @Nullable String body,
            String filename,
            String query,
            boolean magicIms) {}

    /**
     * What the origin does with it.
     *
     * @param body null for the case's own id
     * @param rfc850 lower-case names of the fields whose relative dates are written in the obsolete form
     * @param magicLocations whether Location and Content-Location are relative to the case's URL
     * @param mustValidate whether only a condition that matches the previous answer gets a proper answer, a 304
     */
    record Script(
            @Nullable StatusLine status,
            List<ScriptedField> fields,
            @Nullable String body,
            Set<String> rfc850,
            boolean magicLocations,
            boolean mustValidate,
            Duration pause,
            List<Interim> interim,
            boolean disconnect) {}

    record StatusLine(int code, String reason) {}

    record Interim(int status, List<ScriptedField> fields) {}

    /**
     * What must be seen.
     *
     * @param type null where any will do
     * @param status empty where any will do
     * @param interim null where any will do
     * @param body null where any will do
     */
    record Expectation(
            @Nullable ResponseType type,
            OptionalInt status,
            List<FieldCondition> fields,
            List<FieldCondition> fieldsMissing,
            @Nullable List<Interim> interim,
            @Nullable ExpectedBody body,
            @Nullable String method,
            List<FieldCondition> requestFields,
            List<FieldCondition> requestFieldsMissing) {}

    /**
     * The body that must arrive.
     *
     * @param text null for the case's id, except where an answer has no body
     * @param check under which name it is wrong
     */
    record ExpectedBody(@Nullable String text, Check check) {}

    /** What can fail. The names that the file uses in {@code setup_tests} are their lower-case forms. */
    enum Check {
        EXCHANGE,
        RETRY,
        EXPECTED_TYPE,
        EXPECTED_STATUS,
        EXPECTED_RESPONSE_HEADERS,
        EXPECTED_RESPONSE_HEADERS_MISSING,
        EXPECTED_INTERIM_RESPONSES,
        EXPECTED_RESPONSE_TEXT,
        RESPONSE_BODY,
        EXPECTED_METHOD,
        EXPECTED_REQUEST_HEADERS,
        EXPECTED_REQUEST_HEADERS_MISSING,
        RESPONSE_HEADERS
    }
}
