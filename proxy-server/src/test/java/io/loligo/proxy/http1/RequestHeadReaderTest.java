package io.loligo.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.proxy.http1.RequestHeadReader.Result;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Heads of requests")
class RequestHeadReaderTest {
    private static final int CAPACITY = 16 << 10;
    private static final int HEAD_MAX = 64 << 10;
    private static final RequestLimits LIMITS = new RequestLimits(HEAD_MAX, 1_000);
    private static final String UNFINISHED = "unfinished";

    /** What follows a head in its connection, and must not be looked at. */
    private static final String NEXT = "GET /next HTTP/1.1\r\nHost: next\r\n\r\n";

    /**
     * Heads that are served, and what they say: head, then plain or authority and scheme, framing, whether the connection stays
     * and whether 100 is waited for.
     */
    private static final String SERVED = """
        # rule                                   | request                                              | what it says
        the usual request                        | GET /a?b HTTP/1.1⏎Host: a⏎⏎                                                  | GET /a?b 1.1 [Host=a] plain stays
        a request without fields                 | GET / HTTP/1.0⏎⏎                                                             | GET / 1.0 [] closes
        HTTP/1.2 counts as HTTP/1.1              | GET / HTTP/1.2⏎Host: a⏎⏎                                                     | GET / 1.1 [Host=a] plain stays
        names and values as they were sent       | GET / HTTP/1.1⏎hOsT:  A.b:80⇥⏎x-Y:a  b⇥c ⏎X-y:⏎⏎                             | GET / 1.1 [hOsT=A.b:80, x-Y=a  b⇥c, X-y=] plain stays
        fields in the order of their arrival     | GET / HTTP/1.1⏎B: 1⏎Host: a⏎A: 2⏎b: 3⏎B: 4⏎⏎                                 | GET / 1.1 [B=1, Host=a, A=2, b=3, B=4] plain stays
        a value of octets above ASCII            | GET / HTTP/1.1⏎Host: a⏎X: \u00e4\u00ff⏎⏎                                     | GET / 1.1 [Host=a, X=\u00e4\u00ff] plain stays
        a colon in a value                       | GET / HTTP/1.1⏎Host: a⏎X: b:c⏎⏎                                              | GET / 1.1 [Host=a, X=b:c] plain stays
        every character of a token in a name     | GET / HTTP/1.1⏎Host: a⏎!#$%&'*+-.^_`z9: b⏎⏎                                  | GET / 1.1 [Host=a, !#$%&'*+-.^_`z9=b] plain stays
        an empty Host                            | GET / HTTP/1.1⏎Host:⏎⏎                                                       | GET / 1.1 [Host=] plain stays
        one empty line before it                 | ⏎GET / HTTP/1.1⏎Host: a⏎⏎                                                    | GET / 1.1 [Host=a] plain stays
        as many as are passed over               | ⏎⏎⏎⏎GET / HTTP/1.1⏎Host: a⏎⏎                                                 | GET / 1.1 [Host=a] plain stays
        a path is not decoded                    | GET /a%2Fb;c/d?x=%c3%a4? HTTP/1.1⏎Host: a⏎⏎                                  | GET /a%2Fb;c/d?x=%c3%a4? 1.1 [Host=a] plain stays
        dot segments stay                        | GET /a/./..//c HTTP/1.1⏎Host: a⏎⏎                                            | GET /a/./..//c 1.1 [Host=a] plain stays
        a mark that nothing follows              | GET /a? HTTP/1.1⏎Host: a⏎⏎                                                   | GET /a? 1.1 [Host=a] plain stays
        a query that begins with a mark          | GET /a??x HTTP/1.1⏎Host: a⏎⏎                                                 | GET /a??x 1.1 [Host=a] plain stays
        marks later in the query                 | GET /a?x??y? HTTP/1.1⏎Host: a⏎⏎                                              | GET /a?x??y? 1.1 [Host=a] plain stays
        what browsers send                       | GET /a|b^{c}\\"<>`[] HTTP/1.1⏎Host: a⏎⏎                                      | GET /a|b^{c}\\"<>`[] 1.1 [Host=a] plain stays
        raw UTF-8                                | GET /\u00c3\u00a4 HTTP/1.1⏎Host: a⏎⏎                                         | GET /\u00c3\u00a4 1.1 [Host=a] plain stays
        octets 0x80 to 0xff                      | GET /\u0080\u00ff HTTP/1.1⏎Host: a⏎⏎                                         | GET /\u0080\u00ff 1.1 [Host=a] plain stays
        a lone percent sign                      | GET /100%?a% HTTP/1.1⏎Host: a⏎⏎                                              | GET /100%?a% 1.1 [Host=a] plain stays
        an encoding that is none                 | GET /%zz%0 HTTP/1.1⏎Host: a⏎⏎                                                | GET /%zz%0 1.1 [Host=a] plain stays
        an encoded percent sign before 00        | GET /%2500 HTTP/1.1⏎Host: a⏎⏎                                                | GET /%2500 1.1 [Host=a] plain stays
        an underscore in the path                | GET /cache_object://a HTTP/1.0⏎⏎                                             | GET /cache_object://a 1.0 [] closes
        a URL                                    | GET http://a/b?c HTTP/1.1⏎Host: a⏎⏎                                          | GET /b?c 1.1 [Host=a] http://a stays
        a URL that names the default port        | GET http://a:80/b HTTP/1.1⏎Host: A⏎⏎                                         | GET /b 1.1 [Host=A] http://a:80 stays
        a URL without a path                     | GET http://a HTTP/1.1⏎Host: a⏎⏎                                              | GET / 1.1 [Host=a] http://a stays
        a bare mark after a host                 | GET http://a? HTTP/1.1⏎Host: a⏎⏎                                             | GET /? 1.1 [Host=a] http://a stays
        a query after a host                     | GET http://a?b/c@d HTTP/1.1⏎Host: a⏎⏎                                        | GET /?b/c@d 1.1 [Host=a] http://a stays
        a scheme in any case                     | GET HTTPS://a/ HTTP/1.1⏎Host: a⏎⏎                                            | GET / 1.1 [Host=a] https://a stays
        a scheme of all its characters           | GET a1+-.b://a/ HTTP/1.1⏎Host: a⏎⏎                                           | GET / 1.1 [Host=a] a1+-.b://a stays
        a URL in a query is none                 | GET /?u=http://b HTTP/1.1⏎Host: a⏎⏎                                          | GET /?u=http://b 1.1 [Host=a] plain stays
        Squid's manager clients                  | GET cache_object://a/info HTTP/1.0⏎⏎                                         | GET /info 1.0 [] cache_object://a closes
        and what they have in Host               | GET cache_object://a/info HTTP/1.1⏎Host: b⏎⏎                                 | GET /info 1.1 [Host=b] cache_object://a stays
        an asterisk for OPTIONS                  | OPTIONS * HTTP/1.1⏎Host: a⏎⏎                                                 | OPTIONS * 1.1 [Host=a] stays
        a method that nobody knows               | M-SEARCH / HTTP/1.1⏎Host: a⏎⏎                                                | M-SEARCH / 1.1 [Host=a] stays
        methods have a case                      | get / HTTP/1.1⏎Host: a⏎⏎                                                     | get / 1.1 [Host=a] stays
        HEAD                                     | HEAD / HTTP/1.1⏎Host: a⏎⏎                                                    | HEAD / 1.1 [Host=a] stays
        the client closes                        | GET / HTTP/1.1⏎Host: a⏎Connection: Close⏎⏎                                   | GET / 1.1 [Host=a, Connection=Close] plain closes
        the client keeps the connection          | GET / HTTP/1.1⏎Host: a⏎connection: Keep-Alive⏎⏎                              | GET / 1.1 [Host=a, connection=Keep-Alive] plain stays
        the client closes, among other things    | GET / HTTP/1.1⏎Host: a⏎Connection: x, close⏎⏎                                | GET / 1.1 [Host=a, Connection=x, close] closes
        the client closes, in a second line      | GET / HTTP/1.1⏎Host: a⏎Connection: x⏎Connection: close⏎⏎                     | GET / 1.1 [Host=a, Connection=x, Connection=close] closes
        Connection on two lines                  | GET / HTTP/1.1⏎Host: a⏎Connection: keep-alive⏎Connection: keep-alive⏎⏎       | GET / 1.1 [Host=a, Connection=keep-alive, Connection=keep-alive] stays
        HTTP/1.0 that keeps the connection       | GET / HTTP/1.0⏎Connection: keep-alive⏎⏎                                      | GET / 1.0 [Connection=keep-alive] stays
        HTTP/1.0 that cannot decide              | GET / HTTP/1.0⏎Connection: keep-alive, close⏎⏎                               | GET / 1.0 [Connection=keep-alive, close] closes
        Content-Length of 0                      | GET / HTTP/1.1⏎Host: a⏎Content-Length: 0⏎⏎                                   | GET / 1.1 [Host=a, Content-Length=0] stays
        a body with a length                     | POST / HTTP/1.1⏎Host: a⏎content-LENGTH: 10⏎⏎                                 | POST / 1.1 [Host=a, content-LENGTH=10] LENGTH 10 stays
        a body as long as allowed                | POST / HTTP/1.1⏎Host: a⏎Content-Length: 1000⏎⏎                               | POST / 1.1 [Host=a, Content-Length=1000] LENGTH 1000 stays
        a chunked body                           | POST / HTTP/1.1⏎Transfer-Encoding: Chunked⏎Host: a⏎⏎                         | POST / 1.1 [Transfer-Encoding=Chunked, Host=a] CHUNKED stays
        a name that is longer than Content-Length| GET / HTTP/1.1⏎Host: a⏎Content-Lengths: 1⏎⏎                                  | GET / 1.1 [Host=a, Content-Lengths=1] plain stays
        a length by another name                 | GET / HTTP/1.1⏎Host: a⏎Content_Length: 1⏎⏎                                   | GET / 1.1 [Host=a, Content_Length=1] plain stays
        a name that hid Host once                | GET / HTTP/1.1⏎Host: a⏎Hos`: b⏎⏎                                             | GET / 1.1 [Host=a, Hos`=b] plain stays
        100 is waited for                        | POST / HTTP/1.1⏎Host: a⏎Expect: 100-Continue⏎Content-Length: 1⏎⏎             | POST / 1.1 [Host=a, Expect=100-Continue, Content-Length=1] LENGTH 1 stays continue
        but not without a body                   | GET / HTTP/1.1⏎Host: a⏎Expect: 100-continue⏎⏎                                | GET / 1.1 [Host=a, Expect=100-continue] stays
        nor in HTTP/1.0                          | POST / HTTP/1.0⏎Expect: 100-continue⏎Content-Length: 1⏎⏎                     | POST / 1.0 [Expect=100-continue, Content-Length=1] LENGTH 1 closes
        an expectation in a list                 | GET / HTTP/1.1⏎Host: a⏎Expect: , 100-continue,⏎⏎                             | GET / 1.1 [Host=a, Expect=, 100-continue,] stays
        an upgrade                               | GET / HTTP/1.1⏎Host: a⏎Upgrade: h2c⏎⏎                                        | GET / 1.1 [Host=a, Upgrade=h2c] stays
        a range                                  | GET / HTTP/1.1⏎Host: a⏎Range: bytes=0-0⏎⏎                                    | GET / 1.1 [Host=a, Range=bytes=0-0] stays
        conditions                               | GET / HTTP/1.1⏎Host: a⏎If-Range: x⏎⏎                                         | GET / 1.1 [Host=a, If-Range=x] stays
        If-Match                                 | GET / HTTP/1.1⏎Host: a⏎If-Match: x⏎⏎                                         | GET / 1.1 [Host=a, If-Match=x] stays
        If-None-Match                            | GET / HTTP/1.1⏎Host: a⏎If-None-Match: x⏎⏎                                    | GET / 1.1 [Host=a, If-None-Match=x] stays
        If-Modified-Since                        | GET / HTTP/1.1⏎Host: a⏎If-Modified-Since: x⏎⏎                                | GET / 1.1 [Host=a, If-Modified-Since=x] stays
        If-Unmodified-Since                      | GET / HTTP/1.1⏎Host: a⏎If-Unmodified-Since: x⏎⏎                              | GET / 1.1 [Host=a, If-Unmodified-Since=x] stays
        """;

