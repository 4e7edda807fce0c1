package io.loligo.proxy.origin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.status.HierarchyCode;
import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.config.Balancing;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.config.PeerConfig;
import io.loligo.proxy.config.SourceLocation;
import io.undertow.server.DefaultByteBufferPool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Xnio;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;

/** A client with its I/O threads, and short words for what the tests say often. */
final class Origins implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);
    static final OriginSettings SETTINGS = new OriginSettings(
            Duration.ofSeconds(20),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            25,
            false,
            0,
            true,
            64 << 10,
            16,
            Configuration.Dns.DEFAULT);

    final XnioWorker worker;
    final OriginClient client;

    Origins(OriginSettings settings) throws IOException {
        this(settings, InetAddress::getAllByName);
    }

    Origins(OriginSettings settings, NameResolution.Resolver resolver) throws IOException {
        this(settings, resolver, new NameResolution.Threads());
    }

    Origins(OriginSettings settings, NameResolution.Resolver resolver, NameResolution.Schedule lookups)
            throws IOException {
        worker = Xnio.getInstance()
                .createWorker(OptionMap.builder()
                        .set(Options.WORKER_IO_THREADS, 2)
                        .set(Options.THREAD_DAEMON, true)
                        .getMap());
        client = new OriginClient(
                worker,
                new DefaultByteBufferPool(true, 16 << 10),
                InstantSource.system(),
                settings,
                (sent, received) -> {},
                resolver,
                lookups);
    }

    static OriginSettings readTimeout(long millis) {
        return new OriginSettings(
                SETTINGS.forwardTimeout(),
                Duration.ofMillis(millis),
                SETTINGS.idleTimeout(),
                SETTINGS.maxTries(),
                SETTINGS.retryOnError(),
                SETTINGS.connectRetries(),
                SETTINGS.persistent(),
                SETTINGS.headMax(),
                SETTINGS.idleMax(),
                SETTINGS.dns());
    }

    static PeerConfig config(String name, String host, int port) {
        return new PeerConfig(
                name,
                host,
                port,
                true,
                false,
                Balancing.NONE,
                1,
                PeerConfig.Login.NONE,
                null,
                PeerConfig.FrontEndHttps.OFF,
                0,
                Duration.ofSeconds(5),
                10,
                false,
                AccessList.empty("cache_peer_access", true),
                new SourceLocation("squid.conf", 1));
    }

    static Peer peer(String name, int port) {
        return new Peer(config(name, "127.0.0.1", port));
    }

    static List<Candidate> to(Peer... peers) {
        return Arrays.stream(peers)
                .map(peer -> new Candidate(peer, HierarchyCode.FIRSTUP_PARENT))
                .toList();
    }

    static OriginRequest get(String target) {
        return request("GET", target, null);
    }

    static OriginRequest request(String method, String target, @Nullable RequestBody body) {
        return new OriginRequest(method, target, Fields.of("Host", "www.example"), body, false);
    }

    XnioIoThread thread() {
        return worker.getIoThread(0);
    }

    /** Sends, and reads the answer to its end as fast as it comes. */
    Outcome fetch(OriginRequest request, List<Candidate> candidates) {
        return fetch(request, candidates, thread());
    }

    Outcome fetch(OriginRequest request, List<Candidate> candidates, XnioIoThread thread) {
        Collector collector = new Collector();
        thread.execute(() -> client.send(request, candidates, thread, collector));
        return collector.await();
    }

    /** What became of a request. */
    record Outcome(
            List<ResponseHead> interims,
            @Nullable OriginAnswer answer,
            String body,
            @Nullable IOException cut,
            OriginHandler.@Nullable Unreachable failure) {

        OriginAnswer theAnswer() {
            return Objects.requireNonNull(answer, this::summary);
        }

        OriginHandler.Unreachable theFailure() {
            return Objects.requireNonNull(failure, this::summary);
        }

        /** For tables: the status and the body, or how it failed. */
        String summary() {
            if (failure != null) {
                return failure.cause().toString();
            }
            String status =
                    answer == null ? "?" : Integer.toString(answer.head().status());
            return status + " [" + body + (cut == null ? "]" : "] cut");
        }
    }

    /** Reads all of an answer. */
    static class Collector implements OriginHandler {
        private final CompletableFuture<Outcome> done = new CompletableFuture<>();
        private final List<ResponseHead> interims = new CopyOnWriteArrayList<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final ByteBuffer buffer = ByteBuffer.allocate(8 << 10);

        @Override
        public void interim(ResponseHead head) {
            interims.add(head);
        }

        @Override
        public void answered(OriginAnswer answer, OriginBody body) {
            body.onReadable(() -> drain(answer, body));
            drain(answer, body);
            if (!done.isDone()) {
                body.resumeReads();
            }
        }

        private void drain(OriginAnswer answer, OriginBody body) {
            try {
                while (true) {
                    buffer.clear();
                    int count = body.read(buffer);
                    if (count == 0) {
                        return;
                    }
                    if (count < 0) {
                        finish(answer, null);
                        return;
                    }
                    bytes.write(buffer.array(), 0, count);
                }
            } catch (IOException cut) {
                finish(answer, cut);
            }
        }

        private void finish(OriginAnswer answer, @Nullable IOException cut) {
            done.complete(new Outcome(interims, answer, bytes.toString(ISO_8859_1), cut, null));
        }

        @Override
        public void failed(Unreachable failure) {
            done.complete(new Outcome(interims, null, "", null, failure));
        }

        Outcome await() {
            return Origins.await(done);
        }
    }

    static <T> T await(CompletableFuture<T> future) {
        return future.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    @Override
    public void close() throws InterruptedException {
        client.close();
        worker.shutdownNow();
        worker.awaitTermination(5, TimeUnit.SECONDS);
    }
}
