package io.loligo.cache.store.eviction;

/**
 * How many hits objects get that were asked for so often, the last time so long ago: for each kind the hits are counted
 * and the time that objects of that kind spent in the store.
 *
 * <p>Kinds are steps of half a doubling of either. {@link #hit} may be called by any thread; the rest by one at a time.
 */
public final class HitRates {
    private static final int AGE_STEPS = step(Integer.MAX_VALUE) + 1;
    /** Counts go up to 255. */
    private static final int COUNT_STEPS = step(255) + 1;

    private static final int KINDS = COUNT_STEPS * AGE_STEPS;
    /** {@link #hits}, {@link #exposures} and {@link #rates}. */
    static final int HEAP_BYTES = KINDS * (Long.BYTES + Double.BYTES + Float.BYTES);

    /** What was learned counts so much less each time. */
    private static final double KEPT = 0.9;
    /** As many hits of a kind are invented as the prior says, so that the first few that are seen do not decide. */
    private static final double INVENTED_HITS = 4;
    /** The prior takes each object to be so much older than it is: one that was just asked for is not asked for at once. */
    private static final double PRIOR_AGE = 16;
    /** And its first request for so much of a sign that there will be more. */
    private static final double PRIOR_FIRST = 0.1;

    private final long[] hits = new long[KINDS];
    private final double[] exposures = new double[KINDS];
    private final float[] rates = new float[KINDS];

    HitRates() {
        learn();
    }

    /** An object that was asked for {@code count} times, the last time {@code age} ago, is asked for. */
    void hit(int count, int age) {
        hits[kind(count, age)]++;
    }

    /** So many objects of a kind were there for one unit of time. */
    void there(int count, int age, float objects) {
        exposures[kind(count, age)] += objects;
    }

    /** The hits that an object is expected to get per unit of time. */
    float rate(int count, int age) {
        return rates[kind(count, age)];
    }

    /** Draws the conclusions from what was counted. */
    void learn() {
        for (int count = 0; count < COUNT_STEPS; count++) {
            double prior = Math.max(0, middle(count) - 1) + PRIOR_FIRST;
            for (int age = 0; age < AGE_STEPS; age++) {
                int kind = count * AGE_STEPS + age;
                double inventedTime = INVENTED_HITS * (middle(age) + PRIOR_AGE) / prior;
                rates[kind] = (float) ((hits[kind] + INVENTED_HITS) / (exposures[kind] + inventedTime));
                hits[kind] = (long) (hits[kind] * KEPT);
                exposures[kind] *= KEPT;
            }
        }
    }

    /** An age below 0 is one that has overflowed. */
    private static int kind(int count, int age) {
        return step(count) * AGE_STEPS + step(age < 0 ? Integer.MAX_VALUE : age);
    }

    /** 0, 1, 2, 3, 4-5, 6-7, 8-11, 12-15, 16-23, ... */
    private static int step(int number) {
        if (number < 4) {
            return number;
        }
        int octave = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(number);
        return 2 * octave + ((number >>> (octave - 1)) & 1);
    }

    /** A number in the middle of {@code step}. */
    private static double middle(int step) {
        return step < 4 ? step : (1L << (step / 2)) * (step % 2 == 0 ? 1.25 : 1.75);
    }
}
