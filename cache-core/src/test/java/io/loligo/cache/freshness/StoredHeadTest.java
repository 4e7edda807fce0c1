package io.loligo.cache.freshness;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.Messages;
import io.loligo.cache.http.FieldNames;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoredHeadTest {
    private static FieldNames names(String words) {
        return FieldNames.of(Arrays.asList(words.split(" ", -1)));
    }

    @DisplayName("which fields come last")
    @ParameterizedTest(name = "ETag, Vary, xkey, Cache-Tag: {1} of {0}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        cache-tag XKEY       | 2 | true
        cache-tag            | 1 | true
        X-None               | 0 | true
        X-None cache-tag     | 1 | true
        xkey                 | 1 | false
        xkey cache-tag       | 0 | false
        xkey cache-tag       | 1 | false
        cache-tag            | 2 | false
        cache-tag etag       | 1 | false
        X-None               | 1 | false
        """)
    void last(String names, int last, boolean expected) {
        StoredHead head = Messages.stored(200, "Date: 0¦ ETag: \"a\"¦ Vary: A¦ xkey: x¦ Cache-Tag: y");

        assertThat(head.endsWithAll(names(names), last)).isEqualTo(expected);
    }

    @DisplayName("is asked anew where other names, or another number, are asked for")
    @Test
    void lastOfOthers() {
        StoredHead head = Messages.stored(200, "Date: 0¦ xkey: x¦ Cache-Tag: y");

        assertThat(List.of(
                        head.endsWithAll(names("xkey"), 1),
                        head.endsWithAll(names("Cache-Tag"), 1),
                        head.endsWithAll(names("Cache-Tag"), 0),
                        head.endsWithAll(FieldNames.NONE, 0)))
                .containsExactly(false, true, false, true);
    }
}
