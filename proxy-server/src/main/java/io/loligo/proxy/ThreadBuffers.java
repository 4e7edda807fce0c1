package io.loligo.proxy;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A pool of buffers whose threads keep a few of those that they gave back, and take the one given back last first: its memory
 * is still in the processor's cache. A thread that has none takes one of the pool behind, and one that has enough gives it back
 * there. Undertow's own pool looks a thread's buffers up in a map that all threads lock, which is dearer than the rest of it.
 *
 * <p>Used by every thread. A buffer may be given back by another thread than the one that took it.
 */
final class ThreadBuffers implements ByteBufferPool {
    /** Free buffers that a thread keeps for itself. */
    static final int KEPT_MAX = 64;

    private final ByteBufferPool behind;
    private final ThreadLocal<ArrayDeque<PooledByteBuffer>> kept = ThreadLocal.withInitial(ArrayDeque::new);

    /** @param behind where the buffers come from; closed with this one */
    ThreadBuffers(ByteBufferPool behind) {
        this.behind = behind;
    }

    @Override
    public PooledByteBuffer allocate() {
        PooledByteBuffer own = kept.get().pollFirst();
        return new Taken(own == null ? behind.allocate() : own);
    }

    @Override
    public ByteBufferPool getArrayBackedPool() {
        return behind.getArrayBackedPool();
    }

    @Override
    public int getBufferSize() {
        return behind.getBufferSize();
    }

    @Override
    public boolean isDirect() {
        return behind.isDirect();
    }

    @Override
    public void close() {
        behind.close();
    }

    private void giveBack(PooledByteBuffer buffer) {
        ArrayDeque<PooledByteBuffer> own = kept.get();
        if (own.size() < KEPT_MAX) {
            buffer.getBuffer().clear();
            own.addFirst(buffer);
        } else {
            buffer.close();
        }
    }

    /** One buffer, from {@link #allocate} to {@link #close}: whoever holds on to it longer does not get at what others put into it. */
    private final class Taken implements PooledByteBuffer {
        private @Nullable PooledByteBuffer buffer;

        private Taken(PooledByteBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public ByteBuffer getBuffer() {
            PooledByteBuffer open = buffer;
            if (open == null) {
                throw new IllegalStateException("the buffer was given back");
            }
            return open.getBuffer();
        }

        @Override
        public void close() {
            PooledByteBuffer open = buffer;
            if (open != null) {
                buffer = null;
                giveBack(open);
            }
        }

        @Override
        public boolean isOpen() {
            return buffer != null;
        }
    }
}
