package io.loligo.proxy.origin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** An origin on a real socket that does, connection by connection, what a script says. */
final class ScriptedOrigin implements AutoCloseable {
    /** What happens on one connection; it is closed at the end. */
    interface Script {
        void run(Connection connection) throws IOException, InterruptedException;
    }

    private final ServerSocket listener;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final CountDownLatch go = new CountDownLatch(1);
    private final List<String> heads = new CopyOnWriteArrayList<>();

    /** The first connection gets the first script, and so on; the last one serves all that follow. */
    ScriptedOrigin(Script... scripts) throws IOException {
        this(0, scripts);
    }

    ScriptedOrigin(int port, Script... scripts) throws IOException {
        this(InetAddress.getLoopbackAddress(), port, scripts);
    }

    ScriptedOrigin(InetAddress address, int port, Script... scripts) throws IOException {
        listener = new ServerSocket(port, 50, address);
        Thread acceptor = new Thread(() -> accept(scripts), "origin-" + listener.getLocalPort());
        acceptor.setDaemon(true);
        acceptor.start();
    }

    /** Sends {@code answer} to the first request and closes. */
    static Script answering(String answer) {
        return connection -> {
            connection.readHead();
            connection.write(answer);
        };
    }

    /** Sends {@code answer} to each request until the client closes. */
    static Script keepAnswering(String answer) {
        return connection -> {
            while (true) {
                connection.readHead();
                connection.write(answer);
            }
        };
    }

    int port() {
        return listener.getLocalPort();
    }

    /** How many connections came. */
    int accepted() {
        return accepted.get();
    }

    /** The request heads so far. */
    List<String> heads() {
        return heads;
    }

    /** Lets the script go on that waits for it. */
    void go() {
        go.countDown();
    }

    private void accept(Script[] scripts) {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                Script script = scripts[Math.min(accepted.getAndIncrement(), scripts.length - 1)];
                Thread thread = new Thread(() -> run(script, socket), "origin-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void run(Script script, Socket socket) {
        try (socket) {
            script.run(new Connection(socket));
        } catch (IOException clientLeft) {
            // The tests look at the client's side.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    /** The origin's end of a connection. */
    final class Connection {
        private final Socket socket;
        private final InputStream in;

        Connection(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream());
            socket.setTcpNoDelay(true);
        }

        /** A request's head up to and with the empty line. */
        String readHead() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int octet = in.read();
                if (octet < 0) {
                    throw new EOFException();
                }
                head.append((char) octet);
            }
            heads.add(head.toString());
            return head.toString();
        }

        String read(int bytes) throws IOException {
            return new String(in.readNBytes(bytes), ISO_8859_1);
        }

        void write(String text) throws IOException {
            write(text.getBytes(ISO_8859_1));
        }

        void write(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        }

        /** Waits for {@link ScriptedOrigin#go}. */
        void awaitGo() throws InterruptedException {
            go.await();
        }

        /** Closes with a reset instead of a proper end. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Says nothing more until the client closes. */
        void hang() throws IOException {
            while (in.read() >= 0) {}
        }
    }
}
