package io.loligo.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Octets")
class OctetsTest {
    private static final int LENGTH = 40;

    @Test
    void are_looked_at_eight_at_a_time_as_they_are_one_by_one() {
        var random = new Random(1);
        byte[] bytes = new byte[LENGTH];
        for (int i = 0; i < 200_000; i++) {
            for (int at = 0; at < LENGTH; at++) {
                // Mostly ordinary, so that what is not stands at every place of eight.
                bytes[at] = random.nextInt(LENGTH) == 0
                        ? (byte) random.nextInt(256)
                        : (byte) (' ' + random.nextInt(0x7f - ' '));
            }
            int from = random.nextInt(LENGTH);
            int to = from + random.nextInt(LENGTH - from + 1);
            int lineFeed = to;
            boolean content = true;
            for (int at = to - 1; at >= from; at--) {
                lineFeed = bytes[at] == '\n' ? at : lineFeed;
                content &= Octets.isFieldContent(bytes[at] & 0xff);
            }
            assertThat(Octets.lineFeed(bytes, from, to)).isEqualTo(lineFeed);
            assertThat(Octets.isFieldContent(bytes, from, to)).isEqualTo(content);
            assertThat(Octets.skipFieldContent(bytes, from, to))
                    .isEqualTo(Octets.skip(bytes, from, to, Octets.FIELD_CONTENT));
        }
    }

    @Test
    void every_one_has_its_class_wherever_it_stands_among_others() {
        for (int octet = 0; octet < 256; octet++) {
            for (int at = 0; at < 16; at++) {
                byte[] bytes = "aaaaaaaaaaaaaaaa".getBytes(ISO_8859_1);
                bytes[at] = (byte) octet;
                assertThat(Octets.isFieldContent(bytes, 0, bytes.length))
                        .isEqualTo(octet == '\t' || (octet >= ' ' && octet != 0x7f));
                assertThat(Octets.lineFeed(bytes, 0, bytes.length)).isEqualTo(octet == '\n' ? at : bytes.length);
            }
        }
    }

    @Test
    void that_make_a_common_name_and_those_that_differ_by_one_make_what_they_spell() {
        for (String name :
                new String[] {"Content-Length", "content-length", "Content-Lengti", "ETag", "A", "\u00ff\u00ff"}) {
            byte[] bytes = (":" + name + ":").getBytes(ISO_8859_1);
            assertThat(CommonNames.of(bytes, 1, bytes.length - 1)).isEqualTo(name);
        }
        byte[] etag = "ETag".getBytes(ISO_8859_1);
        assertThat(CommonNames.of(etag, 0, etag.length)).isSameAs(CommonNames.of(etag.clone(), 0, etag.length));
    }
}
