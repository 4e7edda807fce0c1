package io.loligo.proxy.client;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainHeadParserTest {
    private static final int CAPACITY = 16 << 10;

    private final PlainHeadParser parser = new PlainHeadParser(CAPACITY);

    private @Nullable RequestHead parse(String bytes) {
        parser.load(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)));
        return parser.parse(0);
    }

    private Fields fields(String bytes) {
        return requireNonNull(parse(bytes)).fields();
    }

    @Test
    void whatIsPlainIsUnderstoodAsItStands() {
        String text = String.join(
                "\r\n",
                "GET /a%2Fb;c/~d?x=1&y=%c3%a4? HTTP/1.1",
                "host: Www.Example.org:8080",
                "User-Agent:a  b\tc \t",
                "Accept: x",
                "accept:",
                "X-\u00e4: no",
                "",
                "");

        assertThat(parse(text)).as("a name that is no token").isNull();

        RequestHead head = parse(text.replace("X-\u00e4: no\r\n", "X-Latin: \u00e4\r\nConnection: Keep-Alive\r\n"));

        assertThat(head)
                .isEqualTo(new RequestHead(
                        "GET",
                        "/a%2Fb;c/~d?x=1&y=%c3%a4?",
                        HttpVersion.HTTP_1_1,
                        Fields.of(
                                "host", "Www.Example.org:8080",
                                "User-Agent", "a  b\tc",
                                "Accept", "x",
                                "accept", "",
                                "X-Latin", "\u00e4",
                                "Connection", "Keep-Alive")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HEAD / HTTP/1.1|Host: a",
                "get / HTTP/1.1|Host: a",
                "POST / HTTP/1.1|Host: a",
                "GET  / HTTP/1.1|Host: a",
                "GET * HTTP/1.1|Host: a",
                "GET http://a/ HTTP/1.1|Host: a",
                "GET /a#b HTTP/1.1|Host: a",
                "GET /a\"b HTTP/1.1|Host: a",
                "GET /%00 HTTP/1.1|Host: a",
                "GET /%zz HTTP/1.1|Host: a",
                "GET /% HTTP/1.1|Host: a",
                "GET /\u00e4 HTTP/1.1|Host: a",
                "GET /a\tb HTTP/1.1|Host: a",
                "GET / HTTP/1.0|Host: a",
                "GET / HTTP/1.2|Host: a",
                "GET / HTTP/1.1 |Host: a",
                "GET /|Host: a",
                "GET / HTTP/1.1",
                "GET / HTTP/1.1|Host: a|Host: a",
                "GET / HTTP/1.1|Host: a b",
                "GET / HTTP/1.1|Host: a:0",
                "GET / HTTP/1.1|Host : a",
                "GET / HTTP/1.1| Host: a",
                "GET / HTTP/1.1|Host: a| folded",
                "GET / HTTP/1.1|Host: a|X",
                "GET / HTTP/1.1|Host: a|: x",
                "GET / HTTP/1.1|Host: a|X: \u0001",
                "GET / HTTP/1.1|Host: a|X: \u007f",
                "GET / HTTP/1.1|Host: a|X: a\nY: b",
                "GET / HTTP/1.1|Host: a|X: a\rY: b",
                "GET / HTTP/1.1|Host: a|Hos~: b",
                "GET / HTTP/1.1|Host: a|Content-Length: 0",
                "GET / HTTP/1.1|Host: a|transfer-encoding: chunked",
                "GET / HTTP/1.1|Host: a|EXPECT: 100-continue",
                "GET / HTTP/1.1|Host: a|Upgrade: h2c",
                "GET / HTTP/1.1|Host: a|Connection: close, keep-alive",
                "GET / HTTP/1.1|Host: a|Connection: close|Connection: keep-alive",
                "GET / HTTP/1.1|Host: a|Connection: keep-alive, Upgrade",
                "GET / HTTP/1.1|Host: a|Range: bytes=0-0",
                "GET / HTTP/1.1|Host: a|If-Range: \"a\"",
                "GET / HTTP/1.1|Host: a|If-Match: \"a\"",
                "GET / HTTP/1.1|Host: a|If-None-Match: \"a\"",
                "GET / HTTP/1.1|Host: a|If-Modified-Since: x",
                "GET / HTTP/1.1|Host: a|If-Unmodified-Since: x",
            })
    void whatIsNotPlainIsLeftAlone(String lines) {
        String head = lines.replace("|", "\r\n") + "\r\n\r\n";

        assertThat(parse(head)).isNull();
        assertThat(parse(head)).as("asked again").isNull();
    }

    @Test
    void aHeadThatIsNotAllHereIsLeftAlone() {
        String head = "GET /%41 HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
        for (int length = 0; length < head.length(); length++) {
            assertThat(parse(head.substring(0, length))).as("%s bytes", length).isNull();
        }
        assertThat(parse(head)).isNotNull();
        assertThat(parse(head.substring(0, head.length() - 1)))
                .as("after the whole was seen")
                .isNull();
    }

    @Test
    void headsThatFollowOneAnotherAreReadOneByOne() {
        String first = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n";
        String second = "GET /2 HTTP/1.1\r\nHost: b\r\n\r\n";
        parser.load(ByteBuffer.wrap((first + second + "GET").getBytes(StandardCharsets.US_ASCII)));

        assertThat(requireNonNull(parser.parse(0)).target()).isEqualTo("/1");
        assertThat(parser.end()).isEqualTo(first.length());
        RequestHead next = requireNonNull(parser.parse(parser.end()));
        assertThat(next.target()).isEqualTo("/2");
        assertThat(next.fields().first("Host")).isEqualTo("b");
        assertThat(parser.end()).isEqualTo(first.length() + second.length());
        assertThat(parser.parse(parser.end())).isNull();
    }

    @Test
    void aSectionThatWasSeenBeforeIsNotParsedAgain() {
        Fields fields = fields("GET /1 HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n");

        assertThat(fields("GET /2 HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n")).isSameAs(fields);
    }

    @Test
    void sectionsAreRememberedExactly() {
        Random random = new Random(9);
        for (int i = 0; i < 20_000; i++) {
            // Few values, so that sections come again, and many more sections than are remembered.
            String host = "h" + random.nextInt(40);
            String value = "v".repeat(random.nextInt(30));
            String more = random.nextInt(50) == 0 ? "w".repeat(PlainHeadParser.REMEMBERED_BYTES_MAX) : "";
            assertThat(fields("GET /" + i + " HTTP/1.1\r\nHost: " + host + "\r\nX: " + value + more + "\r\n\r\n"))
                    .isEqualTo(Fields.of("Host", host, "X", value + more));
        }
    }

    @Test
    void noMoreLinesThanTheOrdinaryWayTakes() {
        String most = "GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n".repeat(PlainHeadParser.FIELDS_MAX - 1);

        assertThat(parse(most + "\r\n")).isNotNull();
        assertThat(parse(most + "X: y\r\n\r\n")).isNull();
    }
}
