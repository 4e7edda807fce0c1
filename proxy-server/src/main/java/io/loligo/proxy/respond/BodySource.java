package io.loligo.proxy.respond;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A body to be sent, read at the client's pace. Used on the client's I/O thread only; closed by the sender when the
 * answer has ended, well or badly.
 */
public interface BodySource extends AutoCloseable {

    /**
     * Copies bytes from {@code position} on into {@code dst}. The same position may be asked for again, when the client
     * did not take all of it.
     *
     * @return the number of bytes copied; 0 when there are none yet, then {@code onReadable}'s listener is called once
     *     there may be more; -1 when {@code position} is the end
     * @throws IOException when the body ends before its end: the client must not take it for complete
     */
    int read(long position, ByteBuffer dst) throws IOException;

    /** Sets what is called on the client's I/O thread after {@link #read} gave 0. Sources that never do may ignore it. */
    void onReadable(Runnable listener);

    /**
     * All of the body where it is at hand in memory, to be written together with the head; null where it has to be read.
     * Asked for at most once; the buffer is used until {@link #close}.
     */
    default @Nullable ByteBuffer whole() {
        return null;
    }

    @Override
    void close();
}
