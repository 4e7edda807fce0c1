package io.loligo.tests.bench.peers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.loligo.cache.http.HttpDate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * An origin of {@link PacedPage}s for thousands of connections at once, all on one thread. It never queues: each request
 * is answered when its page says, however many others wait.
 */
final class PacedOrigin implements AutoCloseable {
    private static final int BACKLOG = 4096;
    private static final int HEAD_MAX = 16 << 10;
    private static final int WRITE_MAX = 256 << 10;
    /** How finely a body that takes its time is cut. */
    private static final int STEPS = 20;

    private final Selector selector;
    private final ServerSocketChannel listener;
    private final PriorityQueue<Wait> waits = new PriorityQueue<>();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong bytesSent = new AtomicLong();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger mostWaiting = new AtomicInteger();
    private final Thread thread;
    private volatile long idleSinceNanos = System.nanoTime();
    private volatile int company;
    private final List<Runnable> inCompany = new ArrayList<>();
    private volatile boolean closed;

    private record Wait(long untilNanos, Runnable then) implements Comparable<Wait> {
        @Override
        public int compareTo(Wait other) {
            return Long.signum(untilNanos - other.untilNanos);
        }
    }

    private PacedOrigin(Selector selector, ServerSocketChannel listener) {
        this.selector = selector;
        this.listener = listener;
        this.thread = new Thread(this::run, "paced-origin");
    }

    static PacedOrigin start() {
        return start(0);
    }

