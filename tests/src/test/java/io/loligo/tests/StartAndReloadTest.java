package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loligo.proxy.LoligoServer;
import io.loligo.proxy.ServerOptions;
import io.loligo.proxy.StartFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A start or a reload does all or nothing. */
@DisplayName("Start and reload")
class StartAndReloadTest {
    private final Origin origin = Origin.start();

    StartAndReloadTest() {
        origin.stub(any(anyUrl()).willReturn(aResponse().withBody("thanks")));
    }

    @AfterEach
    void stop() {
        origin.close();
    }

    @Test
    void what_a_failed_start_had_opened_is_free_for_the_next_one() throws Exception {
        var conf = SquidConf.inFrontOf(origin.port()).and("cache_dir ufs DIR/store 64 16 256");
        var options = new ServerOptions(conf.write(), false);
        try (var taken = listening(conf.port())) {
            assertThat(taken.isBound()).isTrue();
            assertThatThrownBy(() -> LoligoServer.start(options)).isInstanceOf(StartFailure.class);
            assertThat(conf.directory().resolve("pid")).doesNotExist();
        }

        LoligoServer server = LoligoServer.start(options);
        try {
            assertThat(RawHttp.get(conf.port(), "/").text()).isEqualTo("thanks");
        } finally {
            server.stop();
        }
    }

    @Test
    void a_reload_with_a_port_that_is_taken_changes_nothing() throws Exception {
        var conf = SquidConf.inFrontOf(origin.port());
        int free = Ports.free();
        int other = Ports.free();
        Path file = conf.write();
        LoligoServer server = LoligoServer.start(new ServerOptions(file, false));
        try {
            var before = server.addresses();
            try (var taken = listening(other)) {
                conf.and(port(free), port(taken.getLocalPort()), "visible_hostname changed.example.org")
                        .write();
                var result = server.reload();

                assertThat(result.applied()).isFalse();
                assertThat(result.problems()).anyMatch(problem -> problem.contains(":" + other));
            }
            assertThat(server.addresses()).isEqualTo(before);
            listening(free).close();
            assertThat(RawHttp.get(conf.port(), "/").field("Via").orElse("")).contains("edge.example.org");
        } finally {
            server.stop();
        }
    }

    @Test
    void a_reload_opens_the_ports_that_are_new_and_closes_those_that_are_gone() throws Exception {
        var conf = SquidConf.inFrontOf(origin.port());
        int second = Ports.free();
        conf.and(port(second)).write();
        LoligoServer server =
                LoligoServer.start(new ServerOptions(conf.directory().resolve("squid.conf"), false));
        try (var kept = RawHttp.connect(second)) {
            assertThat(kept.send(RawHttp.head("GET", "/")).answer().text()).isEqualTo("thanks");
            conf.write();
            assertThat(server.reload().applied()).isTrue();

            assertThat(server.addresses()).hasSize(1);
            listening(second).close();
            assertThat(kept.send(RawHttp.head("GET", "/")).answer().status()).isEqualTo(503);
            assertThat(kept.isClosedByServer()).isTrue();

            conf.and(port(second)).write();
            assertThat(server.reload().applied()).isTrue();
            assertThat(RawHttp.get(second, "/").text()).isEqualTo("thanks");
        } finally {
            server.stop();
        }
    }

    @Test
    void the_first_answer_of_a_new_port_is_one_of_the_new_configuration() throws Exception {
        var conf = SquidConf.inFrontOf(origin.port());
        LoligoServer server = LoligoServer.start(new ServerOptions(conf.write(), false));
        try {
            for (int round = 0; round < 20; round++) {
                int fresh = Ports.free();
                conf.and(port(fresh)).write();
                var first = CompletableFuture.supplyAsync(() -> firstAnswer(fresh));
                assertThat(server.reload().applied()).isTrue();

                assertThat(first.get(10, TimeUnit.SECONDS).status()).isEqualTo(200);
            }
        } finally {
            server.stop();
        }
    }

