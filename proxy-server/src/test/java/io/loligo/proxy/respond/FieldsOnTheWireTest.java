package io.loligo.proxy.respond;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.http.CacheControlTargets.Surrogate;
import io.loligo.cache.http.FieldNames;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.status.CacheStatus;
import io.loligo.cache.status.ForwardReason;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.config.Configuration.ForwardedFields;
import io.loligo.proxy.config.Configuration.ForwardedFor;
import io.loligo.proxy.config.Configuration.Forwarding;
import io.loligo.proxy.config.Configuration.HeaderFields;
import io.loligo.proxy.config.Configuration.Identity;
import io.loligo.proxy.config.Configuration.TagHeaders;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FieldsOnTheWireTest {
    private static final Identity IDENTITY = new Identity("seen.test", "unique.test", false, "webmaster");
    private static final EffectiveUri URI = new EffectiveUri("http", "www.test", 8080, "/");

    @ParameterizedTest
    @ValueSource(
            longs = {
                0,
                1,
                9,
                10,
                11,
                99,
                100,
                101,
                999_999_999_999_999_999L,
                1_000_000_000_000_000_000L,
                Long.MAX_VALUE,
                -1,
                -9,
                -10,
                -100,
                -Long.MAX_VALUE
            })
    void numbersOfAHit(long number) {
        ResponseFields fields = new ResponseFields(IDENTITY, "loligo/1", true);
        ByteBuffer stored = ByteBuffer.wrap(bytes("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"));
        String head = text(fields.hit(stored, 3128, Math.abs(number), number, true, HttpVersion.HTTP_1_1));
        assertThat(head)
                .startsWith(
                        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nAge: " + Math.abs(number) + "\r\nVia: 1.1 unique.test")
                .contains("\r\nCache-Status: unique.test;hit;ttl=" + number + "\r\n\r\n");
    }

    @Test
    void aHeadBeyondTheScratchIsWhole() {
        ResponseFields fields = new ResponseFields(IDENTITY, "loligo/1", true);
        String long1 = "HTTP/1.1 200 OK\r\nX-Long: " + "x".repeat(20_000) + "\r\n";
        assertThat(text(fields.hit(ByteBuffer.wrap(bytes(long1)), 80, 7, 8, false, HttpVersion.HTTP_1_1)))
                .startsWith(long1 + "Age: 7\r\n")
                .endsWith("ttl=8\r\nConnection: close\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20_000})
    void aStoredHeadSaysTheSameAsItsFieldsOneByOne(int length) {
        ResponseFields fields = new ResponseFields(IDENTITY, "loligo/1", true);
        CacheStatus status = new CacheStatus(ForwardReason.STALE, 304, 59L, true, false, null, null);
        String value = "x".repeat(length);
        CacheRemarks remarks = new CacheRemarks(status, false, Lookup.HIT, 80);
        Fields storedFields = Fields.of("X-Long", value, "Surrogate-Key", "hidden");
        Answer.StoredForm form = new Answer.StoredForm(
                ByteBuffer.wrap(bytes("HTTP/1.1 200 OK\r\nX-Long: " + value + "\r\nContent-Length: 1\r\n")),
                Long.MAX_VALUE,
                FieldNames.of(List.of("Surrogate-Key")));
        Answer stored = Answer.stored(200, "OK", storedFields, form, remarks, null, 1);
        String head = text(fields.head(stored, false, false, HttpVersion.HTTP_1_1));

        Answer composed = Answer.withoutBody(
                200,
                "OK",
                Fields.of("X-Long", value, "Content-Length", "1", "Age", Long.toString(Long.MAX_VALUE)),
                remarks);
        assertThat(head).isEqualTo(text(fields.head(composed, false, false, HttpVersion.HTTP_1_1)));
        assertThat(stored.fields())
                .isEqualTo(Fields.of("X-Long", value, "Age", Long.toString(Long.MAX_VALUE), "Content-Length", "1"));
    }

    @Test
    void chunksAreAnnouncedBehindTheFields() {
        ResponseFields fields = new ResponseFields(IDENTITY, "loligo/1", false);
        Answer answer = Answer.of(
                200,
                "OK",
                Fields.of("X-A", "1"),
                new CacheRemarks(null, false, Lookup.MISS, 80),
                new TextBody(bytes("a")),
                -1);

        assertThat(text(fields.head(answer, true, true, HttpVersion.HTTP_1_1)))
                .startsWith("HTTP/1.1 200 OK\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n");
    }

    @ParameterizedTest(name = "keep-alive {0} to {1}: {2}")
    @CsvSource({
        "true, HTTP_1_1, ''",
        "true, HTTP_1_0, 'Connection: keep-alive'",
        "false, HTTP_1_1, 'Connection: close'",
        "false, HTTP_1_0, 'Connection: close'",
    })
    void persistence(boolean keepAlive, HttpVersion version, String line) {
        ResponseFields fields = new ResponseFields(IDENTITY, "loligo/1", false);
        Answer answer = Answer.withoutBody(
                200, "OK", Fields.of("Content-Length", "0"), new CacheRemarks(null, false, Lookup.HIT, 80));
        String head = text(fields.head(answer, false, keepAlive, version));
        assertThat(head)
                .isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Cache: MISS from seen.test\r\n"
                        + "X-Cache-Lookup: HIT from seen.test:80\r\n" + (line.isEmpty() ? "" : line + "\r\n") + "\r\n");
    }

    @ParameterizedTest(name = "{0} from {1} after ''{2}'': {3}")
    @CsvSource(
            nullValues = "-",
            value = {
                "ON,          192.0.2.1,   -,        192.0.2.1",
                "ON,          192.0.2.1,   10.0.0.1, '10.0.0.1, 192.0.2.1'",
                "ON,          2001:db8::1, -,        2001:db8::1",
                "ON,          ::1,         10.0.0.1, '10.0.0.1, ::1'",
                "TRUNCATE,    2001:db8::1, 10.0.0.1, 2001:db8::1",
                "OFF,         192.0.2.1,   10.0.0.1, '10.0.0.1, unknown'",
                "TRANSPARENT, 192.0.2.1,   10.0.0.1, 10.0.0.1",
                "TRANSPARENT, 192.0.2.1,   -,        -",
                "DELETE,      192.0.2.1,   10.0.0.1, -",
            })
    void forwardedFor(ForwardedFor word, String client, @Nullable String before, @Nullable String after)
            throws UnknownHostException {
        Forwarding forwarding = new Forwarding(true, word, 25, false, 0, true, true, ForwardedFields.NONE);
        Fields given = before == null ? Fields.EMPTY : Fields.of("X-Forwarded-For", before);
        Fields sent = new RequestFields(IDENTITY, "loligo/1", forwarding, HeaderFields.DEFAULT)
                .toOrigin(get(given), URI, InetAddress.getByName(client), true);
        assertThat(sent.combined("X-Forwarded-For")).isEqualTo(after);
    }

    @ParameterizedTest(name = "forwarded_proto {0}, _host {1}, _port {2}: {3}")
    @CsvSource({
        "false, false, false, 'X-Forwarded-Proto=gopher X-Forwarded-Host=evil.test X-Forwarded-Port=1'",
        "true,  false, false, 'X-Forwarded-Host=evil.test X-Forwarded-Port=1 X-Forwarded-Proto=http'",
        "false, true,  false, 'X-Forwarded-Proto=gopher X-Forwarded-Port=1 X-Forwarded-Host=www.test:8080'",
        "true,  true,  true,  'X-Forwarded-Proto=http X-Forwarded-Host=www.test:8080 X-Forwarded-Port=8080'"
    })
    void whatTheClientAskedForIsSaidInPlaceOfWhatItSays(boolean proto, boolean host, boolean port, String sent) {
        Forwarding forwarding = new Forwarding(
                true, ForwardedFor.DELETE, 25, false, 0, true, true, new ForwardedFields(proto, host, port));
        Fields given =
                Fields.of("X-Forwarded-Proto", "gopher", "X-Forwarded-Host", "evil.test", "X-Forwarded-Port", "1");

        Fields fields = new RequestFields(IDENTITY, "loligo/1", forwarding, HeaderFields.DEFAULT)
                .toOrigin(get(given), URI, InetAddress.getLoopbackAddress(), false);

        List<String> forwarded = new ArrayList<>();
        fields.forEach((name, value) -> {
            if (name.startsWith("X-Forwarded-")) {
                forwarded.add(name + "=" + value);
            }
        });
        assertThat(String.join(" ", forwarded)).isEqualTo(sent);
    }

    @Test
    void onlyWhatIsForTheOriginGoesThere() {
        Fields given = Fields.of(
                "Host",
                "evil.test",
                "Connection",
                "x-hop",
                "X-Hop",
                "1",
                "Keep-Alive",
                "5",
                "Expect",
                "100-continue",
                "X-Original-URL",
                "/admin",
                "Via",
                "1.0 before",
                "Accept",
                "a/b");
        RequestFields fields =
                new RequestFields(IDENTITY, "loligo/1", Configuration.Forwarding.DEFAULT, HeaderFields.DEFAULT);
        InetAddress client = InetAddress.getLoopbackAddress();
        Fields sent = fields.toOrigin(get(given), URI, client, true);
        assertThat(sent.all("Host")).containsExactly("www.test:8080");
        assertThat(sent.all("Via")).containsExactly("1.0 before", "1.1 unique.test (loligo/1)");
        assertThat(sent.first("Accept")).isEqualTo("a/b");
        for (String name : new String[] {"Connection", "X-Hop", "Keep-Alive", "Expect", "X-Original-URL"}) {
            assertThat(sent.has(name)).as(name).isFalse();
        }
        assertThat(fields.toOrigin(get(given), URI, client, false).first("X-Original-URL"))
                .isEqualTo("/admin");
        assertThat(fields.isLoop(get(sent))).isTrue();
        assertThat(fields.isLoop(get(given))).isFalse();
    }

    @Test
    void aSurrogateAnnouncesItselfAndOnlyItself() throws UnknownHostException {
        CacheControlTargets targets = new CacheControlTargets(new Surrogate("edge", false), List.of());
        RequestFields fields = new RequestFields(
                IDENTITY,
                "loligo/1",
                Forwarding.DEFAULT,
                new HeaderFields(targets, List.of("X-Tenant"), TagHeaders.DEFAULT));
        Fields given = Fields.of("Surrogate-Capability", "x=\"ESI/1.0\"", "X-Tenant", "7", "X-Original-URL", "/admin");

        Fields sent = fields.toOrigin(get(given), URI, InetAddress.getByName("192.0.2.1"), true);

        assertThat(sent.all("Surrogate-Capability")).containsExactly("edge=\"Surrogate/1.0\"");
        assertThat(sent.all("CDN-Loop")).containsExactly("edge");
        assertThat(sent.has("X-Tenant")).isFalse();
        assertThat(sent.first("X-Original-URL")).isEqualTo("/admin");
        assertThat(fields.isCdnLoop(get(sent))).isTrue();
    }

    @ParameterizedTest(name = "RFC 8586 §2, CDN-Loop: {0} is a loop: {1}")
    @CsvSource({
        "unique.test, true",
        "'one, UNIQUE.test; a=b', true",
        "'unique.test.org', false",
        "'one;a=unique.test', false"
    })
    void cdnLoop(String value, boolean loop) {
        RequestFields fields = new RequestFields(IDENTITY, "loligo/1", Forwarding.DEFAULT, HeaderFields.DEFAULT);

        assertThat(fields.isCdnLoop(get(Fields.of("CDN-Loop", value)))).isEqualTo(loop);
    }

    private static RequestHead get(Fields fields) {
        return new RequestHead("GET", "/", HttpVersion.HTTP_1_1, fields);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(ByteBuffer head) {
        return StandardCharsets.ISO_8859_1.decode(head).toString();
    }
}
