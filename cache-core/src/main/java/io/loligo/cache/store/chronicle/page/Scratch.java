package io.loligo.cache.store.chronicle.page;

import io.loligo.cache.store.chronicle.page.MapKeys.KeyHash;
import io.loligo.cache.store.chronicle.page.MapKeys.PageKey;
import io.loligo.cache.store.chronicle.page.MapKeys.Word;
import org.jspecify.annotations.Nullable;

/** What one thread needs to talk to the maps without allocating. Never shared, never held across calls. */
public final class Scratch {
    public final KeyHasher.Text text = new KeyHasher.Text();
    public final KeyHash hash = new KeyHash();
    public final Word reference = new Word();
    public final PageKey page = new PageKey();
    public final ChunkWindow window = new ChunkWindow();
    public final InlineHeadView glance = new InlineHeadView();
    public final HeadBytes.Draft draft = new HeadBytes.Draft();
    public final Value.Joined joined = new Value.Joined();
    /** Objects read to be looked at, not handed out. */
    public final PageBuffer aside = new PageBuffer(EntryLayout.SMALL_MAX);
    /** Heads and lists being made. */
    public final PageBuffer made = new PageBuffer(4096);

    /** What a validation writes over a head. */
    public final PageTimes times = new PageTimes();

    /** The object that the latest lookup copied here, for the read that mostly follows. */
    public @Nullable PageBuffer found;

    /** Which one that is; 0 when none. */
    public long foundId;

    /** A buffer that this thread gave back last, for its next reader. */
    @Nullable PageBuffer spare;

    private @Nullable PageBuffer chunk;
    private @Nullable Scratch nested;

    public PageBuffer chunk() {
        if (chunk == null) {
            chunk = new PageBuffer(EntryLayout.CHUNK_DATA_OFFSET + EntryLayout.CHUNK_DATA);
        }
        return chunk;
    }

    /** Another set, for making room in the middle of something. */
    public Scratch nested() {
        if (nested == null) {
            nested = new Scratch();
        }
        return nested;
    }
}