    @Test
    void a_reload_changes_the_limits_of_ports_that_stay() throws Exception {
        var conf = SquidConf.inFrontOf(origin.port()).and("request_header_max_size 1 KB");
        LoligoServer server = LoligoServer.start(new ServerOptions(conf.write(), false));
        String large = RawHttp.head("GET", "/", "X-Large: " + "x".repeat(6_000));
        try {
            try (var connection = RawHttp.connect(conf.port())) {
                assertThat(connection.send(large).answer().status()).isNotEqualTo(200);
            }
            conf.and("request_header_max_size 16 KB").write();
            assertThat(server.reload().applied()).isTrue();

            try (var connection = RawHttp.connect(conf.port())) {
                assertThat(connection.send(large).answer().status()).isEqualTo(200);
            }
        } finally {
            server.stop();
        }
    }

    @Test
    void a_reload_speaks_of_the_store_only_where_its_next_start_would_differ() throws Exception {
        var conf = SquidConf.inFrontOf(origin.port()).and("cache_dir ufs DIR/store 64 16 256");
        LoligoServer server = LoligoServer.start(new ServerOptions(conf.write(), false));
        try {
            Path file = conf.directory().resolve("squid.conf");
            Files.writeString(file, "# one line down\n" + Files.readString(file) + "max_stale 1 hour\n");
            assertThat(server.reload().problems()).noneMatch(problem -> problem.contains("store"));

            Files.writeString(file, Files.readString(file).replace("store 64 16", "store 65 16"));
            assertThat(server.reload().problems()).anyMatch(problem -> problem.contains("next start"));
        } finally {
            server.stop();
        }
    }

    @Test
    void the_log_names_the_addresses_and_says_how_bad_things_are_once() throws Exception {
        var conf = SquidConf.inFrontOf(origin.port()).and("client_db off", "hierarchy_stoplist cgi-bin");
        LoligoServer server = LoligoServer.start(new ServerOptions(conf.write(), false));
        server.reload();
        server.stop();

        var log = Files.readAllLines(conf.directory().resolve("cache.log"));
        assertThat(log).anyMatch(line -> line.endsWith("is ready on 127.0.0.1:" + conf.port()));
        assertThat(log).anyMatch(line -> line.contains("| reload: ") && line.contains("hierarchy_stoplist"));
        assertThat(log).noneMatch(line -> line.contains(": warning: ") || line.contains(": notice: "));
    }

    @Test
    void the_counters_show_what_went_to_origins_and_came_from_them() throws Exception {
        origin.stub(any(anyUrl()).willReturn(aResponse().withBody("x".repeat(300_000))));
        var conf = SquidConf.inFrontOf(origin.port());
        LoligoServer server = LoligoServer.start(new ServerOptions(conf.write(), false));
        try (var connection = RawHttp.connect(conf.port())) {
            connection
                    .send(RawHttp.head("POST", "/", "Content-Length: 100000") + "y".repeat(100_000))
                    .answer();

            String page =
                    RawHttp.get(conf.port(), "/squid-internal-mgr/counters").text();

            assertThat(page).containsPattern("server\\.http\\.kbytes_in = 29[3-5]\\n");
            assertThat(page).containsPattern("server\\.http\\.kbytes_out = 9[78]\\n");
        } finally {
            server.stop();
        }
    }

    /** Of the first connection that {@code port} takes. */
    private static RawHttp.Answer firstAnswer(int port) {
        while (true) {
            try (var connection = RawHttp.connect(port)) {
                return connection.send(RawHttp.head("GET", "/")).answer();
            } catch (UncheckedIOException e) {
                assertThat(e).hasCauseInstanceOf(ConnectException.class);
            }
        }
    }

    private static String port(int number) {
        return "http_port 127.0.0.1:" + number + " accel defaultsite=www.example.org vhost";
    }

    /** Fails when somebody else listens there. */
    private static ServerSocket listening(int port) {
        try {
            return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
