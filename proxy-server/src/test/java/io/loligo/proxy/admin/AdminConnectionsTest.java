package io.loligo.proxy.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loligo.proxy.config.Configuration.Admin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The admin listener's connections, threads, limits and stop. */
class AdminConnectionsTest {
    /** As the listener has them: 4 threads, 64 waiting. */
    private static final int REQUESTS_LIMIT = 68;

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(100);

    private final AdminListenerTest.AnyActions actions = new AdminListenerTest.AnyActions();
    private final HttpClient client = HttpClient.newHttpClient();
    private final CountDownLatch released = new CountDownLatch(1);
    private final List<AdminListener> listeners = new ArrayList<>();

    @TempDir
    Path directory;

    @AfterEach
    void close() {
        released.countDown();
        listeners.forEach(AdminListener::close);
    }

    @DisplayName("a request whose body's end is not clear is refused, and nothing after it is read")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        Content-Length: 18446744073709551619
        Content-Length: +3
        Content-Length: 3, 3
        Transfer-Encoding: xchunked
        Transfer-Encoding: gzip, chunked
        Transfer-Encoding: identity
        Transfer-Encoding: chunked~Content-Length: 3
        Content-Length: 3~Content-Length: 3
        """)
    void framing(String fields) throws IOException {
        AdminListener listener = listen(LONG);
        try (Socket socket = connect(listener)) {
            send(
                    socket,
                    head("POST /purge") + fields.replace("~", "\r\n") + "\r\n\r\n{}x" + head("POST /stop")
                            + "Content-Length: 0\r\n\r\n");
            String answers = readAll(socket);

            assertThat(answers).startsWith("HTTP/1.1 400 ").doesNotContain("HTTP/1.1 2");
        }
        assertThat(actions.stopped.getCount()).isEqualTo(1);
    }

    @DisplayName("a body with a length over the limit is refused before it is sent")
    @Test
    void expectContinue() throws IOException {
        AdminListener listener = listen(LONG);
        try (Socket socket = connect(listener)) {
            send(
                    socket,
                    head("POST /purge") + "Expect: 100-continue\r\nContent-Length: " + (AdminListener.BODY_LIMIT + 1)
                            + "\r\n\r\n");

            assertThat(readAll(socket)).startsWith("HTTP/1.1 413 ").contains("Connection: close");
        }
    }

    @DisplayName("a body that waits for 100 is asked for")
    @Test
    void continues() throws IOException {
        AdminListener listener = listen(LONG);
        try (Socket socket = connect(listener)) {
            String body = "{\"tags\":[\"a\"]}";
            send(
                    socket,
                    head("POST /purge") + "Expect: 100-continue\r\nConnection: close\r\nContent-Length: "
                            + body.length() + "\r\n\r\n");
            byte[] interim = socket.getInputStream().readNBytes("HTTP/1.1 100 ".length());
            assertThat(new String(interim, US_ASCII)).isEqualTo("HTTP/1.1 100 ");
            send(socket, body);

            assertThat(readAll(socket)).contains("HTTP/1.1 200 ");
        }
    }

    @DisplayName("a chunked body over the limit is refused")
    @Test
    void chunkedTooLarge() throws IOException {
        AdminListener listener = listen(LONG);
        try (Socket socket = connect(listener)) {
            String chunk = "10000\r\n" + "x".repeat(1 << 16) + "\r\n";
            send(socket, head("POST /purge") + "Transfer-Encoding: chunked\r\n\r\n" + chunk.repeat(17) + "0\r\n\r\n");

            assertThat(readAll(socket)).startsWith("HTTP/1.1 413 ");
        }
        await().until(() -> listener.underWay() == 0);
    }

    @DisplayName("a head over the limit closes the connection")
    @Test
    void headTooLarge() throws IOException {
        AdminListener listener = listen(LONG);
        try (Socket socket = connect(listener)) {
            send(socket, head("GET /status") + "A: " + "x".repeat(20_000) + "\r\n\r\n");

            assertThat(readAll(socket)).doesNotContain("HTTP/1.1 2");
        }
    }

    @DisplayName("a request that is not received in time is cut off, and its place is free again")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        nothing at all           | ''
        half a line              | GET /sta
        a head without its end   | POST /purge HTTP/1.1~Host: a~
        a body without its end   | POST /purge HTTP/1.1~Host: a~Authorization: Bearer TOKEN~Content-Length: 9~~{
        a refused body           | POST /purge HTTP/1.1~Host: a~Content-Length: 9~~{
        """)
    void tooSlow(String what, String request) throws IOException {
        AdminListener listener = listen(SHORT);
        try (Socket socket = connect(listener)) {
            send(socket, request.replace("~", "\r\n").replace("TOKEN", token()));

            assertThat(readAll(socket)).as(what).doesNotContain("HTTP/1.1 2");
        }
        await().until(() -> listener.underWay() == 0);
    }

    @DisplayName("a client that goes away before its body is complete leaves nothing behind")
    @Test
    void goneWhileSending() throws IOException {
        AdminListener listener = listen(LONG);
        try (Socket socket = connect(listener)) {
            send(socket, head("POST /purge") + "Content-Length: 9\r\n\r\n{");
            await().until(() -> listener.underWay() == 1);
        }
        await().until(() -> listener.underWay() == 0);
    }

    @DisplayName("a client that goes away while its request is worked on leaves nothing behind")
    @Test
    void goneWhileWaiting() throws Exception {
        AdminListener listener = listen(LONG);
        CountDownLatch asked = blockStatus();
        try (Socket socket = connect(listener)) {
            send(socket, head("GET /status") + "\r\n");
            asked.await();
        }
        released.countDown();
        await().until(() -> listener.underWay() == 0);
    }

    @DisplayName("requests beyond those that are worked on and that wait are told to come again")
    @Test
    void tooMany() throws Exception {
        AdminListener listener = listen(LONG);
        blockStatus();
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        for (int i = 0; i < REQUESTS_LIMIT; i++) {
            asked.add(ask(listener, "/status"));
        }
        await().until(() -> listener.underWay() == REQUESTS_LIMIT);

        assertThat(ask(listener, "/stats").get().statusCode()).isEqualTo(503);
        await().untilAsserted(() -> assertThat(threads())
                .as("an I/O thread, one that accepts and four that work")
                .hasSizeLessThanOrEqualTo(6));

        released.countDown();
        for (CompletableFuture<HttpResponse<String>> answer : asked) {
            assertThat(answer.get().statusCode()).isEqualTo(200);
        }
        await().until(() -> listener.underWay() == 0);
        assertThat(ask(listener, "/stats").get().statusCode()).isEqualTo(200);
    }

    @DisplayName("the stop lets a request under way end")
    @Test
    void stopWaits() throws Exception {
        AdminListener listener = listen(LONG);
        CountDownLatch asked = blockStatus();
        CompletableFuture<HttpResponse<String>> answer = ask(listener, "/status");
        asked.await();
        int port = listener.address().getPort();
        CompletableFuture<Void> closed = CompletableFuture.runAsync(listener::close);
        await().until(() -> listener.underWay() == 1 && !accepts(port));
        released.countDown();

        assertThat(answer.get().statusCode()).isEqualTo(200);
        closed.get();
        await().untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    @DisplayName("the stop does not wait for ever")
    @Test
    void stopIsBounded() throws Exception {
        AdminListener listener = listen(new AdminListener.Limits(LONG, LONG, SHORT));
        CountDownLatch asked = blockStatus();
        CompletableFuture<HttpResponse<String>> answer = ask(listener, "/status");
        asked.await();
        listener.close();

        assertThat(released.getCount()).as("what the request waits for").isEqualTo(1);
        await().until(answer::isDone);
        await().untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    @DisplayName("a bug is one line in the log, with the request")
    @Test
    void bugIsLogged() throws Exception {
        AdminListener listener = listen(LONG);
        actions.whenStatusIsAsked = () -> {
            throw new IllegalStateException("a bug");
        };
        List<LogRecord> records = Collections.synchronizedList(new ArrayList<>());
        Handler handler = handler(records);
        Logger root = Logger.getLogger("");
        root.addHandler(handler);
        try {
            assertThat(ask(listener, "/status").get().statusCode()).isEqualTo(500);
        } finally {
            root.removeHandler(handler);
        }
        assertThat(records).extracting(LogRecord::getMessage).containsExactly("admin request failed: GET /status");
    }

    private AdminListener listen(Duration request) throws IOException {
        return listen(new AdminListener.Limits(request, LONG, LONG));
    }

    private AdminListener listen(AdminListener.Limits limits) throws IOException {
        AdminListener listener =
                AdminListener.start(new Admin("127.0.0.1", 0, directory.resolve("token")), actions, limits);
        listeners.add(listener);
        return listener;
    }

    /** Requests for /status wait from now on; the answer says when the first one does. */
    private CountDownLatch blockStatus() {
        CountDownLatch asked = new CountDownLatch(1);
        actions.whenStatusIsAsked = () -> {
            asked.countDown();
            try {
                released.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        };
        return asked;
    }

    private CompletableFuture<HttpResponse<String>> ask(AdminListener listener, String path) throws IOException {
        URI uri = URI.create("http://127.0.0.1:" + listener.address().getPort() + path);
        return client.sendAsync(
                HttpRequest.newBuilder(uri)
                        .version(HttpClient.Version.HTTP_1_1)
                        .header("Authorization", "Bearer " + token())
                        .build(),
                BodyHandlers.ofString());
    }

    private String head(String request) throws IOException {
        return request + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + token() + "\r\n";
    }

    private String token() throws IOException {
        return Files.readString(directory.resolve("token"));
    }

    private static Socket connect(AdminListener listener) throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), listener.address().getPort());
        socket.setSoTimeout(Math.toIntExact(LONG.toMillis()));
        return socket;
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(US_ASCII));
    }

    /** What comes until the connection is closed, in whatever way. */
    private static String readAll(Socket socket) throws IOException {
        StringBuilder text = new StringBuilder();
        try {
            for (int octet = socket.getInputStream().read(); octet >= 0; ) {
                text.append((char) octet);
                octet = socket.getInputStream().read();
            }
        } catch (SocketException reset) {
            text.append("(reset)");
        }
        return text.toString();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("loligo-admin"))
                .toList();
    }

    private static Handler handler(List<LogRecord> records) {
        return new Handler() {
            @Override
            public void publish(LogRecord record) {
                records.add(record);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }
}
