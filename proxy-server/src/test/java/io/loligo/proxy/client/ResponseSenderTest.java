package io.loligo.proxy.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.proxy.client.ResponseSender.Framing;
import io.loligo.proxy.respond.BodySource;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.util.SameThreadExecutor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xnio.Options;
import org.xnio.XnioIoThread;

final class ResponseSenderTest {
    private static final int LARGE = 3 << 20;

    private @Nullable Undertow server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop();
        }
    }

    @ParameterizedTest(name = "{0}, {1} bytes, a source that stalls: {2}")
    @CsvSource({
        "LENGTH,  0,       false",
        "LENGTH,  3145728, false",
        "LENGTH,  3145728, true",
        "CHUNKED, 0,       false",
        "CHUNKED, 1,       true",
        "CHUNKED, 3145728, false",
        "CHUNKED, 3145728, true",
        "CLOSE,   3145728, true",
    })
    void everyByteInItsFrame(Framing framing, int length, boolean stalls) throws Exception {
        byte[] body = bytes(length);
        CompletableFuture<Boolean> aborted = new CompletableFuture<>();
        Socket client = serve(x -> {
            ResponseSender sender = sender(x, Duration.ofSeconds(20));
            x.setPersistent(false);
            Source source = new Source(body, stalls ? x.getIoThread() : null);
            sender.send(head("HTTP/1.1 200 OK\r\n\r\n"), framing, source, () -> {
                assertThat(source.closed).isTrue();
                aborted.complete(sender.aborted());
            });
        });
        byte[] got = readSlowly(client);
        assertThat(new String(got, 0, 19, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200 OK\r\n\r\n");
        byte[] rest = Arrays.copyOfRange(got, 19, got.length);
        assertThat(framing == Framing.CHUNKED ? unchunked(rest) : rest).isEqualTo(body);
        assertThat(aborted.get(20, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void interimHeadsGoFirstAndTheWholeAnswerFollows() throws Exception {
        byte[] body = bytes(LARGE);
        Socket client = serve(x -> {
            ResponseSender sender = sender(x, Duration.ofSeconds(20));
            x.setPersistent(false);
            sender.interim(head("HTTP/1.1 103 Early Hints\r\n\r\n"));
            sender.sendWhole(
                    head("HTTP/1.1 200 OK\r\n\r\n"),
                    ByteBuffer.allocateDirect(LARGE).put(body).flip(),
                    () -> {});
            sender.interim(head("HTTP/1.1 103 Too Late\r\n\r\n"));
        });
        byte[] got = readSlowly(client);
        String heads = "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
        assertThat(new String(got, 0, heads.length(), StandardCharsets.US_ASCII))
                .isEqualTo(heads);
        assertThat(Arrays.copyOfRange(got, heads.length(), got.length)).isEqualTo(body);
    }

    @ParameterizedTest(name = "{0} after {1} bytes, a mistake of ours: {2}")
    @CsvSource({"CHUNKED, 0, false", "CHUNKED, 500000, false", "CHUNKED, 500000, true", "LENGTH, 70000, true"})
    void aBodyThatFailsEndsTheConnectionWithoutAnEnd(Framing framing, int after, boolean mistake) throws Exception {
        byte[] body = bytes(after);
        CompletableFuture<Boolean> aborted = new CompletableFuture<>();
        Socket client = serve(x -> {
            ResponseSender sender = sender(x, Duration.ofSeconds(20));
            Source source = new Source(body, x.getIoThread());
            source.failure = mistake ? new IllegalStateException("bug") : new IOException("cut short");
            sender.send(head("HTTP/1.1 200 OK\r\n\r\n"), framing, source, () -> aborted.complete(source.closed));
        });
        byte[] got = readSlowly(client);
        assertThat(aborted.get(20, TimeUnit.SECONDS)).as("source closed").isTrue();
        assertThat(new String(got, StandardCharsets.ISO_8859_1)).doesNotEndWith("0\r\n\r\n");
    }

    @Test
    void aClientThatStopsReadingIsGivenUp() throws Exception {
        CompletableFuture<Boolean> aborted = new CompletableFuture<>();
        Socket client = serve(x -> {
            ResponseSender sender = sender(x, Duration.ofMillis(300));
            Source source = new Source(bytes(64 << 20), null);
            sender.send(
                    head("HTTP/1.1 200 OK\r\n\r\n"), Framing.LENGTH, source, () -> aborted.complete(sender.aborted()));
        });
        assertThat(aborted.get(20, TimeUnit.SECONDS)).isTrue();
        client.close();
    }

    @Test
    void aSecondAnswerDoesNotDisturbTheFirst() throws Exception {
        byte[] body = bytes(LARGE);
        CompletableFuture<Boolean> refused = new CompletableFuture<>();
        Socket client = serve(x -> {
            ResponseSender sender = sender(x, Duration.ofSeconds(20));
            x.setPersistent(false);
            sender.send(head("HTTP/1.1 200 OK\r\n\r\n"), Framing.LENGTH, new Source(body, x.getIoThread()), () -> {});
            try {
                sender.send(head("HTTP/1.1 500 No\r\n\r\n"), Framing.CHUNKED, new Source(bytes(9), null), () -> {});
                refused.complete(false);
            } catch (IllegalStateException e) {
                refused.complete(true);
            }
        });
        byte[] got = readSlowly(client);
        assertThat(refused.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(Arrays.copyOfRange(got, 19, got.length)).isEqualTo(body);
    }

    private Socket serve(Consumer<HttpServerExchange> answer) throws IOException {
        Undertow started = Undertow.builder()
                .addHttpListener(0, "127.0.0.1")
                .setIoThreads(1)
                .setSocketOption(Options.SEND_BUFFER, 16 << 10)
                .setServerOption(UndertowOptions.ALWAYS_SET_DATE, false)
                .setHandler(x -> x.dispatch(SameThreadExecutor.INSTANCE, () -> answer.accept(x)))
                .build();
        server = started;
        started.start();
        Socket client = new Socket();
        client.setReceiveBufferSize(8 << 10);
        client.setSoTimeout(20_000);
        client.connect(started.getListenerInfo().get(0).getAddress());
        client.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return client;
    }

    /** Reads to the end in bites of changing size. */
    private static byte[] readSlowly(Socket client) throws IOException {
        Random random = new Random(7);
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        byte[] bite = new byte[8 << 10];
        try (client) {
            InputStream in = client.getInputStream();
            for (int count; (count = in.read(bite, 0, 1 + random.nextInt(bite.length))) >= 0; ) {
                got.write(bite, 0, count);
            }
        } catch (SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
        return got.toByteArray();
    }

    /** The strictest reader of chunks: nothing but sizes, data and the last chunk. */
    private static byte[] unchunked(byte[] wire) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int at = 0;
        while (true) {
            int end = at;
            while (wire[end] != '\r') {
                end++;
            }
            int size = Integer.parseInt(new String(wire, at, end - at, StandardCharsets.US_ASCII), 16);
            at = end + 2;
            body.write(wire, at, size);
            at += size;
            assertThat(new String(wire, at, 2, StandardCharsets.US_ASCII)).isEqualTo("\r\n");
            at += 2;
            if (size == 0) {
                assertThat(at).as("nothing after the last chunk").isEqualTo(wire.length);
                return body.toByteArray();
            }
        }
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + (i >> 8));
        }
        return bytes;
    }

    private static ResponseSender sender(HttpServerExchange x, Duration writeTimeout) {
        return new ResponseSender(
                ((HttpServerConnection) x.getConnection()).getChannel(), writeTimeout, new ResponseSender.Ending() {
                    @Override
                    public void answered() {
                        Connectors.terminateRequest(x);
                        Connectors.terminateResponse(x);
                    }

                    @Override
                    public void cut() {
                        x.setPersistent(false);
                    }
                });
    }

    private static ByteBuffer head(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Some bytes, which may not be there at once, and may end badly. */
    private static final class Source implements BodySource {
        private final byte[] bytes;
        private final @Nullable XnioIoThread stalling;
        private final Random random = new Random(3);
        private Runnable listener = () -> {};
        private @Nullable Exception failure;
        private volatile boolean closed;
        private long there;

        private Source(byte[] bytes, @Nullable XnioIoThread stalling) {
            this.bytes = bytes;
            this.stalling = stalling;
            this.there = stalling == null ? bytes.length : 0;
        }

        @Override
        public int read(long position, ByteBuffer dst) throws IOException {
            if (position == there && stalling != null && there < bytes.length) {
                stalling.execute(() -> {
                    there = Math.min(bytes.length, there + 1 + random.nextInt(200_000));
                    listener.run();
                });
                return 0;
            }
            if (position == bytes.length) {
                if (failure instanceof IOException cut) {
                    throw cut;
                }
                if (failure instanceof RuntimeException bug) {
                    throw bug;
                }
                return -1;
            }
            int count = (int) Math.min(dst.remaining(), there - position);
            dst.put(bytes, (int) position, count);
            return count;
        }

        @Override
        public void onReadable(Runnable readable) {
            listener = readable;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
