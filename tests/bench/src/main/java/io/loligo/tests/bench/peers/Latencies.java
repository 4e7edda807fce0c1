package io.loligo.tests.bench.peers;

/**
 * How long requests took.
 *
 * @param micros of each, ascending
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
record Latencies(long[] micros) {
    /** By nearest rank: 500 is the median, 999 the percentile 99.9, 1,000 the maximum. */
    long atPerMille(int perMille) {
        long rank = ((long) perMille * micros.length + 999) / 1_000;
        return micros[(int) Math.max(0, rank - 1)];
    }
}
