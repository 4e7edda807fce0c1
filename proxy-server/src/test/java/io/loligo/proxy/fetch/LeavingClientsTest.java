package io.loligo.proxy.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.status.ResultCode;
import io.loligo.cache.store.ResponseStore;
import io.loligo.cache.store.chronicle.ChronicleStore;
import io.loligo.cache.store.chronicle.StoreOptions;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.exchange.ClientBody;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.flow.RequestFlow;
import io.loligo.proxy.log.Transaction;
import io.loligo.proxy.origin.OriginClient;
import io.loligo.proxy.origin.OriginSettings;
import io.undertow.server.DefaultByteBufferPool;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Xnio;
import org.xnio.XnioWorker;

/** What becomes of a fetch whose clients leave before its answer's head comes. */
@DisplayName("A client that leaves")
final class LeavingClientsTest {
    private static final String PAGE = "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 5\r\n\r\nhello";

    @TempDir
    Path directory;

    private final XnioWorker worker;
    private final ServerSocket origin = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final DefaultByteBufferPool buffers = new DefaultByteBufferPool(true, 1 << 14);
    private @Nullable OriginClient client;
    private @Nullable ResponseStore store;
    private @Nullable RequestFlow flow;
    private @Nullable Rules rules;

    LeavingClientsTest() throws IOException {
        worker = Xnio.getInstance().createWorker(OptionMap.create(Options.WORKER_IO_THREADS, 2));
        origin.setSoTimeout(20_000);
    }

    private void start(String... lines) throws Exception {
        Configuration configuration = TestRules.configuration(directory, origin.getLocalPort(), lines);
        client = new OriginClient(
                worker, buffers, Clock.systemUTC(), OriginSettings.from(configuration), (sent, received) -> {});
        store = ChronicleStore.open(new StoreOptions(null, 4 << 20, 1 << 20));
        flow = RequestFlow.assemble(store, client, buffers, Clock.systemUTC(), page -> Optional.empty());
        rules = TestRules.of(configuration, client);
    }

    @AfterEach
    void stop() throws IOException {
        if (client != null) {
            client.close();
        }
        worker.shutdownNow();
        origin.close();
        if (store != null) {
            store.close();
        }
    }

    @Test
    void alone_ends_its_fetch_and_is_recorded_once() throws Exception {
        start();
        FakeClient only = asks(0, "GET", null);
        try (Socket request = accepted()) {
            only.leaves();

            assertThat(request.getInputStream().read())
                    .as("the origin's connection")
                    .isEqualTo(-1);
        }
        assertAborted(only, ResultCode.TCP_MISS);
        FakeClient next = asks(1, "GET", null);
        try (Socket request = accepted()) {
            send(request, PAGE);
            assertThat(next.text.get(20, TimeUnit.SECONDS)).isEqualTo("hello");
        }
    }

    @Test
    void while_others_wait_leaves_them_its_fetch() throws Exception {
        start();
        FakeClient leader = asks(0, "GET", null);
        try (Socket request = accepted()) {
            FakeClient waiter = asks(1, "GET", null);
            FakeClient leaving = asks(1, "GET", null);
            leader.leaves();
            leaving.leaves();
            send(request, PAGE);

            assertThat(waiter.text.get(20, TimeUnit.SECONDS)).isEqualTo("hello");
            // Read along, or from the store when all of it was there before this client's thread had its turn.
            assertThat(waiter.records)
                    .singleElement()
                    .extracting(Transaction::result)
                    .isIn(ResultCode.TCP_CF_HIT, ResultCode.TCP_MEM_HIT);
            assertAborted(leader, ResultCode.TCP_MISS);
            assertAborted(leaving, ResultCode.TCP_CF_MISS);
        }
    }

    @Test
    void after_all_others_ends_the_fetch() throws Exception {
        start();
        FakeClient leader = asks(0, "GET", null);
        FakeClient waiter = asks(1, "GET", null);
        try (Socket request = accepted()) {
            leader.leaves();
            waiter.leaves();

            assertThat(request.getInputStream().read()).isEqualTo(-1);
        }
        assertAborted(waiter, ResultCode.TCP_CF_MISS);
    }

    @Test
    void leaves_its_fetch_to_the_store_where_quick_abort_min_says_so() throws Exception {
        start("quick_abort_min -1");
        FakeClient only = asks(0, "GET", null);
        try (Socket request = accepted()) {
            only.leaves();
            send(request, PAGE);

            FakeClient next = asks(1, "GET", null);
            assertThat(next.text.get(20, TimeUnit.SECONDS)).isEqualTo("hello");
        }
        assertAborted(only, ResultCode.TCP_MISS);
    }

    @Test
    void in_the_middle_of_its_upload_ends_the_request() throws Exception {
        start("quick_abort_min -1");
        FakeClient only = asks(0, "POST", new SlowBody());
        try (Socket request = accepted()) {
            only.leaves();

            assertThat(request.getInputStream().read()).isEqualTo(-1);
        }
        assertAborted(only, ResultCode.TCP_MISS);
    }

    private FakeClient asks(int thread, String method, @Nullable ClientBody body) throws Exception {
        RequestFlow serving = Objects.requireNonNull(flow);
        FakeClient asking = new FakeClient(worker.getIoThread(thread), Objects.requireNonNull(rules), body);
        FakeClient.on(asking.thread(), () -> serving.handle(asking.asks(method, "/page"), null, null));
        return asking;
    }

    /** The next request to the origin, its head read. */
    private Socket accepted() throws IOException {
        Socket request = origin.accept();
        request.setSoTimeout(20_000);
        InputStream in = request.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            assertThat(octet).as("the request's head so far: " + head).isNotNegative();
            head.append((char) octet);
        }
        return request;
    }

    private static void send(Socket request, String answer) throws IOException {
        request.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void assertAborted(FakeClient client, ResultCode code) {
        Awaitility.await().until(() -> !client.records.isEmpty());
        assertThat(client.records).singleElement().satisfies(record -> {
            assertThat(record.result()).isEqualTo(code);
            assertThat(record.status()).isZero();
            assertThat(record.aborted()).isTrue();
        });
    }

    /** A body of which nothing comes. */
    private static final class SlowBody implements ClientBody {
        @Override
        public long length() {
            return 100;
        }

        @Override
        public int read(ByteBuffer dst) {
            return 0;
        }

        @Override
        public void onReadable(Runnable listener) {
            // Nothing comes.
        }

        @Override
        public void resumeReads() {
            // Nothing comes.
        }

        @Override
        public void suspendReads() {
            // Nothing comes.
        }

        @Override
        public boolean started() {
            return false;
        }

        @Override
        public boolean awaitsContinue() {
            return false;
        }

        @Override
        public boolean isTooBig() {
            return false;
        }

        @Override
        public boolean passesOnContinue() {
            return false;
        }
    }
}
