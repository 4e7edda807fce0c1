package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(JarIsBuilt.class)
@DisplayName("The life of the process")
class ProcessLifeTest {

    private static void waitFor(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("waited in vain");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void sigterm_lets_a_request_in_flight_finish_and_then_ends_the_process() {
        var release = new CountDownLatch(1);
        try (var origin = RawOrigin.with(exchange -> {
                    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
                    waitFor(release);
                    exchange.send("56789");
                });
                var loligo =
                        LoligoProcess.start(SquidConf.inFrontOf(origin.port()).and("shutdown_lifetime 30 seconds"));
                var client = RawHttp.connect(loligo.port())) {
            await("the pid file").until(() -> Files.exists(loligo.directory().resolve("pid")));
            client.send(RawHttp.head("GET", "/"));
            assertThat(client.headOnly().status()).isEqualTo(200);
            assertThat(client.bytes(5)).hasSize(5);

            loligo.signal("TERM");
            await("no new connections")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> !LoligoProcess.accepts(loligo.port()));
            assertThat(loligo.isAlive()).isTrue();
            release.countDown();

            assertThat(client.bytes(5)).asString().isEqualTo("56789");
            assertThat(loligo.ended().exitCode()).isIn(0, 143);
            assertThat(loligo.directory().resolve("pid")).doesNotExist();
        }
    }

    @Test
    void shutdown_lifetime_ends_a_request_that_does_not_finish() {
        var never = new CountDownLatch(1);
        try (var origin = RawOrigin.with(exchange -> {
                    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
                    waitFor(never);
                });
                var loligo =
                        LoligoProcess.start(SquidConf.inFrontOf(origin.port()).and("shutdown_lifetime 1 second"));
                var client = RawHttp.connect(loligo.port())) {
            client.send(RawHttp.head("GET", "/"));
            assertThat(client.headOnly().status()).isEqualTo(200);

            loligo.signal("TERM");

            assertThat(loligo.ended().exitCode()).isIn(0, 143);
            never.countDown();
        }
    }

    @Test
    void sighup_puts_a_new_file_into_force_and_keeps_connections_and_store() throws IOException {
        try (var origin = originThatSays("old");
                var other = originThatSays("new")) {
            var conf = SquidConf.inFrontOf(origin.port());
            try (var loligo = LoligoProcess.start(conf);
                    var client = RawHttp.connect(loligo.port())) {
                assertThat(client.send(RawHttp.head("GET", "/kept")).answer().text())
                        .isEqualTo("old");

                Files.writeString(
                        conf.write(),
                        conf.text()
                                .replace("DIR", conf.directory().toString())
                                .replace("edge.example.org", "renamed.example.org")
                                .replace(" " + origin.port() + " ", " " + other.port() + " "));
                loligo.signal("HUP");

                await("the new file")
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> RawHttp.get(loligo.port(), Origin.freshPath())
                                .text()
                                .equals("new"));
                var hit = client.send(RawHttp.head("GET", "/kept")).answer();
                assertThat(hit.status()).as("on the connection from before").isEqualTo(200);
                assertThat(hit.text()).as("from the store").isEqualTo("old");
                assertThat(hit.field("Via").orElseThrow()).contains("renamed.example.org");
            }
        }
    }

    @Test
    void sighup_with_a_bad_file_keeps_the_old_configuration_and_says_why() throws IOException {
        try (var origin = originThatSays("old")) {
            var conf = SquidConf.inFrontOf(origin.port());
            try (var loligo = LoligoProcess.start(conf);
                    var client = RawHttp.connect(loligo.port())) {
                client.send(RawHttp.head("GET", "/")).answer();
                Files.writeString(
                        conf.directory().resolve("squid.conf"), "http_port nonsense\nhttp_access allow nobody\n");

                loligo.signal("HUP");

                await("the log")
                        .atMost(Duration.ofSeconds(20))
                        .untilAsserted(() -> assertThat(String.join("\n", loligo.cacheLog()) + loligo.output())
                                .contains("squid.conf:1"));
                assertThat(client.send(RawHttp.head("GET", Origin.freshPath()))
                                .answer()
                                .text())
                        .isEqualTo("old");
                assertThat(RawHttp.get(loligo.port(), Origin.freshPath()).text())
                        .isEqualTo("old");
            }
        }
    }

    @Test
    void when_descriptors_were_used_up_clients_are_accepted_again_and_the_log_has_said_it_once() {
        assumeThat(Files.isExecutable(Path.of("/usr/bin/prlimit")))
                .as("prlimit of util-linux is there")
                .isTrue();
        try (var origin = originThatSays("page");
                var loligo = LoligoProcess.startWithDescriptors(
                        400, SquidConf.inFrontOf(origin.port()).and("client_max_connections 1000"))) {
            assertThat(RawHttp.get(loligo.port(), "/").text()).isEqualTo("page");
            List<RawHttp> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 500; i++) {
                    clients.add(RawHttp.connect(loligo.port()));
                }
                await("the warning")
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> saidThatDescriptorsAreUsedUp(loligo) > 0);
            } finally {
                clients.forEach(RawHttp::close);
            }

            await("clients are accepted again").atMost(Duration.ofSeconds(20)).until(() -> isServed(loligo.port()));
            assertThat(saidThatDescriptorsAreUsedUp(loligo)).isEqualTo(1);
        }
    }

    /** Whether a new client is served; it is not while those before it are still being closed. */
    private static boolean isServed(int port) {
        try {
            return RawHttp.get(port, "/").text().equals("page");
        } catch (UncheckedIOException closed) {
            return false;
        }
    }

    private static long saidThatDescriptorsAreUsedUp(LoligoProcess loligo) {
        return loligo.cacheLog().stream()
                .filter(line -> line.contains("Too many open files"))
                .count();
    }

    private static Origin originThatSays(String name) {
        var origin = Origin.start();
        origin.stub(any(anyUrl()).willReturn(aResponse().withBody(name).withHeader("Cache-Control", "max-age=3600")));
        return origin;
    }
}
