package io.loligo.proxy.client.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loligo.cache.store.chronicle.ChronicleStore;
import io.loligo.cache.store.chronicle.StoreOptions;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.config.ConfigurationLoader;
import io.loligo.proxy.config.LoadOptions;
import io.loligo.proxy.exchange.LiveConfiguration;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.flow.RequestFlow;
import io.loligo.proxy.log.Transaction;
import io.loligo.proxy.origin.OriginClient;
import io.loligo.proxy.origin.OriginSettings;
import io.undertow.server.DefaultByteBufferPool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/** One connection over a real socket, in front of an origin that takes requests and never answers. */
@DisplayName("A connection")
class Http1ConnectionTest {
    private static final int PIPELINE_BYTES = 32 << 10;
    private static final String WAITS = "GET /waits HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String ANSWERED = "GET /squid-internal-mgr/menu HTTP/1.1\r\nHost: a\r\n\r\n";

    private final List<Http1Connection> connections = new CopyOnWriteArrayList<>();
    private final List<Transaction> transactions = new CopyOnWriteArrayList<>();
    /** The most stack frames below the page that answers. */
    private final AtomicInteger deepest = new AtomicInteger();

    private final AtomicInteger closed = new AtomicInteger();
    private final LongAdder active = new LongAdder();
    /** What came behind a PROXY header, whose reader leaves reads on. */
    private volatile ByteBuffer first = ByteBuffer.allocate(0);

