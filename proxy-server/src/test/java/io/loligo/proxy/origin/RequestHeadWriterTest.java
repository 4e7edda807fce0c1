package io.loligo.proxy.origin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loligo.cache.http.Fields;
import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.config.Balancing;
import io.loligo.proxy.config.PeerConfig;
import io.loligo.proxy.config.PeerConfig.FrontEndHttps;
import io.loligo.proxy.config.PeerConfig.Login;
import io.loligo.proxy.config.SourceLocation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestHeadWriterTest {

    @DisplayName("what of the body is said in the head; ~ stands for CRLF")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                               | method | body | persistent | after Host
        GET without a body says nothing      | GET    |      | true       | ''
        a stated length                      | GET    | 5    | true       | Content-Length: 5~
        an unknown length                    | PATCH  | -1   | true       | Transfer-Encoding: chunked~
        POST without a body says so          | POST   |      | true       | Content-Length: 0~
        PUT without a body says so           | PUT    |      | true       | Content-Length: 0~
        DELETE without a body says nothing   | DELETE |      | true       | ''
        no persistent connections            | GET    |      | false      | Connection: close~
        """)
    void body_framing(String rule, String method, @Nullable Long body, boolean persistent, String expected) {
        OriginRequest request = new OriginRequest(
                method, "/", Fields.of("Host", "a.example"), body == null ? null : new BodyOfLength(body), false);

        assertThat(text(RequestHeadWriter.write(request, peer(null, Login.NONE), persistent)))
                .isEqualTo(method + " / HTTP/1.1\r\nHost: a.example\r\n" + expected.replace("~", "\r\n") + "\r\n");
    }

    @DisplayName("forceddomain= and login= change what a peer gets; dXNlcjpwYXNz is user:pass")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                    | domain     | login       | Authorization      | fields
        as the client said                        |            | NONE        | Basic dXNlcjpwYXNz | Host=a.example Authorization=Basic dXNlcjpwYXNz
        login=PASS                                |            | PASS        | Basic dXNlcjpwYXNz | Host=a.example Authorization=Basic dXNlcjpwYXNz
        forceddomain= names the Host              | b.internal | NONE        |                    | Host=b.internal
        login=user:password replaces the client's |            | FIXED       | Bearer x           | Host=a.example Authorization=Basic dTpw
        and is sent where the client had none     |            | FIXED       |                    | Host=a.example Authorization=Basic dTpw
        login=*:password, a name nobody verified  |            | CLIENT_USER | Basic dXNlcjpwYXNz | Host=a.example Authorization=Basic LTpw
        login=*:password without a user           |            | CLIENT_USER |                    | Host=a.example Authorization=Basic LTpw
        login=*:password with rubbish             |            | CLIENT_USER | Basic ???          | Host=a.example Authorization=Basic LTpw
        """)
    void per_peer(
            String rule, @Nullable String domain, Login.Kind kind, @Nullable String authorization, String expected) {
        Fields fields = Fields.of("Host", "a.example");
        OriginRequest request = new OriginRequest(
                "GET", "/", authorization == null ? fields : fields.plus("Authorization", authorization), null, false);

        String head = text(RequestHeadWriter.write(request, peer(domain, new Login(kind, "u", "p")), true));

        assertThat(head.substring("GET / HTTP/1.1\r\n".length())
                        .strip()
                        .replace("\r\n", " ")
                        .replace(": ", "="))
                .isEqualTo(expected);
    }

    @DisplayName("a byte that would end a line early is never written; ~ stands for CRLF")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                   | method | target | name  | value
        CRLF in a value                          | GET    | /      | A     | b~C: d
        a character whose low byte is LF         | GET    | /      | A     | bĊC
        CRLF in a name                           | GET    | /      | A~B   | c
        a colon in a name                        | GET    | /      | A:B   | c
        no name                                  | GET    | /      | ''    | c
        a blank in the target                    | GET    | /a b   | A     | c
        CRLF in the target                       | GET    | /a~b   | A     | c
        a blank in the method                    | GET x  | /      | A     | c
        """)
    void no_splitting(String rule, String method, String target, String name, String value) {
        OriginRequest request = new OriginRequest(
                method,
                target.replace("~", "\r\n"),
                Fields.of(name.replace("~", "\r\n"), value.replace("~", "\r\n")),
                null,
                false);

        assertThatThrownBy(() -> RequestHeadWriter.write(request, peer(null, Login.NONE), true))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bytes_above_ascii_go_out_as_they_came() {
        OriginRequest request =
                new OriginRequest("GET", "/\u00e4", Fields.of("Host", "a", "X", "\u00fc\t\u00ff"), null, false);

        assertThat(text(RequestHeadWriter.write(request, peer(null, Login.NONE), true)))
                .isEqualTo("GET /\u00e4 HTTP/1.1\r\nHost: a\r\nX: \u00fc\t\u00ff\r\n\r\n");
    }

    private static String text(byte[] head) {
        return new String(head, ISO_8859_1);
    }

    @DisplayName("front-end-https=: the peer is told, and the client's own word goes where ours may stand")
    @ParameterizedTest(name = "{0}, https {1}, from the client {2}: {3}")
    @CsvSource(nullValues = "-", textBlock = """
        # option, https, client's, sent
        OFF,      true,  -,        -
        OFF,      false, On,       On
        ON,       false, -,        On
        ON,       true,  no,       On
        AUTO,     true,  -,        On
        AUTO,     false, -,        -
        AUTO,     false, On,       -
        AUTO,     true,  Off,      On
        """)
    void front_end_https(FrontEndHttps option, boolean https, @Nullable String given, @Nullable String sent) {
        Fields fields = Fields.of("Host", "a.example");
        OriginRequest request = new OriginRequest(
                "GET", "/", given == null ? fields : fields.plus("front-end-https", given), null, https);
        PeerConfig peer = peer(null, Login.NONE, option);

        String head = text(RequestHeadWriter.write(request, peer, true));

        List<String> lines = head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("front-end-https:"))
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .toList();
        assertThat(lines).isEqualTo(sent == null ? List.of() : List.of(sent));
        assertThat(RequestHeadWriter.isOwn(peer)).isEqualTo(option != FrontEndHttps.OFF);
    }

    private static PeerConfig peer(@Nullable String forcedDomain, Login login) {
        return peer(forcedDomain, login, FrontEndHttps.OFF);
    }

    private static PeerConfig peer(@Nullable String forcedDomain, Login login, FrontEndHttps frontEndHttps) {
        return new PeerConfig(
                "p",
                "127.0.0.1",
                80,
                true,
                false,
                Balancing.NONE,
                1,
                login,
                forcedDomain,
                frontEndHttps,
                0,
                Duration.ofSeconds(5),
                10,
                false,
                AccessList.empty("cache_peer_access", true),
                new SourceLocation("squid.conf", 1));
    }

    private record BodyOfLength(long length) implements RequestBody {
        @Override
        public int read(ByteBuffer dst) {
            return -1;
        }

        @Override
        public void onReadable(Runnable listener) {}

        @Override
        public void resumeReads() {}

        @Override
        public void suspendReads() {}

        @Override
        public boolean started() {
            return false;
        }

        @Override
        public boolean awaitsContinue() {
            return false;
        }
    }
}
