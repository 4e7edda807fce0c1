package io.loligo.tests.bench.peers;

import java.util.concurrent.atomic.AtomicLong;

/** Numbers for pages that nobody has asked for yet; shared by the scenes. */
final class Ids {
    private final AtomicLong next = new AtomicLong();

    /** The first of {@code count} numbers that are the caller's. */
    long next(int count) {
        return next.getAndAdd(count);
    }
}
