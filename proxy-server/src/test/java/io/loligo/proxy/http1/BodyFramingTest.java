package io.loligo.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BodyFramingTest {

    @DisplayName("RFC 9112 §6.3, requests")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                | version  | fields                                        | framing
        no field, no body                     | HTTP_1_1 | ''                                            | NONE 0
        Content-Length                        | HTTP_1_1 | Content-Length: 5                             | LENGTH 5
        Content-Length in any case            | HTTP_1_0 | content-length: 5                             | LENGTH 5
        Content-Length of zero                | HTTP_1_1 | Content-Length: 0                             | NONE 0
        leading zeros                         | HTTP_1_1 | Content-Length: 005                           | LENGTH 5
        the largest length                    | HTTP_1_1 | Content-Length: 9223372036854775807           | LENGTH 9223372036854775807
        chunked                               | HTTP_1_1 | Transfer-Encoding: chunked                    | CHUNKED -1
        chunked in any case                   | HTTP_1_1 | transfer-encoding: Chunked                    | CHUNKED -1
        the same length twice                 | HTTP_1_1 | Content-Length: 5, Content-Length: 5          | malformed
        differing lengths                     | HTTP_1_1 | Content-Length: 5, Content-Length: 6          | malformed
        a length beyond 63 bits               | HTTP_1_1 | Content-Length: 9223372036854775808           | malformed
        a length that wraps to 3              | HTTP_1_1 | Content-Length: 18446744073709551619          | malformed
        a sign                                | HTTP_1_1 | Content-Length: +3                            | malformed
        a minus                               | HTTP_1_1 | Content-Length: -1                            | malformed
        a list                                | HTTP_1_1 | Content-Length: 3;3                           | malformed
        no value                              | HTTP_1_1 | Content-Length:                               | malformed
        both fields                           | HTTP_1_1 | Content-Length: 3, Transfer-Encoding: chunked | malformed
        chunked twice                         | HTTP_1_1 | Transfer-Encoding: chunked, Transfer-Encoding: chunked | malformed
        a coding that ends like chunked       | HTTP_1_1 | Transfer-Encoding: xchunked                   | malformed
        a second coding                       | HTTP_1_1 | Transfer-Encoding: gzip;chunked               | malformed
        identity                              | HTTP_1_1 | Transfer-Encoding: identity                   | malformed
        no coding                             | HTTP_1_1 | Transfer-Encoding:                            | malformed
        chunked before HTTP/1.1               | HTTP_1_0 | Transfer-Encoding: chunked                    | malformed
        """)
    void requests(String rule, HttpVersion version, String lines, String expected) {
        String framing;
        try {
            framing = describe(BodyFraming.ofRequest(version, fields(lines)));
        } catch (MalformedMessageException malformed) {
            framing = "malformed";
        }
        assertThat(framing).isEqualTo(expected);
    }

    @DisplayName("RFC 9112 §6.3, answers")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                          | method | status | fields                     | framing
        no field: the close ends it     | GET    | 200    | ''                         | UNTIL_CLOSE -1
        Content-Length                  | GET    | 200    | Content-Length: 5          | LENGTH 5
        the same length twice           | GET    | 200    | Content-Length: 5, Content-Length: 5 | LENGTH 5
        differing lengths               | GET    | 200    | Content-Length: 5, Content-Length: 6 | malformed
        chunked                         | POST   | 500    | Transfer-Encoding: chunked | CHUNKED -1
        HEAD                            | HEAD   | 200    | Content-Length: 5          | NONE 0
        HEAD without a field            | HEAD   | 200    | ''                         | NONE 0
        HEAD with a malformed length    | HEAD   | 200    | Content-Length: x          | malformed
        1xx                             | GET    | 103    | Content-Length: 5          | NONE 0
        204                             | GET    | 204    | Transfer-Encoding: chunked | NONE 0
        304                             | GET    | 304    | Content-Length: 5          | NONE 0
        205 is framed like any other    | GET    | 205    | Content-Length: 5          | LENGTH 5
        """)
    void answers(String rule, String method, int status, String lines, String expected) {
        String framing;
        try {
            framing = describe(BodyFraming.ofResponse(method, status, HttpVersion.HTTP_1_1, fields(lines)));
        } catch (MalformedMessageException malformed) {
            framing = "malformed";
        }
        assertThat(framing).isEqualTo(expected);
    }

    private static Fields fields(String lines) {
        Fields.Builder fields = Fields.builder();
        int start = 0;
        while (start < lines.length()) {
            int comma = lines.indexOf(", ", start);
            int end = comma < 0 ? lines.length() : comma;
            int colon = lines.indexOf(':', start);
            fields.add(
                    lines.substring(start, colon),
                    lines.substring(colon + 1, end).strip());
            start = end + 2;
        }
        return fields.build();
    }

    private static String describe(BodyFraming framing) {
        return framing.kind() + " " + framing.length();
    }
}
