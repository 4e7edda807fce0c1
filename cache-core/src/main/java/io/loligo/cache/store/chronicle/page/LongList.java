package io.loligo.cache.store.chronicle.page;

import java.util.Arrays;

/** A growing list of longs without boxes. One thread. */
public final class LongList {
    private long[] values = new long[8];
    private int size;

    public void add(long value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, 2 * size);
        }
        values[size++] = value;
    }

    public void clear() {
        size = 0;
    }

    public int size() {
        return size;
    }

    public long get(int index) {
        return values[index];
    }

    /** The values in ascending order, in an array of their own. */
    public long[] sorted() {
        long[] copy = Arrays.copyOf(values, size);
        Arrays.sort(copy);
        return copy;
    }
}
