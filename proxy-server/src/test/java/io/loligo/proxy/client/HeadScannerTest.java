package io.loligo.proxy.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeadScannerTest {
    private static final String PLAIN = "GET / HTTP/1.1~Host: a~~";

    @DisplayName("what the parser loses; ~ stands for CR LF, ^ for a tab, ; ends a request's facts")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                  | requests                                             | facts
        an ordinary request                     | GET /a?b HTTP/1.1~Host: a~~                          | HTTP_1_1 ORDINARY;
        a request without fields                | GET / HTTP/1.0~~                                     | HTTP_1_0 ORDINARY;
        HTTP/1.2 counts as HTTP/1.1             | GET / HTTP/1.2~~                                     | HTTP_1_1 ORDINARY;
        HTTP/0.9                                | GET / HTTP/0.9~~                                     | OLDER ORDINARY;
        HTTP/2.0                                | GET / HTTP/2.0~~                                     | NEWER ORDINARY;
        HTTP/9.9                                | GET / HTTP/9.9~~                                     | NEWER ORDINARY;
        the preface of HTTP/2                   | PRI * HTTP/2.0~~                                     | NEWER ORDINARY;
        a mark that nothing follows             | GET /a? HTTP/1.1~~                                   | HTTP_1_1 BARE;
        a query that begins with a mark         | GET /a??x HTTP/1.1~~                                 | HTTP_1_1 DOUBLE;
        a query that is a mark                  | GET /a?? HTTP/1.1~~                                  | HTTP_1_1 DOUBLE;
        a mark later in the query               | GET /a?x??y? HTTP/1.1~~                              | HTTP_1_1 ORDINARY;
        a bare mark after a host                | GET http://a? HTTP/1.1~~                             | HTTP_1_1 BARE;
        a field on two lines                    | GET / HTTP/1.1~X: a~ b~Y: c~~                        | HTTP_1_1 ORDINARY folded;
        a field on two lines, with a tab        | GET / HTTP/1.1~X:~^b~~                               | HTTP_1_1 ORDINARY folded;
        blanks within a field                   | GET / HTTP/1.1~X: a  b ~~                            | HTTP_1_1 ORDINARY;
        Squid's manager                         | GET cache_object://a/info HTTP/1.0~~                 | HTTP_1_0 ORDINARY cache_object underscore;
        another scheme with an underscore       | GET cache_x://a/info HTTP/1.0~~                      | HTTP_1_0 ORDINARY underscore;
        an underscore in the path               | GET /cache_object://a HTTP/1.0~~                     | HTTP_1_0 ORDINARY;
        the name that hides Host                | GET / HTTP/1.1~hos~: a~~                             | HTTP_1_1 ORDINARY alias;
        a longer name                           | GET / HTTP/1.1~Hos~x: a~Hosts: b~~                   | HTTP_1_1 ORDINARY;
        requests in a row                       | GET /? HTTP/1.1~~GET / HTTP/1.0~~GET /??a HTTP/1.1~~ | HTTP_1_1 BARE;HTTP_1_0 ORDINARY;HTTP_1_1 DOUBLE;
        Content-Length of 0 announces no body   | POST / HTTP/1.1~Content-Length: 0~~GET /? HTTP/1.1~~ | HTTP_1_1 ORDINARY;HTTP_1_1 BARE;
        Content-Length announces a body         | POST / HTTP/1.1~content-LENGTH: 10~~GET /? HTTP/1.1~~ | HTTP_1_1 ORDINARY;
        Transfer-Encoding announces a body      | POST / HTTP/1.1~transfer-Encoding: x~~GET /? HTTP/1.1~~ | HTTP_1_1 ORDINARY;
        Content-Lengths announces nothing       | GET / HTTP/1.1~Content-Lengths: 1~~GET /? HTTP/1.1~~ | HTTP_1_1 ORDINARY;HTTP_1_1 BARE;
        a head that is not whole                | GET / HTTP/1.1~Host: a~                              | ''
        """)
    void facts_of_each_request_however_its_bytes_arrive(String rule, String requests, String facts) {
        String wire = wire(requests);

        for (int split = 0; split <= wire.length(); split++) {
            Scanned scanned = scan(wire.substring(0, split), wire.substring(split));
            assertThat(scanned.facts).as("split at %d", split).isEqualTo(facts);
        }
        assertThat(scan(wire.split("")).facts).as("byte by byte").isEqualTo(facts);
    }

    @DisplayName("what the parser gets to see")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                  | requests                                             | seen
        the version is HTTP/1.0                 | GET / HTTP/1.1~~                                     | GET / HTTP/1.0~~
        whatever it was                         | GET / HTTP/2.7~~                                     | GET / HTTP/1.0~~
        but what is none stays                  | GET / HTTQ/x.1~~                                     | GET / HTTQ/x.0~~
        Host is hidden                          | GET / HTTP/1.0~Host: a~HOST: b~hoSt:c~~              | GET / HTTP/1.0~Hos~: a~HOS~: b~hoS~:c~~
        and nothing that only begins like it    | GET / HTTP/1.0~Hosts: a~Hos: b~Host : c~~            | GET / HTTP/1.0~Hosts: a~Hos: b~Host : c~~
        nor a value or a path                   | GET /Host: HTTP/1.0~X: Host: a~~                     | GET /Host: HTTP/1.0~X: Host: a~~
        cache_object gets a hyphen              | GET cache_object://a/b_c HTTP/1.0~~                  | GET cache-object://a/b_c HTTP/1.0~~
        a body is left alone                    | POST / HTTP/1.0~Content-Length: 9~~Host: HTTP/1.1    | POST / HTTP/1.0~Content-Length: 9~~Host: HTTP/1.1
        """)
    void bytes_that_are_changed_however_they_arrive(String rule, String requests, String seen) {
        String wire = wire(requests);

        for (int split = 0; split <= wire.length(); split++) {
            assertThat(scan(wire.substring(0, split), wire.substring(split)).seen)
                    .as("split at %d", split)
                    .isEqualTo(wire(seen));
        }
        assertThat(scan(wire.split("")).seen).as("byte by byte").isEqualTo(wire(seen));
    }

    @Test
    void a_head_is_expected_where_a_body_ends() {
        HeadScanner scanner = new HeadScanner();
        ByteBuffer post = ByteBuffer.wrap(
                wire("POST / HTTP/1.1~Content-Length: 3~~abcGET /? HTTP/1.1~~").getBytes(ISO_8859_1));
        int bodyEnd = post.limit() - "GET /? HTTP/1.1\r\n\r\n".length();

        scanner.scan(post, 0, post.limit());
        assertThat(scanner.inBody()).isTrue();
        assertThat(scanner.take()).hasToString("HTTP_1_1 ORDINARY");
        assertThat(scanner.hasUntaken()).isFalse();
        scanner.bodyEnded();
        scanner.scan(post, bodyEnd, post.limit());

        assertThat(scanner.take()).hasToString("HTTP_1_1 BARE");
    }

    @Test
    void no_more_heads_wait_than_a_limit_says() {
        HeadScanner scanner = new HeadScanner();
        byte[] head = wire("G / HTTP/1.1~~").getBytes(ISO_8859_1);
        for (int i = 0; i < HeadScanner.HEADS_MAX; i++) {
            scanner.scan(ByteBuffer.wrap(head), 0, head.length);
        }

        assertThatThrownBy(() -> scanner.scan(ByteBuffer.wrap(head), 0, head.length))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_head_that_has_begun_is_told_from_a_silent_connection() {
        HeadScanner scanner = new HeadScanner();
        assertThat(scanner.hasUntaken()).isFalse();

        byte[] head = wire(PLAIN).getBytes(ISO_8859_1);
        scanner.scan(ByteBuffer.wrap(head), 0, 3);
        assertThat(scanner.hasUntaken()).isTrue();

        scanner.scan(ByteBuffer.wrap(head), 3, head.length);
        assertThat(scanner.hasUntaken()).isTrue();
        scanner.take();
        assertThat(scanner.hasUntaken()).isFalse();
    }

    /** Requests put together at random, cut at random, against a reading of each whole. */
    @Test
    void any_sequence_of_requests_is_read_as_each_alone() {
        Random random = new Random(20);
        String[] targets = {"/", "/a?", "/a??", "/a??b", "/a?b?", "cache_object://h/x", "cache_obj://h?", "*", "c"};
        String[] versions = {"HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/0.9", "HTTP/1.9"};
        String[] lines = {
            "Host: a",
            "host:b",
            "HOST:",
            "Hosts: x",
            "Ho: x",
            "Hos~: y",
            "X: y\r\n z",
            "X:",
            "Content-Length: 0",
            "Content-Lengt: 5",
            "Transfer-Encodin: a",
            "T:1",
            "C:",
            "h:"
        };
        for (int round = 0; round < 2_000; round++) {
            StringBuilder wire = new StringBuilder();
            StringBuilder facts = new StringBuilder();
            StringBuilder seen = new StringBuilder();
            for (int n = random.nextInt(6); n >= 0; n--) {
                String target = targets[random.nextInt(targets.length)];
                String version = versions[random.nextInt(versions.length)];
                List<String> fields = new ArrayList<>();
                for (int f = random.nextInt(4); f > 0; f--) {
                    fields.add(lines[random.nextInt(lines.length)]);
                }
                wire.append(head(target, version, fields));
                facts.append(factsOf(target, version, fields)).append(';');
                seen.append(seenOf(target, fields));
            }
            List<String> pieces = new ArrayList<>();
            for (int at = 0; at < wire.length(); ) {
                int end = Math.min(wire.length(), at + 1 + random.nextInt(random.nextBoolean() ? 3 : 60));
                pieces.add(wire.substring(at, end));
                at = end;
            }

            Scanned scanned = scan(pieces.toArray(new String[0]));

            assertThat(scanned.facts).as("round %d: %s", round, wire).isEqualTo(facts.toString());
            assertThat(scanned.seen).as("round %d", round).isEqualTo(seen.toString());
        }
    }

    private static String head(String target, String version, List<String> fields) {
        StringBuilder head = new StringBuilder("GET " + target + " " + version + "\r\n");
        fields.forEach(line -> head.append(line).append("\r\n"));
        return head.append("\r\n").toString();
    }

    private static String factsOf(String target, String version, List<String> fields) {
        int mark = target.indexOf('?');
        String query = "ORDINARY";
        if (target.startsWith("??", Math.max(0, mark))) {
            query = "DOUBLE";
        } else if (mark >= 0 && mark == target.length() - 1) {
            query = "BARE";
        }
        String read = version.equals("HTTP/1.0")
                ? "HTTP_1_0"
                : version.startsWith("HTTP/1") ? "HTTP_1_1" : version.startsWith("HTTP/0") ? "OLDER" : "NEWER";
        return read + " " + query + (fields.toString().contains("\r\n ") ? " folded" : "")
                + (target.startsWith("cache_object:") ? " cache_object" : "")
                + (target.startsWith("cache_") ? " underscore" : "") + (fields.contains("Hos~: y") ? " alias" : "");
    }

    private static String seenOf(String target, List<String> fields) {
        List<String> changed = fields.stream()
                .map(line -> line.toLowerCase(Locale.ROOT).startsWith("host:")
                        ? line.substring(0, 3) + "~" + line.substring(4)
                        : line)
                .toList();
        return head(target.startsWith("cache_") ? target.replaceFirst("_", "-") : target, "HTTP/1.0", changed);
    }

    /** @param facts those of each head, in order, each with a semicolon */
    private record Scanned(String facts, String seen) {}

    /** What comes of {@code pieces}, handed over as the conduit does. */
    private static Scanned scan(String... pieces) {
        HeadScanner scanner = new HeadScanner();
        StringBuilder seen = new StringBuilder();
        for (String piece : pieces) {
            ByteBuffer bytes = ByteBuffer.allocate(piece.length() + 1);
            if (scanner.held() != 0) {
                bytes.put(scanner.held());
            }
            bytes.put(piece.getBytes(ISO_8859_1));
            int to = bytes.position() == 0 ? 0 : scanner.scan(bytes, 0, bytes.position());
            seen.append(new String(bytes.array(), 0, to, ISO_8859_1));
        }
        StringBuilder facts = new StringBuilder();
        for (HeadFacts head = scanner.take(); head != null; head = scanner.take()) {
            facts.append(head).append(';');
        }
        return new Scanned(facts.toString(), seen.toString());
    }

    private static String wire(String text) {
        return text.replaceAll("(?i)(?<!hos)~", "\r\n").replace('^', '\t');
    }
}
