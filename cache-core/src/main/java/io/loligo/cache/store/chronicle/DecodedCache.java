package io.loligo.cache.store.chronicle;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The decoded form of objects looked up lately, so that a hot lookup decodes nothing. Objects are immutable and their ids
 * unique, hence nothing here can be outdated, only useless. Unsynchronised on purpose: what it holds is immutable, and a
 * lost update costs one decoding.
 */
final class DecodedCache {
    private final @Nullable Decoded[] places;

    /** Room for {@code size} objects, a power of two. Each has two places; a newcomer pushes the first out of the second. */
    DecodedCache(int size) {
        places = new Decoded[size];
    }

    @Nullable StoredObject object(long id) {
        return find(id) instanceof StoredObject object ? object : null;
    }

    @Nullable Variants variants(long id) {
        return find(id) instanceof Variants variants ? variants : null;
    }

    private @Nullable Decoded find(long id) {
        int place = place(id);
        Decoded first = places[place];
        if (first != null && first.id() == id) {
            return first;
        }
        Decoded second = places[place ^ 1];
        return second != null && second.id() == id ? second : null;
    }

    void add(Decoded decoded) {
        int place = place(decoded.id());
        Decoded there = places[place];
        if (there != null && there.id() != decoded.id()) {
            places[place ^ 1] = there;
        }
        places[place] = decoded;
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
        Decoded there = places[place];
        if (there != null && there.id() == id) {
            places[place] = null;
        }
    }

    private int place(long id) {
        long mixed = id * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 40) & (places.length - 1);
    }
}
