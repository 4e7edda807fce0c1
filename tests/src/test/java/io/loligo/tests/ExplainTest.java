package io.loligo.tests;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loligo.proxy.OfflineExplanation;
import io.loligo.proxy.explain.ExplainRequest;
import io.loligo.proxy.explain.Explanation;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** loligo explain: over the admin listener, and of an exchange in files. What is explained is what is done. */
@DisplayName("Explanations")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExplainTest {
    private final Origin origin = Origin.start();
    private final int adminPort = Ports.free();
    private final SquidConf conf = SquidConf.inFrontOf(origin.port())
            .replacing("admin_port 0", "admin_port " + adminPort + "\nadmin_token_file DIR/admin.token")
            .replacing(
                    "http_access allow all", "acl bad urlpath_regex ^/bad\nhttp_access deny bad\nhttp_access allow all")
            .and(
                    "refresh_pattern -i \\.css$ 5 50% 60",
                    "acl ruled urlpath_regex ^/ruled",
                    "request_header_access Cookie deny ruled",
                    "request_header_add X-Ruled 1 ruled");
    private final RunningServer loligo = RunningServer.start(conf);

    @TempDir
    Path files;

    @AfterAll
    void stop() {
        loligo.close();
        origin.close();
    }

    private String ask(String json) throws IOException, InterruptedException {
        String token = Files.readString(conf.directory().resolve("admin.token"), US_ASCII)
                .trim();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/explain"))
                .header("Authorization", "Bearer " + token)
                .POST(BodyPublishers.ofString(json))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }

    private String explain(String path, String more) throws IOException, InterruptedException {
        return ask("{\"url\":\"http://www.example.org:" + conf.port() + path
                + "\",\"fields\":[[\"Host\",\"www.example.org\"]]" + more + "}");
    }

    @Test
    void a_page_is_a_miss_then_a_hit_then_stale_and_explaining_changes_nothing() throws Exception {
        String path = Origin.freshPath();
        origin.answer(path, ScenarioWithOneOrigin.page("x", "max-age=60").withHeader("ETag", "\"1\""));

        assertThat(explain(path, ""))
                .contains("\"cache_status\" : \"fwd=uri-miss\"", "nothing is stored under this key");
        assertThat(origin.requests(path)).isZero();
        RawHttp.get(conf.port(), path);
        assertThat(explain(path, ""))
                .contains("\"verdict\" : \"hit\"", "\"freshness_lifetime\" : 60.0", "RFC 9111 §5.2.2.1", "max-age=60");
        assertThat(explain(path, ",\"at\":\"+61s\""))
                .contains("\"cache_status\" : \"fwd=stale\"", "\"If-None-Match\" : \"\\\"1\\\"\"");
        assertThat(RawHttp.get(conf.port(), path).isHit()).isTrue();
        assertThat(origin.requests(path)).isOne();
    }

    @Test
    void a_refusal_names_its_line() throws Exception {
        assertThat(explain("/bad", "")).contains("\"verdict\" : \"deny\"", "http_access deny bad", "\"status\" : 403");
        assertThat(RawHttp.get(conf.port(), "/bad").status()).isEqualTo(403);
    }

    @Test
    void rules_for_fields_that_act_are_named_with_their_lines() throws Exception {
        assertThat(ask("{\"url\":\"http://www.example.org:" + conf.port()
                        + "/ruled\",\"fields\":[[\"Host\",\"www.example.org\"],[\"Cookie\",\"a\"]]}"))
                .contains("request fields", "2 rules act", "denied: ", "request_header_access Cookie deny ruled");
        assertThat(explain("/free", "")).contains("request fields", "as they are");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        {}                                        | expected {
        {"url":"nonsense"}                        | expected a whole URL
        {"url":"http://a b/"}                     | error
        {"url":"http://a/","at":"soon"}           | expected a time
        {"url":"http://a/","port":"9"}            | no http_port 9
        {"url":"http://a/","client":"example"}    | expected an IPv4 or IPv6 address
        {"url":"http://a/","fields":[["x"]]}      | expected {
        """)
    void what_cannot_be_explained_is_said_to_be(String order, String said) throws Exception {
        assertThat(ask(order)).contains("\"error\"").contains(said);
    }

    private Explanation offline(String request, String response, @Nullable String at) throws Exception {
        Path requestFile = Files.writeString(files.resolve("request"), request);
        Path responseFile = Files.writeString(files.resolve("response"), response);
        return new OfflineExplanation(
                        requestFile, responseFile, at, "2026-01-31T12:00:00Z", "2026-01-31T12:00:02Z", null, null)
                .under(conf.directory().resolve("squid.conf"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        explicit            | GET / HTTP/1.1      | Cache-Control: max-age=60           | +10s | yes | fresh | serve?hit;ttl=48
        a stale one         | GET / HTTP/1.1      | Cache-Control: max-age=60           | +59s | yes | stale | serve?fwd=stale
        Age counts          | GET / HTTP/1.1      | Cache-Control: max-age=60;Age: 30   | +28s | yes | stale | serve?fwd=stale
        a guess by the line | GET /x.css HTTP/1.1 | Last-Modified: Sat, 31 Jan 2026 10:00:02 GMT | +1h | yes | stale | serve?fwd=stale
        no-store            | GET / HTTP/1.1      | Cache-Control: no-store             | +1s  | no  | -     | no-store
        private             | GET / HTTP/1.1      | Cache-Control: private, max-age=60  | +1s  | no  | -     | private
        a POST              | POST / HTTP/1.1     | Cache-Control: max-age=60           | +1s  | no  | -     | method
        """)
    void an_exchange_in_files(
            String name, String line, String fields, String at, String store, String fresh, String then)
            throws Exception {
        Explanation explanation = offline(
                line + "\nHost: www.example.org\n\n",
                "HTTP/1.1 200 OK\r\nDate: Sat, 31 Jan 2026 12:00:02 GMT\r\nETag: \"1\"\r\n"
                        + fields.replace(";", "\r\n") + "\r\n\r\nbody",
                at);

        assertThat(step(explanation, "store").verdict()).isEqualTo(store);
        if (store.equals("no")) {
            assertThat(step(explanation, "store").reason()).isEqualTo(then);
        } else {
            assertThat(step(explanation, "freshness").verdict()).isEqualTo(fresh);
            assertThat(step(explanation, "later").verdict()).isEqualTo(then.substring(then.indexOf('?') + 1));
        }
    }

    private static Explanation.Step step(Explanation explanation, String name) {
        Explanation.Step step = explanation.step(name);
        if (step == null) {
            throw new AssertionError("no step " + name + " in " + explanation.steps());
        }
        return step;
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        nonsense                | HTTP/1.1 200 OK        | request:1: expected a request line
        GET / HTTP/1.1~Host     | HTTP/1.1 200 OK        | request:2: expected a field
        GET / HTTP/1.1~Host: a  | 200 OK                 | response:1: expected a status line
        GET / HTTP/1.1~Host: a  | HTTP/1.1 200 OK~a b: c | response:2: expected a field
        """)
    void a_file_that_is_no_message_is_named_with_its_line(String request, String response, String said) {
        assertThatThrownBy(() -> offline(request.replace("~", "\n"), response.replace("~", "\n"), null))
                .isInstanceOf(ExplainRequest.Unexplainable.class)
                .hasMessageContaining(said);
    }
}
