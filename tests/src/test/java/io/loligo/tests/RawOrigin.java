package io.loligo.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** An origin that answers with exactly the bytes its script writes: for what a well-behaved server library cannot do. */
final class RawOrigin implements AutoCloseable {

    /** What to do with one request that has been read. */
    interface Script {
        void answer(Exchange exchange) throws IOException;
    }

    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final Script script;

    private RawOrigin(ServerSocket listener, Script script) {
        this.listener = listener;
        this.script = script;
    }

    static RawOrigin with(Script script) {
        try {
            var origin = new RawOrigin(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()), script);
            origin.threads.execute(origin::accept);
            return origin;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers every request with {@code wire} and keeps the connection. */
    static RawOrigin answering(String wire) {
        return with(exchange -> exchange.send(wire));
    }

    int port() {
        return listener.getLocalPort();
    }

    /** The request heads so far, without the empty line. */
    List<String> heads() {
        return List.copyOf(heads);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                threads.execute(() -> serve(socket));
            } catch (IOException e) {
                return; // The listener was closed: the end of the test.
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                String head = readHead(in);
                if (head.isEmpty()) {
                    return;
                }
                heads.add(head);
                var exchange = new Exchange(head, in, socket);
                script.answer(exchange);
                if (exchange.closing) {
                    return;
                }
            }
        } catch (IOException e) {
            // The proxy hung up; what that means is for the test to say.
        } finally {
            open.remove(socket);
        }
    }

    private static String readHead(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        while (!endsWithEmptyLine(head)) {
            int b = in.read();
            if (b < 0) {
                return "";
            }
            head.write(b);
        }
        return head.toString(ISO_8859_1).strip();
    }

    private static boolean endsWithEmptyLine(ByteArrayOutputStream head) {
        int size = head.size();
        return size >= 4 && head.toString(ISO_8859_1).endsWith("\r\n\r\n");
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            threads.shutdownNow();
        }
    }

    /** One request, its head read and its body not. */
    static final class Exchange {
        private final String head;
        private final InputStream in;
        private final Socket socket;
        private final OutputStream out;
        private boolean closing;

        private Exchange(String head, InputStream in, Socket socket) throws IOException {
            this.head = head;
            this.in = in;
            this.socket = socket;
            this.out = socket.getOutputStream();
        }

        /** Whether the proxy has closed the connection; waits a moment for that. Not while a body is to be read. */
        boolean isClosed() throws IOException {
            socket.setSoTimeout(1);
            try {
                return in.read() < 0;
            } catch (SocketTimeoutException e) {
                return false;
            } catch (SocketException e) {
                return true;
            } finally {
                socket.setSoTimeout(0);
            }
        }

        /** The request's head, without the empty line. */
        String head() {
            return head;
        }

        String path() {
            return head.split(" ", -1)[1];
        }

        boolean has(String fieldName) {
            return head.toLowerCase(Locale.ROOT).contains("\r\n" + fieldName.toLowerCase(Locale.ROOT) + ":");
        }

        /** The value of that field; null when there is none. */
        @Nullable String field(String fieldName) {
            return head.lines()
                    .filter(line -> line.regionMatches(true, 0, fieldName + ":", 0, fieldName.length() + 1))
                    .map(line -> line.substring(fieldName.length() + 1).strip())
                    .findFirst()
                    .orElse(null);
        }

        /** Whether the request's head holds {@code text}. */
        boolean says(String text) {
            return head.contains(text);
        }

        /** Reads {@code count} bytes of the request's body. */
        byte[] read(int count) throws IOException {
            return in.readNBytes(count);
        }

        /** Sends {@code latin1}, each char one byte. */
        Exchange send(String latin1) throws IOException {
            return send(latin1.getBytes(ISO_8859_1));
        }

        Exchange send(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
            return this;
        }

        /** Closes the connection once the script has ended. */
        void close() {
            closing = true;
        }
    }
}
