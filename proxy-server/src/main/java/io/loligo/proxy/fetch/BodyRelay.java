package io.loligo.proxy.fetch;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.store.EntryWriter;
import io.loligo.proxy.origin.OriginBody;
import io.loligo.proxy.respond.BodySource;
import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/**
 * A body on its way from the origin to the store and to every client that waits for it.
 *
 * <p>The owner is the I/O thread of the origin connection: it alone takes bytes from the origin, appends them to the
 * entry being written and keeps the last ones in a window of pooled buffers. Readers, on their own I/O threads, read from
 * the window, or from the store what has left the window. While the store takes the bytes, the origin is read as fast as
 * it sends; otherwise the window is bounded and the slowest reader holds the origin back.
 */
final class BodyRelay {
    private static final System.Logger LOG = System.getLogger(BodyRelay.class.getName());

    /** Buffers taken from the origin before readers are told of them. */
    private static final int BUFFERS_PER_TURN = 4;

    private final XnioIoThread owner;
    private final ByteBufferPool pool;
    private final OriginBody body;
    private final @Nullable EntryWriter writer;
    private final int windowMax;
    private final Consumer<@Nullable StoredHead> ended;
    private final AbandonPolicy abandonPolicy;

    private final Object lock = new Object();
    /** Guarded by lock. All buffers but the last are full. */
    private final ArrayDeque<PooledByteBuffer> window = new ArrayDeque<>(1);

    private final List<Reader> readers = new ArrayList<>(1);
    /** Readers that are still to come: who waited for the head opens its own on its own thread. */
    private int expected;

    private long windowStart;
    private long produced;
    private boolean storing;
    private boolean complete;
    private @Nullable IOException failure;
    private boolean paused;
    private boolean released;
    /** Given up because nobody waited: whoever comes now has to fetch for itself. */
    private boolean abandoned;
    /** Owner's thread. */
    private boolean filling;

    /** Decides what becomes of a fetch that no client waits for any more. Squid's quick_abort. */
    interface AbandonPolicy {
        /**
         * Whether to go on.
         *
         * @param received bytes of the body so far
         * @param length the whole length, or -1
         */
        boolean goOn(long received, long length);
    }

    /**
     * @param ended told once, on the owner's thread: the stored head, or null when nothing was stored
     */
    BodyRelay(
            XnioIoThread owner,
            ByteBufferPool pool,
            OriginBody body,
            @Nullable EntryWriter writer,
            int windowMax,
            AbandonPolicy abandonPolicy,
            Consumer<@Nullable StoredHead> ended) {
        this.owner = owner;
        this.pool = pool;
        this.body = body;
        this.writer = writer;
        this.windowMax = Math.max(1, windowMax);
        this.abandonPolicy = abandonPolicy;
        this.ended = ended;
        this.storing = writer != null;
    }

    /**
     * Takes what is there already and goes on as more comes. A body that is neither stored nor has a reader by now is
     * given up. Owner's thread.
     */
    void start() {
        body.onReadable(this::fill);
        fill();
    }

    /** The length when it is known: announced by the origin, or complete already; else -1. */
    long length() {
        synchronized (lock) {
            return complete ? produced : body.length();
        }
    }

    /**
     * A new reader from the first byte on; null when that byte is no longer to be had, or the body has failed already.
     *
     * @param thread where the reader is used and told
     */
    @Nullable Reader open(XnioIoThread thread) {
        synchronized (lock) {
            // Once the store has given up, what is neither in it nor in the window is lost.
            boolean startIsGone = windowStart > 0 && !storing;
            if (released || abandoned || startIsGone || failure != null) {
                return null;
            }
            Reader reader = new Reader(thread);
            readers.add(reader);
            return reader;
        }
    }

