package io.loligo.cache.store.eviction;

import io.loligo.cache.store.ReplacementPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Chooses what to evict from a part of the store.
 *
 * <p>A newcomer is an object like the others: it may be the next to go. So it need not be asked beforehand whether to store
 * something, and what turns out not to be worth its room does not keep it for long.
 *
 * <p>Any thread may call any method. {@link #touch} takes no lock; everything else holds the index's monitor for a time
 * that does not grow with the number of objects, or with its logarithm only.
 */
public sealed interface EvictionIndex permits HitDensityIndex, PriorityIndex {
    /** Weights are kept in units of this many bytes, of which what the store charges is a multiple. */
    int WEIGHT_UNIT = 16;

    /** An empty index. */
    static EvictionIndex of(ReplacementPolicy policy) {
        return switch (policy) {
            case HIT_DENSITY -> new HitDensityIndex();
            case LRU, GDSF, LFUDA -> new PriorityIndex(policy);
        };
    }

    int size();

    /** Notes that {@code id} was asked for. Now and then a note is lost, or taken for one about another object. */
    void touch(long id);

    /**
     * Adds an object; nothing happens when it is there already.
     *
     * @param bytes what it takes of the budget
     * @param fingerprint some bits of its key's hash, by which it is known again under another id
     */
    void add(long id, long bytes, int fingerprint);

    /** Gives {@code id}'s place in line to {@code successor}, which takes {@code bytes}; nothing when it is not here. */
    void replace(long id, long successor, long bytes);

    /** Takes {@code id} out and says what it took of the budget; 0 when it is not here. */
    long remove(long id);

    /** What {@link #poll} took out: an object and what it takes of the budget. */
    record Victim(long id, long bytes) {}

    /** Takes out the object that is to go next; null when there is none. */
    @Nullable Victim poll();

    /** What this takes of the heap, within a percent. */
    long heapBytes();

    /** {@code bytes} in units, rounded up: at least one, so that nothing is free. */
    static int weight(long bytes) {
        long units = bytes / WEIGHT_UNIT + (bytes % WEIGHT_UNIT == 0 ? 0 : 1);
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, units));
    }
}
