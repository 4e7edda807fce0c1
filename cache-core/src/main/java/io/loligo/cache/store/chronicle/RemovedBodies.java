package io.loligo.cache.store.chronicle;

import io.loligo.cache.store.chronicle.page.BodyChunks;
import io.loligo.cache.store.chronicle.page.EntryLayout;
import io.loligo.cache.store.chronicle.page.MapKeys.PageKey;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Long bodies whose objects are gone, or never came to be. Their chunks are removed some at a time, by whoever needs the
 * room first and by the evictor, so that nobody waits for a whole one. They count as used until then.
 */
public final class RemovedBodies {
    /** Chunks that one call removes. */
    static final int CHUNKS_AT_ONCE = 64;

    private final Deque<BodyChunks> bodies = new ConcurrentLinkedDeque<>();

    void add(BodyChunks body) {
        bodies.add(body);
    }

    /**
     * Removes some chunks, the last ones of a body first.
     *
     * @return what they took of the budget; 0 when there is nothing to remove
     */
    long removeSome(ShardMaps maps, PageKey key) {
        BodyChunks body = bodies.poll();
        return body == null ? 0 : removeSome(maps, body, key);
    }

    /** As {@link #removeSome(ShardMaps, PageKey)}, of {@code body}; what is left of it is kept for later. */
    long removeSome(ShardMaps maps, BodyChunks body, PageKey key) {
        int chunks = EntryLayout.chunks(body.length());
        int kept = Math.max(0, chunks - CHUNKS_AT_ONCE);
        boolean removed = false;
        try {
            for (int i = chunks - 1; i >= kept; i--) {
                maps.removeChunk(body.id(), i, key);
            }
            removed = true;
        } finally {
            if (!removed) {
                // For another time, lest it stays for good because nobody knows of it.
                bodies.addLast(body);
            }
        }
        long left = (long) kept * EntryLayout.CHUNK_DATA;
        if (left > 0) {
            bodies.addFirst(new BodyChunks(body.id(), left));
        }
        return EntryLayout.chunksCharge(body.length()) - EntryLayout.chunksCharge(left);
    }
}
