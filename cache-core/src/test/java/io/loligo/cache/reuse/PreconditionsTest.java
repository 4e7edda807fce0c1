package io.loligo.cache.reuse;

import static io.loligo.cache.Messages.fields;
import static io.loligo.cache.Messages.stored;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreconditionsTest {

    @DisplayName("RFC 9110 §13: the client's conditions against ETag \"a\", Last-Modified: -10, Date: 0")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # case                                   | request                                        | verdict
        none                                     | X: y                                           | PROCEED
        §13.1.2 If-None-Match                    | If-None-Match: "a"                             | NOT_MODIFIED
        another tag                              | If-None-Match: "b"                             | PROCEED
        weakly compared                          | If-None-Match: W/"a"                           | NOT_MODIFIED
        any                                      | If-None-Match: *                               | NOT_MODIFIED
        first of several                         | If-None-Match: "a", "b", "c"                   | NOT_MODIFIED
        middle of several                        | If-None-Match: "b", "a", "c"                   | NOT_MODIFIED
        last of several                          | If-None-Match: "b","c","a"                     | NOT_MODIFIED
        on the second line                       | If-None-Match: "b" ¦ If-None-Match: "a"        | NOT_MODIFIED
        a comma inside a tag                     | If-None-Match: "b,"a",c"                       | PROCEED
        unquoted is another tag                  | If-None-Match: a                               | PROCEED
        §13.1.3 If-Modified-Since, equal         | If-Modified-Since: -10                         | NOT_MODIFIED
        later                                    | If-Modified-Since: -5                          | NOT_MODIFIED
        earlier                                  | If-Modified-Since: -11                         | PROCEED
        no date                                  | If-Modified-Since: lately                      | PROCEED
        §13.2.2 If-None-Match goes first         | If-None-Match: "b" ¦ If-Modified-Since: -5     | PROCEED
        and also when it matches                 | If-None-Match: "a" ¦ If-Modified-Since: -99    | NOT_MODIFIED
        §13.1.1 If-Match                         | If-Match: "a"                                  | PROCEED
        another tag                              | If-Match: "b"                                  | FAILED
        strongly compared                        | If-Match: W/"a"                                | FAILED
        any                                      | If-Match: *                                    | PROCEED
        §13.1.4 If-Unmodified-Since, equal       | If-Unmodified-Since: -10                       | PROCEED
        earlier                                  | If-Unmodified-Since: -11                       | FAILED
        no date                                  | If-Unmodified-Since: lately                    | PROCEED
        §13.2.2 If-Match goes first              | If-Match: "a" ¦ If-Unmodified-Since: -11       | PROCEED
        §13.2.2 If-Match, then If-None-Match     | If-Match: "a" ¦ If-None-Match: "a"             | NOT_MODIFIED
        """)
    void evaluate(String rule, String request, Preconditions.Verdict expected) {
        assertThat(Preconditions.evaluate(fields(request), stored(200, "Date: 0 ¦ ETag: \"a\" ¦ Last-Modified: -10")))
                .isEqualTo(expected);
    }

    @DisplayName("RFC 9110 §13.2.1, RFC 9111 §4.3.2: other stored responses")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        conditions are about a success           | 404 | ETag: "a"             | If-None-Match: "a"    | PROCEED
        a weak stored tag                        | 200 | ETag: W/"a"           | If-None-Match: "a"    | NOT_MODIFIED
        a weak stored tag and If-Match           | 200 | ETag: W/"a"           | If-Match: "a"         | FAILED
        no stored tag                            | 200 | X: y                  | If-None-Match: "a"    | PROCEED
        an unquoted stored tag                   | 200 | ETag: a               | If-None-Match: a      | NOT_MODIFIED
        Date for a missing Last-Modified         | 200 | X: y                  | If-Modified-Since: 0  | NOT_MODIFIED
        Date for a missing Last-Modified, earlier| 200 | X: y                  | If-Modified-Since: -1 | PROCEED
        """)
    void others(String rule, int status, String storedFields, String request, Preconditions.Verdict expected) {
        assertThat(Preconditions.evaluate(fields(request), stored(status, "Date: 0 ¦ " + storedFields)))
                .isEqualTo(expected);
    }

    @Test
    @DisplayName("RFC 9110 §15.4.5: a 304 carries what a cache needs, and nothing about a body")
    void notModifiedFields() {
        String kept =
                "ETag: \"a\" ¦ Cache-Control: max-age=5 ¦ Content-Location: /x ¦ Date: 0 ¦ Expires: 5 ¦ Vary: Foo";
        String body = "Content-Type: text/plain ¦ Content-Length: 5 ¦ Content-Encoding: gzip ¦ Content-Range: x";

        assertThat(Preconditions.notModifiedFields(fields(kept + " ¦ " + body))).isEqualTo(fields(kept));
    }
}
