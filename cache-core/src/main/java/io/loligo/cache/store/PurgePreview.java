package io.loligo.cache.store;

import java.util.ArrayList;
import java.util.List;

/**
 * What a purge would be about.
 *
 * @param objects responses
 * @param bytes their size: heads and bodies
 * @param sample the texts of some of their URLs, in no order
 */
public record PurgePreview(long objects, long bytes, List<String> sample) {
    public PurgePreview {
        sample = List.copyOf(sample);
    }

    /** What two purges of different responses would be about together. */
    public PurgePreview and(PurgePreview other) {
        List<String> both = new ArrayList<>(sample);
        both.addAll(other.sample);
        return new PurgePreview(objects + other.objects, bytes + other.bytes, both);
    }
}