    /** Heads that are refused: each with its status, the kind of its page and a word of the reason. */
    private static final String REFUSED = """
        # rule                                   | request                                              | refusal
        LF alone before it                       | ↓GET / HTTP/1.1⏎Host: a⏎⏎                                                    | 400 INVALID_REQUEST a bare LF
        CR alone before it                       | ↵GET / HTTP/1.1⏎Host: a⏎⏎                                                    | 400 INVALID_REQUEST a bare CR
        too many empty lines before it           | ⏎⏎⏎⏎⏎GET / HTTP/1.1⏎Host: a⏎⏎                                                | 400 INVALID_REQUEST empty lines
        a blank before it                        | ␣GET / HTTP/1.1⏎Host: a⏎⏎                                                    | 400 UNKNOWN_PROTOCOL method
        a method that is no token                | G(T / HTTP/1.1⏎Host: a⏎⏎                                                     | 400 UNKNOWN_PROTOCOL method
        a tab after the method                   | GET⇥/ HTTP/1.1⏎Host: a⏎⏎                                                     | 400 UNKNOWN_PROTOCOL method
        a method alone                           | GET⏎⏎                                                                        | 400 UNKNOWN_PROTOCOL method
        the first bytes of TLS                   | \u0016\u0003\u0001\u0002⏎⏎                                                   | 400 UNKNOWN_PROTOCOL method
        two blanks before the target             | GET  / HTTP/1.1⏎Host: a⏎⏎                                                    | 400 INVALID_URL blank
        a blank in the target                    | GET /a b HTTP/1.1⏎Host: a⏎⏎                                                  | 400 INVALID_URL a blank in the URL
        a tab in the target                      | GET /a⇥b HTTP/1.1⏎Host: a⏎⏎                                                  | 400 INVALID_URL control
        NUL in the target                        | GET /a␀ HTTP/1.1⏎Host: a⏎⏎                                                   | 400 INVALID_URL control
        DEL in the target                        | GET /a\u007f HTTP/1.1⏎Host: a⏎⏎                                              | 400 INVALID_URL control
        CR in the target                         | GET /a↵b HTTP/1.1⏎Host: a⏎⏎                                                  | 400 INVALID_REQUEST without a version
        an encoded NUL in the path               | GET /a%00 HTTP/1.1⏎Host: a⏎⏎                                                 | 400 INVALID_URL encoded NUL
        an encoded NUL in the query              | GET /a?%00b HTTP/1.1⏎Host: a⏎⏎                                               | 400 INVALID_URL encoded NUL
        an encoded NUL after a percent sign      | GET /%%00 HTTP/1.1⏎Host: a⏎⏎                                                 | 400 INVALID_URL encoded NUL
        a fragment                               | GET /a#b HTTP/1.1⏎Host: a⏎⏎                                                  | 400 INVALID_URL fragment
        HTTP/0.9                                 | GET /⏎⏎                                                                      | 400 INVALID_REQUEST without a version
        HTTP/0.9 with LF                         | GET /↓                                                                       | 400 INVALID_REQUEST without a version
        a version of 0.9                         | GET / HTTP/0.9⏎Host: a⏎⏎                                                     | 400 INVALID_REQUEST before HTTP/1.0
        HTTP/2.0                                 | GET / HTTP/2.0⏎Host: a⏎⏎                                                     | 505 UNSUPPORTED_VERSION after HTTP/1.1
        HTTP/9.9                                 | GET / HTTP/9.9⏎Host: a⏎⏎                                                     | 505 UNSUPPORTED_VERSION after HTTP/1.1
        the preface of HTTP/2                    | PRI * HTTP/2.0⏎⏎SM⏎⏎                                                         | 505 UNSUPPORTED_VERSION after HTTP/1.1
        another protocol                         | GET / HTTQ/1.1⏎Host: a⏎⏎                                                     | 400 UNKNOWN_PROTOCOL version
        a protocol in small letters              | GET / http/1.1⏎Host: a⏎⏎                                                     | 400 INVALID_URL version
        a version without a minor number         | GET / HTTP/1⏎Host: a⏎⏎                                                       | 400 UNKNOWN_PROTOCOL version
        a version of three digits                | GET / HTTP/1.10⏎Host: a⏎⏎                                                    | 400 INVALID_REQUEST after the version
        a version of letters                     | GET / HTTP/x.1⏎Host: a⏎⏎                                                     | 400 UNKNOWN_PROTOCOL version
        a blank after the version                | GET / HTTP/1.1 ⏎Host: a⏎⏎                                                    | 400 INVALID_REQUEST after the version
        LF alone after the version               | GET / HTTP/1.1↓Host: a⏎⏎                                                     | 400 INVALID_REQUEST a bare LF
        CR alone after the version               | GET / HTTP/1.1↵Host: a⏎⏎                                                     | 400 INVALID_REQUEST a bare CR
        a blank before the first field           | GET / HTTP/1.1⏎ Host: a⏎⏎                                                    | 400 INVALID_REQUEST second line
        a field on two lines                     | GET / HTTP/1.1⏎Host: a⏎X: b⏎ c⏎⏎                                             | 400 INVALID_REQUEST second line
        a field on two lines, with a tab         | GET / HTTP/1.1⏎Host: a⏎X:⏎⇥b⏎⏎                                               | 400 INVALID_REQUEST second line
        a field without a colon                  | GET / HTTP/1.1⏎Host: a⏎X⏎⏎                                                   | 400 INVALID_REQUEST no colon
        a field without a name                   | GET / HTTP/1.1⏎Host: a⏎: x⏎⏎                                                 | 400 INVALID_REQUEST not a token
        a blank before the colon                 | GET / HTTP/1.1⏎Host : a⏎⏎                                                    | 400 INVALID_REQUEST no colon
        a blank after Content-Length             | POST / HTTP/1.1⏎Host: a⏎Content-Length : 1⏎⏎                                 | 400 INVALID_REQUEST no colon
        a bracket in a name                      | GET / HTTP/1.1⏎Host: a⏎X(y): a⏎⏎                                             | 400 INVALID_REQUEST no colon
        an octet above ASCII in a name           | GET / HTTP/1.1⏎Host: a⏎X\u00e9: a⏎⏎                                          | 400 INVALID_REQUEST no colon
        NUL in a name                            | GET / HTTP/1.1⏎Host: a⏎X␀: a⏎⏎                                               | 400 INVALID_REQUEST no colon
        LF alone after a value                   | GET / HTTP/1.1⏎Host: a↓X: y⏎⏎                                                | 400 INVALID_REQUEST a bare LF
        LF alone after a name                    | GET / HTTP/1.1⏎Host: a⏎X↓⏎                                                   | 400 INVALID_REQUEST a bare LF
        LF alone as the end                      | GET / HTTP/1.1⏎Host: a⏎↓                                                     | 400 INVALID_REQUEST a bare LF
        CR alone as the end                      | GET / HTTP/1.1⏎Host: a⏎↵x                                                    | 400 INVALID_REQUEST a bare CR
        CR alone within a value                  | GET / HTTP/1.1⏎Host: a⏎X: a↵b⏎⏎                                              | 400 INVALID_REQUEST a bare CR
        two CR at the end of a value             | GET / HTTP/1.1⏎Host: a⏎X: a↵⏎⏎                                               | 400 INVALID_REQUEST a bare CR
        NUL in a value                           | GET / HTTP/1.1⏎Host: a⏎X: a␀b⏎⏎                                              | 400 INVALID_REQUEST control
        a control character in a value           | GET / HTTP/1.1⏎Host: a⏎X: a\u0001b⏎⏎                                         | 400 INVALID_REQUEST control
        DEL in a value                           | GET / HTTP/1.1⏎Host: a⏎X: a\u007f⏎⏎                                          | 400 INVALID_REQUEST control
        a long value with a control character    | GET / HTTP/1.1⏎Host: a⏎X: 0123456789abcdef\u000b0123456789⏎⏎                 | 400 INVALID_REQUEST control
        Content-Length that overflows            | POST / HTTP/1.1⏎Host: a⏎Content-Length: 18446744073709551619⏎⏎               | 400 INVALID_REQUEST Content-Length
        Content-Length with a sign               | POST / HTTP/1.1⏎Host: a⏎Content-Length: +3⏎⏎                                 | 400 INVALID_REQUEST Content-Length
        a list of lengths                        | POST / HTTP/1.1⏎Host: a⏎Content-Length: 3, 3⏎⏎                               | 400 INVALID_REQUEST Content-Length
        an empty length                          | POST / HTTP/1.1⏎Host: a⏎Content-Length:⏎⏎                                    | 400 INVALID_REQUEST Content-Length
        the same length twice                    | POST / HTTP/1.1⏎Host: a⏎Content-Length: 3⏎Content-Length: 3⏎⏎                   | 400 INVALID_REQUEST Content-Length
        differing lengths                        | POST / HTTP/1.1⏎Host: a⏎Content-Length: 3⏎Content-Length: 4⏎⏎                | 400 INVALID_REQUEST Content-Length
        a length and chunks                      | POST / HTTP/1.1⏎Host: a⏎Content-Length: 3⏎Transfer-Encoding: chunked⏎⏎       | 400 INVALID_REQUEST both
        a coding that ends like chunked          | POST / HTTP/1.1⏎Host: a⏎Transfer-Encoding: xchunked⏎⏎                        | 400 INVALID_REQUEST Transfer-Encoding
        two codings                              | POST / HTTP/1.1⏎Host: a⏎Transfer-Encoding: gzip, chunked⏎⏎                   | 400 INVALID_REQUEST Transfer-Encoding
        identity                                 | POST / HTTP/1.1⏎Host: a⏎Transfer-Encoding: identity⏎⏎                        | 400 INVALID_REQUEST Transfer-Encoding
        chunks in HTTP/1.0                       | POST / HTTP/1.0⏎Transfer-Encoding: chunked⏎⏎                                 | 400 INVALID_REQUEST Transfer-Encoding
        a body that is too large                 | POST / HTTP/1.1⏎Host: a⏎Content-Length: 1001⏎⏎                               | 413 TOO_BIG request_body_max_size
        CONNECT                                  | CONNECT a:443 HTTP/1.1⏎Host: a:443⏎⏎                                         | 405 UNSUPPORTED_METHOD tunnel
        a target without a slash                 | GET path HTTP/1.1⏎Host: a⏎⏎                                                  | 400 INVALID_URL neither a path nor a URL
        a target that is an authority            | GET a:80 HTTP/1.1⏎Host: a⏎⏎                                                  | 400 INVALID_URL neither a path nor a URL
        a URL with one slash                     | GET http:/a HTTP/1.1⏎Host: a⏎⏎                                               | 400 INVALID_URL neither a path nor a URL
        a URL without a scheme                   | GET ://a/ HTTP/1.1⏎Host: a⏎⏎                                                 | 400 INVALID_URL neither a path nor a URL
        a scheme that begins with a digit        | GET 1http://a/ HTTP/1.1⏎Host: a⏎⏎                                            | 400 INVALID_URL neither a path nor a URL
        an underscore in the scheme              | GET cache_x://a/info HTTP/1.0⏎⏎                                              | 400 INVALID_URL underscore
        a URL without a host                     | GET http:///a HTTP/1.0⏎⏎                                                     | 400 INVALID_URL no host
        a URL with only a query                  | GET http://?a HTTP/1.0⏎⏎                                                     | 400 INVALID_URL no host
        user information                         | GET http://u:p@a/ HTTP/1.1⏎Host: a⏎⏎                                         | 400 INVALID_URL user information
        an asterisk for GET                      | GET * HTTP/1.1⏎Host: a⏎⏎                                                     | 400 INVALID_URL asterisk
        no Host                                  | GET / HTTP/1.1⏎Accept: */*⏎⏎                                                 | 400 INVALID_REQUEST no Host
        no Host beside a URL                     | GET http://a/ HTTP/1.1⏎⏎                                                     | 400 INVALID_REQUEST no Host
        two Hosts                                | GET / HTTP/1.1⏎Host: a⏎Host: a⏎⏎                                             | 400 INVALID_REQUEST more than one Host
        two Hosts in HTTP/1.0                    | GET / HTTP/1.0⏎Host: a⏎Host: b⏎⏎                                             | 400 INVALID_REQUEST more than one Host
        a Host with a path                       | GET / HTTP/1.1⏎Host: a/b⏎⏎                                                   | 400 INVALID_URL in Host
        a Host with user information             | GET / HTTP/1.1⏎Host: u@a⏎⏎                                                   | 400 INVALID_URL in Host
        a list of Hosts                          | GET / HTTP/1.1⏎Host: a, b⏎⏎                                                  | 400 INVALID_URL in Host
        a Host with a blank                      | GET / HTTP/1.1⏎Host: a b⏎⏎                                                   | 400 INVALID_URL in Host
        port 0                                   | GET / HTTP/1.1⏎Host: a:0⏎⏎                                                   | 400 INVALID_URL in Host
        a Host that is not the URL's             | GET http://a/ HTTP/1.1⏎Host: b⏎⏎                                             | 400 INVALID_REQUEST not the URL's
        a port that is not the URL's             | GET http://a:81/ HTTP/1.1⏎Host: a⏎⏎                                          | 400 INVALID_REQUEST not the URL's
        an empty Host beside a URL               | GET http://a/ HTTP/1.1⏎Host:⏎⏎                                               | 400 INVALID_REQUEST not the URL's
        an unknown expectation                   | GET / HTTP/1.1⏎Host: a⏎Expect: tea⏎⏎                                         | 417 INVALID_REQUEST expectation
        one more expectation                     | GET / HTTP/1.1⏎Host: a⏎Expect: 100-continue⏎Expect: x⏎⏎                      | 417 INVALID_REQUEST expectation
        """;

