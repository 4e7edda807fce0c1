package io.loligo.cache.store.chronicle;

import io.loligo.cache.store.EntryReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads one object: its head, and a small body, out of a slot of its own; a long body chunk by chunk from the map. */
final class StoredReader implements EntryReader {
    private final Shard shard;
    private final StoredObject object;
    private final ThreadLocal<Scratch> scratches;
    private @Nullable Slot slot;

    /** Takes {@code slot} over until it is closed. */
    StoredReader(Shard shard, StoredObject object, Slot slot, ThreadLocal<Scratch> scratches) {
        this.shard = shard;
        this.object = object;
        this.slot = slot;
        this.scratches = scratches;
    }

    @Override
    public ByteBuffer head() {
        return slot().view(object.wireOffset(), object.wireLength());
    }

    @Override
    public int unsent() {
        return object.unsent();
    }

    @Override
    public long length() {
        return object.head().bodyLength();
    }

    @Override
    public @Nullable ByteBuffer body() {
        return object.inline() ? slot().view(object.bodyOffset(), (int) length()) : null;
    }

    @Override
    public int read(long position, ByteBuffer dst) throws IOException {
        Slot held = slot();
        if (position < 0) {
            throw new IllegalArgumentException("position " + position);
        }
        if (position >= length()) {
            return -1;
        }
        int wanted = (int) Math.min(dst.remaining(), length() - position);
        if (object.inline()) {
            dst.put(held.view(object.bodyOffset() + (int) position, wanted));
            return wanted;
        }
        int copied = 0;
        while (copied < wanted) {
            int number = (int) ((position + copied) / EntryLayout.CHUNK_DATA);
            int from = (int) ((position + copied) % EntryLayout.CHUNK_DATA);
            int more = readChunk(number, from, wanted - copied, dst);
            if (more < 0 && copied == 0) {
                // Nobody else should begin to read what cannot be read to the end.
                shard.reading().remove(object.head(), scratches.get());
                shard.isSettled();
                throw new IOException("the stored body of "
                        + object.head().key().uri() + " is gone or damaged at byte " + position + " of " + length());
            }
            if (more < 0) {
                // What was read is right; the next call says that there is no more.
                return copied;
            }
            copied += more;
        }
        return copied;
    }

    private int readChunk(int number, int from, int wanted, ByteBuffer dst) {
        try {
            int copied = shard.reading().readChunk(object.bodyId(), number, from, wanted, dst, scratches.get());
            return shard.isSettled() ? copied : -1;
        } catch (RuntimeException | Error e) {
            shard.failed(e);
            return -1;
        }
    }

    private Slot slot() {
        if (slot == null) {
            throw new IllegalStateException("the reader is closed");
        }
        return slot;
    }

    private void unpin() {
        try {
            shard.reading().unpin(object.bodyId(), scratches.get());
            shard.isSettled();
        } catch (RuntimeException | Error e) {
            shard.failed(e);
        }
    }

    @Override
    public void close() {
        if (slot != null) {
            shard.reading().give(slot);
            slot = null;
            if (!object.inline()) {
                unpin();
            }
        }
    }
}
