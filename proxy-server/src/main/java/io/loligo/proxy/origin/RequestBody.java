package io.loligo.proxy.origin;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A request's body, pulled by the origin connection as fast as the origin takes it. Used on one I/O thread only.
 */
public interface RequestBody {

    /** Its length in bytes, or -1 when it is not known before its end: then it is sent chunked. */
    long length();

    /**
     * Moves bytes into {@code dst}.
     *
     * @return how many; 0 when none are there now; -1 after the last one
     * @throws IOException when the client's message is malformed, too large or cut short
     */
    int read(ByteBuffer dst) throws IOException;

    /** Sets what is called, on this I/O thread, when {@link #read} may give more after {@link #resumeReads}. */
    void onReadable(Runnable listener);

    void resumeReads();

    void suspendReads();

    /** Whether any byte was taken out: then the request cannot be sent again. */
    boolean started();

    /**
     * Whether its sender waits for 100 before it sends. Then the request goes out with Expect, and {@link #read}, which
     * lets the sender go on, waits for the origin's 100. RFC 9110 §10.1.1.
     */
    boolean awaitsContinue();
}
