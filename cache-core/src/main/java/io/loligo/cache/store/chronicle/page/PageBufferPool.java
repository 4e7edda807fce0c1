package io.loligo.cache.store.chronicle.page;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Buffers between two uses. Keeps at most {@code idleMax}; what comes back beyond that is left to the collector. */
public final class PageBufferPool {
    private final int bufferBytes;
    private final int idleMax;
    private final ConcurrentLinkedQueue<PageBuffer> idle = new ConcurrentLinkedQueue<>();
    private final AtomicInteger idleCount = new AtomicInteger();

    public PageBufferPool(int bufferBytes, int idleMax) {
        this.bufferBytes = bufferBytes;
        this.idleMax = idleMax;
    }

    /** A buffer of at least the pool's size, content undefined. Throws OutOfMemoryError as any allocation. */
    public PageBuffer take() {
        @Nullable PageBuffer buffer = idle.poll();
        if (buffer == null) {
            return new PageBuffer(bufferBytes);
        }
        idleCount.decrementAndGet();
        return buffer;
    }

    /** As {@link #take()}, of a pool whose buffers threads keep for their next reader. */
    public PageBuffer take(Scratch scratch) {
        PageBuffer spare = scratch.spare;
        if (spare == null) {
            return take();
        }
        scratch.spare = null;
        return spare;
    }

    /** As {@link #give(PageBuffer)}, of such a pool. */
    public void give(PageBuffer buffer, Scratch scratch) {
        if (scratch.spare == null && buffer.capacity() == bufferBytes) {
            scratch.spare = buffer;
        } else {
            give(buffer);
        }
    }

    public void give(PageBuffer buffer) {
        // One that has grown for a rare long head is not kept: the pool's memory stays what its constants say.
        if (buffer.capacity() > bufferBytes) {
            return;
        }
        if (idleCount.incrementAndGet() > idleMax) {
            idleCount.decrementAndGet();
            return;
        }
        idle.add(buffer);
    }
}
