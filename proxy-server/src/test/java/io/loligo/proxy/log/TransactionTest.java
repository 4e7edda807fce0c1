package io.loligo.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.status.HierarchyCode;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.config.LogFormat.BuiltIn;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransactionTest {
    private static final InetAddress CLIENT = Exchange.address("192.0.2.7");
    private static final RequestHead HEAD =
            new RequestHead("GET", "/p", HttpVersion.HTTP_1_0, Fields.of("Host", "www.example.org"));
    private static final RequestFacts FACTS = new RequestFacts(
            HEAD,
            new EffectiveUri("http", "www.example.org", 80, "/p"),
            new InetSocketAddress(CLIENT, 40_000),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 80),
            "80");

    @DisplayName("a client that leaves while it waits is logged as Squid logs it")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # case                                       | result               | status | aborted | logged
        it left before anything was decided          | NONE_NONE            |   0    | true    | TCP_MISS_ABORTED/000
        it left while a miss was fetched             | TCP_MISS             |   0    | true    | TCP_MISS_ABORTED/000
        it left within the body                      | TCP_MISS             | 200    | true    | TCP_MISS_ABORTED/200
        it left within a hit                         | TCP_MEM_HIT          | 200    | true    | TCP_MEM_HIT_ABORTED/200
        it was refused and left                      | TCP_DENIED           | 403    | true    | TCP_DENIED_ABORTED/403
        it stayed                                    | TCP_MISS             | 200    | false   | TCP_MISS/200
        """)
    void leaving(String rule, ResultCode result, int status, boolean aborted, String logged) {
        assertThat(line(exchange(HEAD, FACTS, result, status, aborted))).contains(" " + logged + " ");
    }

    @Test
    @DisplayName("a request without an effective URL that was cut is not a miss")
    void cut_without_a_url() {
        assertThat(line(exchange(HEAD, null, ResultCode.NONE_NONE, 0, true)))
                .contains(" NONE_NONE_ABORTED/000 0 GET /p - HIER_NONE/- -");
    }

    @Test
    @DisplayName("a request that was not understood has neither method nor URL")
    void not_understood() {
        assertThat(line(exchange(null, null, ResultCode.NONE_NONE, 400, false)))
                .contains(" NONE_NONE/400 0 NONE error:invalid-request - HIER_NONE/- -");
        assertThat(line(Transaction.unreadable(CLIENT, Transaction.INVALID_REQUEST, 400, 77)))
                .contains(" 192.0.2.7 NONE_NONE/400 77 NONE error:invalid-request - HIER_NONE/- -");
    }

    @DisplayName("a plain hit knows how many bytes of its body went out")
    @ParameterizedTest(name = "{0} bytes of a head of 200 and a body")
    @CsvSource({"0, 0", "150, 0", "200, 0", "343, 143"})
    void plain_hit(long sent, long ofBody) {
        Transaction hit = Transaction.plainHit(
                FACTS,
                System.currentTimeMillis(),
                ResultCode.TCP_MEM_HIT,
                200,
                "text/plain",
                SentHead.NONE,
                200,
                sent,
                false);

        assertThat(hit.bodyBytesSent()).isEqualTo(ofBody);
        assertThat(line(hit))
                .contains(" 192.0.2.7 TCP_MEM_HIT/200 " + sent
                        + " GET http://www.example.org/p - HIER_NONE/- text/plain");
    }

    @DisplayName("the head as sent is read back from its bytes")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        HTTP/1.1 200 OK~A: 1~B: x:y~~        | A=1 B=x:y
        HTTP/1.1 200 OK~A: 1~B: x:y~         | A=1 B=x:y
        HTTP/1.1 200 OK~A: ~a:2~~            | A= a=2
        HTTP/1.1 204 No Content~~            | ''
        HTTP/1.1 204 No Content              | ''
        """)
    void head_as_sent(String wire, String fields) {
        ByteBuffer head = ByteBuffer.wrap(("--" + wire.replace("~", "\r\n")).getBytes(StandardCharsets.ISO_8859_1));
        head.position(2);

        SentHead sent = SentHead.http1(head);

        StringBuilder read = new StringBuilder();
        sent.fields()
                .forEach((name, value) ->
                        read.append(' ').append(name).append('=').append(value));
        assertThat(read.toString().strip()).isEqualTo(fields);
        assertThat(head.position()).isEqualTo(2);
    }

    private static Transaction exchange(
            @Nullable RequestHead head, @Nullable RequestFacts facts, ResultCode result, int status, boolean aborted) {
        return Transaction.exchange(
                7,
                CLIENT,
                head,
                facts,
                result,
                new Transaction.Reply(status, null, SentHead.NONE, 0, 0, aborted),
                new Transaction.Route(HierarchyCode.HIER_NONE, null));
    }

    private static String line(Transaction transaction) {
        StringBuilder line = new StringBuilder();
        new AccessLogLine(true, false, ZoneOffset.UTC).append(line, BuiltIn.SQUID, transaction);
        return line.toString();
    }
}
