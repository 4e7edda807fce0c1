package io.loligo.proxy.origin;

import io.loligo.proxy.http1.BodyFraming;
import io.loligo.proxy.http1.ChunkedDecoder;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The body of an origin's answer. Outlives the exchange: its reader may ask for the end, or abort, later. */
final class AnswerBody implements OriginBody {
    private final OriginConnection connection;
    private final OriginInput input;
    private final BodyFraming framing;
    private final @Nullable ChunkedDecoder chunks;
    private long left;
    private boolean done;
    private @Nullable IOException failure;
    private @Nullable Runnable listener;
    private boolean reading;
    private boolean endTold;
    private boolean notifying;

    /** @param input what came behind the head, and then what comes */
    AnswerBody(OriginConnection connection, OriginInput input, BodyFraming framing) {
        this.connection = connection;
        this.input = input;
        this.framing = framing;
        this.left = framing.length();
        this.chunks = framing.kind() == BodyFraming.Kind.CHUNKED ? connection.chunks() : null;
    }

    @Override
    public long length() {
        return framing.length();
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        if (failure != null) {
            endTold = true;
            throw new IOException(failure.getMessage(), failure);
        }
        if (done) {
            endTold = true;
            return -1;
        }
        if (!dst.hasRemaining()) {
            return 0;
        }
        int count;
        try {
            count = switch (framing.kind()) {
                case NONE -> throw new IllegalStateException("an empty body is complete from the start");
                case LENGTH -> readPlain(dst);
                case CHUNKED -> readChunks(dst);
                case UNTIL_CLOSE -> readUntilClose(dst);
            };
        } catch (IOException cut) {
            endTold = true;
            fail(cut);
            connection.close();
            throw cut;
        }
        if (count > 0 && reading && !done) {
            connection.awaitMore();
        } else if (count < 0) {
            endTold = true;
        }
        return count;
    }

    private int readPlain(ByteBuffer dst) throws IOException {
        int limit = dst.limit();
        dst.limit((int) Math.min(limit, dst.position() + left));
        int count;
        try {
            count = readAvailable(dst);
        } finally {
            dst.limit(limit);
        }
        if (count < 0) {
            throw new EOFException("closed " + left + " bytes before the end of the body");
        }
        left -= count;
        if (left == 0) {
            complete();
        }
        return count;
    }

    private int readUntilClose(ByteBuffer dst) throws IOException {
        int count = readAvailable(dst);
        if (count < 0) {
            complete();
        }
        return count;
    }

    /** From what came with the head, else from the socket if there may be something. */
    private int readAvailable(ByteBuffer dst) throws IOException {
        ByteBuffer from = input.bytes();
        if (from == null) {
            return input.mayBeReadable() ? input.read(dst) : 0;
        }
        int count = Math.min(from.remaining(), dst.remaining());
        int limit = from.limit();
        from.limit(from.position() + count);
        dst.put(from);
        from.limit(limit);
        if (!from.hasRemaining()) {
            input.release();
        }
        return count;
    }

    private int readChunks(ByteBuffer dst) throws IOException {
        ChunkedDecoder decoder = chunks;
        if (decoder == null) {
            throw new IllegalStateException("a chunked body without its decoder");
        }
        while (true) {
            if (input.bytes() == null) {
                int count = input.mayBeReadable() ? input.fill() : 0;
                if (count < 0) {
                    throw new EOFException("closed before the last chunk");
                }
                if (count == 0) {
                    input.release();
                    return 0;
                }
            }
            ByteBuffer from = input.bytes();
            if (from == null) {
                throw new IllegalStateException("filled, yet empty");
            }
            int moved = decoder.decode(from, dst);
            if (decoder.isComplete()) {
                complete();
                return moved;
            }
            if (!from.hasRemaining()) {
                input.release();
            }
            if (moved > 0) {
                return moved;
            }
        }
    }

    @Override
    public void onReadable(Runnable toCall) {
        listener = toCall;
        if (reading && (input.bytes() != null || done || failure != null)) {
            notifySoon();
        }
    }

    @Override
    public void resumeReads() {
        reading = true;
        if (done || failure != null) {
            if (!endTold) {
                notifySoon();
            }
            return;
        }
        connection.awaitMore();
        connection.resumeReads();
        if (input.bytes() != null) {
            // These bytes are in our hands already: no event will tell of them.
            notifySoon();
        }
    }

    @Override
    public void suspendReads() {
        reading = false;
        if (connection.isReading(this)) {
            connection.awaitNothing();
        }
    }

    @Override
    public void abort() {
        reading = false;
        listener = null;
        if (!done && failure == null) {
            failure = new IOException("aborted");
            connection.leave(this);
            connection.close();
        }
    }

    /** The socket has something. */
    void readable() {
        if (reading) {
            tell();
        } else {
            connection.suspendReads();
        }
    }

    void complete() {
        done = true;
        if (reading) {
            notifySoon();
        }
        connection.exchangeDone();
    }

    void fail(IOException cause) {
        if (!done && failure == null) {
            failure = cause;
            connection.leave(this);
            if (reading && !endTold) {
                notifySoon();
            }
        }
    }

    private void notifySoon() {
        if (!notifying) {
            notifying = true;
            connection.thread().execute(() -> connection.guarded(this::notifyNow));
        }
    }

    private void notifyNow() {
        notifying = false;
        if (reading && !endTold) {
            tell();
        }
    }

    private void tell() {
        if (listener == null) {
            return;
        }
        listener.run();
        boolean more = connection.isReading(this) ? input.bytes() != null : done || failure != null;
        if (more && reading && !endTold) {
            notifySoon();
        }
    }
}
