package io.loligo.proxy.access;

import java.util.List;

/** Numbers from {@code first} to {@code last}, both included: ports, status codes. */
record NumberRange(int first, int last) {
    boolean contains(int number) {
        return first <= number && number <= last;
    }

    /** Whether one of {@code ranges} holds {@code number}. */
    static boolean anyContains(List<NumberRange> ranges, int number) {
        for (int i = 0; i < ranges.size(); i++) {
            if (ranges.get(i).contains(number)) {
                return true;
            }
        }
        return false;
    }
}
