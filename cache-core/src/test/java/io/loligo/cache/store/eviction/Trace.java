package io.loligo.cache.store.eviction;

import java.util.Arrays;
import java.util.Random;

/** Requests to be replayed, made from a seed. */
final class Trace {
    private final String name;
    private final int[] requests;
    private final int[] sizes;

    private Trace(String name, int[] requests, int[] sizes) {
        this.name = name;
        this.requests = requests;
        this.sizes = sizes;
    }

    /** What the table calls it. */
    String name() {
        return name;
    }

    /** Numbers of objects, in the order in which they are asked for. Not to be changed. */
    int[] requests() {
        return requests;
    }

    /** Bytes of each object, by its number. Not to be changed. */
    int[] sizes() {
        return sizes;
    }

    /** What unlimited memory would hold at the end. */
    long distinctBytes() {
        boolean[] seen = new boolean[sizes.length];
        long bytes = 0;
        for (int object : requests) {
            if (!seen[object]) {
                seen[object] = true;
                bytes += sizes[object];
            }
        }
        return bytes;
    }

    /** What all objects have, whether they are asked for or not. */
    long allBytes() {
        return Arrays.stream(sizes).asLongStream().sum();
    }

    /** Makes traces. Each call with the same seed makes the same. */
    static final class Maker {
        private static final double MEDIAN_BYTES = 8_000;
        private static final double SIGMA = 1.3;
        private static final int SIZE_MIN = 300;
        private static final int SIZE_MAX = 4 << 20;

        private final Random random;
        private final int[] requests;
        private final int[] sizes;
        private int objects;

        private Maker(long seed, int requestCount, int objectsMax) {
            random = new Random(seed);
            requests = new int[requestCount];
            sizes = new int[objectsMax];
        }

        /** The same popularity throughout. */
        static Trace zipf(double exponent, int objects, int requests, long seed) {
            Maker maker = new Maker(seed, requests, objects);
            int[] catalogue = maker.shuffled(objects);
            double[] odds = odds(exponent, objects);
            for (int i = 0; i < requests; i++) {
                maker.requests[i] = catalogue[maker.draw(odds)];
            }
            return maker.trace("zipf " + exponent);
        }

        /** Of the requests, {@code share} are for what nobody asks for again. */
        static Trace oneHitWonders(double exponent, double share, int objects, int requests, long seed) {
            Maker maker = new Maker(seed, requests, objects + requests);
            int[] catalogue = maker.shuffled(objects);
            double[] odds = odds(exponent, objects);
            for (int i = 0; i < requests; i++) {
                maker.requests[i] = maker.random.nextDouble() < share ? maker.newObject() : catalogue[maker.draw(odds)];
            }
            return maker.trace("zipf " + exponent + " + one-hit");
        }

        /** Every now and then somebody walks through {@code length} objects, popular ones among them. */
        static Trace scans(double exponent, int every, int length, int objects, int requests, long seed) {
            Maker maker = new Maker(seed, requests, 2 * objects);
            int[] catalogue = maker.shuffled(2 * objects);
            double[] odds = odds(exponent, objects);
            int from = 0;
            int left = 0;
            for (int i = 0; i < requests; i++) {
                if (i % every == every - 1) {
                    from = maker.random.nextInt(2 * objects - length);
                    left = length;
                }
                if (left > 0 && maker.random.nextInt(4) != 0) {
                    maker.requests[i] = from + length - left--;
                } else {
                    maker.requests[i] = catalogue[maker.draw(odds)];
                }
            }
            return maker.trace("zipf " + exponent + " + scans");
        }

        /** Popularity wanders: every {@code every} requests two objects change places. */
        static Trace drift(double exponent, int every, int objects, int requests, long seed) {
            Maker maker = new Maker(seed, requests, objects);
            int[] catalogue = maker.shuffled(objects);
            double[] odds = odds(exponent, objects);
            for (int i = 0; i < requests; i++) {
                if (i % every == 0) {
                    int one = maker.draw(odds);
                    int other = maker.random.nextInt(objects);
                    int moved = catalogue[one];
                    catalogue[one] = catalogue[other];
                    catalogue[other] = moved;
                }
                maker.requests[i] = catalogue[maker.draw(odds)];
            }
            return maker.trace("zipf " + exponent + " + drift");
        }

        /**
         * Every {@code every} requests something new appears at a drawn rank, takes the place of what was there, and is
         * asked for less and less; what it displaced is asked for no more.
         */
        static Trace news(double exponent, int every, int ranks, int requests, long seed) {
            Maker maker = new Maker(seed, requests, ranks + requests / every + 1);
            int[] catalogue = maker.shuffled(ranks);
            double[] odds = odds(exponent, ranks);
            for (int i = 0; i < requests; i++) {
                if (i % every == 0) {
                    // Enters at the front half of what is drawn and pushes others down a step each, at doubling ranks.
                    int moved = maker.newObject();
                    for (long rank = 1L + maker.draw(odds); rank <= ranks; rank = 2 * rank + maker.random.nextInt(2)) {
                        int pushed = catalogue[(int) rank - 1];
                        catalogue[(int) rank - 1] = moved;
                        moved = pushed;
                    }
                }
                maker.requests[i] = catalogue[maker.draw(odds)];
            }
            return maker.trace("news " + exponent + ", 1 in " + every);
        }

        /** The measure of the performance targets: 200,000 URLs of 1 to 50 KB, Zipf 0.9. */
        static Trace w4(int requests, long seed) {
            int objects = 200_000;
            Maker maker = new Maker(seed, requests, objects);
            int[] catalogue = maker.shuffled(objects);
            for (int i = 0; i < objects; i++) {
                maker.sizes[i] = 1_000 + maker.random.nextInt(49_001);
            }
            double[] odds = odds(0.9, objects);
            for (int i = 0; i < requests; i++) {
                maker.requests[i] = catalogue[maker.draw(odds)];
            }
            return maker.trace("W4");
        }

        private Trace trace(String name) {
            return new Trace(name, requests, Arrays.copyOf(sizes, objects));
        }

        private int newObject() {
            double bytes = MEDIAN_BYTES * Math.exp(SIGMA * random.nextGaussian());
            sizes[objects] = (int) Math.max(SIZE_MIN, Math.min(SIZE_MAX, bytes));
            return objects++;
        }

        private int[] shuffled(int count) {
            int[] all = new int[count];
            for (int i = 0; i < count; i++) {
                all[i] = newObject();
            }
            for (int i = count - 1; i > 0; i--) {
                int other = random.nextInt(i + 1);
                int moved = all[i];
                all[i] = all[other];
                all[other] = moved;
            }
            return all;
        }

        /** Sums of the odds of the ranks. */
        private static double[] odds(double exponent, int ranks) {
            double[] odds = new double[ranks];
            double sum = 0;
            for (int i = 0; i < ranks; i++) {
                sum += Math.pow(i + 1, -exponent);
                odds[i] = sum;
            }
            return odds;
        }

        private int draw(double[] odds) {
            int found = Arrays.binarySearch(odds, random.nextDouble() * odds[odds.length - 1]);
            return Math.min(odds.length - 1, found < 0 ? -found - 1 : found);
        }
    }
}
