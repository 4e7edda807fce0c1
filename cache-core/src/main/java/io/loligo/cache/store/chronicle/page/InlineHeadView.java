package io.loligo.cache.store.chronicle.page;

import io.loligo.cache.store.chronicle.page.MapKeys.KeyHash;
import net.openhft.chronicle.core.UnsafeMemory;

/**
 * What evicting an object has to know, read from its page where that lies: nothing is copied but its key, nothing is
 * decoded. Sees heads only whose body lies behind them and that this process wrote; the others have to be read whole.
 */
public final class InlineHeadView extends Value {
    private final HeadPage page = new HeadPage();
    private final KeyHasher.StoredKey key = new KeyHasher.StoredKey();
    private long id;
    private boolean seen;
    private int size;

    /** Aims at the head of object {@code id}. */
    public InlineHeadView of(long newId) {
        id = newId;
        seen = false;
        return this;
    }

    /** Whether it has seen what it was aimed at. Everything else may be asked only then. */
    public boolean seen() {
        return seen;
    }

    public long id() {
        return id;
    }

    /** The hash of the key to {@code into}. */
    public void hash(KeyHasher hasher, KeyHasher.Text text, KeyHash into) {
        hasher.hash(key, text, into);
    }

    /** What it takes of the budget. */
    public long charge() {
        return PageCharge.objectCharge(size);
    }

    public int headLength() {
        return page.bodyOffset();
    }

    public long bodyLength() {
        return page.bodyLength();
    }

    @Override
    void take(long address, int newSize) {
        size = newSize;
        seen = page.read(address, size, id)
                && page.inline()
                && !EntryLayout.isPerhapsCut(UnsafeMemory.MEMORY.readByte(address + size - 1))
                && key.read(address + page.keyOffset(), page.keyLength());
    }

    @Override
    int size() {
        throw new IllegalStateException("a glance writes nothing");
    }

    @Override
    void give(long address) {
        throw new IllegalStateException("a glance writes nothing");
    }
}
