package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("PURGE")
class PurgeTest extends ScenarioWithOneOrigin {

    @Test
    void removes_a_page_and_says_404_when_there_is_none() {
        String path = cacheablePage("x");
        RawHttp.get(port, path);

        assertThat(RawHttp.exchange(port, "PURGE", path).status()).isEqualTo(200);
        assertThat(RawHttp.exchange(port, "PURGE", path).status()).isEqualTo(404);

        assertThat(RawHttp.get(port, path).isHit()).isFalse();
    }

    @Test
    void removes_every_variant() {
        String path = Origin.freshPath();
        origin.answer(path, page("x", "max-age=60").withHeader("Vary", "Accept-Language"));
        RawHttp.get(port, path, "Accept-Language: de");
        RawHttp.get(port, path, "Accept-Language: en");
        assertThat(RawHttp.get(port, path, "Accept-Language: de").isHit()).isTrue();

        assertThat(RawHttp.exchange(port, "PURGE", path).status()).isEqualTo(200);

        assertThat(RawHttp.get(port, path, "Accept-Language: de").isHit()).isFalse();
        assertThat(RawHttp.get(port, path, "Accept-Language: en").isHit()).isFalse();
    }

    @Test
    void leaves_every_other_page() {
        String path = cacheablePage("x");
        String other = cacheablePage("y");
        RawHttp.get(port, path);
        RawHttp.get(port, other);

        RawHttp.exchange(port, "PURGE", path);

        assertThat(RawHttp.get(port, other).isHit()).isTrue();
    }

    @Test
    void never_reaches_the_origin() {
        String path = cacheablePage("x");

        RawHttp.exchange(port, "PURGE", path);

        assertThat(origin.requests(path)).isZero();
    }

    @Test
    void of_an_absolute_url_removes_the_page_too() {
        String path = cacheablePage("x");
        RawHttp.get(port, path);

        try (var connection = RawHttp.connect(port)) {
            var answer = connection
                    .send("PURGE http://www.example.org" + path + " HTTP/1.1\r\nHost: www.example.org\r\n\r\n")
                    .answer();
            assertThat(answer.status()).isEqualTo(200);
        }
        assertThat(RawHttp.get(port, path).isHit()).isFalse();
    }

    @Test
    void is_refused_where_http_access_denies_it_and_removes_nothing() {
        var denied = SquidConf.inFrontOf(origin.port())
                .replacing("http_access allow all", "http_access deny PURGE\nhttp_access allow all");
        String path = cacheablePage("x");
        try (var server = RunningServer.start(denied)) {
            RawHttp.get(server.port(), path);

            assertThat(RawHttp.exchange(server.port(), "PURGE", path).status()).isEqualTo(403);

            assertThat(RawHttp.get(server.port(), path).isHit()).isTrue();
        }
    }

    @Test
    void is_refused_where_no_acl_names_it() {
        var unnamed = SquidConf.inFrontOf(origin.port()).replacing("acl PURGE method PURGE\n", "");
        String path = cacheablePage("x");
        try (var server = RunningServer.start(unnamed)) {
            RawHttp.get(server.port(), path);

            assertThat(RawHttp.exchange(server.port(), "PURGE", path).status()).isEqualTo(403);

            assertThat(RawHttp.get(server.port(), path).isHit()).isTrue();
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"www.example.org", "www.example.org:PORT"})
    void finds_both_spellings_of_a_page_where_the_port_is_ours(String host) {
        String path = cacheablePage("x");
        String named = "www.example.org:" + port;
        get(path, "www.example.org");
        get(path, named);
        get(path, "www.example.org:9");

        try (var connection = RawHttp.connect(port)) {
            var answer = connection
                    .send("PURGE " + path + " HTTP/1.1\r\nHost: " + host.replace("PORT", "" + port) + "\r\n\r\n")
                    .answer();
            assertThat(answer.text()).isEqualTo("2 removed\n");
        }

        assertThat(get(path, "www.example.org").isHit()).isFalse();
        assertThat(get(path, named).isHit()).isFalse();
        assertThat(get(path, "www.example.org:9").isHit())
                .as("a port of somebody else")
                .isTrue();
    }

    @Test
    void by_the_admin_listener_finds_both_spellings_too() throws Exception {
        int admin = Ports.free();
        var conf = SquidConf.inFrontOf(origin.port())
                .replacing("admin_port 0", "admin_port " + admin + "\nadmin_token_file DIR/admin.token");
        String path = cacheablePage("x");
        try (var server = RunningServer.start(conf)) {
            String named = "www.example.org:" + server.port();
            for (String url : List.of("http://www.example.org" + path, "http://" + named + path)) {
                get(server.port(), path, "www.example.org");
                get(server.port(), path, named);
                String token = Files.readString(server.directory().resolve("admin.token"))
                        .strip();

                for (boolean dryRun : new boolean[] {true, false}) {
                    String json = "{\"urls\":[\"" + url + "\"],\"dry_run\":" + dryRun + "}";
                    try (var connection = RawHttp.connect(admin)) {
                        connection.send("POST /purge HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                                + "\r\nContent-Type: application/json\r\nContent-Length: " + json.length()
                                + "\r\n\r\n" + json);
                        assertThat(connection.answer("POST").text()).as(url).containsPattern("\"objects\" ?: ?2\\b");
                    }
                }

                assertThat(get(server.port(), path, "www.example.org").isHit()).isFalse();
                assertThat(get(server.port(), path, named).isHit()).isFalse();
            }
        }
    }

    private RawHttp.Answer get(String path, String host) {
        return get(port, path, host);
    }

    private static RawHttp.Answer get(int port, String path, String host) {
        try (var connection = RawHttp.connect(port)) {
            return connection
                    .send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                    .answer();
        }
    }
}