    private void fill() {
        if (filling) {
            return;
        }
        filling = true;
        try {
            int buffers = 0;
            Next next = next();
            while (next == Next.TAKE) {
                if (takeOnce() == 0) {
                    body.resumeReads();
                    break;
                }
                if (++buffers % BUFFERS_PER_TURN == 0) {
                    wakeReaders();
                }
                next = next();
            }
            if (next == Next.ABANDON) {
                abandon();
            } else if (next == Next.PAUSE) {
                body.suspendReads();
            }
        } catch (IOException e) {
            fail(e);
        } catch (RuntimeException | Error e) {
            // A mistake of ours must not leave the readers waiting.
            LOG.log(System.Logger.Level.ERROR, "a body failed inside the server", e);
            body.abort();
            fail(new IOException(e));
        } finally {
            filling = false;
        }
        wakeReaders();
        releaseIfDone();
    }

    /** What the owner does next. */
    private enum Next {
        TAKE,
        /** The rest is neither stored nor read by anybody. */
        ABANDON,
        /** The slowest reader is too far behind. */
        PAUSE,
        /** There is no more. */
        END
    }

    private Next next() {
        synchronized (lock) {
            if (complete || failure != null) {
                return Next.END;
            }
            abandoned = !storing && readers.isEmpty();
            if (abandoned) {
                return Next.ABANDON;
            }
            paused = isFarAhead();
            return paused ? Next.PAUSE : Next.TAKE;
        }
    }

    private boolean isEnded() {
        synchronized (lock) {
            return complete || failure != null;
        }
    }

    private int takeOnce() throws IOException {
        ByteBuffer tail = tailWithRoom();
        int from = tail.position();
        int got = body.read(tail);
        if (got > 0) {
            boolean stored = storing
                    && writer != null
                    && writer.append(tail.duplicate().flip().position(from));
            synchronized (lock) {
                storing = stored;
                produced += got;
                trim();
            }
        } else if (got < 0) {
            StoredHead stored = storing && writer != null ? writer.commit() : null;
            synchronized (lock) {
                complete = true;
            }
            ended.accept(stored);
        }
        return got;
    }

    /** The buffer that the next bytes go into; its position is where they start. */
    private ByteBuffer tailWithRoom() {
        synchronized (lock) {
            PooledByteBuffer last = window.peekLast();
            if (last == null || !last.getBuffer().hasRemaining()) {
                last = pool.allocate();
                last.getBuffer().clear();
                window.addLast(last);
                if (window.size() == 1) {
                    windowStart = produced;
                }
            }
            return last.getBuffer();
        }
    }

    private void fail(IOException e) {
        synchronized (lock) {
            if (complete || failure != null) {
                return;
            }
            failure = e;
            storing = false;
        }
        ended.accept(null);
    }

    /** Gives up what nobody waits for: {@link #abandoned} is set by then, so nobody can come meanwhile. */
    private void abandon() {
        body.abort();
        fail(new IOException("no client waits for it any more"));
    }

    /**
     * Whether the origin is as far ahead of the slowest reader as it may be. What every reader has does not count, even
     * where it shares its buffer with what comes next. Guarded by lock.
     */
    private boolean isFarAhead() {
        return !storing
                && produced - windowStart >= windowMax
                && produced - Math.max(windowStart, slowest()) >= windowMax;
    }

    /** How far the slowest reader is. Guarded by lock. */
    private long slowest() {
        long slowest = produced;
        for (Reader reader : readers) {
            slowest = Math.min(slowest, reader.reached);
        }
        return slowest;
    }

    /** Drops what every reader has, and what the store holds beyond the window's bound. Guarded by lock. */
    private void trim() {
        if (window.size() <= 1) {
            return;
        }
        long slowest = slowest();
        long keepFrom = storing ? Math.max(slowest, produced - windowMax) : slowest;
        while (window.size() > 1) {
            PooledByteBuffer first = window.getFirst();
            int length = first.getBuffer().position();
            if (windowStart + length > keepFrom) {
                return;
            }
            windowStart += length;
            window.removeFirst().close();
        }
    }

    private void wakeReaders() {
        Reader only = null;
        List<Reader> all = List.of();
        synchronized (lock) {
            if (readers.size() == 1) {
                only = readers.get(0);
            } else if (!readers.isEmpty()) {
                all = List.copyOf(readers);
            }
        }
        if (only != null) {
            only.wake();
        } else {
            all.forEach(Reader::wake);
        }
    }

