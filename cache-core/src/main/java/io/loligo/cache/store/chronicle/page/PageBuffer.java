package io.loligo.cache.store.chronicle.page;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A piece of memory outside the heap that holds one value copied out of a map, or being made for one. One owner. */
public final class PageBuffer extends Value {
    private ByteBuffer buffer;
    private long address;
    private int length;

    public PageBuffer(int capacity) {
        buffer = allocate(capacity);
        address = address(buffer);
    }

    private static ByteBuffer allocate(int capacity) {
        return ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The memory, little-endian; absolute access, the position belongs to whoever owns the buffer. */
    public ByteBuffer buffer() {
        return buffer;
    }

    public long address() {
        return address;
    }

    public int length() {
        return length;
    }

    int capacity() {
        return buffer.capacity();
    }

    public void length(int bytes) {
        length = bytes;
    }

    /** Makes room for {@code bytes}; what was in the buffer is lost if it has to grow. */
    void reserve(int bytes) {
        if (bytes > buffer.capacity()) {
            buffer = allocate(bytes);
            address = address(buffer);
        }
    }

    /** A view of {@code length} bytes from {@code from} on. */
    public ByteBuffer view(int from, int length) {
        return buffer.slice(from, length);
    }

    @Override
    void take(long from, int size) {
        reserve(size);
        copy(from, address, size);
        length = size;
    }

    @Override
    int size() {
        return length;
    }

    @Override
    void give(long to) {
        copy(address, to, length);
    }
}
