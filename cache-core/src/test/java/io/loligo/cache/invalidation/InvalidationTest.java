package io.loligo.cache.invalidation;

import static io.loligo.cache.Messages.URI;
import static io.loligo.cache.Messages.request;
import static io.loligo.cache.Messages.response;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.key.EffectiveUri;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InvalidationTest {

    @DisplayName("RFC 9111 §4.4: what a request to http://a.example/p makes unusable")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # case                          | method   | status | fields                                          | gone
        POST                            | POST     | 200    | -                                               | /p
        PUT                             | PUT      | 204    | -                                               | /p
        DELETE                          | DELETE   | 202    | -                                               | /p
        PATCH                           | PATCH    | 200    | -                                               | /p
        an unknown method               | M-SEARCH | 200    | -                                               | /p
        methods have case               | get      | 200    | -                                               | /p
        a redirect                      | POST     | 303    | -                                               | /p
        GET is safe                     | GET      | 200    | Location: /x                                    | -
        HEAD is safe                    | HEAD     | 200    | -                                               | -
        OPTIONS is safe                 | OPTIONS  | 200    | -                                               | -
        TRACE is safe                   | TRACE    | 200    | -                                               | -
        PROPFIND is safe                | PROPFIND | 207    | -                                               | -
        a client's error                | POST     | 404    | Location: /x                                    | -
        an origin's error               | POST     | 500    | -                                               | -
        Location                        | POST     | 201    | Location: /x                                    | /p /x
        Content-Location                | POST     | 200    | Content-Location: x?y                           | /p /x?y
        both                            | PUT      | 200    | Location: /x ¦ Content-Location: /y             | /p /x /y
        the same twice                  | PUT      | 200    | Location: /p ¦ Content-Location: http://A.example:80/p | /p
        another host's                  | POST     | 201    | Location: http://b.example/x                    | /p
        another port's                  | POST     | 201    | Location: http://a.example:81/x                 | /p
        another scheme's                | POST     | 201    | Location: https://a.example/x                   | /p
        what is no http URI             | POST     | 201    | Location: mailto:a@a.example                    | /p
        """)
    void uris(String rule, String method, int status, @Nullable String fields, @Nullable String expected) {
        String gone =
                Invalidation.uris(request(method, ""), URI, response(status, fields == null ? "" : fields)).stream()
                        .map(EffectiveUri::pathAndQuery)
                        .collect(Collectors.joining(" "));

        assertThat(gone).isEqualTo(expected == null ? "" : expected);
    }

    @DisplayName("RFC 9875 §3: which groups a request makes unusable")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        one                               | POST    | 200 | "a"              | a
        an empty list                     | POST    | 200 | ``               | ``
        several                           | PUT     | 303 | "a", "b c";x=1   | a/b c
        several lines                     | PUT     | 204 | "a" ¦ Cache-Group-Invalidation: "b" | a/b
        an unknown method                 | FOO     | 200 | "a"              | a
        §3 a safe method                  | GET     | 200 | "a"              | ``
        an error                          | POST    | 404 | "a"              | ``
        a token: malformed                | POST    | 200 | "a", b           | ``
        a list in the list: malformed     | POST    | 200 | ("a")            | ``
        a comma at the end: malformed     | POST    | 200 | "a",             | ``
        """)
    void groups(String rule, String method, int status, String field, String expected) {
        assertThat(String.join(
                        "/",
                        Invalidation.groups(
                                request(method, ""), response(status, "Cache-Group-Invalidation: " + field))))
                .isEqualTo(expected);
    }
}
