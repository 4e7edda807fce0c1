package io.loligo.cache.store.eviction;

import static io.loligo.cache.store.eviction.ObjectSlots.NONE;
import static io.loligo.cache.store.eviction.ObjectSlots.PAGE;
import static io.loligo.cache.store.eviction.ObjectSlots.offset;
import static io.loligo.cache.store.eviction.ObjectSlots.page;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Evicts what promises the fewest hits for the room it takes.
 *
 * <p>How soon an object will be asked for again is learned, not assumed. Objects are told apart by how often they were
 * asked for and how long ago; of each kind it is counted how many there are and how many hits they get, and the quotient
 * is what an object of that kind promises. So a flat demand, a drifting one, a scan and news that is dead tomorrow each
 * lead to their own order. {@link HitRates} has the counts. The idea that the promised hits per byte and time are what
 * counts is that of LHD (Beckmann and others, NSDI 2018).
 *
 * <p>A promise changes as time passes, so there is no line to keep in order: the victim is the worst of some that are drawn
 * and of the latest newcomers. How often something was asked for is remembered for a while after it was evicted.
 *
 * <p>Time is the number of objects added, so nothing ages while nothing comes in.
 *
 * <p>31 to 38 bytes of heap for each object, in pages that are added as objects come.
 */
public final class HitDensityIndex implements EvictionIndex {
    /** The victim is the worst of so many objects. */
    static final int DRAWN = 64;
    /** The latest of those that came, which are candidates always: a burst of them is not left to luck. */
    private static final int NEWCOMERS = 16;
    /** So many objects are counted by kind each time one is added. */
    private static final int WATCHED = 8;

    private static final int COUNT_MAX = 255;
    private static final int LEARNING_PERIOD_MIN = 256;
    /** Learns each time that so large a part of the objects is new. */
    private static final int LEARNING_DIVISOR = 4;

    /**
     * What a hit's bytes count beside the hit itself: as much for this many times the mean size. Fewer would save the
     * origin more bytes and fewer requests.
     */
    private static final int BYTES_DIVISOR = 8;

    private final ObjectSlots slots = new ObjectSlots();

    // By slot, in pages.
    private int[][] weights = new int[0][];
    private int[][] fingerprints = new int[0][];
    private volatile int[][] lastTimes = new int[0][];
    private volatile byte[][] counts = new byte[0][];

    private final HitRates rates = new HitRates();
    private final long[] newcomers = new long[NEWCOMERS];
    private int newcomer;

    /**
     * Of evicted objects: the upper bits of the fingerprint and the count, at the place that the lower bits say; a newer
     * one takes the place of an older one.
     */
    private int[] ghosts = new int[PAGE];

    private int time = 1;
    private int untilLearning = LEARNING_PERIOD_MIN;
    private long totalWeight;
    private long random = 0x9E3779B97F4A7C15L;

    @Override
    public synchronized int size() {
        return slots.size();
    }

    @Override
    public void touch(long id) {
        int slot = slots.find(id);
        int[][] timePages = lastTimes;
        byte[][] countPages = counts;
        int page = page(slot);
        if (slot == NONE || page >= timePages.length || page >= countPages.length) {
            return;
        }
        int now = time;
        int count = countPages[page][offset(slot)] & 0xFF;
        int age = now - timePages[page][offset(slot)];
        // Twice at the same time is how one request looks that looks up and then reads.
        if (age > 0) {
            rates.hit(count, age);
            timePages[page][offset(slot)] = now;
        }
        if (count < COUNT_MAX) {
            countPages[page][offset(slot)] = (byte) (count + 1);
        }
    }

    @Override
    public synchronized void add(long id, long bytes, int fingerprint) {
        if (slots.find(id) != NONE) {
            return;
        }
        int slot = slots.add(id);
        if (page(slot) == weights.length) {
            addPage();
        }
        time++;
        int weight = EvictionIndex.weight(bytes);
        totalWeight += weight;
        weights[page(slot)][offset(slot)] = weight;
        fingerprints[page(slot)][offset(slot)] = fingerprint;
        lastTimes[page(slot)][offset(slot)] = time;
        counts[page(slot)][offset(slot)] = (byte) Math.min(COUNT_MAX, earlierCount(fingerprint) + 1);
        newcomers[newcomer] = id;
        newcomer = (newcomer + 1) % NEWCOMERS;
        watch();
        if (--untilLearning <= 0) {
            rates.learn();
            untilLearning = Math.max(LEARNING_PERIOD_MIN, slots.size() / LEARNING_DIVISOR);
        }
    }