    /** A reader took bytes: the origin may be read again. Any thread. */
    private void resumeIfPaused() {
        synchronized (lock) {
            if (!paused || isFarAhead()) {
                return;
            }
            paused = false;
        }
        owner.execute(this::fill);
    }

    /** So many clients are going to {@link #open} a reader; till they have {@link #came}, nobody else's leaving ends the body. */
    void expect(int clients) {
        synchronized (lock) {
            expected = clients;
        }
    }

    /** One of those that were expected has a reader, or wants none. Any thread. */
    void came() {
        boolean last;
        synchronized (lock) {
            last = --expected == 0;
        }
        if (last) {
            abandonIfUnread();
        }
    }

    /** Gives the body up, by the abandon policy, if no client reads it: those that it came for have left. Any thread. */
    void abandonIfUnread() {
        owner.execute(this::lastReaderLeft);
    }

    private void lastReaderLeft() {
        boolean abandon;
        synchronized (lock) {
            abandon = readers.isEmpty()
                    && expected == 0
                    && !complete
                    && failure == null
                    && (!storing || !abandonPolicy.goOn(produced, body.length()));
            abandoned |= abandon;
        }
        if (abandon) {
            abandon();
        } else if (!isEnded()) {
            fill();
        }
        releaseIfDone();
    }

    private void releaseIfDone() {
        synchronized (lock) {
            if (released || expected > 0 || !readers.isEmpty() || !(complete || failure != null)) {
                return;
            }
            released = true;
            window.forEach(PooledByteBuffer::close);
            window.clear();
        }
        if (writer != null) {
            writer.close();
        }
    }

    /** One client's way through the body. Used on its client's I/O thread. */
    final class Reader implements BodySource {
        private final XnioIoThread thread;
        private final AtomicBoolean wakePending = new AtomicBoolean();
        private volatile Runnable listener = () -> {};
        /** How far this client is. Guarded by lock. */
        private long reached;

        private boolean closed;

        private Reader(XnioIoThread thread) {
            this.thread = thread;
        }

        @Override
        public int read(long position, ByteBuffer dst) throws IOException {
            int copied;
            synchronized (lock) {
                reached = position;
                trim();
                copied = copy(position, dst);
            }
            resumeIfPaused();
            return copied;
        }

        private int copy(long position, ByteBuffer dst) throws IOException {
            if (position >= produced) {
                if (failure != null) {
                    throw new IOException("the origin's body was cut short", failure);
                }
                return complete ? -1 : 0;
            }
            if (position < windowStart) {
                int got = writer == null ? -1 : writer.read(position, dst);
                if (got <= 0) {
                    throw new IOException("the part of the body that is no longer in memory cannot be read back");
                }
                return got;
            }
            int before = dst.position();
            long at = windowStart;
            for (PooledByteBuffer pooled : window) {
                ByteBuffer filled = pooled.getBuffer();
                long end = Math.min(at + filled.position(), produced);
                if (position < end && dst.hasRemaining()) {
                    int offset = (int) (position - at);
                    int count = (int) Math.min(end - position, dst.remaining());
                    dst.put(dst.position(), filled, offset, count);
                    dst.position(dst.position() + count);
                    position += count;
                }
                at += filled.position();
            }
            return dst.position() - before;
        }

        @Override
        public void onReadable(Runnable readable) {
            listener = readable;
        }

        private void wake() {
            if (thread == owner) {
                listener.run();
            } else if (wakePending.compareAndSet(false, true)) {
                thread.execute(() -> {
                    wakePending.set(false);
                    listener.run();
                });
            }
        }

        @Override
        public void close() {
            synchronized (lock) {
                if (closed) {
                    return;
                }
                closed = true;
                readers.remove(this);
                trim();
            }
            if (Thread.currentThread() == owner && isEnded()) {
                // What is left to do calls nobody back.
                releaseIfDone();
            } else {
                owner.execute(BodyRelay.this::lastReaderLeft);
            }
        }
    }
}
