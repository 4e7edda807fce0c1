package io.loligo.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChunkedDecoderTest {
    private static final String MORE = "more";
    private static final String MALFORMED = "malformed";

    @DisplayName("RFC 9112 §7.1; ^ stands for CR, _ for LF, ~ for CRLF, @ for NUL")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = true, textBlock = """
        # what came before a malformed byte of the same call counts for nothing
        # rule                                   | framed                        | body      | then
        chunks are joined                        | 2~ab~3~cde~0~~                | abcde     | end
        a body may be empty                      | 0~~                           | ''        | end
        zero may have many digits                | 2~ab~0000~~                   | ab        | end
        sizes are hexadecimal in either case     | a~0123456789~B~0123456789a~0~~ | 01234567890123456789a | end
        extensions are skipped                   | 2;a=b;c~ab~0;x~~              | ab        | end
        blanks before an extension               | 2 \t;a="b c"~ab~0~~           | ab        | end
        blanks within an extension               | 2; a\t= b ; c ;d="" ;e=f~ab~0~~ | ab       | end
        quotes hold what no token has            | 2;a="b;c=\\"d\\\\ é"~ab~0~~ | ab          | end
        an extension without a name              | 2;~ab~0~~                     | ''        | malformed
        an extension that begins with a sign     | 2;=b~ab~0~~                   | ''        | malformed
        two semicolons                           | 2;;a~ab~0~~                   | ''        | malformed
        an extension without its value           | 2;a=~ab~0~~                   | ''        | malformed
        a blank after an extension's name        | 2;a ~ab~0~~                   | ''        | malformed
        a blank after an extension's value       | 2;a=b ~ab~0~~                 | ''        | malformed
        two names                                | 2;a b~ab~0~~                  | ''        | malformed
        two values                               | 2;a=b c~ab~0~~                | ''        | malformed
        a name that is no token                  | 2;a/b~ab~0~~                  | ''        | malformed
        a value that is no token                 | 2;a=b/c~ab~0~~                | ''        | malformed
        quotes within a value                    | 2;a=b"c"~ab~0~~               | ''        | malformed
        something after the quotes               | 2;a="b"c~ab~0~~               | ''        | malformed
        quotes without an end                    | 2;a="b~ab~0~~                 | ''        | malformed
        NUL within quotes                        | 2;a="b@"~ab~0~~               | ''        | malformed
        NUL after a backslash                    | 2;a="\\@"~ab~0~~              | ''        | malformed
        trailers are dropped                     | 2~ab~0~A: b~Content-Length: 9~~ | ab      | end
        the last chunk must come                 | 2~ab~                         | ab        | more
        the empty line must come                 | 2~ab~0~                       | ab        | more
        a size is needed                         | ~ab~                          | ''        | malformed
        a size has no sign                       | +2~ab~0~~                     | ''        | malformed
        a size has no prefix                     | 0x2~ab~0~~                    | ''        | malformed
        a size is not negative                   | -2~ab~0~~                     | ''        | malformed
        a blank before the size                  | ' 2~ab~0~~'                   | ''        | malformed
        a blank after the size                   | 2 ~ab~0~~                     | ''        | malformed
        junk after the size                      | 2g~ab~0~~                     | ''        | malformed
        a size of 2^63                           | 8000000000000000~ab           | ''        | malformed
        a size of 2^64 and two                   | 10000000000000002~ab~0~~      | ''        | malformed
        LF alone ends no size line               | 2_ab~0~~                      | ''        | malformed
        LF alone ends no extension               | 2;a_ab~0~~                    | ''        | malformed
        CR alone ends no size line               | 2^ab~0~~                      | ''        | malformed
        CR within an extension                   | 2;a^b~ab~0~~                  | ''        | malformed
        NUL within an extension                  | 2;a@b~ab~0~~                  | ''        | malformed
        LF alone ends no chunk                   | 2~ab_0~~                      | ''        | malformed
        a chunk longer than its size             | 2~abc~0~~                     | ''        | malformed
        a chunk shorter than its size            | 3~ab~0~~                      | ''        | malformed
        LF alone ends no trailer                 | 0~A: b_~                      | ''        | malformed
        LF alone ends no body                    | 0~_                           | ''        | malformed
        a trailer has a name                     | 0~: b~~                       | ''        | malformed
        no blank before a trailer's colon        | 0~A : b~~                     | ''        | malformed
        a folded trailer                         | 0~A: b~ c~~                   | ''        | malformed
        """)
    void decoding(String rule, String framed, String body, String then) {
        assertThat(decode(wire(framed), Integer.MAX_VALUE, 100)).isEqualTo(body + "|" + then);
    }

    private static String wire(String text) {
        return text.replace("~", "\r\n")
                .replace('^', '\r')
                .replace('_', '\n')
                .replace('@', '\0')
                .replace("\\t", "\t");
    }

    /** Feeds {@code step} bytes at a time and takes {@code room} bytes at a time. */
    private static String decode(String wire, int step, int room) {
        ChunkedDecoder decoder = new ChunkedDecoder();
        ByteBuffer in = ByteBuffer.wrap(wire.getBytes(ISO_8859_1));
        int end = in.limit();
        StringBuilder body = new StringBuilder();
        in.limit(0);
        try {
            while (true) {
                ByteBuffer out = ByteBuffer.allocate(room);
                int moved = decoder.decode(in, out);
                assertThat(moved).isEqualTo(out.position() == 0 && decoder.isComplete() ? -1 : out.position());
                body.append(new String(out.array(), 0, out.position(), ISO_8859_1));
                if (decoder.isComplete()) {
                    assertThat(decoder.decode(in, out)).isEqualTo(-1);
                    return body + "|end";
                }
                if (moved == 0 && !in.hasRemaining()) {
                    if (in.limit() == end) {
                        return body + "|" + MORE;
                    }
                    in.limit((int) Math.min(end, (long) in.limit() + step));
                }
            }
        } catch (MalformedMessageException malformed) {
            return body + "|" + MALFORMED;
        }
    }

    @Test
    void wherever_it_is_split_the_body_is_the_same() {
        String framed = wire("5;ext=1;b = \"c\\\"\" ;d~hello~A~0123456789~0~T: x~U: y~~");
        for (int step = 1; step <= framed.length(); step++) {
            for (int room = 1; room <= 16; room++) {
                assertThat(decode(framed, step, room)).isEqualTo("hello0123456789|end");
            }
        }
    }

    @Test
    void bytes_after_the_end_stay_in_the_input() throws Exception {
        ByteBuffer in = ByteBuffer.wrap("2\r\nab\r\n0\r\n\r\nHTTP/1.1 ".getBytes(ISO_8859_1));

        new ChunkedDecoder().decode(in, ByteBuffer.allocate(10));

        assertThat(ISO_8859_1.decode(in).toString()).isEqualTo("HTTP/1.1 ");
    }

    @Test
    void framing_goes_on_when_there_is_no_room_for_the_body() throws Exception {
        ByteBuffer in = ByteBuffer.wrap("2\r\nab\r\n0\r\n\r\n".getBytes(ISO_8859_1));
        ByteBuffer out = ByteBuffer.allocate(2);
        ChunkedDecoder decoder = new ChunkedDecoder();

        assertThat(decoder.decode(in, out)).isEqualTo(2);

        assertThat(decoder.isComplete()).isTrue();
    }

    @Test
    void after_a_reset_it_reads_the_next_body() throws Exception {
        ChunkedDecoder decoder = new ChunkedDecoder();
        assertThatThrownBy(() -> decoder.decode(ByteBuffer.wrap(new byte[] {'x'}), ByteBuffer.allocate(1)))
                .isInstanceOf(MalformedMessageException.class);

        decoder.reset();

        assertThat(decoder.decode(ByteBuffer.wrap("1\r\na\r\n0\r\n\r\n".getBytes(ISO_8859_1)), ByteBuffer.allocate(1)))
                .isEqualTo(1);
        assertThat(decoder.isComplete()).isTrue();
    }

    @Test
    void an_extension_has_a_limit() {
        int max = ChunkedDecoder.EXTENSION_MAX;

        assertThat(decode("1;" + "x".repeat(max) + "\r\na\r\n0\r\n\r\n", 50, 10))
                .isEqualTo("a|end");
        assertThat(decode("1;" + "x".repeat(max + 1) + "\r\na\r\n0\r\n\r\n", 50, 10))
                .isEqualTo("|malformed");
    }

    @Test
    void all_extensions_together_have_a_limit() {
        String chunk = "1;" + "x".repeat(200) + "\r\na\r\n";
        int within = ChunkedDecoder.EXTENSIONS_MAX / 200;

        assertThat(decode(chunk.repeat(within) + "0\r\n\r\n", 5000, 5000)).endsWith("|end");
        assertThat(decode(chunk.repeat(within + 1) + "0\r\n\r\n", 5000, 5000)).endsWith("|malformed");
    }

    @Test
    void trailers_have_a_limit() {
        assertThat(decode("0\r\n" + "A: b\r\n".repeat(ChunkedDecoder.TRAILERS_MAX) + "\r\n", 5000, 10))
                .isEqualTo("|malformed");
    }

    @Test
    void rubbish_ends_in_an_exception_or_a_body_and_never_loops() {
        Random random = new Random(20261121);
        String alphabet = "0123456789abcdefG;=: \t\r\n\r\n\r\n\0\"";
        for (int run = 0; run < 50_000; run++) {
            StringBuilder wire = new StringBuilder(random.nextBoolean() ? "3\r\nabc\r\n" : "");
            int length = random.nextInt(40);
            for (int i = 0; i < length; i++) {
                wire.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            int step = 1 + random.nextInt(10);
            String once = decode(wire.toString(), step, 7);
            assertThat(decode(wire.toString(), step, 7)).isEqualTo(once);
            assertThat(verdict(decode(wire.toString(), 1 + random.nextInt(50), 50)))
                    .as("the verdict does not depend on how the bytes arrive")
                    .isEqualTo(verdict(once));
        }
    }

    private static String verdict(String outcome) {
        return outcome.substring(outcome.lastIndexOf('|'));
    }
}
