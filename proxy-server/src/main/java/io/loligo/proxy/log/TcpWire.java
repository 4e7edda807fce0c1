package io.loligo.proxy.log;

import io.loligo.proxy.config.LogDestination.Address;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Lines one after the other over a connection that is made anew when it is lost. While there is none, lines wait. A line
 * that was under way when the connection was lost is sent again, from its beginning; what the operating system had taken
 * and the collector has not read is lost. What the collector says is read and dropped. Used by one thread, but for
 * {@link #give}.
 */
final class TcpWire implements Collector.Wire {
    /** Bytes of lines that are written at once. */
    static final int BUFFER_BYTES = 64 << 10;
    /** How long a connect may take. */
    static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
    /** How long after a connection was lost, or could not be made, another is tried. */
    static final Duration RETRY = Duration.ofSeconds(1);
    /** How long a collector may take nothing before the connection is given up. */
    static final Duration STALL_LIMIT = Duration.ofMinutes(1);

    private final String name;
    private final Address address;
    private final LongAdder faults;
    private final RecurringWarning warnings;
    private final Selector selector;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private final ByteBuffer said = ByteBuffer.allocate(512);
    private volatile boolean givenUp;
    private @Nullable SocketChannel channel;
    private @Nullable String trouble;
    private boolean lost;
    private long retryAt;

    /** @throws IOException when the process has no descriptor left */
    TcpWire(String name, Address address, LongAdder faults, RecurringWarning warnings) throws IOException {
        this.name = name;
        this.address = address;
        this.faults = faults;
        this.warnings = warnings;
        this.selector = Selector.open();
    }

    @Override
    public void send(byte[] line) {
        if (line.length > buffer.remaining()) {
            flush();
        }
        if (line.length > buffer.remaining()) {
            write(ByteBuffer.wrap(line));
        } else {
            buffer.put(line);
        }
    }

    @Override
    public void flush() {
        buffer.flip();
        write(buffer);
        buffer.clear();
    }

    private void write(ByteBuffer lines) {
        while (lines.hasRemaining() && !givenUp) {
            try {
                SocketChannel open = connected();
                listen(open);
                if (open.write(lines) == 0) {
                    await(open, SelectionKey.OP_WRITE, STALL_LIMIT, "takes nothing");
                }
            } catch (IOException e) {
                lost(e);
                backToLineStart(lines);
            }
        }
        if (lines.hasRemaining()) {
            faults.increment();
        }
    }

    private static void backToLineStart(ByteBuffer lines) {
        int at = lines.position();
        while (at > 0 && lines.get(at - 1) != '\n') {
            at--;
        }
        lines.position(at);
    }

    /** The end of the connection is noticed before lines are written into it. */
    private void listen(SocketChannel open) throws IOException {
        said.clear();
        if (open.read(said) < 0) {
            throw new EOFException("the collector has closed the connection");
        }
    }

    private SocketChannel connected() throws IOException {
        if (channel != null) {
            return channel;
        }
        for (long left = retryAt - System.nanoTime();
                lost && left > 0 && !givenUp;
                left = retryAt - System.nanoTime()) {
            selector.select(TimeUnit.NANOSECONDS.toMillis(left) + 1);
        }
        if (givenUp) {
            throw new IOException("the log is closed");
        }
        InetSocketAddress to = new InetSocketAddress(address.host(), address.port());
        if (to.isUnresolved()) {
            throw new IOException("the name " + address.host() + " does not resolve");
        }
        SocketChannel open = SocketChannel.open();
        channel = open;
        open.configureBlocking(false);
        if (!open.connect(to)) {
            await(open, SelectionKey.OP_CONNECT, CONNECT_LIMIT, "does not answer");
            open.finishConnect();
        }
        if (trouble != null) {
            warnings.over(trouble);
            trouble = null;
        }
        return open;
    }

    private void await(SocketChannel open, int event, Duration limit, String otherwise) throws IOException {
        open.register(selector, event);
        long until = System.nanoTime() + limit.toNanos();
        while (true) {
            selector.selectedKeys().clear();
            long left = until - System.nanoTime();
            if (givenUp) {
                throw new IOException("the log is closed");
            }
            if (left <= 0) {
                throw new IOException("the collector " + otherwise + " for " + limit.toSeconds() + " s");
            }
            if (selector.select(TimeUnit.NANOSECONDS.toMillis(left) + 1) > 0) {
                selector.selectedKeys().clear();
                return;
            }
        }
    }

    private void lost(IOException e) {
        disconnect();
        lost = true;
        retryAt = System.nanoTime() + RETRY.toNanos();
        if (givenUp) {
            return;
        }
        faults.increment();
        String cause = "access_log " + name + ": " + e.getMessage();
        trouble = cause;
        warnings.met(cause, () -> cause + "; lines wait for it, and are dropped when they are too many");
    }

    private void disconnect() {
        SocketChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
                // The descriptor is closed for good once its key is out of the selector.
                selector.selectNow();
            } catch (IOException e) {
                faults.increment();
            }
        }
    }

    @Override
    public void give() {
        givenUp = true;
        selector.wakeup();
    }

    @Override
    public void close() {
        disconnect();
        try {
            selector.close();
        } catch (IOException e) {
            faults.increment();
        }
    }
}
