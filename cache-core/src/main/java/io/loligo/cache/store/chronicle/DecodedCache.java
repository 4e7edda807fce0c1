package io.loligo.cache.store.chronicle;

import io.loligo.cache.store.chronicle.page.DecodedPage;
import io.loligo.cache.store.chronicle.page.StoredObject;
import io.loligo.cache.store.chronicle.page.VariantList;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The decoded form of objects looked up lately, so that a hot lookup decodes nothing. Objects are immutable and their ids
 * unique, hence nothing here can be outdated, only useless; but for the times and the Date of one that was validated, which
 * may be those before: it is validated once more then. Unsynchronised on purpose: what it holds is immutable, and a lost
 * update costs one decoding or one validation.
 */
final class DecodedCache {
    /** Places for the marks of those that asked in vain, for each object that there is room for. */
    private static final int MARKS_PER_PLACE = 4;

    private final @Nullable DecodedPage[] places;
    /** Some bits of the id of who last asked there for a place that was taken. */
    private final int[] marks;

    /**
     * Room for {@code size} objects, a power of two. Each has two places; a newcomer pushes the first out of the second, but
     * only when it comes again: what is looked up once would make way for the next at once, and until then be in the way of
     * the collector, which copies what is alive.
     */
    DecodedCache(int size) {
        places = new DecodedPage[size];
        marks = new int[MARKS_PER_PLACE * size];
    }

    @Nullable StoredObject object(long id) {
        return find(id) instanceof StoredObject object ? object : null;
    }

    @Nullable VariantList variants(long id) {
        return find(id) instanceof VariantList variants ? variants : null;
    }

    private @Nullable DecodedPage find(long id) {
        int place = place(id);
        DecodedPage first = places[place];
        if (first != null && first.id() == id) {
            return first;
        }
        DecodedPage second = places[place ^ 1];
        return second != null && second.id() == id ? second : null;
    }

    void add(DecodedPage decoded) {
        int place = place(decoded.id());
        DecodedPage there = places[place];
        if (there != null && there.id() != decoded.id()) {
            if (places[place ^ 1] != null && !comesAgain(decoded.id())) {
                return;
            }
            places[place ^ 1] = there;
        }
        places[place] = decoded;
    }

    /** Whether nobody else has asked in the same place since {@code id} did. */
    private boolean comesAgain(long id) {
        long mixed = mixed(id);
        int place = (int) (mixed >>> 32) & (marks.length - 1);
        int mark = (int) mixed;
        if (marks[place] == mark) {
            return true;
        }
        marks[place] = mark;
        return false;
    }

    /** Has everything decoded again. */
    void clear() {
        Arrays.fill(places, null);
    }

    void forget(long id) {
        int place = place(id);
        forget(place, id);
        forget(place ^ 1, id);
    }

    private void forget(int place, long id) {
        DecodedPage there = places[place];
        if (there != null && there.id() == id) {
            places[place] = null;
        }
    }

    private int place(long id) {
        return (int) (mixed(id) >>> 40) & (places.length - 1);
    }

    private static long mixed(long id) {
        return id * 0x9E3779B97F4A7C15L;
    }
}
