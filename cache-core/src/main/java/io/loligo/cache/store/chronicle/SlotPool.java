package io.loligo.cache.store.chronicle;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Slots between two uses. Keeps at most {@code idleMax}; what comes back beyond that is left to the collector. */
final class SlotPool {
    private final int slotBytes;
    private final int idleMax;
    private final ConcurrentLinkedQueue<Slot> idle = new ConcurrentLinkedQueue<>();
    private final AtomicInteger idleCount = new AtomicInteger();

    SlotPool(int slotBytes, int idleMax) {
        this.slotBytes = slotBytes;
        this.idleMax = idleMax;
    }

    /** A slot of at least the pool's size, content undefined. Throws OutOfMemoryError as any allocation. */
    Slot take() {
        @Nullable Slot slot = idle.poll();
        if (slot == null) {
            return new Slot(slotBytes);
        }
        idleCount.decrementAndGet();
        return slot;
    }

    /** As {@link #take()}, of a pool whose slots threads keep for their next reader. */
    Slot take(Scratch scratch) {
        Slot spare = scratch.spare;
        if (spare == null) {
            return take();
        }
        scratch.spare = null;
        return spare;
    }

    /** As {@link #give(Slot)}, of such a pool. */
    void give(Slot slot, Scratch scratch) {
        if (scratch.spare == null && slot.capacity() == slotBytes) {
            scratch.spare = slot;
        } else {
            give(slot);
        }
    }

    void give(Slot slot) {
        // One that has grown for a rare long head is not kept: the pool's memory stays what its constants say.
        if (slot.capacity() > slotBytes) {
            return;
        }
        if (idleCount.incrementAndGet() > idleMax) {
            idleCount.decrementAndGet();
            return;
        }
        idle.add(slot);
    }
}
