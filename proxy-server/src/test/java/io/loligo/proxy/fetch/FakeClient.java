package io.loligo.proxy.fetch;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.http.ResponseHead;
import io.loligo.proxy.exchange.Client;
import io.loligo.proxy.exchange.ClientBody;
import io.loligo.proxy.exchange.Exchange;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.log.SentHead;
import io.loligo.proxy.log.Transaction;
import io.loligo.proxy.respond.Answer;
import io.loligo.proxy.respond.BodySource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/** A client without a wire: it takes its answer as a value, and leaves when the test says so. */
final class FakeClient implements Client {
    private static final int PORT = 80;

    private final XnioIoThread thread;
    private final @Nullable ClientBody body;
    private final Exchange exchange;
    private Runnable goneListener = () -> {};
    private Runnable endListener = () -> {};
    private boolean begun;
    private boolean aborted;

    /** The text of the answer's body. */
    final CompletableFuture<String> text = new CompletableFuture<>();
    /** What was recorded of the exchange. */
    final List<Transaction> records = new CopyOnWriteArrayList<>();

    FakeClient(XnioIoThread thread, Rules rules, @Nullable ClientBody body) {
        this.thread = thread;
        this.body = body;
        this.exchange =
                new Exchange(this, rules, rules.sites().values().iterator().next(), records::add);
    }

    /** An exchange that asks for {@code path}. */
    Exchange asks(String method, String path) {
        exchange.understood(new RequestHead(method, path, HttpVersion.HTTP_1_1, Fields.of("Host", "www.example.org")));
        return exchange;
    }

    Exchange exchange() {
        return exchange;
    }

    /** Leaves, as a door notices it: says so, then ends. */
    void leaves() throws Exception {
        on(thread, () -> {
            if (!begun) {
                aborted = true;
                goneListener.run();
                endListener.run();
            }
        });
    }

    /** Runs {@code step} on {@code thread}, and waits for its end. */
    static void on(XnioIoThread thread, Runnable step) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        thread.execute(() -> {
            try {
                step.run();
                done.complete(null);
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
        done.get(20, TimeUnit.SECONDS);
    }

    @Override
    public void send(Answer answer) {
        if (begun || aborted) {
            throw new IllegalStateException("answered before, or gone");
        }
        begun = true;
        BodySource source = answer.body();
        if (source == null) {
            end("");
        } else {
            read(source, new StringBuilder(), ByteBuffer.allocate(1 << 16));
        }
    }

    private void read(BodySource source, StringBuilder so, ByteBuffer buffer) {
        source.onReadable(() -> read(source, so, buffer));
        try {
            int count = source.read(so.length(), buffer.clear());
            while (count > 0) {
                so.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
                count = source.read(so.length(), buffer.clear());
            }
            if (count < 0 && !text.isDone()) {
                source.close();
                end(so.toString());
            }
        } catch (IOException e) {
            text.completeExceptionally(e);
        }
    }

    private void end(String all) {
        endListener.run();
        text.complete(all);
    }

    @Override
    public XnioIoThread thread() {
        return thread;
    }

    @Override
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    }

    @Override
    public InetSocketAddress localAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT);
    }

    @Override
    public @Nullable ClientBody body() {
        return body;
    }

    @Override
    public void interim(ResponseHead head) {
        // Not looked at.
    }

    @Override
    public boolean answerBegun() {
        return begun;
    }

    @Override
    public void abort() {
        aborted = true;
        endListener.run();
    }

    @Override
    public boolean aborted() {
        return aborted;
    }

    @Override
    public long bytesSent() {
        return 0;
    }

    @Override
    public long bodyBytesSent() {
        return 0;
    }

    @Override
    public SentHead sentHead() {
        return SentHead.NONE;
    }

    @Override
    public void closeAfterwards() {
        // There is no connection.
    }

    @Override
    public void onGone(Runnable listener) {
        goneListener = listener;
    }

    @Override
    public void onEnd(Runnable listener) {
        endListener = listener;
    }
}
