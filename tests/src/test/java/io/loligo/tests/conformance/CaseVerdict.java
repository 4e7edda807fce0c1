package io.loligo.tests.conformance;

import io.loligo.tests.conformance.ConformanceCase.Kind;

/** How a case came out. */
enum CaseVerdict {
    /** Required or optimal, and every check held. */
    PASSED,
    /** Required or optimal, and what the case is about did not hold. */
    FAILED,
    /** An observation, and it was made. */
    YES,
    /** An observation, and it was not made. */
    NO,
    /** What had to be in place before the case says anything was not. */
    SETUP,
    /** The origin was asked the same thing twice. */
    RETRY,
    /** A case that this one builds on did not pass. */
    BLOCKED;

    static CaseVerdict held(Kind kind) {
        return kind == Kind.CHECK ? YES : PASSED;
    }

    static CaseVerdict notHeld(Kind kind) {
        return kind == Kind.CHECK ? NO : FAILED;
    }

    /** Whether cases that build on this one may say something. */
    boolean isGround() {
        return this == PASSED || this == YES;
    }
}