    private XnioWorker worker;
    private OriginClient origin;
    private DefaultByteBufferPool buffers;
    private ChronicleStore store;
    private ServerSocket silent;
    private AcceptingChannel<StreamConnection> server;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Path file = Files.writeString(
                directory.resolve("squid.conf"), """
                http_port 127.0.0.1:8080 accel defaultsite=www.example.org
                cache_peer 127.0.0.1 parent %d 0 no-query originserver
                http_access allow all
                access_log none
                visible_hostname edge.example
                client_pipeline_max_size %d bytes
                """.formatted(silent.getLocalPort(), PIPELINE_BYTES));
        Configuration configuration = Objects.requireNonNull(
                ConfigurationLoader.load(file, LoadOptions.DEFAULT).configuration());
        worker = Xnio.getInstance().createWorker(OptionMap.create(Options.WORKER_IO_THREADS, 1));
        buffers = new DefaultByteBufferPool(true, 16 << 10);
        store = ChronicleStore.open(new StoreOptions(null, 1 << 20, 1 << 10));
        origin = new OriginClient(
                worker, buffers, Clock.systemUTC(), OriginSettings.from(configuration), (sent, received) -> {});
        var live = new LiveConfiguration(
                Rules.of(configuration, origin.renew(List.of(), configuration.peers(), Duration.ofSeconds(5)), "1"));
        RequestFlow flow = RequestFlow.assemble(store, origin, buffers, Clock.systemUTC(), page -> page());
        var context = new Http1Context(
                Rules.portKey(configuration.ports().get(0)),
                live,
                flow,
                transactions::add,
                active,
                new PlainRequests(flow, transactions::add));
        server = worker.createStreamConnectionServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                ChannelListeners.openListenerAdapter(channel -> {
                    var connection = new Http1Connection(channel, context, null);
                    connections.add(connection);
                    channel.getSourceChannel().getConduit().resumeReads();
                    connection.begin(first.duplicate(), closed::incrementAndGet);
                }),
                OptionMap.EMPTY);
        server.resumeAccepts();
    }

    @AfterEach
    void stop() throws Exception {
        IoUtils.safeClose(server);
        worker.shutdownNow();
        worker.awaitTermination();
        silent.close();
        buffers.close();
        store.close();
    }

    private Optional<String> page() {
        deepest.accumulateAndGet(Thread.currentThread().getStackTrace().length, Math::max);
        return Optional.of("the page");
    }

    private Socket connect() throws IOException {
        var socket = new Socket();
        socket.setSoTimeout(10_000);
        socket.connect(server.getLocalAddress());
        return socket;
    }

    private static void send(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String all(Socket client) throws IOException {
        return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void reads_no_more_behind_a_request_under_way_than_client_pipeline_max_size() throws Exception {
        try (Socket client = connect()) {
            send(client, WAITS + ANSWERED.repeat(10 * PIPELINE_BYTES / ANSWERED.length()));

            await("as much as is kept, and reads suspended").until(() -> {
                Http1Connection connection = connections.get(0);
                return connection.received().remaining() == PIPELINE_BYTES
                        && !connection.source().isReadResumed();
            });
            assertThat(active.sum()).as("one request is under way").isEqualTo(1);
        }
    }

    @Test
    void suspends_reads_that_were_on_when_it_began() throws Exception {
        first = ByteBuffer.wrap(WAITS.getBytes(StandardCharsets.ISO_8859_1));
        try (Socket client = connect()) {
            send(client, ANSWERED.repeat(10 * PIPELINE_BYTES / ANSWERED.length()));

            await("as much as is kept, and reads suspended").until(() -> {
                Http1Connection connection = connections.get(0);
                return connection.received().remaining() == PIPELINE_BYTES
                        && !connection.source().isReadResumed();
            });
        }
    }

    @Test
    void tells_at_once_that_its_client_left_while_it_waited() throws Exception {
        try (Socket client = connect()) {
            send(client, WAITS);
            await("under way").until(() -> active.sum() == 1);
        }
        await("over, with the origin as silent as before").until(() -> transactions.size() == 1);
        assertThat(transactions.get(0).aborted()).isTrue();
        await("closed").until(() -> closed.get() == 1 && active.sum() == 0);
    }

    @Test
    void tells_it_too_of_a_client_that_left_requests_behind() throws Exception {
        try (Socket client = connect()) {
            send(client, WAITS + ANSWERED + WAITS);
            await("under way").until(() -> active.sum() == 1);
        }
        await("over").until(() -> closed.get() == 1 && active.sum() == 0);
        assertThat(transactions).as("nothing behind it is asked for").hasSize(1);
    }

    @Test
    void answers_what_came_before_the_end_of_its_clients_side() throws Exception {
        try (Socket client = connect()) {
            send(client, ANSWERED.repeat(3));
            client.shutdownOutput();

            assertThat(all(client).split("HTTP/1\\.1 200 OK", -1)).hasSize(4);
        }
        await("closed").until(() -> closed.get() == 1);
    }

    @Test
    void goes_on_reading_for_a_while_so_that_a_refused_client_sees_why() throws Exception {
        try (Socket client = connect()) {
            send(client, "G(T / HTTP/1.1\r\nHost: a\r\n\r\n" + "x".repeat(Http1Connection.LINGER_BYTES_MAX / 2));

            assertThat(all(client)).startsWith("HTTP/1.1 400 Bad Request\r\n").contains("Connection: close\r\n");
        }
        await("closed").until(() -> closed.get() == 1);
        assertThat(transactions).hasSize(1);
    }

    @Test
    void does_not_go_on_reading_for_ever() throws Exception {
        try (Socket client = connect()) {
            send(client, "G(T / HTTP/1.1\r\nHost: a\r\n\r\n");
            byte[] more = new byte[64 << 10];
            long sent = 0;
            try {
                while (sent < 256L << 20) {
                    client.getOutputStream().write(more);
                    sent += more.length;
                }
            } catch (IOException expected) {
                assertThat(sent).isGreaterThan(Http1Connection.LINGER_BYTES_MAX / 2);
            }
            assertThat(sent).as("bytes that it was ready to take").isLessThan(256L << 20);
        }
        await("closed").until(() -> closed.get() == 1);
    }

    @Test
    void gives_the_others_a_turn_between_requests_that_came_at_once() throws Exception {
        int count = 3 * Http1Connection.TURN_BYTES_MAX / ANSWERED.length();
        try (Socket client = connect()) {
            Thread writer = new Thread(() -> {
                try {
                    send(client, ANSWERED.repeat(count));
                    client.shutdownOutput();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            writer.start();

            assertThat(all(client).split("HTTP/1\\.1 200 OK", -1)).hasSize(count + 1);
        }
    }

    @Test
    void answers_requests_with_bodies_that_came_at_once_one_after_another_and_not_within_another() throws Exception {
        String withBody =
                "GET /squid-internal-mgr/menu HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
        try (Socket client = connect()) {
            send(client, withBody);
            client.getInputStream().read();
            int alone = deepest.get();
            send(client, withBody.repeat(100));
            client.shutdownOutput();

            assertThat(all(client).split("TTP/1\\.1 200 OK", -1)).hasSize(102);
            assertThat(deepest.get()).isLessThan(2 * alone);
        }
    }
}