    private final RequestHeadReader reader = new RequestHeadReader(CAPACITY);

    /** The rows of {@code table}. A bar within a cell has no blanks around it. */
    private static Stream<Arguments> rows(String table) {
        return table.lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split(" *\\| ", 3))
                .map(cells -> Arguments.of(cells[0], wire(cells[1].strip()), wire(cells[2].strip())));
    }

    static Stream<Arguments> served() {
        return rows(SERVED);
    }

    static Stream<Arguments> refused() {
        return rows(REFUSED);
    }

    static Stream<Arguments> all() {
        return Stream.concat(served(), refused());
    }

    private static String wire(String text) {
        return text.replace("⏎", "\r\n")
                .replace('↓', '\n')
                .replace('↵', '\r')
                .replace('␀', '\0')
                .replace('␣', ' ')
                .replace('⇥', '\t');
    }

    /** What {@code reader} finds at {@code from} of {@code bytes}. */
    private static String verdict(RequestHeadReader reader, ByteBuffer bytes, int from, RequestLimits limits) {
        reader.load(bytes);
        return switch (reader.read(from, limits)) {
            case UNFINISHED -> UNFINISHED;
            case REFUSED -> told(reader.refusal());
            case WHOLE -> told(reader.request(), reader);
        };
    }

    private static String told(Refusal refusal) {
        return refusal.status() + " " + refusal.page() + " " + refusal.why();
    }

    private static String told(ReceivedRequest request, RequestHeadReader reader) {
        RequestHead head = request.head();
        assertThat(reader.head()).isSameAs(head);
        assertThat(reader.size()).isEqualTo(request.size());
        assertThat(reader.keepsAlive()).isEqualTo(request.keepAlive());
        List<String> fields = new ArrayList<>();
        head.fields().forEach((name, value) -> fields.add(name + "=" + value));
        String url = request.authority() == null ? "" : " " + request.scheme() + "://" + request.authority();
        BodyFraming framing = request.framing();
        String body = switch (framing.kind()) {
            case NONE -> "";
            case LENGTH -> " LENGTH " + framing.length();
            default -> " " + framing.kind();
        };
        return head.method() + " " + head.target() + " " + head.version().number() + " " + fields + url
                + (reader.isPlain() ? " plain" : "") + body + (request.keepAlive() ? " stays" : " closes")
                + (request.expectsContinue() ? " continue" : "");
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    }

    /** As bytes of a socket arrive: without an array. */
    private static ByteBuffer direct(String text) {
        byte[] octets = text.getBytes(ISO_8859_1);
        return ByteBuffer.allocateDirect(octets.length).put(octets).flip();
    }

    private static String fresh(String text) {
        return fresh(text, LIMITS);
    }

    private static String fresh(String text, RequestLimits limits) {
        return verdict(new RequestHeadReader(CAPACITY), bytes(text), 0, limits);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("served")
    void that_are_right_are_understood_as_they_stand(String rule, String request, String says) {
        assertThat(verdict(reader, direct(request + NEXT), 0, LIMITS)).isEqualTo(says);
        assertThat(reader.end()).as("where the next one begins").isEqualTo(request.length());
        assertThat(reader.size()).isEqualTo(request.replaceFirst("^(\r\n)+", "").length());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void that_have_no_meaning_or_more_than_one_are_refused(String rule, String request, String refusal) {
        String[] expected = refusal.split(" ", 3);

        String found = verdict(reader, direct(request + NEXT), 0, LIMITS);

        assertThat(found).startsWith(expected[0] + " " + expected[1] + " ").contains(expected[2]);
        assertThat(reader.refusal().reason()).isNotEmpty();
        assertThat(verdict(reader, direct(request + NEXT), 0, LIMITS))
                .as("asked again")
                .isEqualTo(found);
    }

    /** Of each beginning nothing else is said than of the whole, or that more is needed. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void that_are_cut_anywhere_get_the_same_verdict(String rule, String request, String says) {
        String whole = fresh(request + NEXT);
        boolean served = !Character.isDigit(whole.charAt(0));
        for (int length = 0; length < request.length(); length++) {
            String part = request.substring(0, length);
            String found = verdict(reader, bytes(part), 0, LIMITS);
            if (served || found.equals(UNFINISHED)) {
                assertThat(found).as("%d bytes", length).isEqualTo(UNFINISHED);
                assertThat(reader.hasBegun())
                        .as("begun with %d bytes", length)
                        .isEqualTo(!part.replaceFirst("^(\r\n)*\r?", "").isEmpty());
            } else {
                assertThat(found).as("%d bytes", length).isEqualTo(whole);
            }
        }
        assertThat(verdict(reader, bytes(request + NEXT), 0, LIMITS)).isEqualTo(whole);
    }

    /** As a connection reads: in pieces of any size, each head where the one before it ends. */
    @Test
    void that_arrive_in_any_pieces_are_read_as_each_alone() {
        Random random = new Random(12);
        List<String> right = served().map(row -> (String) row.get()[1]).toList();
        List<String> wrong = refused().map(row -> (String) row.get()[1]).toList();
        for (int round = 0; round < 1_500; round++) {
            List<String> expected = new ArrayList<>();
            StringBuilder wire = new StringBuilder();
            for (int n = random.nextInt(5); n > 0; n--) {
                String request = right.get(random.nextInt(right.size()));
                wire.append(request);
                expected.add(fresh(request));
            }
            String last = wrong.get(random.nextInt(wrong.size()));
            wire.append(last);
            expected.add(fresh(last));
            wire.append(NEXT);
            // What is refused late for want of a look is refused when the next head has come.
            wire.append(NEXT);

            assertThat(inPieces(wire.toString(), random))
                    .as("round %d: %s", round, wire)
                    .isEqualTo(expected);
        }
    }

    private List<String> inPieces(String wire, Random random) {
        List<String> found = new ArrayList<>();
        UnfinishedHead unfinished = null;
        int largest = random.nextBoolean() ? 3 : 80;
        for (int at = 0; at < wire.length(); ) {
            int end = Math.min(wire.length(), at + 1 + random.nextInt(largest));
            ByteBuffer received = direct(wire.substring(at, end));
            at = end;
            if (unfinished != null) {
                unfinished.add(received);
                if (!unfinished.isWorthReading()) {
                    continue;
                }
                received = unfinished.bytes();
            }
            int from = 0;
            boolean more = true;
            while (more) {
                String verdict = verdict(reader, received, from, LIMITS);
                if (verdict.equals(UNFINISHED)) {
                    more = false;
                    if (unfinished == null || from > 0) {
                        unfinished = new UnfinishedHead(received.duplicate().position(received.position() + from));
                    } else {
                        unfinished.wasRead();
                    }
                } else {
                    found.add(verdict);
                    if (Character.isDigit(verdict.charAt(0))) {
                        return found;
                    }
                    from = reader.end();
                }
            }
        }
        return found;
    }

    /** One reader, which remembers, against one that cannot. */
    @Test
    void that_were_seen_before_are_understood_as_if_they_were_new() {
        Random random = new Random(9);
        List<String> rows = all().map(row -> (String) row.get()[1]).toList();
        List<String> sections = new ArrayList<>();
        List<String> requestLines = new ArrayList<>();
        for (String row : rows) {
            int lineEnd = row.replaceFirst("^(\r\n)+", "").indexOf("\r\n") + 2;
            String text = row.replaceFirst("^(\r\n)+", "");
            requestLines.add(text.substring(0, lineEnd));
            sections.add(text.substring(lineEnd));
        }
        for (int i = 0; i < 20_000; i++) {
            String request = requestLines.get(random.nextInt(requestLines.size()))
                    + sections.get(random.nextInt(sections.size()));
            assertThat(verdict(reader, direct(request), 0, LIMITS)).as(request).isEqualTo(fresh(request));
        }
    }

    @Test
    void with_a_section_that_was_seen_before_are_not_parsed_again() {
        verdict(reader, direct("GET /1 HTTP/1.1\r\nHost: a\r\nCookie: y\r\n\r\n"), 0, LIMITS);
        Fields fields = reader.head().fields();

        verdict(reader, direct("HEAD /2 HTTP/1.1\r\nHost: a\r\nCookie: y\r\n\r\n"), 0, LIMITS);
        assertThat(reader.head().fields()).isSameAs(fields);

        verdict(reader, direct("GET /3 HTTP/1.0\r\nHost: a\r\nCookie: y\r\n\r\n"), 0, LIMITS);
        assertThat(reader.keepsAlive()).as("a version of its own").isFalse();
    }

    @Test
    void have_sections_that_are_remembered_exactly() {
        Random random = new Random(9);
        for (int i = 0; i < 20_000; i++) {
            // Few values, so that sections come again, and many more sections than are remembered.
            String host = "h" + random.nextInt(40);
            String value = "v".repeat(random.nextInt(30));
            String more = random.nextInt(50) == 0 ? "w".repeat(RequestHeadReader.REMEMBERED_BYTES_MAX) : "";
            String request = "GET /" + i + " HTTP/1.1\r\nHost: " + host + "\r\nX: " + value + more + "\r\n\r\n";
            reader.load(direct(request));

            assertThat(reader.read(0, LIMITS)).isEqualTo(Result.WHOLE);
            assertThat(reader.head())
                    .isEqualTo(new RequestHead(
                            "GET", "/" + i, HttpVersion.HTTP_1_1, Fields.of("Host", host, "X", value + more)));
        }
    }

    @Test
    void that_follow_one_another_are_read_one_by_one() {
        String first = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n";
        String second = "GET /2 HTTP/1.1\r\nHost: b\r\n\r\n";
        reader.load(direct(first + second + "GET"));

        assertThat(reader.read(0, LIMITS)).isEqualTo(Result.WHOLE);
        assertThat(reader.head().target()).isEqualTo("/1");
        assertThat(reader.end()).isEqualTo(first.length());
        assertThat(reader.read(reader.end(), LIMITS)).isEqualTo(Result.WHOLE);
        assertThat(reader.head().target()).isEqualTo("/2");
        assertThat(reader.head().fields().first("Host")).isEqualTo("b");
        assertThat(reader.size()).isEqualTo(second.length());
        assertThat(reader.read(reader.end(), LIMITS)).isEqualTo(Result.UNFINISHED);
        assertThat(reader.hasBegun()).isTrue();
    }

    @Test
    void have_octets_of_a_target_as_the_table_says() {
        for (int octet = 0; octet < 256; octet++) {
            String found = fresh("GET /" + (char) octet + "x HTTP/1.1\r\nHost: a\r\n\r\n");
            boolean taken = octet > ' ' && octet != 0x7f && octet != '#';
            if (taken) {
                assertThat(found).as("octet %x", octet).startsWith("GET /" + (char) octet + "x 1.1");
            } else {
                assertThat(found).as("octet %x", octet).startsWith("400 ");
            }
        }
    }

    @Test
    void with_a_target_over_its_limit_are_414_with_the_first_byte_too_many() {
        String most = "GET /" + "x".repeat(RequestHeadReader.TARGET_BYTES_MAX - 1);

        assertThat(fresh(most + " HTTP/1.1\r\nHost: a\r\n\r\n"))
                .startsWith("GET /xxx")
                .endsWith("plain stays");
        assertThat(fresh(most)).isEqualTo(UNFINISHED);
        assertThat(fresh(most + "x")).startsWith("414 INVALID_URL ");
        assertThat(fresh(most + "x HTTP/1.1\r\nHost: a\r\n\r\n")).startsWith("414 INVALID_URL ");
        assertThat(fresh(most.replace("/x", "%x") + "%00 HTTP/1.1\r\nHost: a\r\n\r\n"))
                .startsWith("414 INVALID_URL ");
    }

    @Test
    void with_more_field_lines_than_the_limit_are_431() {
        String most = "GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n".repeat(RequestHeadReader.FIELDS_MAX - 1);

        assertThat(fresh(most + "\r\n")).startsWith("GET / 1.1");
        assertThat(fresh(most)).isEqualTo(UNFINISHED);
        assertThat(fresh(most + "X")).startsWith("431 TOO_BIG ");
        assertThat(fresh(most + "X: y\r\n\r\n")).startsWith("431 TOO_BIG ");
    }

    @ParameterizedTest(name = "{0} bytes at most")
    @ValueSource(ints = {40, 41, 64, 1000, HEAD_MAX})
    void over_request_header_max_size_are_431_with_the_first_byte_too_many(int max) {
        RequestLimits limits = new RequestLimits(max, 0);
        String rest = "\r\n\r\n";
        String start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
        String most = start + "x".repeat(max - start.length() - rest.length()) + rest;

        assertThat(fresh(most, limits)).startsWith("GET / 1.1");
        assertThat(fresh("\r\n" + most, limits)).as("empty lines do not count").startsWith("GET / 1.1");
        assertThat(fresh(most.substring(0, max - 1), limits)).isEqualTo(UNFINISHED);
        assertThat(fresh(most.replace("X: ", "X: x"), limits)).startsWith("431 TOO_BIG ");
        assertThat(fresh(most.replace("X: ", "X: x").substring(0, max), limits)).startsWith("431 TOO_BIG ");
        assertThat(fresh("x".repeat(max), limits)).as("no line at all").startsWith("431 TOO_BIG ");
    }

    @Test
    void of_rubbish_never_loop_and_never_get_two_verdicts() {
        Random random = new Random(20261201);
        String[] pieces = {
            "GET ",
            "POST ",
            "/",
            "http://a",
            "%",
            "00",
            "#",
            " ",
            " HTTP/1.1",
            " HTTP/1.0",
            "\r\n",
            "\r",
            "\n",
            ":",
            "Host: a",
            "Content-Length: 1",
            "Transfer-Encoding: chunked",
            "X: y",
            "\0",
            "\t",
            "\u00ff",
            "Connection: close",
            "\r\n\r\n"
        };
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "GET / HTTP/1.1\r\n" : "");
            for (int n = random.nextInt(12); n > 0; n--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            String whole = fresh(text.toString());
            String part = fresh(text.substring(0, random.nextInt(text.length() + 1)));
            if (Character.isDigit(part.charAt(0))) {
                assertThat(whole).as(text.toString()).isEqualTo(part);
            }
            assertThat(verdict(reader, direct(text.toString()), 0, LIMITS)).isEqualTo(whole);
        }
    }
}
