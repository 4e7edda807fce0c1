package io.loligo.cache.store.chronicle;

import io.loligo.cache.store.EntryReader;
import io.loligo.cache.store.chronicle.page.EntryLayout;
import io.loligo.cache.store.chronicle.page.PageBuffer;
import io.loligo.cache.store.chronicle.page.Scratch;
import io.loligo.cache.store.chronicle.page.StoredObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads one object: its head, and a small body, out of a buffer of its own; a long body chunk by chunk from the map. */
final class StoredReader implements EntryReader {
    private final ShardState state;
    private final ShardReading reading;
    private final StoredObject object;
    private final ThreadLocal<Scratch> scratches;
    private @Nullable PageBuffer buffer;

    /** Takes {@code buffer} over until it is closed. */
    StoredReader(
            ShardState state,
            ShardReading reading,
            StoredObject object,
            PageBuffer buffer,
            ThreadLocal<Scratch> scratches) {
        this.state = state;
        this.reading = reading;
        this.object = object;
        this.buffer = buffer;
        this.scratches = scratches;
    }

    @Override
    public ByteBuffer head() {
        return held().view(object.wireOffset(), object.wireLength());
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
        return object.inline() ? held().view(object.bodyOffset(), (int) length()) : null;
    }

    @Override
    public int read(long position, ByteBuffer dst) throws IOException {
        PageBuffer held = held();
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
                reading.remove(object.head(), scratches.get());
                state.isSettled();
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
            int copied = reading.readChunk(object.bodyId(), number, from, wanted, dst, scratches.get());
            return state.isSettled() ? copied : -1;
        } catch (RuntimeException | Error e) {
            state.failed(e);
            return -1;
        }
    }

    private PageBuffer held() {
        if (buffer == null) {
            throw new IllegalStateException("the reader is closed");
        }
        return buffer;
    }

    private void unpin() {
        try {
            reading.unpin(object.bodyId(), scratches.get());
            state.isSettled();
        } catch (RuntimeException | Error e) {
            state.failed(e);
        }
    }

    @Override
    public void close() {
        if (buffer != null) {
            reading.give(buffer);
            buffer = null;
            if (!object.inline()) {
                unpin();
            }
        }
    }
}
