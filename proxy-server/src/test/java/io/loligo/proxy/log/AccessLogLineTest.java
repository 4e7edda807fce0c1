package io.loligo.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.status.HierarchyCode;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.config.LogFormat.BuiltIn;
import java.net.InetSocketAddress;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessLogLineTest {
    private static final ZoneId INDIA = ZoneId.of("Asia/Kolkata");
    /** What analysers split a native line by. */
    private static final Pattern NATIVE = Pattern.compile(
            "[ \\d]{9}\\d\\.\\d{3} [ \\d]{5}\\d \\S+ [A-Z_]+/\\d{3} \\d+ \\S+ \\S+ - [A-Z_]+/\\S+ \\S+\\n");

    @DisplayName("the native format, golden lines")
    @Test
    void squid() {
        assertThat(List.of(
                        line(BuiltIn.SQUID, Exchange.hit()),
                        line(
                                BuiltIn.SQUID,
                                Exchange.miss()
                                        .endedAt(1_795_219_353_762L)
                                        .took(2)
                                        .bytes(291)
                                        .url("http://www.example.org/ext/good")),
                        line(
                                BuiltIn.SQUID,
                                Exchange.hit()
                                        .endedAt(1_795_219_354_122L)
                                        .result(ResultCode.TCP_DENIED)
                                        .status(0)
                                        .bytes(0)
                                        .url("http://www.example.org/denyrst")
                                        .contentType(null)),
                        line(
                                BuiltIn.SQUID,
                                Exchange.miss().aborted().took(1_234_567).client("2001:db8::1")),
                        line(
                                BuiltIn.SQUID,
                                Exchange.hit()
                                        .unreadable()
                                        .result(ResultCode.NONE_NONE)
                                        .status(400)
                                        .method("NONE")
                                        .url("error:invalid-request")
                                        .contentType("text/html"))))
                .containsExactly(
                        "1795219353.708      0 127.0.0.1 TCP_MEM_HIT/200 343 GET http://www.example.org/sid/one? - HIER_NONE/- text/plain\n",
                        "1795219353.762      2 127.0.0.1 TCP_MISS/200 291 GET http://www.example.org/ext/good - FIRSTUP_PARENT/127.0.0.1 text/plain\n",
                        "1795219354.122      0 127.0.0.1 TCP_DENIED/000 0 GET http://www.example.org/denyrst - HIER_NONE/- -\n",
                        "1795219353.708 1234567 2001:db8::1 TCP_MISS_ABORTED/200 343 GET http://www.example.org/sid/one? - FIRSTUP_PARENT/127.0.0.1 text/plain\n",
                        "1795219353.708      0 127.0.0.1 NONE_NONE/400 343 NONE error:invalid-request - HIER_NONE/- text/html\n");
    }

    @DisplayName("the other built-in formats, golden lines")
    @Test
    void others() {
        Exchange exchange = Exchange.miss().request("Referer", "http://a.example/x", "User-Agent", "Mozilla/5.0 (X)");

        assertThat(line(BuiltIn.COMMON, exchange))
                .isEqualTo(
                        "127.0.0.1 - - [21/Nov/2026:05:32:33 +0530] \"GET http://www.example.org/sid/one? HTTP/1.1\" 200 343 TCP_MISS:FIRSTUP_PARENT\n");
        assertThat(line(BuiltIn.COMBINED, exchange))
                .isEqualTo(
                        "127.0.0.1 - - [21/Nov/2026:05:32:33 +0530] \"GET http://www.example.org/sid/one? HTTP/1.1\" 200 343 \"http://a.example/x\" \"Mozilla/5.0 (X)\" TCP_MISS:FIRSTUP_PARENT\n");
        assertThat(line(BuiltIn.REFERRER, exchange))
                .isEqualTo("1795219353.708 127.0.0.1 http://a.example/x http://www.example.org/sid/one?\n");
        assertThat(line(BuiltIn.USERAGENT, exchange))
                .isEqualTo("127.0.0.1 [21/Nov/2026:05:32:33 +0530] \"Mozilla/5.0 (X)\"\n");
        assertThat(line(BuiltIn.COMBINED, Exchange.hit())).contains(" \"-\" \"-\" TCP_MEM_HIT:HIER_NONE");
    }

    @DisplayName("every result code makes a line that analysers can split")
    @ParameterizedTest
    @EnumSource(ResultCode.class)
    void codes(ResultCode code) {
        assertThat(line(BuiltIn.SQUID, Exchange.hit().result(code))).matches(NATIVE);
        assertThat(line(BuiltIn.SQUID, Exchange.miss().result(code).aborted()))
                .matches(NATIVE)
                .contains(" " + code + "_ABORTED/");
    }

    @DisplayName("nothing a client sends makes a second line or a further field")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\r\n1795219353.708      0 10.0.0.1 TCP_HIT/200 1 GET http://a/ - HIER_NONE/- -",
                "x y z",
                "tab\tnul\0del\u007Fnel\u0085end",
                "\" 200 1 \"forged\" \"",
                "\\\" 200 1",
                "]\\r\\n] [",
                "café €",
                "😀"
            })
    void forging(String hostile) {
        Exchange exchange = Exchange.hit()
                .method(hostile)
                .url("http://www.example.org/" + hostile)
                .contentType(hostile)
                .peer(HierarchyCode.FIRSTUP_PARENT, hostile)
                .request("Referer", hostile, "User-Agent", hostile, hostile, hostile)
                .response("X-Echo", hostile);

        for (BuiltIn format : BuiltIn.values()) {
            String line = line(format, exchange);
            assertThat(line).matches("[ -~]+\\n");
        }
        assertThat(line(BuiltIn.SQUID, exchange)).matches(NATIVE);
        assertThat(line(BuiltIn.COMBINED, exchange))
                .matches(
                        "\\S+ - - \\[[^]]+] \"\\S+ \\S+ HTTP/1.1\" 200 343 \"[^\"\\\\]*\" \"[^\"\\\\]*\" \\S+:\\S+\\n");
        assertThat(line(BuiltIn.SQUID, exchange, true, true)).matches(".* text.*|.* \\[[^]\\[]*] \\[[^]\\[]*]\\n");
    }

    @DisplayName("strip_query_terms")
    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "true,  http://a.example/p?token=secret, http://a.example/p?",
        "true,  http://a.example/p,              http://a.example/p",
        "false, http://a.example/p?q=1,          http://a.example/p?q=1",
    })
    void query(boolean strip, String url, String logged) {
        assertThat(line(BuiltIn.SQUID, Exchange.hit().url(url), strip, false)).contains(" GET " + logged + " - ");
    }

    @DisplayName("log_mime_hdrs adds both heads, without the secrets in them")
    @Test
    void mime() {
        String line = line(
                BuiltIn.SQUID,
                Exchange.hit()
                        .request("Host", "www.example.org", "Authorization", "Basic c2VjcmV0", "cookie", "sid=1")
                        .response("Content-Type", "text/plain", "Set-Cookie", "sid=2", "X-Odd", "a]b"),
                true,
                true);

        assertThat(line)
                .endsWith(
                        " [Host: www.example.org\\r\\nAuthorization: ***\\r\\ncookie: ***\\r\\n] [Content-Type: text/plain\\r\\nSet-Cookie: ***\\r\\nX-Odd: a%5Db\\r\\n]\n");
    }

    @DisplayName("addresses are printed short, RFC 5952 §4")
    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "192.0.2.1, 192.0.2.1",
        "0:0:0:0:0:0:0:1, ::1",
        "0:0:0:0:0:0:0:0, ::",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:0db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:db8:0:0:0:0:0:0, 2001:db8::",
        "::ffff:192.0.2.7, 192.0.2.7",
        "fe80:0:0:0:1:2:3:4, fe80::1:2:3:4",
    })
    void addresses(String address, String text) {
        assertThat(AddressText.of(Exchange.address(address))).isEqualTo(text);
    }

    private static String line(BuiltIn format, Exchange exchange) {
        return line(format, exchange, true, false);
    }

    private static String line(BuiltIn format, Exchange exchange, boolean strip, boolean mime) {
        StringBuilder line = new StringBuilder();
        ZoneId zone = format == BuiltIn.SQUID ? ZoneOffset.UTC : INDIA;
        new AccessLogLine(strip, mime, zone).append(line, format, exchange.build());
        return line.toString();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"127.0.0.1, 127.0.0.1:80", "::1, [::1]:80", "::, [::]:80"})
    void an_address_with_its_port_puts_ipv6_in_brackets(String address, String text) {
        assertThat(AddressText.of(new InetSocketAddress(Exchange.address(address), 80)))
                .isEqualTo(text);
    }
}
