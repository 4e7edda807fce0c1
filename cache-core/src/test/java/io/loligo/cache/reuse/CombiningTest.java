package io.loligo.cache.reuse;

import static io.loligo.cache.Messages.KEY;
import static io.loligo.cache.Messages.fields;
import static io.loligo.cache.Messages.get;
import static io.loligo.cache.Messages.received;
import static io.loligo.cache.Messages.request;
import static io.loligo.cache.Messages.response;
import static io.loligo.cache.Messages.stored;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.http.Fields;
import io.loligo.cache.storing.StoragePolicy;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CombiningTest {

    @DisplayName("RFC 9111 §3.4: when parts are combined, and to what")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # case                           | stored                                   | arriving                                  | together
        the same strong ETag             | 0-4/20 ¦ ETag: "a"                       | 5-9/20 ¦ ETag: "a"                        | 206 bytes 0-9/20 5+0
        all of it is a 200               | 0-4/10 ¦ ETag: "a"                       | 5-9/10 ¦ ETag: "a"                        | 200 null 5+0
        the arriving one first           | 5-9/20 ¦ ETag: "a"                       | 0-6/20 ¦ ETag: "a"                        | 206 bytes 0-9/20 0+3
        within the stored one            | 0-9/20 ¦ ETag: "a"                       | 3-5/20 ¦ ETag: "a"                        | 206 bytes 0-9/20 3+4
        a gap                            | 0-4/20 ¦ ETag: "a"                       | 6-9/20 ¦ ETag: "a"                        | none
        another ETag                     | 0-4/20 ¦ ETag: "a"                       | 5-9/20 ¦ ETag: "b"                        | none
        a weak ETag                      | 0-4/20 ¦ ETag: W/"a"                     | 5-9/20 ¦ ETag: W/"a"                      | none
        an ETag without quotes           | 0-4/20 ¦ ETag: a                         | 5-9/20 ¦ ETag: a                          | none
        another length of the whole      | 0-4/20 ¦ ETag: "a"                       | 5-9/21 ¦ ETag: "a"                        | none
        no validator                     | 0-4/20                                   | 5-9/20                                    | none
        the same older Last-Modified     | 0-4/20 ¦ Last-Modified: -9               | 5-9/20 ¦ Last-Modified: -9                | 206 bytes 0-9/20 5+0
        Last-Modified as young as Date   | 0-4/20 ¦ Last-Modified: 0                | 5-9/20 ¦ Last-Modified: 0                 | none
        Last-Modified, but one ETag      | 0-4/20 ¦ Last-Modified: -9 ¦ ETag: "a"   | 5-9/20 ¦ Last-Modified: -9                | none
        """)
    void combine(String rule, String stored, String arriving, String expected) {
        Combining combining = Combining.of(part(stored), part(arriving), Fields.EMPTY);

        assertThat(
                        combining == null
                                ? "none"
                                : combining.head().status() + " "
                                        + combining.head().fields().first("Content-Range") + " " + combining.before()
                                        + "+" + combining.after())
                .isEqualTo(expected);
    }

    @Test
    @DisplayName("RFC 9111 §3.4: new fields replace stored ones, the others stay")
    void fieldsOfBoth() {
        Combining combining = Combining.of(
                part("0-4/10 ¦ ETag: \"a\" ¦ X-A: old ¦ X-B: stays"),
                part("5-9/10 ¦ ETag: \"a\" ¦ X-A: new"),
                Fields.EMPTY);

        Fields together = Objects.requireNonNull(combining).head().fields();
        assertThat(together.all("X-A")).containsExactly("new");
        assertThat(together.all("X-B")).containsExactly("stays");
    }

    @DisplayName("RFC 9110 §13.1.5: when the rest alone is asked for")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        the first part               | 0-4/10 ¦ ETag: "a"         | X: y                | bytes=5- "a"
        by date                      | 0-4/10 ¦ Last-Modified: -9 | X: y                | bytes=5- Fri, 20 Nov 2026 23:59:51 GMT
        another part                 | 1-4/10 ¦ ETag: "a"         | X: y                | no
        a weak validator             | 0-4/10 ¦ ETag: W/"a"       | X: y                | no
        the client wants a range     | 0-4/10 ¦ ETag: "a"         | Range: bytes=0-8    | no
        the client has a condition   | 0-4/10 ¦ ETag: "a"         | If-None-Match: "b"  | no
        """)
    void rest(String rule, String stored, String request, String expected) {
        StoredHead part = part(stored);

        String asked = "no";
        if (Combining.mayComplete(part, fields(request))) {
            Fields sent = Combining.restOf(part, fields(request));
            asked = sent.first("Range") + " " + sent.first("If-Range");
        }

        assertThat(asked).isEqualTo(expected);
    }

    @DisplayName("RFC 9111 §3.3: what a part answers; it holds 100-199 of 1,000")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        all of it                    | GET  | Range: bytes=100-199                        | true
        within                       | GET  | Range: bytes=150-160                        | true
        several within               | GET  | Range: bytes=100-101,190-199                | true
        one of several beyond        | GET  | Range: bytes=100-101,300-301                | false
        beyond                       | GET  | Range: bytes=150-200                        | false
        an open end                  | GET  | Range: bytes=150-                           | false
        not there at all             | GET  | Range: bytes=1000-                          | true
        the whole                    | GET  | X: y                                        | false
        a range with its validator   | GET  | Range: bytes=150-160 ¦ If-Range: "a"        | true
        with another                 | GET  | Range: bytes=150-160 ¦ If-Range: "b"        | false
        HEAD                         | HEAD | Range: bytes=150-160                        | false
        """)
    void held(String rule, String method, String request, boolean expected) {
        StoredHead part = part("100-199/1000 ¦ ETag: \"a\"");

        assertThat(RangeSelection.isHeld(request(method, request), part)).isEqualTo(expected);
    }

    @Test
    @DisplayName("RFC 9111 §4.3.1 and §4.3.4: variants are named by ETag, and the newest that the 304 names is it")
    void variants() {
        var variants = List.of(
                stored(200, "Date: 0 ¦ ETag: \"b\""),
                stored(200, "Date: 0"),
                part("0-4/10 ¦ ETag: \"p\""),
                stored(200, "Date: 0 ¦ ETag: W/\"a\""));

        assertThat(Validation.ofAny(variants).ifNoneMatch()).isEqualTo("\"b\", W/\"a\"");
        assertThat(Validation.named(variants, response(304, "ETag: \"a\""))).isSameAs(variants.get(3));
        assertThat(Validation.named(variants, response(304, "ETag: \"p\""))).isNull();
        assertThat(Validation.named(variants, response(304, "X: y"))).isNull();
        assertThat(Validation.ofAny(variants.subList(1, 2)).isConditional()).isFalse();
    }

    /** A part as it is stored: its range, then its other fields. */
    private static StoredHead part(String rangeAndFields) {
        return StoragePolicy.head(
                get("Range: bytes=0-"),
                response(206, "Date: 0 ¦ Content-Range: bytes " + rangeAndFields),
                received(0),
                KEY,
                CacheControlTargets.DEFAULT);
    }
}
