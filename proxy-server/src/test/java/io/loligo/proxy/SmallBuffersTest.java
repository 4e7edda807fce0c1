package io.loligo.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.store.chronicle.ChronicleStore;
import io.loligo.cache.store.chronicle.StoreOptions;
import io.loligo.proxy.client.Listeners;
import io.loligo.proxy.client.RequestHandler;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.config.ConfigurationLoader;
import io.loligo.proxy.config.LoadOptions;
import io.loligo.proxy.exchange.LiveConfiguration;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.flow.RequestFlow;
import io.loligo.proxy.origin.OriginClient;
import io.loligo.proxy.origin.OriginSettings;
import io.undertow.server.DefaultByteBufferPool;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Xnio;
import org.xnio.XnioWorker;

/** The parser may be given smaller buffers than what is received at once; nothing of that may be left lying. */
@DisplayName("Requests that came at once, with buffers of the parser that hold only one of them")
class SmallBuffersTest {
    private static final int BUFFER_BYTES = 1024;
    private static final int READ_TIMEOUT_MILLIS = 10_000;

    /** Answered by the server itself, one way or the other. */
    private static final String ORDINARY = "OPTIONS * HTTP/1.1\r\nHost: www.example.org\r\nMax-Forwards: 0\r\n";

    private static final String PLAIN = "GET /squid-internal-mgr/menu HTTP/1.1\r\nHost: www.example.org\r\n";

    private XnioWorker worker;
    private OriginClient origin;
    private DefaultByteBufferPool buffers;
    private ChronicleStore store;
    private Listeners listeners;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("squid.conf"), """
                http_port 127.0.0.1:0 accel defaultsite=www.example.org
                http_access allow all
                access_log none
                visible_hostname edge.example
                """.replace(":0 ", ":" + freePort() + " "));
        Configuration configuration = Objects.requireNonNull(
                ConfigurationLoader.load(file, LoadOptions.DEFAULT).configuration());
        worker = Xnio.getInstance().createWorker(OptionMap.create(Options.WORKER_IO_THREADS, 1));
        buffers = new DefaultByteBufferPool(true, BUFFER_BYTES);
        store = ChronicleStore.open(new StoreOptions(null, 1 << 20, 1 << 10));
        origin = new OriginClient(
                worker, buffers, Clock.systemUTC(), OriginSettings.from(configuration), (sent, received) -> {});
        var live = new LiveConfiguration(Rules.of(configuration, List.of(), "1"));
        RequestFlow flow =
                RequestFlow.assemble(store, origin, buffers, Clock.systemUTC(), page -> Optional.of("the page"));
        listeners = new Listeners(
                worker,
                buffers,
                () -> live.current().configuration().timeouts(),
                transaction -> {},
                key -> new RequestHandler(key, live, flow, transaction -> {}, new LongAdder()));
        listeners.openFor(configuration);
        listeners.accept(configuration);
    }

    private static int freePort() throws Exception {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return socket.getLocalPort();
        }
    }

    @AfterEach
    void stop() throws Exception {
        listeners.stopAccepting();
        listeners.closeConnections();
        origin.close();
        worker.shutdown();
        worker.awaitTermination();
        buffers.close();
        store.close();
    }

    /** {@code head} and its end, as long as a buffer. */
    private static String filled(String head) {
        String beginning = head + "X-Filling: ";
        return beginning + "x".repeat(BUFFER_BYTES - beginning.length() - 4) + "\r\n\r\n";
    }

    private int answers(String requests, int expected) throws Exception {
        int answers = 0;
        try (var socket = new Socket()) {
            socket.connect(listeners.addresses().get(0));
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
            socket.getOutputStream().write(requests.getBytes(StandardCharsets.ISO_8859_1));
            var received = new StringBuilder();
            byte[] part = new byte[4096];
            while (answers < expected) {
                int count = socket.getInputStream().read(part);
                if (count < 0) {
                    break;
                }
                received.append(new String(part, 0, count, StandardCharsets.ISO_8859_1));
                answers = received.toString().split("HTTP/1\\.1 200", -1).length - 1;
            }
        }
        return answers;
    }

    @Test
    void are_all_answered_where_each_fills_its_buffer() throws Exception {
        assertThat(answers(filled(ORDINARY) + filled(ORDINARY) + filled(ORDINARY), 3))
                .isEqualTo(3);
    }

    @Test
    void are_all_answered_where_they_end_within_one() throws Exception {
        assertThat(answers((ORDINARY + "X: y\r\n\r\n").repeat(20), 20)).isEqualTo(20);
    }

    @Test
    void are_all_answered_whichever_way_they_go() throws Exception {
        String both = filled(ORDINARY) + PLAIN + "\r\n" + ORDINARY + "\r\n" + filled(PLAIN);
        assertThat(answers(both.repeat(3), 12)).isEqualTo(12);
    }
}
