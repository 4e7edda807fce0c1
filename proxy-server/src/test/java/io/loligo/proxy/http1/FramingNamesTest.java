package io.loligo.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Names that look like a framing field")
class FramingNamesTest {

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "Content_Length, true",
        "content_length, true",
        "CONTENT.LENGTH, true",
        "Content~Length, true",
        "Transfer_Encoding, true",
        "transfer.encoding, true",
        "Content-Length, false",
        "content-length, false",
        "Transfer-Encoding, false",
        "ContentxLength, false",
        "Content_Lengths, false",
        "Content_Lengtx, false",
        "Content_Type, false",
        "X, false",
    })
    void are_told_from_it_and_from_others(String name, boolean shadow) {
        assertThat(FramingNames.isShadow(name)).isEqualTo(shadow);
    }
}
