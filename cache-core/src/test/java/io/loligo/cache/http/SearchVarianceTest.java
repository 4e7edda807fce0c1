package io.loligo.cache.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchVarianceTest {

    @DisplayName("draft-ietf-httpbis-no-vary-search §4 and §5: which URLs a stored response answers")
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # rule                                     | No-Vary-Search               | stored         | asked               | same
        §4.2 no field: byte by byte                |                              | /p?a=1         | /p?a=1              | true
        §4.2 no field: another query               |                              | /p?a=1         | /p?a=2              | false
        no field: no decoding                      |                              | /p?a=%31       | /p?a=1              | false
        params: none counts                        | params                       | /p?a=1         | /p                  | true
        params: the path does                      | params                       | /p?a=1         | /q?a=1              | false
        params=?0 is the default                   | params=?0                    | /p?a=1         | /p?a=2              | false
        params: the listed do not count            | params=("utm" "id")          | /p?a=1&utm=x   | /p?id=2&a=1         | true
        params: others count                       | params=("utm")               | /p?a=1&utm=x   | /p?a=2              | false
        params: others count where they are        | params=("utm")               | /p?a=1&b=2     | /p?b=2&a=1&utm      | false
        an empty list is the default but decodes   | params=()                    | /p?a=1         | /p?a=2              | false
        except: only the listed count              | params, except=("a")         | /p?a=1&b=2     | /p?c=3&a=1          | true
        except: and those do                       | params, except=("a")         | /p?a=1         | /p?a=2              | false
        except without params is invalid           | except=("a")                 | /p?a=1&b=2     | /p?a=1              | false
        except beside a list is invalid            | params=("b"), except=("a")   | /p?a=1&b=2     | /p?a=1              | false
        key-order: names in any order              | key-order                    | /p?a=1&b=2     | /p?b=2&a=1          | true
        key-order: values of one name in theirs    | key-order                    | /p?a=1&a=2     | /p?a=2&a=1          | false
        key-order=?0 is the default                | key-order=?0                 | /p?a=1&b=2     | /p?b=2&a=1          | false
        both                                       | key-order, params=("u")      | /p?a=1&b=2     | /p?b=2&u=1&a=1      | true
        §5.2 decoded names                         | params=("a b")               | /p?a+b=1       | /p?a%20b=2          | true
        §4.3 the list's names are decoded too      | params=("a%20b")             | /p?a+b=1       | /p                  | true
        §5.2 decoded values                        | key-order                    | /p?a=%31       | /p?a=1              | true
        a plus is a blank                          | key-order                    | /p?a=x+y       | /p?a=x%20y          | true
        a percent sign that encodes nothing        | key-order                    | /p?a=%zz       | /p?a=%25zz          | true
        without a value: empty                     | key-order                    | /p?a           | /p?a=               | true
        empty sequences are skipped                | key-order                    | /p?a=1&&       | /p?&a=1             | true
        names have case                            | params=("A")                 | /p?a=1         | /p?a=2              | false
        decoded separators separate nothing        | key-order                    | /p?a=1%26b=2   | /p?a=1&b=2          | false
        unlike UTF-8 is not equal                  | key-order                    | /p?a=%ff       | /p?a=%fe            | false
        an unknown member changes nothing          | params=("u"), other=1        | /p?u=1         | /p                  | true
        invalid: not a dictionary                  | params=("u"                  | /p?u=1         | /p                  | false
        invalid: a list with a token               | params=(u)                   | /p?u=1         | /p                  | false
        invalid: a string for a list               | params="u"                   | /p?u=1         | /p                  | false
        invalid: a number for a boolean            | key-order=1, params=("u")    | /p?u=1         | /p                  | false
        """)
    void equivalent(String rule, String field, String stored, String asked, boolean same) {
        SearchVariance variance = SearchVariance.of(field == null ? Fields.EMPTY : Fields.of("No-Vary-Search", field));

        assertThat(variance.canonical(stored).equals(variance.canonical(asked))).isEqualTo(same);
    }

    @Test
    @DisplayName("a malformed field never makes two URLs equivalent that are not without it")
    void malformed() {
        Random random = new Random(9875);
        String letters = "params=key-order()\"ab ?01,;except";
        for (int i = 0; i < 50_000; i++) {
            StringBuilder field = new StringBuilder();
            for (int n = random.nextInt(24); n >= 0; n--) {
                field.append(letters.charAt(random.nextInt(letters.length())));
            }
            String text = field.toString().strip();
            SearchVariance variance = SearchVariance.of(Fields.of("No-Vary-Search", text));
            if (StructuredField.dictionary(List.of(text)) == null) {
                assertThat(variance).as(text).isEqualTo(SearchVariance.EXACT);
            }
        }
    }
}
