package io.loligo.cache.store.chronicle.ban;

import java.util.Arrays;
import java.util.function.IntToLongFunction;

/**
 * Finds slots by the 64-bit keys that lie in them: open addressing, in parts, so that growing one of them is short. Four
 * bytes for each place, of which at least three eighths and at most three quarters are taken. One thread at a time.
 */
public final class SlotTable {
    static final int NONE = -1;

    private static final int PARTS = 64;
    private static final int START = 16;

    private final IntToLongFunction keys;
    /** Slot + 1; 0 is free. */
    private final int[][] places = new int[PARTS][START];

    private final int[] sizes = new int[PARTS];

    /** @param keys the key that lies in a slot */
    SlotTable(IntToLongFunction keys) {
        this.keys = keys;
    }

    /** The slot of {@code key}, {@link #NONE} when it has none. */
    int find(long key) {
        long mixed = mix(key);
        int[] part = places[part(mixed)];
        for (int at = place(mixed, part); part[at] != 0; at = at + 1 & part.length - 1) {
            if (keys.applyAsLong(part[at] - 1) == key) {
                return part[at] - 1;
            }
        }
        return NONE;
    }

    /** Notes that {@code key}, which has no slot yet, lies in {@code slot}. */
    void put(long key, int slot) {
        long mixed = mix(key);
        int number = part(mixed);
        if (++sizes[number] * 4 > places[number].length * 3) {
            grow(number);
        }
        insert(places[number], mixed, slot);
    }

    /** Forgets {@code key}, whose slot still holds it. */
    void remove(long key) {
        long mixed = mix(key);
        int number = part(mixed);
        int[] part = places[number];
        int mask = part.length - 1;
        int at = place(mixed, part);
        while (part[at] != 0 && keys.applyAsLong(part[at] - 1) != key) {
            at = at + 1 & mask;
        }
        if (part[at] == 0) {
            return;
        }
        sizes[number]--;
        // What was pushed on by it moves back.
        int free = at;
        for (int next = at + 1 & mask; part[next] != 0; next = next + 1 & mask) {
            int wanted = place(mix(keys.applyAsLong(part[next] - 1)), part);
            if ((next - wanted & mask) >= (next - free & mask)) {
                part[free] = part[next];
                free = next;
            }
        }
        part[free] = 0;
    }

    private void grow(int number) {
        int[] before = places[number];
        int[] after = new int[2 * before.length];
        for (int place : before) {
            if (place != 0) {
                insert(after, mix(keys.applyAsLong(place - 1)), place - 1);
            }
        }
        places[number] = after;
    }

    private static void insert(int[] part, long mixed, int slot) {
        int at = place(mixed, part);
        while (part[at] != 0) {
            at = at + 1 & part.length - 1;
        }
        part[at] = slot + 1;
    }

    long heapBytes() {
        return Arrays.stream(places)
                .mapToLong(part -> part.length * (long) Integer.BYTES)
                .sum();
    }

    private static long mix(long key) {
        long mixed = (key ^ key >>> 32) * 0x9E3779B97F4A7C15L;
        return mixed ^ mixed >>> 29;
    }

    private static int part(long mixed) {
        return (int) (mixed >>> 58);
    }

    private static int place(long mixed, int[] part) {
        return (int) (mixed >>> 20) & part.length - 1;
    }
}
