package io.loligo.tests.conformance;

/**
 * A case with its verdict.
 *
 * @param why the check that decided, in one line; empty when every check held
 */
record CaseResult(ConformanceCase subject, CaseVerdict verdict, String why, CaseTranscript transcript) {

    CaseResult blockedBy(String other) {
        return new CaseResult(
                subject,
                CaseVerdict.BLOCKED,
                "builds on " + other + (why.isEmpty() ? "" : "; itself: " + why),
                transcript);
    }
}
