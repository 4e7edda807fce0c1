package io.loligo.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.config.ClientMask;
import io.loligo.proxy.config.Configuration.AccessLogConfig;
import io.loligo.proxy.config.Configuration.Logs;
import io.loligo.proxy.config.LogDestination;
import io.loligo.proxy.config.LogDestination.Address;
import io.loligo.proxy.config.LogFormat.BuiltIn;
import io.loligo.proxy.config.SourceLocation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
@DisplayName("collectors of log lines, over real sockets")
class CollectorTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final AccessList ALL = AccessList.empty("access_log", true);
    private static final long BYTES = 16 << 20;

    @TempDir
    Path directory;

    private final LongAdder faults = new LongAdder();
    private final SteppedWarnings warnings = new SteppedWarnings();

    @DisplayName("udp: each line is a datagram")
    @Test
    void udp() throws IOException {
        try (DatagramSocket collector = new DatagramSocket(0, LOOPBACK);
                AccessLog log = open(new LogDestination.Udp(address(collector.getLocalPort())), collector)) {
            log.record(Exchange.hit().took(1).build());
            log.record(Exchange.hit().took(2).build());

            assertThat(received(collector))
                    .contains("      1 127.0.0.1 TCP_MEM_HIT/200 ")
                    .endsWith("text/plain\n");
            assertThat(received(collector)).contains("      2 127.0.0.1 ");
        }
    }

    @DisplayName("syslog: each line is a message of RFC 3164 with its priority")
    @Test
    void syslog() throws IOException {
        try (DatagramSocket collector = new DatagramSocket(0, LOOPBACK);
                AccessLog log = open(new LogDestination.Syslog(17 * 8 + 6), collector)) {
            log.record(Exchange.hit().build());

            assertThat(received(collector))
                    .matches(
                            "<142>[A-Z][a-z]{2} [ 0-9][0-9] \\d\\d:\\d\\d:\\d\\d squid\\[\\d+]: \\d+\\.\\d{3} .* text/plain");
        }
    }

    @DisplayName("the message of a syslog line")
    @Test
    void envelope() {
        SyslogEnvelope envelope = new SyslogEnvelope(142, 77, ZoneOffset.UTC, () -> 1_796_083_201_500L);

        assertThat(new String(envelope.of("a line\n".getBytes(StandardCharsets.US_ASCII)), StandardCharsets.US_ASCII))
                .isEqualTo("<142>Dec  1 00:00:01 squid[77]: a line");
    }

    @DisplayName("tcp: lines come one after the other, and nothing is lost at the end")
    @Test
    void tcp() throws IOException {
        try (ServerSocket collector = new ServerSocket(0, 1, LOOPBACK)) {
            AccessLog log = open(new LogDestination.Tcp(address(collector.getLocalPort())), null);
            IntStream.range(0, 2_000)
                    .forEach(i -> log.record(Exchange.hit().took(i).build()));
            try (Socket connection = collector.accept()) {
                BufferedReader lines = reader(connection);
                assertThat(IntStream.range(0, 2_000).filter(i -> !line(lines).contains(" " + i + " 127.0.0.1 ")))
                        .isEmpty();
                log.record(Exchange.hit().took(2_000).build());
                log.close();
                assertThat(line(lines)).contains(" 2000 127.0.0.1 ");
                assertThat(lines.readLine()).isNull();
            }
            assertThat(log.dropped()).isZero();
            assertThat(log.faults()).isZero();
        }
    }

    @DisplayName("tcp: a connection that the collector closes is made again, and said")
    @Test
    void reconnects() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK);
                Collector collector = tcp(server.getLocalPort(), 1 << 20)) {
            collector.append("one\n");
            try (Socket first = server.accept()) {
                assertThat(line(reader(first))).isEqualTo("one");
            }
            collector.append("two\n");
            try (Socket second = server.accept()) {
                assertThat(line(reader(second))).isEqualTo("two");
            }
        }
        assertThat(faults.sum()).isPositive();
        assertThat(warnings.lines()).first().asString().startsWith("WARNING access_log tcp://here: ");
    }

    @DisplayName("tcp: while nobody listens lines wait, and are sent when somebody does")
    @Test
    void away() throws IOException {
        int port = freePort();
        try (Collector collector = tcp(port, 1 << 20)) {
            collector.append("early\n");
            while (faults.sum() == 0) {
                Thread.onSpinWait();
            }
            try (ServerSocket server = new ServerSocket(port, 1, LOOPBACK);
                    Socket connection = server.accept()) {
                assertThat(line(reader(connection))).isEqualTo("early");
            }
        }
        assertThat(warnings.lines()).anyMatch(line -> line.contains("Connection refused"));
    }

    @DisplayName(
            "a collector that takes nothing costs its own lines: other logs go on, and the end does not wait for it")
    @Test
    void stalled() throws Exception {
        try (ServerSocket server = new ServerSocket()) {
            server.setReceiveBufferSize(4_096);
            server.bind(new InetSocketAddress(LOOPBACK, 0));
            AccessLogConfig slow = config(new LogDestination.Tcp(address(server.getLocalPort())), 64 << 10);
            AccessLogConfig file =
                    new AccessLogConfig(directory.resolve("a.log"), BuiltIn.SQUID, ALL, SourceLocation.DEFAULTS);
            AccessLog log = AccessLog.open(
                    new Logs(
                            List.of(slow, file),
                            null,
                            true,
                            false,
                            false,
                            0,
                            ClientMask.NONE,
                            Logs.DEFAULT_SYSLOG_SERVER,
                            AccessList.empty("stats_collection", true)),
                    BYTES);
            String wide = "http://www.example.org/" + "x".repeat(8_000);
            int lines = 0;
            // A collector that only is behind takes a line now and then: this one takes none any more.
            int droppedInARow = 0;
            while (droppedInARow < 200) {
                long before = log.dropped();
                log.record(Exchange.hit().url(wide).build());
                lines++;
                log.awaitWritten();
                droppedInARow = log.dropped() > before ? droppedInARow + 1 : 0;
            }
            assertThat(Files.readAllLines(directory.resolve("a.log"))).hasSize(lines);
            log.close();
            assertThat(log.faults()).isPositive();
        }
    }

    @DisplayName(
            "udp: nobody listening is a counted fault with one warning, and a line that fits no datagram is another")
    @Test
    void nobody() throws IOException {
        int port = freePort();
        LongAdder counted = new LongAdder();
        try (UdpWire wire = new UdpWire("udp://here", address(port), counted, warnings.warning())) {
            while (counted.sum() == 0) {
                wire.send("a line\n".getBytes(StandardCharsets.US_ASCII));
            }
            assertThat(warnings.lines())
                    .containsExactly("WARNING access_log udp://here: nobody listens there; lines are lost");
            wire.send(new byte[UdpWire.LINE_BYTES_MAX + 1]);
            assertThat(warnings.lines()).last().asString().contains("a line is longer than a datagram of 65507 bytes");
        }
    }

    @DisplayName("a new configuration keeps a collector that it names too, and ends the others")
    @Test
    void reconfigures() throws IOException {
        try (ServerSocket one = new ServerSocket(0, 1, LOOPBACK);
                ServerSocket two = new ServerSocket(0, 1, LOOPBACK)) {
            LogDestination first = new LogDestination.Tcp(address(one.getLocalPort()));
            LogDestination second = new LogDestination.Tcp(address(two.getLocalPort()));
            try (AccessLog log = open(first, null)) {
                log.record(Exchange.hit().took(1).build());
                try (Socket connection = one.accept()) {
                    BufferedReader lines = reader(connection);
                    assertThat(line(lines)).contains(" 1 127.0.0.1 ");
                    log.reconfigure(logs(config(first, 0), config(second, 0)), BYTES);
                    log.record(Exchange.hit().took(2).build());
                    assertThat(line(lines)).contains(" 2 127.0.0.1 ");
                    log.reconfigure(logs(config(second, 0)), BYTES);
                    assertThat(lines.readLine()).isNull();
                }
            }
        }
    }

    private Collector tcp(int port, long queueBytes) throws IOException {
        RecurringWarning warning = warnings.warning();
        return new Collector(
                "tcp://here",
                new TcpWire("tcp://here", address(port), faults, warning),
                Collector.PLAIN,
                queueBytes,
                faults,
                warning);
    }

    private static AccessLog open(LogDestination to, @Nullable DatagramSocket syslog) throws IOException {
        return AccessLog.open(
                new Logs(
                        List.of(config(to, 0)),
                        null,
                        true,
                        false,
                        false,
                        0,
                        ClientMask.NONE,
                        syslog == null ? Logs.DEFAULT_SYSLOG_SERVER : address(syslog.getLocalPort()),
                        AccessList.empty("stats_collection", true)),
                BYTES);
    }

    private static Logs logs(AccessLogConfig... lines) {
        return new Logs(List.of(lines), null, true, false, false, 0);
    }

    private static AccessLogConfig config(LogDestination to, long bufferBytes) {
        return new AccessLogConfig(
                to, BuiltIn.SQUID, ALL, bufferBytes, AccessLogConfig.AS_LOGFILE_ROTATE, SourceLocation.DEFAULTS);
    }

    private static Address address(int port) {
        return new Address("127.0.0.1", port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
            return socket.getLocalPort();
        }
    }

    private static String received(DatagramSocket collector) throws IOException {
        collector.setSoTimeout((int) Duration.ofSeconds(30).toMillis());
        DatagramPacket packet = new DatagramPacket(new byte[4_096], 4_096);
        collector.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.ISO_8859_1);
    }

    private static BufferedReader reader(Socket connection) throws IOException {
        return new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    private static String line(BufferedReader lines) {
        try {
            return String.valueOf(lines.readLine());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
