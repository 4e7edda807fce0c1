package io.loligo.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** client_request_buffer_max_size: some origins refuse a chunked request, so a length is told where it can be. */
@DisplayName("A chunked request")
class ChunkedRequestTest {
    private static final String THANKS = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nthanks";

    private final BlockingQueue<String> bodies = new LinkedBlockingQueue<>();

    /** An origin that keeps the bodies it gets. */
    private RawOrigin origin() {
        return RawOrigin.with(exchange -> {
            bodies.add(body(exchange));
            exchange.send(THANKS);
        });
    }

    private static String body(RawOrigin.Exchange exchange) throws IOException {
        String length = exchange.field("Content-Length");
        if (length != null || !exchange.has("Transfer-Encoding")) {
            return new String(exchange.read(length == null ? 0 : Integer.parseInt(length)), ISO_8859_1);
        }
        StringBuilder body = new StringBuilder();
        while (true) {
            StringBuilder line = new StringBuilder();
            while (line.indexOf("\r\n") < 0) {
                line.append(new String(exchange.read(1), ISO_8859_1));
            }
            int size = Integer.parseInt(line.toString().strip(), 16);
            String chunk = new String(exchange.read(size + 2), ISO_8859_1);
            if (size == 0) {
                return body.toString();
            }
            body.append(chunk, 0, size);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # its body came with the head      | the limit | bytes of the body | goes on with
        whole                              | 512 KB    | 5                 | Content-Length: 5
        and is empty                       | 512 KB    | 0                 | Content-Length: 0
        whole, in several chunks           | 512 KB    | 9000              | Content-Length: 9000
        and is as large as the limit       | 4 KB      | 4096              | Content-Length: 4096
        and is larger than the limit       | 4 KB      | 4097              | Transfer-Encoding: chunked
        """)
    void whose_body_is_all_there_goes_on_with_its_length(String rule, String limit, int size, String framing)
            throws Exception {
        try (var origin = origin();
                var loligo = RunningServer.start(
                        SquidConf.inFrontOf(origin.port()).and("client_request_buffer_max_size " + limit));
                var client = RawHttp.connect(loligo.port())) {
            String body = "x".repeat(size);
            StringBuilder chunks = new StringBuilder();
            for (int from = 0; from < size; from += 1_000) {
                String chunk = body.substring(from, Math.min(size, from + 1_000));
                chunks.append(Integer.toHexString(chunk.length()))
                        .append("\r\n")
                        .append(chunk)
                        .append("\r\n");
            }
            client.send(RawHttp.head("POST", "/", "Transfer-Encoding: chunked") + chunks + "0\r\n\r\n"
                    + RawHttp.head("GET", "/next"));

            assertThat(client.answer().text()).isEqualTo("thanks");
            assertThat(client.answer().text()).as("what follows the body").isEqualTo("thanks");
            assertThat(bodies.poll(10, TimeUnit.SECONDS)).isEqualTo(body);
            assertThat(origin.heads()).first().asString().contains("\r\n" + framing);
        }
    }

    @Test
    void whose_body_comes_later_goes_on_at_once_in_chunks() throws Exception {
        try (var origin = origin();
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()));
                var client = RawHttp.connect(loligo.port())) {
            client.send(RawHttp.head("POST", "/", "Transfer-Encoding: chunked") + "5\r\nfirst\r\n");
            await().until(() -> origin.heads().size() == 1);
            client.send("6\r\nsecond\r\n0\r\n\r\n");

            assertThat(client.answer().text()).isEqualTo("thanks");
            assertThat(bodies.poll(10, TimeUnit.SECONDS)).isEqualTo("firstsecond");
            assertThat(origin.heads()).first().asString().contains("\r\nTransfer-Encoding: chunked");
        }
    }

    @Test
    void that_is_malformed_is_400_and_no_origin_has_it_whole() {
        try (var origin = origin();
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()))) {
            for (String wrong : List.of("5\r\nfirst\r\nzz\r\n", "zz\r\n", "5\r\nfirstx0\r\n\r\n")) {
                try (var client = RawHttp.connect(loligo.port())) {
                    client.send(RawHttp.head("POST", "/", "Transfer-Encoding: chunked") + wrong);

                    assertThat(client.answer().status()).as(wrong).isEqualTo(400);
                    assertThat(client.isClosedByServer()).isTrue();
                }
            }
            assertThat(bodies).isEmpty();
        }
    }
}