    private int earlierCount(int fingerprint) {
        int ghost = ghosts[fingerprint & ghosts.length - 1];
        return (ghost ^ fingerprint) >>> Byte.SIZE == 0 ? ghost & 0xFF : 0;
    }

    /** Takes a look at some objects, to know how many there are of each kind. */
    private void watch() {
        int size = slots.size();
        float share = (float) size / WATCHED;
        int slot = draw(size);
        for (int i = 0; i < WATCHED; i++) {
            rates.there(count(slot), age(slot), share);
            slot = slot + 1 == size ? 0 : slot + 1;
        }
    }

    @Override
    public synchronized void replace(long id, long successor, long bytes) {
        int slot = slots.find(id);
        if (slot == NONE || slots.find(successor) != NONE) {
            return;
        }
        int weight = EvictionIndex.weight(bytes);
        totalWeight += weight - weights[page(slot)][offset(slot)];
        weights[page(slot)][offset(slot)] = weight;
        slots.rename(slot, successor);
    }

    @Override
    public synchronized long remove(long id) {
        int slot = slots.find(id);
        return slot == NONE ? 0 : release(slot);
    }

    @Override
    public synchronized @Nullable Victim poll() {
        int size = slots.size();
        if (size == 0) {
            return null;
        }
        float perWeight = (float) size / ((float) totalWeight * BYTES_DIVISOR);
        int worst = NONE;
        float least = Float.POSITIVE_INFINITY;
        for (int i = 0; i < NEWCOMERS; i++) {
            int slot = newcomers[i] == 0 ? NONE : slots.find(newcomers[i]);
            if (slot != NONE && density(slot, perWeight) < least) {
                worst = slot;
                least = density(slot, perWeight);
            }
        }
        for (int i = 0; i < DRAWN; i++) {
            int slot = size <= DRAWN ? i % size : draw(size);
            float density = density(slot, perWeight);
            if (density < least) {
                worst = slot;
                least = density;
            }
        }
        int fingerprint = fingerprints[page(worst)][offset(worst)];
        ghosts[fingerprint & ghosts.length - 1] = (fingerprint & ~COUNT_MAX) | count(worst);
        long id = slots.id(worst);
        return new Victim(id, release(worst));
    }

    /** What the object in {@code slot} promises: hits, and bytes of hits, for each unit of room and of time. */
    private float density(int slot, float perWeight) {
        return rates.rate(count(slot), age(slot)) * (1f / weights[page(slot)][offset(slot)] + perWeight);
    }

    private int count(int slot) {
        return counts[page(slot)][offset(slot)] & 0xFF;
    }

    private int age(int slot) {
        return time - lastTimes[page(slot)][offset(slot)];
    }

    /** A number below {@code bound}: Marsaglia's xorshift, the same after each start. */
    private int draw(int bound) {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return (int) (((random >>> 32) * bound) >>> 32);
    }

    private long release(int slot) {
        int weight = weights[page(slot)][offset(slot)];
        totalWeight -= weight;
        int last = slots.remove(slot);
        weights[page(slot)][offset(slot)] = weights[page(last)][offset(last)];
        fingerprints[page(slot)][offset(slot)] = fingerprints[page(last)][offset(last)];
        lastTimes[page(slot)][offset(slot)] = lastTimes[page(last)][offset(last)];
        counts[page(slot)][offset(slot)] = counts[page(last)][offset(last)];
        return (long) weight * WEIGHT_UNIT;
    }

    private void addPage() {
        int pages = weights.length;
        weights = Arrays.copyOf(weights, pages + 1);
        weights[pages] = new int[PAGE];
        fingerprints = Arrays.copyOf(fingerprints, pages + 1);
        fingerprints[pages] = new int[PAGE];
        int[][] moreTimes = Arrays.copyOf(lastTimes, pages + 1);
        moreTimes[pages] = new int[PAGE];
        lastTimes = moreTimes;
        byte[][] moreCounts = Arrays.copyOf(counts, pages + 1);
        moreCounts[pages] = new byte[PAGE];
        counts = moreCounts;
        if ((pages + 1) * PAGE > ghosts.length) {
            // The old ones are forgotten; mostly there are none yet, because nothing is evicted while the store fills.
            ghosts = new int[2 * ghosts.length];
        }
    }

    @Override
    public synchronized long heapBytes() {
        long slotBytes = 3 * Integer.BYTES + Byte.BYTES;
        return slots.heapBytes()
                + (long) weights.length * PAGE * slotBytes
                + (long) ghosts.length * Integer.BYTES
                + HitRates.HEAP_BYTES;
    }
}
