package io.loligo.cache.store.chronicle;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.ContentRange;
import io.loligo.cache.store.EntryWriter;
import io.loligo.cache.store.chronicle.page.EntryLayout;
import io.loligo.cache.store.chronicle.page.HeadBytes;
import io.loligo.cache.store.chronicle.page.PageBuffer;
import io.loligo.cache.store.chronicle.page.PageBufferPool;
import io.loligo.cache.store.chronicle.page.Scratch;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes one object: bytes gather in a buffer, full buffers become chunks, and the head comes last. Until then nothing
 * refers to the chunks, so what is not committed does not exist.
 */
final class StoredWriter implements EntryWriter {
    private final ShardState state;
    private final ShardWriting writing;
    private final ShardReading reading;
    private final StoredHead head;
    private final @Nullable StoredHead part;
    private final long id;
    private final long keyFirst;
    private final long keySecond;
    private final long begun;
    private final long lengthMax;
    private final PageBufferPool buffers;
    private final ThreadLocal<Scratch> scratches;

    /** Guards what followers look at; held for a copy of memory, never for a call of the map. */
    private final Object tail = new Object();

    private final PageBuffer buffer;
    private int inBuffer;
    private int chunks;
    private long length;
    private boolean closed;

    // What only the owner touches, and the shard when it closes: guarded by this.
    private boolean failed;
    private boolean committed;

    StoredWriter(
            ShardState state,
            ShardWriting writing,
            ShardReading reading,
            StoredHead head,
            @Nullable StoredHead part,
            long id,
            long keyFirst,
            long keySecond,
            long begun,
            long lengthMax,
            PageBufferPool buffers,
            ThreadLocal<Scratch> scratches) {
        this.state = state;
        this.writing = writing;
        this.reading = reading;
        this.head = head;
        this.part = part;
        this.id = id;
        this.keyFirst = keyFirst;
        this.keySecond = keySecond;
        this.begun = begun;
        this.lengthMax = lengthMax;
        this.buffers = buffers;
        this.scratches = scratches;
        this.buffer = buffers.take();
    }

    StoredHead head() {
        return head;
    }

    /** The stored part whose bytes become those of the response; null where there is none. */
    @Nullable StoredHead part() {
        return part;
    }

    long id() {
        return id;
    }

    long keyFirst() {
        return keyFirst;
    }

    long keySecond() {
        return keySecond;
    }

    /** The order number of the next purge when the response was asked for. */
    long begun() {
        return begun;
    }

    @Override
    public synchronized boolean append(ByteBuffer body) {
        if (failed || committed || isClosed()) {
            return false;
        }
        long before = length();
        if (before + body.remaining() > lengthMax) {
            failed = true;
            return false;
        }
        ByteBuffer from = body.duplicate();
        while (from.hasRemaining()) {
            if (inBuffer == EntryLayout.CHUNK_DATA && !flushed()) {
                failed = true;
                synchronized (tail) {
                    length = before;
                }
                return false;
            }
            synchronized (tail) {
                int copied = Math.min(from.remaining(), EntryLayout.CHUNK_DATA - inBuffer);
                buffer.buffer().put(EntryLayout.CHUNK_DATA_OFFSET + inBuffer, from, from.position(), copied);
                from.position(from.position() + copied);
                inBuffer += copied;
                length += copied;
            }
        }
        body.position(body.limit());
        return true;
    }

    /** As {@link #flush}, when nothing may be thrown. */
    private boolean flushed() {
        try {
            boolean inserted = flush();
            // Also when it was not: then most of all.
            return state.isSettled() && inserted;
        } catch (RuntimeException | Error e) {
            state.failed(e);
            return false;
        }
    }

    /** Makes a chunk of the buffer. The buffer stays readable while the chunk is inserted, the chunk is afterwards. */
    private boolean flush() {
        EntryLayout.putChunkHeader(buffer, id, chunks, inBuffer);
        if (!writing.insertChunk(id, chunks, buffer, scratches.get())) {
            return false;
        }
        synchronized (tail) {
            chunks++;
            inBuffer = 0;
        }
        return true;
    }

    @Override
    public long length() {
        synchronized (tail) {
            return length;
        }
    }

    private boolean isClosed() {
        synchronized (tail) {
            return closed;
        }
    }

    @Override
    public int read(long position, ByteBuffer dst) {
        int wanted;
        synchronized (tail) {
            if (closed || position < 0 || position > length) {
                return -1;
            }
            wanted = (int) Math.min(dst.remaining(), length - position);
            long inChunks = (long) chunks * EntryLayout.CHUNK_DATA;
            if (wanted == 0) {
                return 0;
            }
            if (position >= inChunks) {
                int from = EntryLayout.CHUNK_DATA_OFFSET + (int) (position - inChunks);
                dst.put(buffer.view(from, wanted));
                return wanted;
            }
        }
        int number = (int) (position / EntryLayout.CHUNK_DATA);
        int from = (int) (position % EntryLayout.CHUNK_DATA);
        try {
            int copied = reading.readChunk(id, number, from, wanted, dst, scratches.get());
            return state.isSettled() ? copied : -1;
        } catch (RuntimeException | Error e) {
            state.failed(e);
            return -1;
        }
    }

    @Override
    public synchronized @Nullable StoredHead commit() {
        if (failed || committed || isClosed()) {
            return null;
        }
        try {
            StoredHead stored = tryCommit();
            return state.isSettled() ? stored : null;
        } catch (RuntimeException | Error e) {
            state.failed(e);
            failed = !committed;
            return null;
        }
    }

    private @Nullable StoredHead tryCommit() {
        Scratch scratch = scratches.get();
        ContentRange range = head.range();
        boolean fits = head.isComplete() || (range != null && range.size() == length);
        HeadBytes large = fits ? writing.encode(head, length, scratch) : null;
        if (large == null) {
            failed = true;
            return null;
        }
        HeadBytes small = chunks == 0 && large.isSmall() ? large.inline() : null;
        if (small == null) {
            if (inBuffer > 0 && !commitTail()) {
                failed = true;
                return null;
            }
            reading.pinOwn(id);
            pinned = true;
        }
        StoredHead stored = small == null
                ? writing.commit(this, large, null, scratch)
                : writing.commit(this, small, buffer, scratch);
        committed = stored != null;
        failed = !committed;
        return stored;
    }

    /** The last chunk; followers go on reading it from the buffer. */
    private boolean commitTail() {
        EntryLayout.putChunkHeader(buffer, id, chunks, inBuffer);
        if (!writing.insertChunk(id, chunks, buffer, scratches.get())) {
            return false;
        }
        tailInserted = true;
        return true;
    }

    private boolean tailInserted;
    private boolean pinned;

    @Override
    public synchronized void close() {
        synchronized (tail) {
            if (closed) {
                return;
            }
            closed = true;
        }
        writing.forget(this);
        try {
            if (!committed) {
                long inChunks = (long) chunks * EntryLayout.CHUNK_DATA + (tailInserted ? inBuffer : 0);
                writing.removeChunks(id, inChunks, scratches.get());
            }
            if (pinned) {
                reading.unpin(id, scratches.get());
            }
            state.isSettled();
        } catch (RuntimeException | Error e) {
            state.failed(e);
        }
        buffers.give(buffer);
    }
}
