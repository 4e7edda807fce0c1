package io.loligo.cache.store.chronicle;

import io.loligo.cache.store.chronicle.MapKeys.KeyHash;
import io.loligo.cache.store.chronicle.MapKeys.PageKey;
import io.loligo.cache.store.chronicle.MapKeys.Word;
import org.jspecify.annotations.Nullable;

/** What one thread needs to talk to the maps without allocating. Never shared, never held across calls. */
final class Scratch {
    final KeyHasher.Text text = new KeyHasher.Text();
    final KeyHash hash = new KeyHash();
    final Word reference = new Word();
    final PageKey page = new PageKey();
    final ChunkWindow window = new ChunkWindow();
    final Glance glance = new Glance();
    final HeadBytes.Draft draft = new HeadBytes.Draft();
    final Value.Joined joined = new Value.Joined();
    /** Objects read to be looked at, not handed out. */
    final Slot aside = new Slot(EntryLayout.SMALL_MAX);
    /** Heads and lists being made. */
    final Slot made = new Slot(4096);

    /** The object that the latest lookup copied here, for the read that mostly follows. */
    @Nullable Slot found;

    /** Which one that is; 0 when none. */
    long foundId;

    /** A slot that this thread gave back last, for its next reader. */
    @Nullable Slot spare;

    private @Nullable Slot chunk;
    private @Nullable Scratch nested;

    Slot chunk() {
        if (chunk == null) {
            chunk = new Slot(EntryLayout.CHUNK_DATA_OFFSET + EntryLayout.CHUNK_DATA);
        }
        return chunk;
    }

    /** Another set, for making room in the middle of something. */
    Scratch nested() {
        if (nested == null) {
            nested = new Scratch();
        }
        return nested;
    }
}
