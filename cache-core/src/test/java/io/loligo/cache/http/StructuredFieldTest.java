package io.loligo.cache.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("RFC 9651: is it a list?")
class StructuredFieldTest {

    @DisplayName("§4.2.10 Display Strings")
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        ASCII                               | %"a page"                | true
        empty                               | %""                      | true
        the RFC's example                   | %"This is intended for display to %c3%bcsers." | true
        octets of two and of four           | %"%c3%bc %f0%9f%a6%91"   | true
        with a parameter                    | %"a";p=%"b"              | true
        beside others                       | "a", %"b", 1             | true
        a percent sign, written out         | %"100%25"                | true
        a quotation mark, written out       | %"%22"                   | true
        digits in upper case                | %"%C3%BC"                | false
        one digit                           | %"%c"                    | false
        no digits                           | %"100%"                  | false
        not UTF-8                           | %"%ff"                   | false
        cut short                           | %"%c3"                   | false
        a surrogate                         | %"%ed%a0%80"             | false
        not ASCII                           | %"\u00fc"                | false
        a tabulator                         | %"\t"                    | false
        no end                              | %"a                      | false
        no beginning                        | %a"                      | false
        nothing after the sign              | %                        | false
        """)
    void displayString(String rule, String line, boolean valid) {
        assertThat(StructuredField.list(List.of(line)) != null).isEqualTo(valid);
    }
}
