package io.loligo.cache.store.chronicle;

import org.jspecify.annotations.Nullable;

/**
 * The decoded form of objects looked up lately, so that a hot lookup decodes nothing. Objects are immutable and their ids
 * unique, hence nothing here can be outdated, only useless. Unsynchronised on purpose: what it holds is immutable, and a
 * lost update costs one decoding.
 */
final class DecodedCache {
    private final @Nullable Decoded[] places;

    /** Room for {@code size} objects, a power of two; a newcomer takes the place of whoever had it. */
    DecodedCache(int size) {
        places = new Decoded[size];
    }

    @Nullable StoredObject object(long id) {
        return places[place(id)] instanceof StoredObject found && found.id() == id ? found : null;
    }

    @Nullable Variants variants(long id) {
        return places[place(id)] instanceof Variants found && found.id() == id ? found : null;
    }

    void add(Decoded decoded) {
        places[place(decoded.id())] = decoded;
    }

    void forget(long id) {
        int place = place(id);
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
