package io.loligo.cache.store.chronicle.page;

import io.loligo.cache.freshness.StoredHead;
import org.jspecify.annotations.Nullable;

/**
 * Writes the times and the Date of a head over those that its page has, where they lie: mostly a validation changes no more,
 * and the page need not be written anew for it, nor found again by another id. A process that dies within leaves a page
 * whose checksum says so, and which is dropped: then that response is fetched once more. One thread.
 */
public final class PageTimes extends Value {
    private final PageBuffer copy = new PageBuffer(4096);
    private @Nullable StoredObject object;
    private @Nullable StoredHead updated;
    private boolean written;

    /**
     * Aims at the page of {@code newObject}.
     *
     * @param newUpdated the head of {@code newObject} with other times, and another Date at most
     */
    public PageTimes of(StoredObject newObject, StoredHead newUpdated) {
        object = newObject;
        updated = newUpdated;
        written = false;
        return this;
    }

    /** Whether the page has them now; else it is as it was. */
    public boolean isWritten() {
        return written;
    }

    @Override
    void take(long address, int size) {
        StoredObject old = object;
        StoredHead head = updated;
        if (old == null || head == null || size != old.valueLength()) {
            return;
        }
        copy.take(address, old.bodyOffset());
        if (EntryLayout.putTimes(copy, old, head)) {
            Value.copy(copy.address(), address, old.bodyOffset());
            written = true;
        }
    }

    @Override
    int size() {
        throw new IllegalStateException("a page is not made of this");
    }

    @Override
    void give(long address) {
        throw new IllegalStateException("a page is not made of this");
    }
}
