package io.loligo.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.ResponseHead;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResponseHeadReaderTest {
    private static final int LIMIT = 64 << 10;

    @DisplayName("RFC 9112 §4 and §5; ~ stands for CRLF, _ for LF, ^ for CR, @ for NUL, ! for HTAB")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                  | head                                    | status, reason and fields
        the usual head                          | HTTP/1.1 200 OK~A: b~C: d~~             | 200 <OK> A=b C=d
        no fields at all                        | HTTP/1.1 200 OK~~                       | 200 <OK>
        a reason may be empty                   | HTTP/1.1 200 ~~                         | 200 <>
        the blank before the reason may miss    | HTTP/1.1 200~~                          | 200 <>
        a reason may have blanks                | HTTP/1.1 404 Not  Found~~               | 404 <Not  Found>
        a reason may have any text              | HTTP/1.1 404 Ärger!x~~                  | 404 <Ärger!x>
        LF alone ends a line                    | HTTP/1.1 200 OK_A: b_C: d__             | 200 <OK> A=b C=d
        line ends may be mixed                  | HTTP/1.1 200 OK~A: b_C: d~_             | 200 <OK> A=b C=d
        blanks around a value are not part of it | HTTP/1.1 200 OK~A: !b c! ~B:d~~        | 200 <OK> A=b c B=d
        a value may be empty                    | HTTP/1.1 200 OK~A:~B: ~~                | 200 <OK> A= B=
        a value may have colons and any text    | HTTP/1.1 200 OK~A: b:c ü~~              | 200 <OK> A=b:c ü
        names keep their case                   | HTTP/1.1 200 OK~aBc: d~~                | 200 <OK> aBc=d
        repeated lines stay apart               | HTTP/1.1 200 OK~A: b~A: c~~             | 200 <OK> A=b A=c
        a folded line becomes one               | HTTP/1.1 200 OK~A: b ~ ! c~D: e~~       | 200 <OK> A=b c D=e
        several folds                           | HTTP/1.1 200 OK~A: b~ c~!d~~            | 200 <OK> A=b c d
        a fold of an empty value                | HTTP/1.1 200 OK~A:~ c~~                 | 200 <OK> A=c
        a fold with nothing in it               | HTTP/1.1 200 OK~A: b~ ~C: d~~           | 200 <OK> A=b C=d
        a Content-Length repeated               | HTTP/1.1 200 OK~Content-Length: 2~A: b~content-length: 2~~ | 200 <OK> A=b Content-Length=2
        a later 1.x reads as 1.1                | HTTP/1.9 200 OK~~                       | 200 <OK>
        a status of three digits                | HTTP/1.1 999 x~~                        | 999 <x>
        more is needed                          | HTTP/1.1 200 OK~A: b~                   | more
        more of the first line is needed        | HT                                      | more
        an empty line first                     | ~HTTP/1.1 200 OK~~                      | malformed
        a blank first                           | ' HTTP/1.1 200 OK~~'                    | malformed
        the protocol in lower case              | http/1.1 200 OK~~                       | malformed
        another protocol                        | ICY 200 OK~~                            | malformed
        another major version                   | HTTP/2.0 200 OK~~                       | malformed
        a version without its minor             | HTTP/1 200 OK~~                         | malformed
        a version of two digits                 | HTTP/1.10 200 OK~~                      | malformed
        a version that is no digit              | HTTP/1.x 200 OK~~                       | malformed
        two blanks before the status            | HTTP/1.1  200 OK~~                      | malformed
        HTAB before the status                  | HTTP/1.1!200 OK~~                       | malformed
        a status below 100                      | HTTP/1.1 099 OK~~                       | malformed
        a status of two digits                  | HTTP/1.1 20 OK~~                        | malformed
        a status of four digits                 | HTTP/1.1 2000 OK~~                      | malformed
        a status with a sign                    | HTTP/1.1 -20 OK~~                       | malformed
        no status                               | HTTP/1.1~~                              | malformed
        bare CR in the reason                   | HTTP/1.1 200 O^K~~                      | malformed
        NUL in the reason                       | HTTP/1.1 200 O@K~~                      | malformed
        a blank before the colon                | HTTP/1.1 200 OK~A : b~~                 | malformed
        a blank in a name                       | HTTP/1.1 200 OK~A B: c~~                | malformed
        a first line that is folded             | HTTP/1.1 200 OK~ A: b~~                 | malformed
        a line without a colon                  | HTTP/1.1 200 OK~Ab~~                    | malformed
        a line without a name                   | HTTP/1.1 200 OK~: b~~                   | malformed
        a name that is not ASCII                | HTTP/1.1 200 OK~Ä: b~~                  | malformed
        bare CR in a value                      | HTTP/1.1 200 OK~A: b^c~~                | malformed
        two CR at the end of a line             | HTTP/1.1 200 OK~A: b^~~                 | malformed
        NUL in a value                          | HTTP/1.1 200 OK~A: b@c~~                | malformed
        bare CR in a folded line                | HTTP/1.1 200 OK~A: b~ c^d~~             | malformed
        """)
    void heads(String rule, String head, String expected) {
        assertThat(parse(wire(head), Integer.MAX_VALUE)).isEqualTo(expected);
    }

    private static String wire(String text) {
        return text.replace("~", "\r\n")
                .replace('_', '\n')
                .replace('^', '\r')
                .replace('@', '\0')
                .replaceAll("!(?!x)", "\t");
    }

    private static String parse(String wire, int step) {
        ResponseHeadReader parser = new ResponseHeadReader(LIMIT);
        byte[] bytes = wire.getBytes(ISO_8859_1);
        try {
            for (int at = 0; at < bytes.length; at = (int) Math.min(bytes.length, (long) at + step)) {
                ByteBuffer in = ByteBuffer.wrap(bytes, at, Math.min(step, bytes.length - at));
                ResponseHead head = parser.parse(in);
                if (head != null) {
                    return describe(head);
                }
                assertThat(in.hasRemaining()).isFalse();
            }
            return "more";
        } catch (MalformedMessageException malformed) {
            return "malformed";
        } catch (HeadTooBigException tooBig) {
            return "too big";
        }
    }

    private static String describe(ResponseHead head) {
        StringBuilder text = new StringBuilder(head.status() + " <" + head.reason() + ">");
        head.fields()
                .forEach((name, value) ->
                        text.append(' ').append(name).append('=').append(value));
        return text.toString();
    }

    @Test
    void wherever_it_is_split_the_head_is_the_same() {
        String wire = wire("HTTP/1.1 200 OK~Content-Type: text/html~A: b~ c_D: e~~");
        for (int step = 1; step <= wire.length(); step++) {
            assertThat(parse(wire, step)).isEqualTo("200 <OK> Content-Type=text/html A=b c D=e");
        }
    }

    @Test
    void what_follows_the_head_stays_in_the_input() throws Exception {
        ByteBuffer in = ByteBuffer.wrap("HTTP/1.1 200 OK\r\n\r\nHTTP/1.0 404 No\n\nbody".getBytes(ISO_8859_1));
        ResponseHeadReader parser = new ResponseHeadReader(LIMIT);

        assertThat(parser.parse(in))
                .extracting(head -> head == null ? 0 : head.status())
                .isEqualTo(200);
        assertThat(parser.version()).isEqualTo(HttpVersion.HTTP_1_1);
        assertThat(parser.parse(in))
                .extracting(head -> head == null ? 0 : head.status())
                .isEqualTo(404);
        assertThat(parser.version()).isEqualTo(HttpVersion.HTTP_1_0);
        assertThat(ISO_8859_1.decode(in).toString()).isEqualTo("body");
    }

    @Test
    void a_head_may_have_as_many_bytes_as_the_limit_says_and_no_more() {
        String start = "HTTP/1.1 200 OK\r\nA: ";
        String end = "\r\n\r\n";
        String fits = start + "x".repeat(LIMIT - start.length() - end.length()) + end;

        assertThat(parse(fits + "body".repeat(1000), 10_000)).startsWith("200");
        assertThat(parse(start + "x" + fits.substring(start.length()), 10_000)).isEqualTo("too big");
        assertThat(parse(start + "x".repeat(LIMIT), 1))
                .as("it does not wait for the end")
                .isEqualTo("too big");
    }

    @Test
    void a_head_may_have_so_many_lines_and_no_more() {
        String start = "HTTP/1.1 200 OK\r\n";

        assertThat(parse(start + "A: b\r\n".repeat(ResponseHeadReader.FIELDS_MAX) + "\r\n", 5000))
                .startsWith("200");
        assertThat(parse(start + "A: b\r\n".repeat(ResponseHeadReader.FIELDS_MAX + 1) + "\r\n", 5000))
                .isEqualTo("too big");
    }

    @Test
    void rubbish_is_refused_or_read_and_nothing_else() {
        Random random = new Random(20261121);
        String[] words = {
            "HTTP/1.1 200 OK",
            "HTTP/1.",
            "\r\n",
            "\r\n",
            "\r\n",
            "\n",
            "\r",
            "\0",
            " ",
            "\t",
            ":",
            ": ",
            "A",
            "Content-Length",
            "chunked",
            "\u00ff",
            "9",
            "200",
            "\u007f"
        };
        for (int run = 0; run < 50_000; run++) {
            StringBuilder wire = new StringBuilder(random.nextInt(4) == 0 ? "" : "HTTP/1.1 200 OK\r\n");
            int length = random.nextInt(20);
            for (int i = 0; i < length; i++) {
                wire.append(words[random.nextInt(words.length)]);
            }
            String whole = parse(wire.toString(), Integer.MAX_VALUE);
            assertThat(parse(wire.toString(), 1 + random.nextInt(7)))
                    .as("the verdict does not depend on how the bytes arrive")
                    .isEqualTo(whole);
        }
    }
}
