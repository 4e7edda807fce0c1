package io.loligo.tests.bench.peers;

import io.loligo.tests.RawHttp;
import io.loligo.tests.RawHttp.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/** Single requests, each on a connection of its own, as {@code http://bench.test/}. */
final class Ask {
    static final String HOST = "bench.test";

    private Ask() {}

    /** Each of {@code fields} is {@code Name: value}. */
    static Answer get(int port, String path, String... fields) {
        return send(port, "GET", path, fields);
    }

    static Answer send(int port, String method, String path, String... fields) {
        StringBuilder head =
                new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\n");
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        try (RawHttp connection = RawHttp.connect(address(port))) {
            return connection.send(head.append("\r\n").toString()).answer(method);
        }
    }

    /** Waits until a server answers a GET with 200. */
    static void until200(int port, String path, Duration patience, Process process) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!is200(port, path)) {
            if (!process.isAlive()) {
                throw new IOException("it has ended with " + process.exitValue());
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("it does not answer within " + patience.toSeconds() + " s");
            }
            pause(20);
        }
    }

    private static boolean is200(int port, String path) {
        try (Socket probe = new Socket()) {
            probe.connect(address(port), 1_000);
        } catch (IOException e) {
            return false;
        }
        try {
            return get(port, path).status() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    static void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
}
