package io.loligo.proxy.origin;

import static io.loligo.proxy.origin.Origins.SETTINGS;
import static io.loligo.proxy.origin.Origins.await;
import static io.loligo.proxy.origin.Origins.get;
import static io.loligo.proxy.origin.Origins.peer;
import static io.loligo.proxy.origin.Origins.request;
import static io.loligo.proxy.origin.Origins.to;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.status.HierarchyCode;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.config.PeerConfig;
import io.loligo.proxy.origin.OriginHandler.Cause;
import io.loligo.proxy.origin.Origins.Outcome;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The client against origins on real sockets. */
class OriginClientTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    private Origins origins() throws IOException {
        return origins(SETTINGS);
    }

    private Origins origins(OriginSettings settings) throws IOException {
        Origins origins = new Origins(settings);
        opened.add(origins);
        return origins;
    }

    private ScriptedOrigin origin(ScriptedOrigin.Script... scripts) throws IOException {
        ScriptedOrigin origin = new ScriptedOrigin(scripts);
        opened.add(origin);
        return origin;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @DisplayName("what an answer on the wire becomes; ~ stands for CRLF")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                        | method | answer, then close                                                  | outcome
        Content-Length bounds the body                | GET    | HTTP/1.1 200 OK~Content-Length: 2~~ok                               | 200 [ok]
        chunks are joined                             | GET    | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~2~ok~3;x=y~abc~0~T: 1~~ | 200 [okabc]
        without either the close ends the body        | GET    | HTTP/1.1 200 OK~~until close                                        | 200 [until close]
        HTTP/1.0 ends with the close too              | GET    | HTTP/1.0 200 OK~~old                                                | 200 [old]
        HEAD has no body whatever its length says     | HEAD   | HTTP/1.1 200 OK~Content-Length: 5~~                                 | 200 []
        a HEAD of a chunked answer has no body        | HEAD   | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~                        | 200 []
        204 has no body whatever its length says      | GET    | HTTP/1.1 204 No Content~Content-Length: 5~~                         | 204 []
        304 has no body whatever its length says      | GET    | HTTP/1.1 304 Not Modified~Content-Length: 5~~                       | 304 []
        an empty body needs no byte                   | GET    | HTTP/1.1 200 OK~Content-Length: 0~~                                 | 200 []
        bytes after the body are dropped              | GET    | HTTP/1.1 200 OK~Content-Length: 2~~okHTTP/1.1 500 Smuggled~~        | 200 [ok]
        the same Content-Length twice counts once     | GET    | HTTP/1.1 200 OK~Content-Length: 2~Content-Length: 2~~ok             | 200 [ok]
        100 is not the answer                         | GET    | HTTP/1.1 100 Continue~~HTTP/1.1 200 OK~Content-Length: 2~~ok        | 200 [ok]
        103 is not the answer                         | GET    | HTTP/1.1 103 Early Hints~Link: x~~HTTP/1.1 404 No~Content-Length: 0~~ | 404 []
        a status above 599 is passed on               | GET    | HTTP/1.1 999 Odd~Content-Length: 0~~                                | 999 []
        no reason phrase and no blank before it       | GET    | HTTP/1.1 200~Content-Length: 2~~ok                                  | 200 [ok]
        a body cut short of its length is cut         | GET    | HTTP/1.1 200 OK~Content-Length: 5~~ok                               | 200 [ok] cut
        chunks without the last one are cut           | GET    | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~2~ok~                   | 200 [ok] cut
        a malformed chunk size cuts the body          | GET    | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~2~ok~zz~                | 200 [] cut
        the close before any byte                     | GET    | ''                                                                  | CLOSED
        the close within the head                     | GET    | HTTP/1.1 200 OK~Content-                                            | RESET
        the close after an interim answer             | GET    | HTTP/1.1 103 Early Hints~~                                          | RESET
        HTTP/0.9                                      | GET    | <html>~~                                                            | MALFORMED
        another protocol                              | GET    | SSH-2.0-OpenSSH~                                                    | MALFORMED
        a version that is not 1.x                     | GET    | HTTP/2.0 200 OK~~                                                   | MALFORMED
        a status that is not three digits             | GET    | HTTP/1.1 20 OK~~                                                    | MALFORMED
        101 that nobody asked for                     | GET    | HTTP/1.1 101 Switching Protocols~Upgrade: x~~                       | MALFORMED
        Transfer-Encoding with Content-Length         | GET    | HTTP/1.1 200 OK~Transfer-Encoding: chunked~Content-Length: 2~~ok    | MALFORMED
        Transfer-Encoding other than chunked          | GET    | HTTP/1.1 200 OK~Transfer-Encoding: gzip, chunked~~                  | MALFORMED
        chunked twice                                 | GET    | HTTP/1.1 200 OK~Transfer-Encoding: chunked~Transfer-Encoding: chunked~~ | MALFORMED
        Transfer-Encoding in HTTP/1.0                 | GET    | HTTP/1.0 200 OK~Transfer-Encoding: chunked~~0~~                     | MALFORMED
        differing Content-Length lines                | GET    | HTTP/1.1 200 OK~Content-Length: 2~Content-Length: 3~~okk            | MALFORMED
        Content-Length with a sign                    | GET    | HTTP/1.1 200 OK~Content-Length: +2~~ok                              | MALFORMED
        Content-Length as a list                      | GET    | HTTP/1.1 200 OK~Content-Length: 2, 2~~ok                            | MALFORMED
        Content-Length that overflows                 | GET    | HTTP/1.1 200 OK~Content-Length: 18446744073709551618~~ok            | MALFORMED
        Content-Length without a value                | GET    | HTTP/1.1 200 OK~Content-Length:~~ok                                 | MALFORMED
        a blank before the colon                      | GET    | HTTP/1.1 200 OK~Content-Length : 2~~ok                              | MALFORMED
        a field without a colon                       | GET    | HTTP/1.1 200 OK~Content-Length~~ok                                  | MALFORMED
        a field without a name                        | GET    | HTTP/1.1 200 OK~: 2~~ok                                             | MALFORMED
        """)
    void answers(String rule, String method, String answer, String expected) throws Exception {
        ScriptedOrigin origin = origin(ScriptedOrigin.answering(answer.replace("~", "\r\n")));

        Outcome outcome = origins().fetch(request(method, "/x", null), to(peer("p", origin.port())));

        assertThat(outcome.summary()).isEqualTo(expected);
    }

    @Test
    void the_request_is_generated_from_its_parts() throws Exception {
        ScriptedOrigin origin = origin(ScriptedOrigin.answering(OK));

        origins().fetch(get("/a%2fb?x=1"), to(peer("p", origin.port())));

        assertThat(origin.heads()).containsExactly("GET /a%2fb?x=1 HTTP/1.1\r\nHost: www.example\r\n\r\n");
    }

    @Test
    void interim_answers_are_told_before_the_final_one() throws Exception {
        ScriptedOrigin origin = origin(ScriptedOrigin.answering(
                "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\n" + OK));

        Outcome outcome = origins().fetch(get("/"), to(peer("p", origin.port())));

        assertThat(outcome.interims()).extracting(ResponseHead::status).containsExactly(102, 103);
        assertThat(outcome.summary()).isEqualTo("200 [ok]");
    }

    @Test
    void interim_answers_without_end_are_malformed() throws Exception {
        ScriptedOrigin origin = origin(connection -> {
            connection.readHead();
            while (true) {
                connection.write("HTTP/1.1 103 Early Hints\r\n\r\n");
            }
        });

        Outcome outcome = origins().fetch(get("/"), to(peer("p", origin.port())));

        assertThat(outcome.summary()).isEqualTo("MALFORMED");
        assertThat(outcome.interims()).hasSize(OriginConnection.INTERIM_MAX);
    }

    @Test
    void a_head_over_the_limit_is_too_big_and_tried_nowhere_else() throws Exception {
        ScriptedOrigin big = origin(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 200 OK\r\n");
            while (true) {
                connection.write("X-Filler: " + "x".repeat(1000) + "\r\n");
            }
        });
        ScriptedOrigin other = origin(ScriptedOrigin.answering(OK));

        Outcome outcome = origins().fetch(get("/"), to(peer("big", big.port()), peer("other", other.port())));

        assertThat(outcome.summary()).isEqualTo("TOO_BIG");
        assertThat(other.accepted()).isZero();
    }

    @Test
    void a_head_is_read_from_single_bytes() throws Exception {
        ScriptedOrigin origin = origin(connection -> {
            connection.readHead();
            for (char c : "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n".toCharArray()) {
                connection.write(String.valueOf(c));
            }
        });

        assertThat(origins().fetch(get("/"), to(peer("p", origin.port()))).summary())
                .isEqualTo("200 [ok]");
    }

    @Test
    void one_connection_serves_one_request_after_the_other() throws Exception {
        ScriptedOrigin origin = origin(ScriptedOrigin.keepAnswering(OK));
        Origins origins = origins();
        Peer peer = peer("p", origin.port());

        for (int i = 0; i < 5; i++) {
            assertThat(origins.fetch(get("/" + i), to(peer)).summary()).isEqualTo("200 [ok]");
        }

        assertThat(origin.accepted()).isEqualTo(1);
        assertThat(peer.openConnections()).isEqualTo(1);
        assertThat(peer.idleConnections()).isEqualTo(1);
        assertThat(peer.fetches()).isEqualTo(5);
        assertThat(peer.failures()).isZero();
    }

    @DisplayName("which answers leave a connection that serves another request; ~ stands for CRLF")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                   | answer                                                             | connections
        HTTP/1.1 stays open                      | HTTP/1.1 200 OK~Content-Length: 2~~ok                              | 1
        Connection is a list of tokens           | HTTP/1.1 200 OK~Connection: x, Close ,y~Content-Length: 2~~ok      | 2
        Connection may stand on several lines    | HTTP/1.1 200 OK~Connection: x~Connection: close~Content-Length: 2~~ok | 2
        a token that only begins with close      | HTTP/1.1 200 OK~Connection: closed~Content-Length: 2~~ok           | 1
        HTTP/1.0 closes                          | HTTP/1.0 200 OK~Content-Length: 2~~ok                              | 2
        HTTP/1.0 with keep-alive stays open      | HTTP/1.0 200 OK~Connection: Keep-Alive~Content-Length: 2~~ok       | 1
        bytes after the body                     | HTTP/1.1 200 OK~Content-Length: 2~~okx                             | 2
        a body after a 304                       | HTTP/1.1 304 Not Modified~Content-Length: 2~~ok                    | 2
        the end of the chunks                    | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~2~ok~0~~               | 1
        bytes after the last chunk               | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~2~ok~0~~x              | 2
        """)
    void reuse(String rule, String answer, int connections) throws Exception {
        ScriptedOrigin origin = origin(ScriptedOrigin.keepAnswering(answer.replace("~", "\r\n")));
        Origins origins = origins();
        Peer peer = peer("p", origin.port());

        origins.fetch(get("/1"), to(peer));
        origins.fetch(get("/2"), to(peer));

        assertThat(origin.accepted()).isEqualTo(connections);
    }

    @Test
    void without_persistent_connections_each_request_asks_for_the_close() throws Exception {
        ScriptedOrigin origin = origin(ScriptedOrigin.keepAnswering(OK));
        Origins origins = origins(new OriginSettings(
                Duration.ofSeconds(20),
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                25,
                false,
                0,
                false,
                64 << 10,
                16,
                Configuration.Dns.DEFAULT));
        Peer peer = peer("p", origin.port());

        origins.fetch(get("/1"), to(peer));
        origins.fetch(get("/2"), to(peer));

        assertThat(origin.accepted()).isEqualTo(2);
        assertThat(origin.heads()).allMatch(head -> head.contains("\r\nConnection: close\r\n"));
    }

    @Test
    void an_idle_connection_that_dies_with_the_request_is_replaced_by_a_fresh_one() throws Exception {
        ScriptedOrigin origin = origin(
                connection -> {
                    connection.readHead();
                    connection.write(OK);
                    connection.readHead();
                },
                ScriptedOrigin.keepAnswering(OK));
        Origins origins = origins();
        Peer peer = peer("p", origin.port());

        origins.fetch(get("/1"), to(peer));
        Outcome second = origins.fetch(get("/2"), to(peer));

        assertThat(second.summary()).isEqualTo("200 [ok]");
        assertThat(origin.accepted()).isEqualTo(2);
        assertThat(peer.failures()).isZero();
    }

    @Test
    void an_idle_connection_that_dies_with_the_request_is_not_a_try_of_forward_max_tries() throws Exception {
        ScriptedOrigin origin = origin(
                connection -> {
                    connection.readHead();
                    connection.write(OK);
                    connection.readHead();
                },
                ScriptedOrigin.keepAnswering(OK));
        Origins origins = origins(maxTries(1));
        Peer peer = peer("p", origin.port());

        origins.fetch(get("/1"), to(peer));
        Outcome second = origins.fetch(get("/2"), to(peer));

        assertThat(second.summary()).isEqualTo("200 [ok]");
        assertThat(origin.accepted()).isEqualTo(2);
    }

    @Test
    void an_idle_connection_that_the_origin_closes_is_dropped() throws Exception {
        ScriptedOrigin origin = origin(ScriptedOrigin.answering(OK), ScriptedOrigin.keepAnswering(OK));
        Origins origins = origins();
        Peer peer = peer("p", origin.port());

        origins.fetch(get("/1"), to(peer));

        Awaitility.await().until(() -> peer.openConnections() == 0);
        assertThat(peer.idleConnections()).isZero();
        assertThat(origins.fetch(get("/2"), to(peer)).summary()).isEqualTo("200 [ok]");
    }

    @Test
    void an_idle_connection_closes_after_its_time() throws Exception {
        ScriptedOrigin origin = origin(ScriptedOrigin.keepAnswering(OK));
        Origins origins = origins(new OriginSettings(
                Duration.ofSeconds(20),
                Duration.ofSeconds(10),
                Duration.ofMillis(50),
                25,
                false,
                0,
                true,
                64 << 10,
                16,
                Configuration.Dns.DEFAULT));
        Peer peer = peer("p", origin.port());

        origins.fetch(get("/1"), to(peer));

        Awaitility.await().until(() -> peer.openConnections() == 0);
    }

    @Test
    void a_request_that_cannot_be_repeated_goes_out_on_a_fresh_connection() throws Exception {
        ScriptedOrigin origin = origin(ScriptedOrigin.keepAnswering(OK));
        Origins origins = origins();
        Peer peer = peer("p", origin.port());

        origins.fetch(get("/1"), to(peer));
        origins.fetch(request("POST", "/2", null), to(peer));

        assertThat(origin.accepted()).isEqualTo(2);
    }

    @Test
    void silence_is_a_read_timeout() throws Exception {
        ScriptedOrigin origin = origin(connection -> {
            connection.readHead();
            connection.hang();
        });
        Peer peer = peer("p", origin.port());

        Outcome outcome = origins(Origins.readTimeout(100)).fetch(get("/"), to(peer));

        assertThat(outcome.summary()).isEqualTo("READ_TIMEOUT");
        assertThat(peer.openConnections()).isZero();
        assertThat(peer.failures()).isEqualTo(1);
    }

    @Test
    void silence_within_the_body_cuts_it() throws Exception {
        ScriptedOrigin origin = origin(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok");
            connection.hang();
        });

        Outcome outcome = origins(Origins.readTimeout(100)).fetch(get("/"), to(peer("p", origin.port())));

        assertThat(outcome.summary()).isEqualTo("200 [ok] cut");
    }

    @Test
    void a_head_that_drips_is_a_read_timeout_too() throws Exception {
        ScriptedOrigin origin = origin(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 200 OK\r\nX: ");
            Semaphore pause = new Semaphore(0);
            while (true) {
                connection.write("x");
                assertThat(pause.tryAcquire(10, TimeUnit.MILLISECONDS)).isFalse();
            }
        });

        Outcome outcome = origins(Origins.readTimeout(200)).fetch(get("/"), to(peer("p", origin.port())));

        assertThat(outcome.summary()).isEqualTo("READ_TIMEOUT");
    }

    @Test
    void a_body_that_drips_arrives() throws Exception {
        ScriptedOrigin origin = origin(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n");
            Semaphore pause = new Semaphore(0);
            for (int i = 0; i < 20; i++) {
                assertThat(pause.tryAcquire(20, TimeUnit.MILLISECONDS)).isFalse();
                connection.write("x");
            }
            connection.hang();
        });

        Outcome outcome = origins(Origins.readTimeout(2_000)).fetch(get("/"), to(peer("p", origin.port())));

        assertThat(outcome.summary()).isEqualTo("200 [" + "x".repeat(20) + "]");
    }

    @Test
    void a_refused_connection_is_told_with_its_peer() throws Exception {
        Peer peer = peer("p", freePort());

        Outcome outcome = origins().fetch(get("/"), to(peer));

        assertThat(outcome.theFailure().cause()).isEqualTo(Cause.REFUSED);
        assertThat(outcome.theFailure().peer()).isSameAs(peer);
        assertThat(outcome.theFailure().code()).isEqualTo(HierarchyCode.FIRSTUP_PARENT);
        assertThat(outcome.theFailure().message()).contains("127.0.0.1").doesNotContain("\n");
        assertThat(peer.openConnections()).isZero();
        assertThat(peer.failures()).isEqualTo(1);
    }

    @Test
    void no_candidate_is_no_peer() throws Exception {
        Outcome outcome = origins().fetch(get("/"), List.of());

        assertThat(outcome.summary()).isEqualTo("NO_PEER");
        assertThat(outcome.theFailure().code()).isEqualTo(HierarchyCode.HIER_NONE);
    }

    @Test
    void the_next_candidate_is_tried_when_one_refuses_or_closes() throws Exception {
        ScriptedOrigin closes = origin(ScriptedOrigin.Connection::readHead);
        ScriptedOrigin answers = origin(ScriptedOrigin.answering(OK));
        Peer last = peer("answers", answers.port());

        Outcome outcome =
                origins().fetch(get("/"), to(peer("refuses", freePort()), peer("closes", closes.port()), last));

        assertThat(outcome.summary()).isEqualTo("200 [ok]");
        assertThat(outcome.theAnswer().peer()).isSameAs(last);
    }

    @Test
    void forward_max_tries_bounds_the_tries() throws Exception {
        ScriptedOrigin answers = origin(ScriptedOrigin.answering(OK));
        Origins origins = origins(maxTries(2));

        Outcome outcome = origins.fetch(
                get("/"), to(peer("a", freePort()), peer("b", freePort()), peer("answers", answers.port())));

        assertThat(outcome.summary()).isEqualTo("REFUSED");
    }

    private static OriginSettings maxTries(int tries) {
        return new OriginSettings(
                Duration.ofSeconds(20),
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                tries,
                false,
                0,
                true,
                64 << 10,
                16,
                Configuration.Dns.DEFAULT);
    }

    @DisplayName("whether another peer is asked after an answer")
    @ParameterizedTest(name = "{0}: {1} {2}, retry_on_error {3}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                        | method | first | retry | outcome
        502 asks the next peer        | GET    | 502   | false | 200 [ok]
        504 asks the next peer        | GET    | 504   | false | 200 [ok]
        503 is the answer             | GET    | 503   | false | 503 [no]
        503 asks with retry_on_error  | GET    | 503   | true  | 200 [ok]
        404 is the answer             | GET    | 404   | true  | 404 [no]
        POST is not sent twice        | POST   | 502   | true  | 502 [no]
        """)
    void another_peer_after_an_error_answer(String rule, String method, int status, boolean retry, String expected)
            throws Exception {
        ScriptedOrigin first =
                origin(ScriptedOrigin.answering("HTTP/1.1 " + status + " Error\r\nContent-Length: 2\r\n\r\nno"));
        ScriptedOrigin second = origin(ScriptedOrigin.answering(OK));
        Origins origins = origins(new OriginSettings(
                Duration.ofSeconds(20),
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                25,
                retry,
                0,
                true,
                64 << 10,
                16,
                Configuration.Dns.DEFAULT));

        Outcome outcome =
                origins.fetch(request(method, "/", null), to(peer("a", first.port()), peer("b", second.port())));

        assertThat(outcome.summary()).isEqualTo(expected);
    }

    @Test
    void the_last_answer_is_delivered_when_every_peer_fails() throws Exception {
        ScriptedOrigin first =
                origin(ScriptedOrigin.answering("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\nno"));

        Outcome outcome = origins().fetch(get("/"), to(peer("a", first.port()), peer("b", freePort())));

        assertThat(outcome.summary()).isEqualTo("502 [no]");
        assertThat(outcome.theAnswer().peer().config().name()).isEqualTo("a");
    }

    @Test
    void a_post_is_not_sent_again_once_the_origin_has_it() throws Exception {
        ScriptedOrigin closes = origin(ScriptedOrigin.Connection::readHead);
        ScriptedOrigin other = origin(ScriptedOrigin.answering(OK));

        Outcome outcome = origins()
                .fetch(request("POST", "/", null), to(peer("closes", closes.port()), peer("other", other.port())));

        assertThat(outcome.summary()).isEqualTo("CLOSED");
        assertThat(other.accepted()).isZero();
    }

    @Test
    void a_reset_is_a_failure_not_a_hang() throws Exception {
        ScriptedOrigin origin = origin(connection -> {
            connection.readHead();
            connection.reset();
        });

        assertThat(origins().fetch(get("/"), to(peer("p", origin.port()))).summary())
                .isEqualTo("CLOSED");
    }

    @Test
    void a_large_body_waits_for_its_reader() throws Exception {
        byte[] page = new byte[10 << 20];
        new java.util.Random(1).nextBytes(page);
        ScriptedOrigin origin = origin(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + page.length + "\r\n\r\n");
            connection.write(page);
            connection.hang();
        });
        Origins origins = origins();
        CompletableFuture<byte[]> received = new CompletableFuture<>();

        origins.thread()
                .execute(() -> origins.client.send(
                        get("/"),
                        to(peer("p", origin.port())),
                        origins.thread(),
                        new StutteringReader(origins, received)));

        assertThat(Arrays.equals(await(received), page)).isTrue();
    }

    /** Suspends after every 100 KB and goes on a moment later, in buffers of odd size. */
    private static final class StutteringReader implements OriginHandler {
        private final Origins origins;
        private final CompletableFuture<byte[]> received;
        private final java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        private final ByteBuffer buffer = ByteBuffer.allocate(777);
        private int sinceSuspended;

        StutteringReader(Origins origins, CompletableFuture<byte[]> received) {
            this.origins = origins;
            this.received = received;
        }

        @Override
        public void interim(ResponseHead head) {}

        @Override
        public void answered(OriginAnswer answer, OriginBody body) {
            body.onReadable(() -> read(body));
            body.resumeReads();
        }

        private void read(OriginBody body) {
            try {
                while (true) {
                    buffer.clear();
                    int count = body.read(buffer);
                    if (count < 0) {
                        received.complete(bytes.toByteArray());
                        return;
                    }
                    if (count == 0) {
                        return;
                    }
                    bytes.write(buffer.array(), 0, count);
                    sinceSuspended += count;
                    if (sinceSuspended > 100_000) {
                        sinceSuspended = 0;
                        body.suspendReads();
                        origins.thread().executeAfter(body::resumeReads, 1, TimeUnit.MILLISECONDS);
                        return;
                    }
                }
            } catch (IOException cut) {
                received.completeExceptionally(cut);
            }
        }

        @Override
        public void failed(Unreachable failure) {
            received.completeExceptionally(new IOException(failure.toString()));
        }
    }

    @Test
    void a_suspended_body_stops_the_origin() throws Exception {
        CountDownLatch wroteAll = new CountDownLatch(1);
        ScriptedOrigin origin = origin(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 200 OK\r\n\r\n");
            connection.write(new byte[64 << 20]);
            wroteAll.countDown();
        });
        Origins origins = origins();
        CompletableFuture<OriginBody> answered = new CompletableFuture<>();
        origins.thread()
                .execute(() -> origins.client.send(
                        get("/"), to(peer("p", origin.port())), origins.thread(), new Origins.Collector() {
                            @Override
                            public void answered(OriginAnswer answer, OriginBody body) {
                                body.suspendReads();
                                answered.complete(body);
                            }
                        }));

        OriginBody body = await(answered);

        assertThat(wroteAll.await(200, TimeUnit.MILLISECONDS)).isFalse();
        origins.thread().execute(body::abort);
        assertThat(wroteAll.await(200, TimeUnit.MILLISECONDS)).isFalse();
    }

    @DisplayName("how a request's body goes out")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                              | length | size    | part
        a known length is stated            | true   | 10      | 3
        an unknown length is chunked        | false  | 10      | 3
        a large body of known length        | true   | 3000000 | 7000
        a large body of unknown length      | false  | 3000000 | 7000
        """)
    void uploads(String rule, boolean stated, int size, int part) throws Exception {
        byte[] content = new byte[size];
        for (int i = 0; i < size; i++) {
            content[i] = (byte) ('a' + i % 26);
        }
        ScriptedOrigin origin = origin(connection -> {
            String head = connection.readHead();
            String body = head.contains("chunked") ? readChunked(connection) : connection.read(size);
            boolean framed = head.contains("\r\nContent-Length: " + size + "\r\n") == stated
                    && head.contains("\r\nTransfer-Encoding: chunked\r\n") != stated;
            boolean same = body.equals(new String(content, ISO_8859_1));
            String verdict = framed && same ? "same" : "differs";
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + verdict.length() + "\r\n\r\n" + verdict);
            connection.hang();
        });
        Origins origins = origins();
        Peer peer = peer("p", origin.port());

        Outcome outcome =
                origins.fetch(request("POST", "/", new Upload(origins, content, stated ? size : -1, part)), to(peer));

        assertThat(outcome.summary()).isEqualTo("200 [same]");
        assertThat(peer.idleConnections()).isEqualTo(1);
    }

    private static String readChunked(ScriptedOrigin.Connection connection) throws IOException {
        StringBuilder body = new StringBuilder();
        while (true) {
            StringBuilder size = new StringBuilder();
            while (size.indexOf("\r\n") < 0) {
                size.append(connection.read(1));
            }
            int bytes = Integer.parseInt(size.toString().trim(), 16);
            body.append(connection.read(bytes));
            connection.read(2);
            if (bytes == 0) {
                return body.toString();
            }
        }
    }

    /** Gives a part each time it is resumed, later. */
    private static final class Upload implements RequestBody {
        private final Origins origins;
        private final ByteBuffer content;
        private final long length;
        private final int part;
        private int available;
        private boolean started;
        private @Nullable Runnable listener;
        private @Nullable IOException failure;

        Upload(Origins origins, byte[] content, long length, int part) {
            this.origins = origins;
            this.content = ByteBuffer.wrap(content);
            this.length = length;
            this.part = part;
        }

        Upload failing(IOException with) {
            failure = with;
            return this;
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public int read(ByteBuffer dst) throws IOException {
            if (!content.hasRemaining()) {
                if (failure != null) {
                    throw failure;
                }
                return -1;
            }
            int count = Math.min(Math.min(available, content.remaining()), dst.remaining());
            for (int i = 0; i < count; i++) {
                dst.put(content.get());
            }
            available -= count;
            started |= count > 0;
            return count;
        }

        @Override
        public void onReadable(Runnable toCall) {
            listener = toCall;
        }

        @Override
        public void resumeReads() {
            available = part;
            Runnable told = listener;
            if (told != null) {
                origins.thread().execute(told);
            }
        }

        @Override
        public void suspendReads() {}

        @Override
        public boolean started() {
            return started;
        }

        @Override
        public boolean awaitsContinue() {
            return false;
        }
    }

    @Test
    void an_answer_may_come_before_the_body_is_sent() throws Exception {
        ScriptedOrigin origin = origin(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
            connection.hang();
        });
        Origins origins = origins();
        Peer peer = peer("p", origin.port());

        Outcome outcome = origins.fetch(
                request("POST", "/", new Upload(origins, new byte[50 << 20], 50 << 20, 100_000)), to(peer));

        assertThat(outcome.summary()).isEqualTo("413 [no]");
        assertThat(peer.openConnections()).as("it is not reused").isZero();
    }

    @Test
    void the_clients_failure_is_not_the_origins() throws Exception {
        ScriptedOrigin origin = origin(connection -> {
            connection.readHead();
            connection.hang();
        });
        Origins origins = origins();
        Peer peer = peer("p", origin.port());

        Outcome outcome = origins.fetch(
                request(
                        "POST",
                        "/",
                        new Upload(origins, new byte[100], 200, 10).failing(new IOException("client left"))),
                to(peer));

        assertThat(outcome.summary()).isEqualTo("REQUEST_BODY");
        assertThat(peer.failures()).isZero();
        assertThat(peer.openConnections()).isZero();
    }

    @Test
    void a_body_shorter_than_its_length_is_the_clients_failure() throws Exception {
        ScriptedOrigin origin = origin(connection -> {
            connection.readHead();
            connection.hang();
        });
        Origins origins = origins();

        Outcome outcome = origins.fetch(
                request("PUT", "/", new Upload(origins, new byte[100], 200, 10)), to(peer("p", origin.port())));

        assertThat(outcome.summary()).isEqualTo("REQUEST_BODY");
    }

    @Test
    void cancel_closes_the_connection_and_calls_nobody() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        ScriptedOrigin origin = origin(connection -> {
            connection.readHead();
            asked.countDown();
            connection.hang();
        });
        Origins origins = origins();
        Peer peer = peer("p", origin.port());
        Origins.Collector collector = new Origins.Collector();
        CompletableFuture<OriginClient.Call> call = new CompletableFuture<>();
        origins.thread()
                .execute(() -> call.complete(origins.client.send(get("/"), to(peer), origins.thread(), collector)));
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

        OriginClient.Call sent = await(call);
        origins.thread().execute(sent::cancel);

        Awaitility.await().until(() -> peer.openConnections() == 0);
        assertThat(peer.failures()).isZero();
    }

    private static PeerConfig limited(PeerConfig config, int maxConnections, int failLimit) {
        return new PeerConfig(
                config.name(),
                config.host(),
                config.port(),
                config.originServer(),
                config.defaultPeer(),
                config.balancing(),
                config.weight(),
                config.login(),
                config.forcedDomain(),
                config.frontEndHttps(),
                maxConnections,
                config.connectTimeout(),
                failLimit,
                config.proxyOnly(),
                config.access(),
                config.where());
    }

    @Test
    void max_conn_counts_the_connections_of_all_threads() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ScriptedOrigin origin = origin(
                connection -> {
                    connection.readHead();
                    asked.countDown();
                    release.await();
                    connection.write(OK);
                    connection.hang();
                },
                ScriptedOrigin.keepAnswering(OK));
        Origins origins = origins();
        Peer peer = new Peer(limited(Origins.config("p", "127.0.0.1", origin.port()), 1, 10));
        Origins.Collector first = new Origins.Collector();
        origins.thread().execute(() -> origins.client.send(get("/1"), to(peer), origins.thread(), first));
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

        Outcome second = origins.fetch(get("/2"), to(peer), origins.worker.getIoThread(1));
        release.countDown();

        assertThat(second.summary()).isEqualTo("NO_PEER");
        assertThat(first.await().summary()).isEqualTo("200 [ok]");
        assertThat(peer.openConnections()).isEqualTo(1);

        Outcome third = origins.fetch(get("/3"), to(peer), origins.worker.getIoThread(1));

        assertThat(third.summary())
                .as("the other thread's idle connection makes room")
                .isEqualTo("200 [ok]");
        assertThat(origin.accepted()).isEqualTo(2);
        assertThat(peer.openConnections()).isEqualTo(1);
    }

    @Test
    void a_peer_that_refuses_dies_and_a_probe_revives_it() throws Exception {
        int port = freePort();
        Origins origins = origins();
        Peer peer = new Peer(limited(Origins.config("p", "127.0.0.1", port), 0, 2));
        origins.client.start(List.of(peer), Origins.PATIENCE);

        origins.fetch(get("/1"), to(peer));
        assertThat(peer.isUp()).as("one failure is forgiven").isTrue();
        origins.fetch(get("/2"), to(peer));
        assertThat(peer.isUp()).isFalse();

        try (ScriptedOrigin origin = new ScriptedOrigin(port, ScriptedOrigin.keepAnswering(OK))) {
            Awaitility.await().until(() -> {
                peer.lookedAtWhileDown();
                return peer.isUp();
            });
            assertThat(peer.revivals()).isEqualTo(1);
            assertThat(origins.fetch(get("/3"), to(peer)).summary()).isEqualTo("200 [ok]");
            assertThat(origin.heads()).hasSize(1);
        }
    }

    @Test
    void a_dead_peer_whose_idle_connections_fill_max_conn_is_probed() throws Exception {
        ScriptedOrigin origin = origin(ScriptedOrigin.keepAnswering(OK));
        Origins origins = origins();
        Peer peer = new Peer(limited(Origins.config("p", "127.0.0.1", origin.port()), 2, 1));
        origins.client.start(List.of(peer), Origins.PATIENCE);
        for (int i = 0; i < 2; i++) {
            origins.fetch(get("/" + i), to(peer), origins.worker.getIoThread(i));
        }
        assertThat(peer.idleConnections()).isEqualTo(2);
        peer.connectFailed(peer.addresses().get(0));
        assertThat(peer.isUp()).isFalse();

        peer.lookedAtWhileDown();

        Awaitility.await().until(peer::isUp);
        assertThat(peer.openConnections()).isLessThanOrEqualTo(2);
    }

    @Test
    void a_peer_that_refused_is_told_of_rather_than_one_that_has_max_conn_connections() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        ScriptedOrigin full = origin(connection -> {
            connection.readHead();
            asked.countDown();
            connection.hang();
        });
        Origins origins = origins();
        Peer busy = new Peer(limited(Origins.config("busy", "127.0.0.1", full.port()), 1, 10));
        origins.thread()
                .execute(() -> origins.client.send(get("/1"), to(busy), origins.thread(), new Origins.Collector()));
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        Peer refuses = peer("refuses", freePort());

        Outcome outcome = origins.fetch(get("/2"), to(refuses, busy));

        assertThat(outcome.summary()).isEqualTo("REFUSED");
        assertThat(outcome.theFailure().peer()).isSameAs(refuses);
    }

    @Test
    void every_address_of_a_name_is_tried() throws Exception {
        ScriptedOrigin origin = origin(ScriptedOrigin.keepAnswering(OK));
        Origins origins = new Origins(SETTINGS, host -> new java.net.InetAddress[] {
            java.net.InetAddress.getByAddress(host, new byte[] {127, 0, 0, 3}),
            java.net.InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1})
        });
        opened.add(origins);
        Peer peer = new Peer(Origins.config("p", "origin.example", origin.port()));
        assertThat(peer.isUp()).as("it has no address yet").isFalse();
        origins.client.start(List.of(peer), Origins.PATIENCE);

        assertThat(origins.fetch(get("/"), to(peer)).summary()).isEqualTo("200 [ok]");
        assertThat(peer.failures()).isEqualTo(1);
        assertThat(peer.addressesToTry().get(0).getAddress().getHostAddress())
                .as("the one that works comes first next time")
                .isEqualTo("127.0.0.1");
    }

    @Test
    void a_name_that_does_not_resolve_leaves_its_peer_down() throws Exception {
        Origins origins = new Origins(SETTINGS, host -> {
            throw new java.net.UnknownHostException(host);
        });
        opened.add(origins);
        Peer peer = new Peer(Origins.config("p", "nowhere.example", 80));

        origins.client.start(List.of(peer), Origins.PATIENCE);

        assertThat(peer.isUp()).isFalse();
    }

    @Test
    void a_lookup_that_fails_inside_holds_nobody_up() throws Exception {
        CountDownLatch again = new CountDownLatch(2);
        Origins origins = new Origins(
                new OriginSettings(
                        SETTINGS.forwardTimeout(),
                        SETTINGS.readTimeout(),
                        SETTINGS.idleTimeout(),
                        SETTINGS.maxTries(),
                        SETTINGS.retryOnError(),
                        SETTINGS.connectRetries(),
                        SETTINGS.persistent(),
                        SETTINGS.headMax(),
                        SETTINGS.idleMax(),
                        new Configuration.Dns(Duration.ofHours(1), Duration.ofMillis(1))),
                host -> {
                    again.countDown();
                    throw new IllegalArgumentException(host);
                });
        opened.add(origins);
        Peer peer = new Peer(Origins.config("p", "odd.example", 80));
        CompletableFuture<Void> started = CompletableFuture.runAsync(() -> {
            try {
                origins.client.start(List.of(peer), Duration.ofHours(1));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });

        await(started);

        assertThat(peer.isUp()).isFalse();
        assertThat(again.await(20, TimeUnit.SECONDS)).as("looked up again").isTrue();
    }

    @Test
    void a_retired_peers_connections_close() throws Exception {
        ScriptedOrigin origin = origin(ScriptedOrigin.keepAnswering(OK));
        Origins origins = origins();
        Peer peer = peer("p", origin.port());
        origins.fetch(get("/"), to(peer));

        origins.client.retire(List.of(peer));

        Awaitility.await().until(() -> peer.openConnections() == 0);
    }

    @Test
    void a_body_that_trails_an_answer_without_one_is_not_the_next_answer() throws Exception {
        CountDownLatch trailed = new CountDownLatch(1);
        ScriptedOrigin origin = origin(
                connection -> {
                    connection.readHead();
                    connection.write("HTTP/1.1 304 Not Modified\r\nContent-Length: 40\r\n\r\n");
                    connection.awaitGo();
                    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad");
                    trailed.countDown();
                    connection.hang();
                },
                ScriptedOrigin.keepAnswering(OK));
        Origins origins = origins();
        Peer peer = peer("p", origin.port());
        origins.fetch(get("/1"), to(peer));
        Origins.Collector second = new Origins.Collector();

        // The bytes arrive while the I/O thread is busy, so that no event can have told of them.
        origins.thread().execute(() -> {
            origin.go();
            try {
                assertThat(trailed.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            origins.client.send(get("/2"), to(peer), origins.thread(), second);
        });

        assertThat(second.await().summary()).isEqualTo("200 [ok]");
        assertThat(origin.accepted()).isEqualTo(2);
    }

    @Test
    void a_new_configuration_keeps_the_connections_of_the_peers_that_stay() throws Exception {
        ScriptedOrigin origin = origin(ScriptedOrigin.keepAnswering(OK));
        Origins origins = origins();
        PeerConfig stays = Origins.config("stays", "127.0.0.1", origin.port());
        PeerConfig goes = Origins.config("goes", "127.0.0.1", origin.port());
        PeerConfig comes = Origins.config("comes", "127.0.0.1", origin.port());
        List<Peer> before = origins.client.renew(List.of(), List.of(goes, stays), Origins.PATIENCE);
        before.forEach(peer -> origins.fetch(get("/"), to(peer)));

        List<Peer> after = origins.client.renew(before, List.of(comes, limited(stays, 7, 10)), Origins.PATIENCE);

        assertThat(after).extracting(Peer::toString).containsExactly("comes", "stays");
        assertThat(after.get(1)).isSameAs(before.get(1));
        assertThat(after.get(1).config().maxConnections()).isEqualTo(7);
        assertThat(after.get(1).idleConnections()).isEqualTo(1);
        Awaitility.await().until(() -> before.get(0).openConnections() == 0);
    }

    @Test
    void concurrent_requests_each_get_their_own_answer() throws Exception {
        ScriptedOrigin origin = origin(connection -> {
            while (true) {
                String path = connection.readHead().replaceAll("(?s)^GET (\\S+) .*", "$1");
                String page = path.repeat(1 + path.hashCode() % 3000 & 0xfff);
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + page.length() + "\r\n\r\n" + page);
            }
        });
        Origins origins = origins();
        Peer peer = peer("p", origin.port());
        List<Origins.Collector> collectors = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            Origins.Collector collector = new Origins.Collector();
            collectors.add(collector);
            OriginRequest request = get("/" + i);
            var thread = origins.worker.getIoThread(i % 2);
            thread.execute(() -> origins.client.send(request, to(peer), thread, collector));
        }

        for (int i = 0; i < collectors.size(); i++) {
            String path = "/" + i;
            assertThat(collectors.get(i).await().body()).isEqualTo(path.repeat(1 + path.hashCode() % 3000 & 0xfff));
        }
        assertThat(peer.idleConnections()).isLessThanOrEqualTo(2 * SETTINGS.idleMax());
        assertThat(peer.openConnections()).isEqualTo(peer.idleConnections());
    }
}
