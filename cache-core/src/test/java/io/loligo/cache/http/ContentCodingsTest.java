package io.loligo.cache.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentCodingsTest {

    @DisplayName("RFC 9110 §12.5.3: does the client say that it understands the codings?")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # case                       | Content-Encoding | Accept-Encoding     | understood
        no coding                    | -                | -                   | true
        identity                     | identity         | -                   | true
        the very one                 | gzip             | br, gzip            | true
        in any case                  | GZip             | gzip                | true
        by its old name              | gzip             | x-gzip              | true
        with a quality               | br               | br;q=0.5            | true
        refused                      | br               | br;q=0, *           | false
        refused with more digits     | br               | br; q=0.000         | false
        hardly wanted                | br               | br;q=0.001          | true
        another one                  | br               | gzip                | false
        any                          | br               | gzip, *             | true
        no other                     | br               | gzip, *;q=0         | false
        every one of them            | gzip, br         | br, gzip            | true
        not every one                | gzip, br         | gzip                | false
        nothing said                 | gzip             | -                   | false
        """)
    void understood(String rule, @Nullable String coding, @Nullable String accepted, boolean expected) {
        Fields response = coding == null ? Fields.EMPTY : Fields.of("Content-Encoding", coding);
        Fields request = accepted == null ? Fields.EMPTY : Fields.of("Accept-Encoding", accepted);

        assertThat(ContentCodings.areUnderstood(response, request)).isEqualTo(expected);
    }
}
