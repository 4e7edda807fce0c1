package io.loligo.cache.store;

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
}
