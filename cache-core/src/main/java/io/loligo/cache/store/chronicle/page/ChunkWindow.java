package io.loligo.cache.store.chronicle.page;

import java.nio.ByteBuffer;
import net.openhft.chronicle.core.UnsafeMemory;

/** Takes a range of one chunk's data straight into a caller's direct buffer. For chunks that this process wrote. */
public final class ChunkWindow extends Value {
    private long target;
    private int from;
    private int wanted;
    private long id;
    private int number;
    private int taken;

    /** Aims at up to {@code wanted} bytes of the chunk's data, from {@code from} on, at {@code dst}'s position. */
    public ChunkWindow aim(long id, int number, int from, int wanted, ByteBuffer dst) {
        this.id = id;
        this.number = number;
        this.from = from;
        this.wanted = wanted;
        this.target = address(dst) + dst.position();
        this.taken = -1;
        return this;
    }

    /** The number of bytes copied; -1 when the chunk is not the one asked for. */
    public int taken() {
        return taken;
    }

    @Override
    void take(long address, int size) {
        if (size < EntryLayout.CHUNK_DATA_OFFSET
                || UnsafeMemory.MEMORY.readLong(address + EntryLayout.CHUNK_ID_OFFSET) != id
                || UnsafeMemory.MEMORY.readInt(address + EntryLayout.CHUNK_NUMBER_OFFSET) != number) {
            return;
        }
        int length = size - EntryLayout.CHUNK_DATA_OFFSET;
        int copied = Math.min(wanted, length - from);
        if (copied > 0) {
            copy(address + EntryLayout.CHUNK_DATA_OFFSET + from, target, copied);
            taken = copied;
        }
    }

    @Override
    int size() {
        throw new IllegalStateException("a window is only read into");
    }

    @Override
    void give(long address) {
        throw new IllegalStateException("a window is only read into");
    }
}
