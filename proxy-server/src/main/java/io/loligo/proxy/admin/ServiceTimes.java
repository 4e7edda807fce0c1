package io.loligo.proxy.admin;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts of durations in classes of about an eighth of their size: enough for medians and percentiles over any time
 * between two snapshots. Counting is uncontended.
 */
final class ServiceTimes {
    /** Steps per doubling; below it each millisecond has its own class. */
    private static final int STEPS = 8;

    private static final int STEPS_BITS = 3;
    /** Longer than this, which is about 37 hours, is counted as this. */
    private static final long LONGEST_MILLIS = (1L << 27) - 1;

    static final int CLASSES = classOf(LONGEST_MILLIS) + 1;

    private final LongAdder[] counts = new LongAdder[CLASSES];

    ServiceTimes() {
        for (int i = 0; i < CLASSES; i++) {
            counts[i] = new LongAdder();
        }
    }

    void count(long millis) {
        counts[classOf(Math.max(0, Math.min(millis, LONGEST_MILLIS)))].increment();
    }

    long[] snapshot() {
        long[] sums = new long[CLASSES];
        for (int i = 0; i < CLASSES; i++) {
            sums[i] = counts[i].sum();
        }
        return sums;
    }

    /**
     * The duration in seconds that {@code percent} of the durations counted between two snapshots did not exceed; 0 when
     * there were none.
     */
    static double percentile(long[] earlier, long[] later, int percent) {
        long total = 0;
        for (int i = 0; i < CLASSES; i++) {
            total += later[i] - earlier[i];
        }
        if (total == 0) {
            return 0;
        }
        long wanted = Math.max(1, (total * percent + 99) / 100);
        long seen = 0;
        for (int i = 0; i < CLASSES; i++) {
            seen += later[i] - earlier[i];
            if (seen >= wanted) {
                return lowest(i) / 1000.0;
            }
        }
        throw new IllegalStateException("a snapshot that is younger holds fewer");
    }

    private static int classOf(long millis) {
        if (millis < STEPS) {
            return (int) millis;
        }
        int doublings = 63 - Long.numberOfLeadingZeros(millis) - STEPS_BITS;
        return STEPS * doublings + (int) (millis >> doublings);
    }

    /** The shortest duration of class {@code index}, in milliseconds. */
    private static long lowest(int index) {
        if (index < 2 * STEPS) {
            return index;
        }
        int doublings = index / STEPS - 1;
        return (long) (index - STEPS * doublings) << doublings;
    }
}
