package io.loligo.cache.store.chronicle;

import io.loligo.cache.http.TagFields;
import io.loligo.cache.store.ReplacementPolicy;
import io.loligo.cache.store.chronicle.files.StoreCapacity;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a store may take and where it lives.
 *
 * @param directory where the store makes its own directory {@value StoreDirectory#NAME}, or null for a store in memory
 *     that ends with the process
 * @param capacityBytes the limit on stored heads, bodies and overhead; 1 MiB to 256 TiB. At the limit objects are evicted
 * @param maximumObjectBytes the longest body that is stored; 0 to {@code capacityBytes}. A longer one is not stored
 * @param tagFields the fields by whose tags responses can be purged
 * @param replacementPolicy what is evicted first; another one than that of the run before may be given
 */
public record StoreOptions(
        @Nullable Path directory,
        long capacityBytes,
        long maximumObjectBytes,
        TagFields tagFields,
        ReplacementPolicy replacementPolicy) {
    /** The smallest {@code capacityBytes}: 1 MiB. */
    public static final long CAPACITY_MIN = StoreCapacity.CAPACITY_MIN;

    static final long CAPACITY_MAX = 1L << 48;

    /** With the usual fields for tags and the default policy. */
    public StoreOptions(@Nullable Path directory, long capacityBytes, long maximumObjectBytes) {
        this(directory, capacityBytes, maximumObjectBytes, TagFields.DEFAULT, ReplacementPolicy.HIT_DENSITY);
    }

    public StoreOptions {
        require(
                CAPACITY_MIN <= capacityBytes && capacityBytes <= CAPACITY_MAX,
                "the store's capacity must be 1 MiB to 256 TiB, not " + capacityBytes + " bytes");
        require(
                0 <= maximumObjectBytes && maximumObjectBytes <= capacityBytes,
                "the largest object must be 0 to " + capacityBytes + " bytes (the capacity), not "
                        + maximumObjectBytes);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