    /** @param port 0 for any */
    static PacedOrigin start(int port) {
        try {
            Selector selector = Selector.open();
            ServerSocketChannel listener = ServerSocketChannel.open();
            listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
            listener.configureBlocking(false);
            listener.register(selector, SelectionKey.OP_ACCEPT);
            PacedOrigin origin = new PacedOrigin(selector, listener);
            origin.thread.setDaemon(true);
            origin.thread.start();
            return origin;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return listener.socket().getLocalPort();
    }

    /** Requests since the start. */
    long requests() {
        return requests.get();
    }

    /** Bytes of bodies that the system took, since the start. */
    long bytesSent() {
        return bytesSent.get();
    }

    /** The most requests that waited for their answers at one time, since the start or the last call. */
    int mostWaiting() {
        return mostWaiting.getAndSet(waiting.get());
    }

    /** Requests that wait for their answers now. One whose connection has been closed does not. */
    int waiting() {
        return waiting.get();
    }

    /** Since when none has waited, as {@link System#nanoTime}, while none waits. */
    long idleSinceNanos() {
        return idleSinceNanos;
    }

    /** Answers nobody from now on until {@code count} requests wait; then those, and the next so many together again. */
    void answerInCompanyOf(int count) {
        company = count;
    }

    private void run() {
        try {
            while (!closed) {
                select();
                long now = System.nanoTime();
                for (Wait next = waits.peek(); next != null && next.untilNanos() - now <= 0; next = waits.peek()) {
                    waits.remove().then().run();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            selector.keys().forEach(key -> quietly(key.channel()));
            quietly(selector);
        }
    }

    private void select() throws IOException {
        Wait next = waits.peek();
        if (next == null) {
            selector.select(this::ready);
            return;
        }
        long nanos = next.untilNanos() - System.nanoTime();
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
        if (millis > 0) {
            selector.select(this::ready, millis);
        } else {
            selector.selectNow(this::ready);
        }
    }

    private void ready(SelectionKey key) {
        if (key.attachment() instanceof Connection connection) {
            connection.ready();
        } else {
            accept();
        }
    }

    private void accept() {
        try {
            for (SocketChannel socket = listener.accept(); socket != null; socket = listener.accept()) {
                socket.configureBlocking(false);
                socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
                SelectionKey key = socket.register(selector, SelectionKey.OP_READ);
                key.attach(new Connection(socket, key));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void quietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Connection {
        private final SocketChannel socket;
        private final ByteBuffer in = ByteBuffer.allocate(HEAD_MAX);
        private final SelectionKey key;
        /** What is being answered. */
        private @Nullable PacedPage page;

        /** Whether its answer has not begun. */
        private boolean pending;

        private ByteBuffer head = ByteBuffer.allocate(0);
        private boolean headOnly;
        private long sent;
        private long allowed;
        private int step;

        private Connection(SocketChannel socket, SelectionKey key) {
            this.socket = socket;
            this.key = key;
        }

        private void ready() {
            try {
                if (key.isReadable()) {
                    if (socket.read(in) < 0) {
                        end();
                        return;
                    }
                    take();
                    if (!in.hasRemaining()) {
                        key.interestOps(0);
                    }
                } else if (page != null && key.isWritable()) {
                    write(page);
                }
            } catch (IOException e) {
                end();
            }
        }

        /** The next request, when its head is whole and none is being answered. */
        private void take() throws IOException {
            int end = page == null ? endOfHead() : -1;
            if (end < 0) {
                return;
            }
            String request = new String(in.array(), 0, end, ISO_8859_1);
            in.flip().position(end);
            in.compact();
            String[] line = request.substring(0, request.indexOf('\r')).split(" ", -1);
            headOnly = line[0].equals("HEAD");
            PacedPage asked = PacedPage.of(line[1]);
            page = asked;
            requests.incrementAndGet();
            pending = true;
            mostWaiting.accumulateAndGet(waiting.incrementAndGet(), Math::max);
            // Still read, to notice when it is closed.
            key.interestOps(SelectionKey.OP_READ);
            if (company > 1) {
                awaitCompany(() -> answer(asked));
            } else {
                after(asked.delayMillis(), () -> answer(asked));
            }
        }

        private void awaitCompany(Runnable answer) {
            inCompany.add(answer);
            if (inCompany.size() >= company) {
                List<Runnable> together = List.copyOf(inCompany);
                inCompany.clear();
                together.forEach(Runnable::run);
            }
        }

        private int endOfHead() {
            byte[] bytes = in.array();
            for (int i = 3; i < in.position(); i++) {
                if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                    return i + 1;
                }
            }
            return -1;
        }

        private void after(long millis, Runnable then) {
            if (millis == 0) {
                then.run();
            } else {
                waits.add(new Wait(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis), then));
            }
        }

        private void waitsNoMore() {
            pending = false;
            if (waiting.get() == 1) {
                idleSinceNanos = System.nanoTime();
            }
            waiting.decrementAndGet();
        }

        private void answer(PacedPage asked) {
            if (!pending) {
                return;
            }
            waitsNoMore();
            key.interestOps(0);
            head = ByteBuffer.wrap(("HTTP/1.1 200 OK\r\nServer: paced\r\nDate: " + HttpDate.format(Instant.now())
                            + "\r\nContent-Type: application/octet-stream\r\nCache-Control: "
                            + asked.caching().cacheControl() + "\r\nContent-Length: " + asked.size() + "\r\n\r\n")
                    .getBytes(ISO_8859_1));
            sent = 0;
            step = 0;
            allowed = asked.overMillis() == 0 ? asked.size() : 0;
            advance(asked);
        }

        private void advance(PacedPage asked) {
            if (!socket.isOpen()) {
                return;
            }
            if (asked.overMillis() > 0 && step < STEPS) {
                step++;
                after(asked.overMillis() / STEPS, () -> advance(asked));
                allowed = asked.size() * (step - 1) / STEPS;
            } else {
                allowed = asked.size();
            }
            try {
                write(asked);
            } catch (IOException e) {
                end();
            }
        }

        private void write(PacedPage asked) throws IOException {
            long until = headOnly ? 0 : allowed;
            while (head.hasRemaining() || sent < until) {
                ByteBuffer body = asked.bytes(sent, Math.min(until - sent, WRITE_MAX));
                int before = head.remaining();
                long written = socket.write(new ByteBuffer[] {head, body});
                long ofBody = written - (before - head.remaining());
                sent += ofBody;
                bytesSent.addAndGet(ofBody);
                if (head.hasRemaining() || body.hasRemaining()) {
                    key.interestOps(SelectionKey.OP_WRITE);
                    return;
                }
            }
            if (headOnly || sent == asked.size()) {
                page = null;
                key.interestOps(SelectionKey.OP_READ);
                take();
            } else {
                key.interestOps(0);
            }
        }

        private void end() {
            if (pending) {
                waitsNoMore();
            }
            page = null;
            quietly(socket);
        }
    }
}
