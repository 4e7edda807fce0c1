package io.loligo.tests.bench.peers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One of the {@link Clients}: a connection, and the answer that comes by it. Used on the thread of those. */
final class Client {
    private static final int HEAD_MAX = 8 << 10;
    private static final String LENGTH = "\r\ncontent-length:";
    /** Length of a body that its last chunk ends. */
    private static final long CHUNKED = -1;

    private final SocketChannel socket;
    private @Nullable SelectionKey key;
    private ByteBuffer out = ByteBuffer.allocate(0);
    private @Nullable PacedPage page;
    private final StringBuilder head = new StringBuilder();
    private boolean inBody;
    private long length;
    private long received;
    private long allowance = Long.MAX_VALUE;
    private int checked = Integer.MAX_VALUE;
    private long doneNanos;
    private int status;
    private @Nullable String fault;

    Client(SocketChannel socket) {
        this.socket = socket;
    }

    void registered(SelectionKey selectionKey) {
        key = selectionKey;
    }

    SocketChannel socket() {
        return socket;
    }

    /** @param wanted what the body must be; null for any body */
    void ask(String request, @Nullable PacedPage wanted) {
        page = wanted;
        head.setLength(0);
        inBody = false;
        received = 0;
        status = 0;
        doneNanos = 0;
        out = ByteBuffer.wrap(request.getBytes(ISO_8859_1));
        write();
    }

    /** Takes no more than this many bytes of the body from now on, until the next call. */
    void allow(long bytes) {
        allowance = bytes;
        interest();
    }

    /** Compares no more than the first {@code bytes} of what each read brings with what the body must be. */
    void checkOnly(int bytes) {
        checked = bytes;
    }

    boolean isDone() {
        return doneNanos != 0 || fault != null;
    }

    /** When the last byte was here, as {@link System#nanoTime}. */
    long doneNanos() {
        return doneNanos;
    }

    int status() {
        return status;
    }

    /** Bytes of the body so far. */
    long received() {
        return received;
    }

    /** Why it has no right answer; null while nothing is wrong. */
    @Nullable String fault() {
        return fault;
    }

    void ready(ByteBuffer scratch) {
        if (key != null && key.isValid() && key.isWritable()) {
            write();
        }
        if (key != null && key.isValid() && key.isReadable()) {
            read(scratch);
        }
    }

    private void write() {
        try {
            socket.write(out);
        } catch (IOException e) {
            fail(e.toString());
            return;
        }
        interest();
    }

    private void interest() {
        if (key != null && key.isValid()) {
            int wanted = (out.hasRemaining() ? SelectionKey.OP_WRITE : 0) | (allowance > 0 ? SelectionKey.OP_READ : 0);
            if (key.interestOps() != wanted) {
                key.interestOps(wanted);
            }
        }
    }

    private void read(ByteBuffer scratch) {
        try {
            scratch.clear().limit((int) Math.min(scratch.capacity(), allowance));
            int got = socket.read(scratch);
            if (got < 0) {
                fail("closed after " + received + " bytes of the body");
                return;
            }
            if (allowance != Long.MAX_VALUE) {
                allowance -= got;
                interest();
            }
            scratch.flip();
            if (!inBody) {
                readHead(scratch);
            }
            if (inBody) {
                readBody(scratch);
            }
        } catch (IOException e) {
            fail(e.toString());
        }
    }

    private void readHead(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            head.append((char) (bytes.get() & 0xff));
            int end = head.length();
            if (end >= 4 && head.charAt(end - 1) == '\n' && head.charAt(end - 3) == '\n') {
                inBody = true;
                status = Integer.parseInt(head.substring(9, 12));
                length = length(head.toString().toLowerCase(Locale.ROOT));
                return;
            }
            if (end > HEAD_MAX) {
                fail("a head of more than " + HEAD_MAX + " bytes");
                return;
            }
        }
    }

    private static long length(String lowerCase) {
        int at = lowerCase.indexOf(LENGTH);
        if (at < 0) {
            return CHUNKED;
        }
        int end = lowerCase.indexOf('\r', at + LENGTH.length());
        return Long.parseLong(lowerCase.substring(at + LENGTH.length(), end).strip());
    }

    private void readBody(ByteBuffer bytes) {
        if (page != null && length != page.size()) {
            fail("status " + status + " and a body of " + length + " bytes instead of " + page.size());
            return;
        }
        if (page != null
                && !page.matches(received, bytes.slice(bytes.position(), Math.min(bytes.remaining(), checked)))) {
            fail("wrong bytes after " + received);
            return;
        }
        received += bytes.remaining();
        if (received == length) {
            doneNanos = System.nanoTime();
        } else if (length == CHUNKED) {
            fail("a body without Content-Length");
        }
    }

    private void fail(String why) {
        fault = why;
        close();
    }

    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
