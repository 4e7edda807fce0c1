package io.loligo.cache.key;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.http.Fields;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectingFieldsTest {

    @DisplayName("RFC 9111 §4.1: does a later request get the stored variant? ¦ separates field lines")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # case                                | Vary                 | request then                   | request now                    | match
        no Vary                               | ``                   | Foo: 1                         | Foo: 2                         | true
        equal                                 | Foo                  | Foo: 1                         | Foo: 1                         | true
        not equal                             | Foo                  | Foo: 1                         | Foo: 2                         | false
        a field that Vary does not name       | Foo                  | Foo: 1 ¦ Bar: 1                | Foo: 1 ¦ Bar: 2                | true
        Vary without case                     | fOO                  | Foo: 1                         | FOO: 1                         | true
        values with case                      | Foo                  | Foo: a                         | Foo: A                         | false
        absent then, there now                | Foo                  | ``                             | Foo: 1                         | false
        there then, absent now                | Foo                  | Foo: 1                         | ``                             | false
        absent is not empty                   | Foo                  | ``                             | Foo:                           | false
        absent both times                     | Foo                  | ``                             | ``                             | true
        one of two differs                    | Foo, Bar             | Foo: 1 ¦ Bar: 1                | Foo: 1 ¦ Bar: 2                | false
        Vary on two lines                     | Foo ¦ Bar            | Foo: 1 ¦ Bar: 1                | Foo: 1 ¦ Bar: 2                | false
        the order of the request's fields     | Foo, Bar             | Foo: 1 ¦ Bar: 2                | Bar: 2 ¦ Foo: 1                | true
        star                                  | *                    | ``                             | ``                             | false
        star among names                      | Foo, *               | Foo: 1                         | Foo: 1                         | false
        star first                            | *, Foo               | Foo: 1                         | Foo: 1                         | false
        star on the second line               | Foo ¦ *              | Foo: 1                         | Foo: 1                         | false
        star behind nothing                   | , *                  | ``                             | ``                             | false
        lines combine                         | Foo                  | Foo: 1, 2                      | Foo: 1 ¦ Foo: 2                | true
        blanks around commas                  | Foo                  | Foo: 1,2                       | Foo: 1 ,  2                    | true
        runs of blanks                        | Foo                  | Foo: a b                       | Foo: a   b                     | true
        blanks in quotes count                | Foo                  | Foo: "a b"                     | Foo: "a  b"                    | false
        order counts in unknown fields        | Foo                  | Foo: 1, 2                      | Foo: 2, 1                      | false
        codings: blanks                       | Accept-Encoding      | Accept-Encoding: gzip, br      | Accept-Encoding: gzip,br       | true
        codings: order                        | Accept-Encoding      | Accept-Encoding: gzip, br      | Accept-Encoding: br, gzip      | true
        codings: case                         | Accept-Encoding      | Accept-Encoding: GZip          | Accept-Encoding: gzip          | true
        codings: another one                  | Accept-Encoding      | Accept-Encoding: gzip          | Accept-Encoding: br            | false
        codings: one more                     | Accept-Encoding      | Accept-Encoding: gzip          | Accept-Encoding: gzip, br      | false
        codings: the old name                 | Accept-Encoding      | Accept-Encoding: x-gzip        | Accept-Encoding: gzip          | true
        codings: a refused one                | Accept-Encoding      | Accept-Encoding: gzip, br;q=0  | Accept-Encoding: gzip          | true
        codings: refused with zeros           | Accept-Encoding      | Accept-Encoding: gzip, br;q=0.000 | Accept-Encoding: gzip       | true
        codings: a refused one beside star    | Accept-Encoding      | Accept-Encoding: *, br;q=0     | Accept-Encoding: *             | false
        codings: identity goes without saying | Accept-Encoding      | Accept-Encoding: gzip, identity| Accept-Encoding: gzip          | true
        codings: identity refused             | Accept-Encoding      | Accept-Encoding: gzip, identity;q=0 | Accept-Encoding: gzip     | false
        codings: quality of one               | Accept-Encoding      | Accept-Encoding: gzip;q=1.0    | Accept-Encoding: gzip          | true
        codings: other qualities              | Accept-Encoding      | Accept-Encoding: gzip, br;q=0.5| Accept-Encoding: gzip, br      | false
        codings: zeros of a quality           | Accept-Encoding      | Accept-Encoding: br;q=0.50     | Accept-Encoding: br; q=0.5     | true
        codings: none is not absent           | Accept-Encoding      | Accept-Encoding:               | ``                             | false
        languages: blanks                     | Accept-Language      | Accept-Language: en, de        | Accept-Language: en,de         | true
        languages: order                      | Accept-Language      | Accept-Language: en, de        | Accept-Language: de, en        | true
        languages: case                       | Accept-Language      | Accept-Language: en-GB         | Accept-Language: EN-gb         | true
        languages: qualities                  | Accept-Language      | Accept-Language: en, de;q=0.5  | Accept-Language: en;q=0.5, de  | false
        languages: no one chosen              | Accept-Language      | Accept-Language: en, de        | Accept-Language: fr;q=0.5, de  | false
        cookies split by HTTP/2               | Cookie               | Cookie: a=1; b=2               | Cookie: a=1 ¦ Cookie: b=2      | true
        """)
    void matches(String rule, String vary, String then, String now, boolean expected) {
        Fields response = vary.isEmpty() ? Fields.EMPTY : fields(varyLines(vary));

        assertThat(SelectingFields.of(response, fields(then)).matches(fields(now)))
                .isEqualTo(expected);
    }

    @DisplayName("RFC 9111 §4.1: a response with Content-Language: de, chosen by Accept-Language: en, de")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        the same request                     | Accept-Language: de, en          | true
        the language that is wanted most     | Accept-Language: fr;q=0.5, de    | true
        by the highest of all qualities      | Accept-Language: fr;q=0.5, de;q=0.9, it;q=0.1 | true
        in any case                          | Accept-Language: DE              | true
        not wanted most                      | Accept-Language: fr, de;q=0.5    | false
        wanted as much as another            | Accept-Language: fr, de          | false
        refused                              | Accept-Language: de;q=0          | false
        a quality that is none               | Accept-Language: de;q=x          | false
        a narrower range                     | Accept-Language: de-AT           | false
        no wish                              | ``                               | false
        """)
    void languageChosen(String rule, String now, boolean expected) {
        SelectingFields selecting = SelectingFields.of(
                Fields.of("Vary", "Accept-Language", "Content-Language", "de"), Fields.of("Accept-Language", "en, de"));

        assertThat(selecting.matches(fields(now))).isEqualTo(expected);
    }

    @DisplayName("RFC 4647 §3.3.1: a response with Content-Language: de-AT, chosen by Accept-Language: fr, de-AT")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        the very tag                         | Accept-Language: de-at           | true
        a range that it is in                | Accept-Language: de, fr;q=0.1    | true
        a range that only begins like it     | Accept-Language: d               | false
        a narrower range                     | Accept-Language: de-AT-1996      | false
        another of the same range            | Accept-Language: de-CH, de;q=0.5 | false
        """)
    void languageRange(String rule, String now, boolean expected) {
        SelectingFields selecting = SelectingFields.of(
                Fields.of("Vary", "Accept-Language", "Content-Language", "de-AT"),
                Fields.of("Accept-Language", "fr, de-AT"));

        assertThat(selecting.matches(fields(now))).isEqualTo(expected);
    }

    @Test
    @DisplayName("names stand once each, in lower case, sorted")
    void names() {
        SelectingFields selecting =
                SelectingFields.of(Fields.of("Vary", "Foo, bar", "vary", "FOO"), Fields.of("Foo", "1"));

        assertThat(selecting)
                .isEqualTo(new SelectingFields(false, Fields.of("bar", SelectingFields.ABSENT, "foo", "1")));
        assertThat(SelectingFields.of(Fields.EMPTY, Fields.EMPTY)).isSameAs(SelectingFields.NONE);
    }

    @Test
    @DisplayName("RFC 9111 §4.3.4: what another request chose too is chosen by both, and by no third")
    void chosenByOthersToo() {
        SelectingFields both = chosen("Foo: 1").and(chosen("Foo: 2"));

        assertThat(both.matches(fields("Foo: 1"))).isTrue();
        assertThat(both.matches(fields("Foo: 2"))).isTrue();
        assertThat(both.matches(fields("Foo: 3"))).isFalse();
        assertThat(both.matches(Fields.EMPTY)).isFalse();
        assertThat(both.and(chosen("Foo: 2"))).isEqualTo(both);
    }

    @DisplayName("what is chosen anew for one request takes the place of what that request has chosen with others")
    @ParameterizedTest(name = "1 and 2, then {0}")
    @CsvSource({"1, true", "2, true", "3, false"})
    void overlapping(String later, boolean expected) {
        SelectingFields both = chosen("Foo: 1").and(chosen("Foo: 2"));

        assertThat(both.overlaps(chosen("Foo: " + later))).isEqualTo(expected);
        assertThat(chosen("Foo: " + later).overlaps(both)).isEqualTo(expected);
        assertThat(both.overlaps(SelectingFields.NONE)).isFalse();
    }

    @Test
    @DisplayName("one request gets a page in another language than before: it has chosen both")
    void anotherLanguage() {
        Fields request = fields("Accept-Language: en, de");
        SelectingFields german =
                SelectingFields.of(Fields.of("Vary", "Accept-Language", "Content-Language", "de"), request);
        SelectingFields english =
                SelectingFields.of(Fields.of("Vary", "Accept-Language", "Content-Language", "en"), request);

        assertThat(german.overlaps(english)).isTrue();
        assertThat(german.hasSameNames(english)).isTrue();
    }

    @Test
    @DisplayName("of too many other requests the earliest goes, never the first")
    void limits() {
        SelectingFields many = chosen("Foo: first");
        for (int i = 0; i <= SelectingFields.OTHERS_MAX; i++) {
            many = many.and(chosen("Foo: " + i));
        }
        String half = "x".repeat(SelectingFields.OTHERS_LENGTH_MAX / 2);

        assertThat(many.others()).hasSize(SelectingFields.OTHERS_MAX);
        assertThat(many.matches(fields("Foo: first"))).isTrue();
        assertThat(many.matches(fields("Foo: 0"))).isFalse();
        assertThat(many.matches(fields("Foo: 1"))).isTrue();
        SelectingFields long1 = chosen("Foo: 0").and(chosen("Foo: a" + half));
        assertThat(long1.and(chosen("Foo: b" + half)).others()).hasSize(1);
        assertThat(long1.and(chosen("Foo: " + half + half))).isEqualTo(long1);
    }

    private static SelectingFields chosen(String request) {
        return SelectingFields.of(Fields.of("Vary", "Foo"), fields(request));
    }

    private static String varyLines(String vary) {
        return "Vary: " + vary.replace("¦", "¦ Vary: ");
    }

    private static Fields fields(String lines) {
        List<String> fields = new ArrayList<>();
        for (String line : lines.split("¦", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.add(line.substring(0, colon).strip());
                fields.add(line.substring(colon + 1).strip());
            }
        }
        return Fields.of(fields.toArray(String[]::new));
    }
}
