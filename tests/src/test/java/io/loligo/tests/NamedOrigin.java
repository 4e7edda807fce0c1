package io.loligo.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An origin at a port of 127.0.0.1 that answers every request with its own name, and can go away and come back. */
final class NamedOrigin implements AutoCloseable {
    private final String name;
    private final ServerSocket socket;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    NamedOrigin(String name, int port) throws IOException {
        this.name = name;
        this.socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        threads.execute(this::accept);
    }

    String name() {
        return name;
    }

    int port() {
        return socket.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = socket.accept();
                threads.execute(() -> answer(client));
            }
        } catch (IOException closed) {
            threads.shutdown();
        }
    }

    /** One answer on each connection: none is left to be used when the origin is gone. */
    private void answer(Socket client) {
        try (client) {
            var reader = new BufferedReader(new InputStreamReader(client.getInputStream(), ISO_8859_1));
            String line = reader.readLine();
            while (line != null && !line.isEmpty()) {
                line = reader.readLine();
            }
            if (line != null) {
                client.getOutputStream()
                        .write(("HTTP/1.1 200 OK\r\nConnection: close\r\nCache-Control: no-store\r\nContent-Length: "
                                        + name.length() + "\r\n\r\n" + name)
                                .getBytes(ISO_8859_1));
            }
        } catch (IOException gone) {
            // The server on the other side has closed a connection that it only tried.
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks a server at {@code port} from a local address, and returns the body: the name of who answered. */
    static String ask(int port, String from, String target) {
        try (var connection = new Socket(InetAddress.getLoopbackAddress(), port, InetAddress.getByName(from), 0)) {
            connection.setSoTimeout(RawHttp.READ_TIMEOUT_MILLIS);
            connection
                    .getOutputStream()
                    .write(("GET " + target + " HTTP/1.1\r\nHost: Www.Example.org\r\nConnection: close\r\n\r\n")
                            .getBytes(ISO_8859_1));
            String answer = new String(connection.getInputStream().readAllBytes(), ISO_8859_1);
            return answer.substring(answer.indexOf("\r\n\r\n") + 4);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
