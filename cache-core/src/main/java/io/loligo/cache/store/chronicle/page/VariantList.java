package io.loligo.cache.store.chronicle.page;

import io.loligo.cache.freshness.StoredHead;
import java.util.List;

/**
 * A list of variants, decoded. Immutable.
 *
 * @param id the list's own name
 * @param keyFirst first half of the hash of the key it belongs to
 * @param keySecond second half
 * @param members object ids, newest first
 * @param heads the members' heads as far as they could be read, or empty when the list was read for its members only
 */
public record VariantList(long id, long keyFirst, long keySecond, LongList members, List<StoredHead> heads)
        implements DecodedPage {}
