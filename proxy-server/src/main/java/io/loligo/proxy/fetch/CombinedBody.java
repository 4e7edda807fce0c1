package io.loligo.proxy.fetch;

import io.loligo.cache.store.EntryReader;
import io.loligo.proxy.origin.OriginBody;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.XnioIoThread;

/**
 * The bytes of a stored part and of the part that the origin sends, one behind the other: RFC 9111 §3.4. To whoever reads
 * it, it is one body from the origin. Owner's thread.
 *
 * <p>The origin's part has to be as long as its Content-Range says. A long stored part is handed out in turns, so that
 * others on the same I/O thread get theirs. Closes its reader.
 */
final class CombinedBody implements OriginBody {
    /** Bytes of the stored part handed out before others have their turn. */
    static final int STORED_PER_TURN = 1 << 20;

    private final XnioIoThread owner;
    private final EntryReader stored;
    private final OriginBody origin;
    private final long before;
    private final long middle;
    private final long after;

    private Runnable listener = () -> {};
    private long position;
    private long turn;
    private boolean turnPending;
    private boolean suspended = true;
    private boolean originComplete;
    private boolean closed;

    /**
     * @param before bytes of {@code stored} that come first
     * @param middle bytes that {@code origin} has to give
     * @param after bytes of the end of {@code stored} that come last
     */
    CombinedBody(XnioIoThread owner, EntryReader stored, OriginBody origin, long before, long middle, long after) {
        this.owner = owner;
        this.stored = stored;
        this.origin = origin;
        this.before = before;
        this.middle = middle;
        this.after = after;
    }

    @Override
    public long length() {
        return before + middle + after;
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        if (closed) {
            throw new IOException("given up");
        }
        try {
            return readNext(dst);
        } catch (IOException e) {
            abort();
            throw e;
        }
    }

    private int readNext(ByteBuffer dst) throws IOException {
        if (position < before) {
            return readStored(position, before, dst);
        }
        if (!originComplete) {
            int got = readOrigin(dst);
            if (got >= 0) {
                return got;
            }
            originComplete = true;
        }
        long behind = position - before - middle;
        if (behind < after) {
            return readStored(stored.length() - after + behind, stored.length(), dst);
        }
        close();
        return -1;
    }

    private int readOrigin(ByteBuffer dst) throws IOException {
        int got = origin.read(dst);
        long total = position - before + Math.max(0, got);
        if (total > middle || (got < 0 && total < middle)) {
            throw new IOException("the origin's part is not as long as its Content-Range says");
        }
        if (got > 0) {
            position += got;
        }
        return got;
    }

    private int readStored(long from, long end, ByteBuffer dst) throws IOException {
        if (turn >= STORED_PER_TURN) {
            return 0;
        }
        int limit = dst.limit();
        dst.limit(dst.position() + (int) Math.min(dst.remaining(), end - from));
        try {
            int got = stored.read(from, dst);
            if (got <= 0) {
                throw new IOException("the stored part is shorter than its range");
            }
            position += got;
            turn += got;
            return got;
        } finally {
            dst.limit(limit);
        }
    }

    private boolean isInStored() {
        return position < before || originComplete;
    }

    @Override
    public void onReadable(Runnable newListener) {
        listener = newListener;
        origin.onReadable(() -> {
            if (!isInStored()) {
                listener.run();
            }
        });
    }

    @Override
    public void resumeReads() {
        suspended = false;
        if (!isInStored()) {
            origin.resumeReads();
        } else if (!turnPending) {
            turnPending = true;
            owner.execute(this::nextTurn);
        }
    }

    private void nextTurn() {
        turnPending = false;
        turn = 0;
        if (!suspended && !closed) {
            listener.run();
        }
    }

    @Override
    public void suspendReads() {
        suspended = true;
        origin.suspendReads();
    }

    @Override
    public void abort() {
        origin.abort();
        close();
    }

    private void close() {
        if (!closed) {
            closed = true;
            stored.close();
        }
    }
}
