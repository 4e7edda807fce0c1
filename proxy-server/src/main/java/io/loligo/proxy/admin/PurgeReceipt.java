package io.loligo.proxy.admin;

import org.jspecify.annotations.Nullable;

/**
 * What the purge of one URL removed.
 *
 * @param url as it was asked
 * @param objects responses that are gone; 0 when nothing was stored
 * @param bytes their size
 * @param problem why nothing could be purged, or null
 */
public record PurgeReceipt(
        String url, long objects, long bytes, @Nullable String problem) {

    public static PurgeReceipt done(String url, long objects, long bytes) {
        return new PurgeReceipt(url, objects, bytes, null);
    }

    public static PurgeReceipt refused(String url, String problem) {
        return new PurgeReceipt(url, 0, 0, problem);
    }
}
