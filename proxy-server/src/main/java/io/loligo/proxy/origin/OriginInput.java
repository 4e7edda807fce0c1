package io.loligo.proxy.origin;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.StreamSourceConduit;

/** What comes from an origin's socket: bytes in our hands, and whether there may be more. Used on one I/O thread only. */
final class OriginInput {
    /** Bytes that one event takes from an origin at most before the thread turns to its other connections. */
    static final int TURN_BYTES_MAX = 256 << 10;

    private final StreamSourceConduit source;
    private final ByteBufferPool buffers;
    private final OriginTraffic traffic;
    /** Bytes read and not yet used; null when there are none. */
    private @Nullable PooledByteBuffer bytes;
    /** False when the last read took all that there was, or all of this turn: the next event says that there is more. */
    private boolean mayBeReadable;
    /** What is left of {@link #TURN_BYTES_MAX}. */
    private int turn;

    OriginInput(StreamSourceConduit source, ByteBufferPool buffers, OriginTraffic traffic) {
        this.source = source;
        this.buffers = buffers;
        this.traffic = traffic;
    }

    /** The socket has something. */
    void readable() {
        turn = TURN_BYTES_MAX;
        mayBeReadable = true;
    }

    boolean mayBeReadable() {
        return mayBeReadable;
    }

    /** What is in our hands; null when that is nothing. */
    @Nullable ByteBuffer bytes() {
        return bytes == null ? null : bytes.getBuffer();
    }

    /**
     * Reads what the socket has into our hands, which are empty.
     *
     * @return how much; 0 for nothing, -1 for the end: then it is to be {@linkplain #release released}
     */
    int fill() throws IOException {
        PooledByteBuffer pooled = bytes;
        if (pooled == null) {
            pooled = buffers.allocate();
            bytes = pooled;
        }
        ByteBuffer buffer = pooled.getBuffer();
        buffer.clear();
        try {
            return read(buffer);
        } finally {
            buffer.flip();
        }
    }

    /** Reads what the socket has into {@code buffer}; as {@link StreamSourceConduit#read(ByteBuffer)}. */
    int read(ByteBuffer buffer) throws IOException {
        int room = buffer.remaining();
        int count = source.read(buffer);
        turn -= Math.max(0, count);
        mayBeReadable = (count == room && turn > 0) || count < 0;
        if (count > 0) {
            traffic.moved(0, count);
        }
        return count;
    }

    /** Gives the buffer back, whatever is left in it. */
    void release() {
        if (bytes != null) {
            bytes.close();
            bytes = null;
        }
    }
}
