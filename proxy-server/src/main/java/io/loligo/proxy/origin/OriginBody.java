package io.loligo.proxy.origin;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An origin's answer's body, freed of its framing. Used on the I/O thread of its connection only. It starts suspended:
 * a small body that came with its head can be read at once, and nothing more is read from the origin than {@link #read}
 * asks for. After {@link #resumeReads} the listener is told; it must then read or suspend.
 */
public interface OriginBody {

    /** Content-Length, 0 where the answer has no body, or -1 when only its end will tell. */
    long length();

    /**
     * Moves bytes into {@code dst}.
     *
     * @return how many; 0 when none are there now; -1 when the body is complete (the connection is given back by then)
     * @throws IOException when it was cut short or is malformed; the connection is closed by then
     */
    int read(ByteBuffer dst) throws IOException;

    /** Sets what is called, on this I/O thread, when {@link #read} gives something, its end or its failure. */
    void onReadable(Runnable listener);

    void resumeReads();

    void suspendReads();

    /** Drops the rest: closes the connection unless the body was complete. May be called at any time, repeatedly. */
    void abort();
}
