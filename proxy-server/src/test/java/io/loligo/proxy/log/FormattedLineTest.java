package io.loligo.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.loligo.cache.status.HierarchyCode;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.config.ClientMask;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.config.ConfigurationLoader;
import io.loligo.proxy.config.LoadOptions;
import io.loligo.proxy.config.LogFormat;
import io.loligo.proxy.config.LogFormat.BuiltIn;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormattedLineTest {
    private static final ZoneId INDIA = ZoneId.of("Asia/Kolkata");
    private static final String ODD = "a b\"c\\d'[e]%41#\u00e9\tx";

    @TempDir
    Path directory;

    @DisplayName("codes of a miss, as Squid 5.7 writes them")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiterString = " ~ ", ignoreLeadingAndTrailingWhitespace = true, textBlock = """
            %>a               ~ 192.0.2.1
            %>A               ~ 192.0.2.1
            %>p               ~ 40000
            %>la %la          ~ 127.0.0.1 127.0.0.1
            %>lp %lp          ~ 10081 10081
            %<a %<A %<p       ~ 127.0.0.1 app 8081
            %<la %<lp %oa     ~ - - -
            %>eui %>qos %<nfmark ~ - - -
            %ts.%03tu         ~ 1795219353.008
            %tu               ~ 8
            %.3tu %.1tu %.6tu ~ 008 0 008000
            %tl               ~ 21/Nov/2026:05:32:33 +0530
            %tg               ~ 21/Nov/2026:00:02:33
            %{%Y-%m-%dT%H:%M:%S%z}tl ~ 2026-11-21T05:32:33+0530
            %tl{%H}           ~ 05
            %tS               ~ 1795219350.008
            %tr %6tr|%-6tr| %06tr ~ 3000   3000|3000  | 003000
            %02.1tr           ~ 3000.0
            %<pt %<tt         ~ 12 2008
            %dt %busy_time    ~ - -
            %un %ul %ue %us %ui %et %ea ~ - - - - - - -
            %rm %>rm %<rm     ~ GET GET GET
            %-8rm|%8rm|%.2rm|%8.2rm|%-8.2rm|%08rm ~ GET     |     GET|GE|      GE|GE      |     GET
            %ru               ~ http://www.example.org/~u/a%20b?
            %>ru %<ru         ~ http://www.example.org/%7Eu/a%20b? http://www.example.org/%7Eu/a%20b?
            %#ru              ~ http://www.example.org/%7Eu/a%2520b?
            %>rs %>rd %>rP    ~ http www.example.org 80
            %rv %>rv          ~ 1.1 1.1
            %http::ru         ~ http://www.example.org/~u/a%20b?
            %>Hs %Hs %<Hs     ~ 200 200 304
            %03>Hs %-06>Hs|   ~ 200 000200|
            %mt               ~ text/plain
            %<st %<sh %<sH    ~ 343 200 143
            %Ss %Sh           ~ TCP_MISS FIRSTUP_PARENT
            %sn               ~ 7
            %err_code %err_detail ~ - -
            %note %{shard}note %note{k} %master_xaction ~ - - - -
            %ssl::>sni %ssl::bump_mode %adapt::all_trs %icap::tt %transport::>connection_id %proxy_protocol::>h ~ - - - - - -
            %{X-Nope}>h %8{X-Nope}>h| %{X-Empty}>h ~ - -| -
            %{X-L:;b}>h %{X-L:a}>h %{X-L:;z}>h ~ 2 1;%20b=2 -
            %{X-D}>h          ~ one,%20two
            %{X-D}<h          ~ sent
            %.5>a             ~ 192.0
            100%%             ~ 100%
            a %{X-D}>ha b     ~ a one,%20two b
            """)
    void codes(String format, String expected) {
        assertThat(line(format, odd())).isEqualTo(expected + "\n");
    }

    @DisplayName("styles, as Squid 5.7 writes them; octets beyond ASCII and control characters are escaped in all")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiterString = " ~ ", textBlock = """
            %{X-A}>h    ~ a%20b%22c%5Cd%27%5Be%5D%41%23%E9%09x
            %>h{X-A}    ~ a%20b%22c%5Cd%27%5Be%5D%41%23%E9%09x
            %"{X-A}>h   ~ a b\\"c\\\\d'[e]%41#\\u00e9\\tx
            %[{X-A}>h   ~ a b"c\\\\d'%5be%5d%2541#%e9%09x
            %#{X-A}>h   ~ a%20b%22c%5Cd%27%5Be%5D%2541%23%E9%09x
            %'{X-A}>h   ~ a b"c\\d'[e]%41#%E9%09x
            %/{X-A}>h   ~ "a b\\"c\\\\d'[e]%41#\\u00e9\\tx"
            %/{X-Word}>h ~ word
            """)
    void styles(String format, String expected) {
        assertThat(line(format, odd())).isEqualTo(expected + "\n");
    }

    @DisplayName("all fields at once: secrets are hidden, the answer begins with its status line")
    @Test
    void wholeHeads() {
        Exchange exchange = Exchange.hit().request("Host", "a.example", "Cookie", "sid=1", "X", "a]b");

        assertThat(line("%>h", exchange)).isEqualTo("Host:%20a.example%0D%0ACookie:%20***%0D%0AX:%20a%5Db%0D%0A\n");
        assertThat(line("[%[>h]", exchange)).isEqualTo("[Host: a.example\\r\\nCookie: ***\\r\\nX: a%5db\\r\\n]\n");
        assertThat(line("%{Cookie}>h", exchange)).as("asked for by name").isEqualTo("sid=1\n");
        assertThat(line("%>h %<h", Exchange.hit())).isEqualTo("- -\n");
    }

    @DisplayName("what could not be read has no facts")
    @Test
    void unreadable() {
        Exchange exchange = Exchange.hit()
                .unreadable()
                .url("error:invalid-request")
                .method("NONE")
                .result(ResultCode.NONE_NONE)
                .status(400);

        assertThat(line("%>a %>p %>la %lp %ru %>rs %>rd %>rP %rp %>Hs %Ss", exchange))
                .isEqualTo("127.0.0.1 - - - error:invalid-request - - - - 400 NONE_NONE\n");
    }

    @DisplayName("no text of the network makes a second line, or ends quotes or brackets, whatever the width")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\r\n1795219353.708      0 10.0.0.1 TCP_HIT/200 1 GET http://a/ - HIER_NONE/- -",
                "\" 200 1 \"forged\" \"",
                "\\\" 200 1",
                "aaaaaaaaaaa\"",
                "aaaaaaaaaaa\\",
                "]\\r\\n] [",
                "tab\tnul\0del\u007Fnel\u0085end",
                "café €",
                "😀"
            })
    void forging(String hostile) throws IOException {
        Exchange exchange = Exchange.hit()
                .method(hostile)
                .url("http://www.example.org/" + hostile)
                .contentType(hostile)
                .peer(HierarchyCode.FIRSTUP_PARENT, hostile)
                .request("User-Agent", hostile, "Cookie", hostile)
                .response("X-Echo", hostile);
        for (String style : new String[] {"", "\"", "[", "#", "/", "'"}) {
            for (String width : new String[] {"", ".12", "-20.11", "3"}) {
                String all = "%" + style + width + "ru %" + style + width + "rm %" + style + width + "{User-Agent}>h %"
                        + style + width + ">h %" + style + width + "<h %" + style + width + "mt %" + style + width
                        + "{Cookie:x}>h";
                assertThat(line(all, exchange)).matches("[ -~]+\\n");
            }
        }
        for (String max : new String[] {"", ".11", ".12", ".13"}) {
            assertThat(line("\"%\"" + max + "{User-Agent}>h\"|", exchange)).matches("\"([^\"\\\\]|\\\\.)*\"\\|\\n");
            assertThat(line("[%[" + max + "{User-Agent}>h]|", exchange)).matches("\\[[^\\[\\]]*]\\|\\n");
            assertThat(line("%" + max + "{User-Agent}>h|", exchange)).matches("[^ \"]*\\|\\n");
        }
        JsonNode json = new ObjectMapper().readTree(line("{\"t\":%ts.%03tu,\"u\":\"%\"{User-Agent}>h\"}", exchange));
        assertThat(json.get("u").isTextual()).isTrue();
    }

    @DisplayName("the built-in format json is one object, what has no value is null")
    @Test
    void json() throws IOException {
        StringBuilder line = new StringBuilder();
        new AccessLogLine(true, true, ZoneOffset.UTC)
                .append(line, BuiltIn.JSON, odd().request("User-Agent", ODD).build());
        JsonNode json = new ObjectMapper().readTree(line.toString());

        assertThat(line.toString()).matches("[ -~]+\\n").contains("\"time\":1795219353.008,");
        assertThat(json.get("client").asText()).isEqualTo("192.0.2.1");
        assertThat(json.get("elapsed_ms").asLong()).isEqualTo(3000);
        assertThat(json.get("result").asText()).isEqualTo("TCP_MISS");
        assertThat(json.get("status").asInt()).isEqualTo(200);
        assertThat(json.get("bytes").asLong()).isEqualTo(343);
        assertThat(json.get("url").asText()).isEqualTo("http://www.example.org/~u/a%20b?");
        assertThat(json.get("peer").asText()).isEqualTo("127.0.0.1");
        assertThat(json.get("user_agent").asText()).isEqualTo(ODD);
        assertThat(json.get("referer").isNull()).isTrue();
    }

    @DisplayName("client_netmask")
    @ParameterizedTest(name = "{0} with {1} and {2} is {3}")
    @CsvSource({
        "192.0.2.77, 255.255.255.0, , 192.0.2.0",
        "192.0.2.77, 255.255.0.0, ffff:ffff::, 192.0.0.0",
        "2001:db8:1::7, 255.255.255.0, , 2001:db8:1::7",
        "2001:db8:1::7, 255.255.255.0, ffff:ffff::, 2001:db8::",
        "127.0.0.1, 255.0.0.0, , 127.0.0.1",
    })
    void mask(String client, String four, String six, String logged) {
        ClientMask mask = new ClientMask(Exchange.address(four), six == null ? null : Exchange.address(six));
        LineSettings settings = new LineSettings(true, mask, ZoneOffset.UTC);
        StringBuilder line = new StringBuilder();
        new AccessLogLine(settings, false)
                .append(line, BuiltIn.COMMON, Exchange.hit().client(client).build());

        assertThat(line).startsWith(logged + " ");
        InetAddress whole = Exchange.address(client);
        assertThat(AddressText.of(mask.of(whole))).isEqualTo(logged);
    }

    private static Exchange odd() {
        return Exchange.miss()
                .client("192.0.2.1")
                .endedAt(1_795_219_353_008L)
                .took(3_000)
                .url("http://www.example.org/~u/a%20b?x=1")
                .peered(new Transaction.Peered("app", 8_081, 304, 1_795_219_351_000L, 12))
                .response("X-D", "sent")
                .request(
                        "X-A",
                        ODD,
                        "X-L",
                        "a=1; b=2, c",
                        "X-L",
                        "a=3",
                        "X-D",
                        "one",
                        "X-D",
                        "two",
                        "X-Empty",
                        "",
                        "X-Word",
                        "word");
    }

    private String line(String format, Exchange exchange) {
        LineSettings settings = new LineSettings(true, ClientMask.NONE, INDIA);
        settings.next(7);
        StringBuilder line = new StringBuilder();
        new FormattedLine(format(format), settings).append(line, exchange.build());
        return line.toString();
    }

    /** As a file says it. */
    private LogFormat.Custom format(String format) {
        Path file = directory.resolve("squid.conf");
        try {
            Files.writeString(
                    file,
                    "http_port 10081 accel\nhttp_access allow all\nlogformat x " + format + "\naccess_log " + directory
                            + "/a.log x\n");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Configuration configuration =
                ConfigurationLoader.load(file, LoadOptions.DEFAULT).configuration();
        return (LogFormat.Custom)
                Objects.requireNonNull(configuration).logs().accessLogs().get(0).format();
    }
}
