package io.loligo.cache.store;

import java.time.Instant;

/**
 * A fault of the store that is not over yet.
 *
 * @param what what is wrong and what the store does about it, in words
 * @param since when it began
 * @param operations how many operations have failed because of it so far
 */
public record StoreFault(String what, Instant since, long operations) {

    /** One line for people. */
    public String text() {
        return what + " (since " + since + ", " + operations + " operations failed)";
    }
}
