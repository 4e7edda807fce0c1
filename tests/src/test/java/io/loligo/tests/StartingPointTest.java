package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The configuration everything began with: nothing of it is changed but the numbers of its ports. */
@DisplayName("The starting point's squid.conf")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StartingPointTest {
    private final Origin origin1 = originThatSays("one");
    private final Origin origin2 = originThatSays("two");
    private final int port1 = Ports.free();
    private final int port2 = Ports.free();
    private final RunningServer loligo = RunningServer.start(SquidConf.of(startingPoint(), port1));

    private static Origin originThatSays(String name) {
        var origin = Origin.start();
        origin.stub(any(anyUrl()).willReturn(aResponse().withBody(name).withHeader("Cache-Control", "max-age=3600")));
        return origin;
    }

    private String startingPoint() {
        try (InputStream file =
                Objects.requireNonNull(StartingPointTest.class.getResourceAsStream("starting-point.conf"))) {
            return new String(file.readAllBytes(), UTF_8)
                    .replaceAll("\\b81\\b", Integer.toString(port1))
                    .replaceAll("\\b82\\b", Integer.toString(port2))
                    .replaceAll("\\b8081\\b", Integer.toString(origin1.port()))
                    .replaceAll("\\b8082\\b", Integer.toString(origin2.port()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @AfterAll
    void stop() {
        loligo.close();
        origin1.close();
        origin2.close();
    }

    @Test
    void each_port_is_served_by_its_own_peer() {
        String path = Origin.freshPath();

        assertThat(RawHttp.get(port1, path).text()).isEqualTo("one");
        assertThat(RawHttp.get(port2, path).text()).isEqualTo("two");
    }

    @Test
    void an_object_of_one_port_is_never_served_on_the_other_though_host_and_path_are_the_same() {
        String path = Origin.freshPath();
        for (int round = 0; round < 3; round++) {
            assertThat(RawHttp.get(port1, path).text()).isEqualTo("one");
            assertThat(RawHttp.get(port2, path).text()).isEqualTo("two");
        }

        assertThat(origin1.requests(path)).isOne();
        assertThat(origin2.requests(path)).isOne();
    }

    @Test
    void each_port_keeps_to_its_peer_under_64_concurrent_connections() throws Exception {
        List<String> paths = List.of(Origin.freshPath(), Origin.freshPath(), Origin.freshPath(), Origin.freshPath());
        ExecutorService clients = Executors.newFixedThreadPool(64);
        try {
            List<Future<List<String>>> wrong = new ArrayList<>();
            for (int client = 0; client < 64; client++) {
                boolean first = client % 2 == 0;
                wrong.add(clients.submit(() -> wrongAnswers(first ? port1 : port2, paths, first ? "one" : "two")));
            }
            for (Future<List<String>> answers : wrong) {
                assertThat(answers.get()).isEmpty();
            }
        } finally {
            clients.shutdownNow();
        }
        for (String path : paths) {
            assertThat(origin1.requests(path)).as("collapsed and then kept").isOne();
            assertThat(origin2.requests(path)).as("collapsed and then kept").isOne();
        }
    }

    private static List<String> wrongAnswers(int port, List<String> paths, String expected) {
        List<String> wrong = new ArrayList<>();
        try (var connection = RawHttp.connect(port)) {
            for (int i = 0; i < 100; i++) {
                String path = paths.get(i % paths.size());
                var answer = connection.send(RawHttp.head("GET", path)).answer();
                if (answer.status() != 200 || !answer.text().equals(expected)) {
                    wrong.add(answer.toString());
                }
            }
        }
        return wrong;
    }

    @Test
    void a_site_that_no_rule_names_is_refused() {
        String path = Origin.freshPath();
        try (var connection = RawHttp.connect(port1)) {
            var answer = connection
                    .send("GET " + path + " HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
                    .answer();

            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.field("X-Squid-Error"))
                    .hasValueSatisfying(v -> assertThat(v).startsWith("ERR_ACCESS_DENIED"));
        }
        assertThat(origin1.requests(path)).isZero();
    }

    @Test
    void a_client_that_names_no_site_gets_the_defaultsite() {
        String path = Origin.freshPath();
        try (var connection = RawHttp.connect(port2)) {
            var answer = connection.send("GET " + path + " HTTP/1.0\r\n\r\n").answer();

            assertThat(answer.text()).isEqualTo("two");
        }
        assertThat(origin2.requestsFor(path))
                .singleElement()
                .satisfies(request -> assertThat(request.getHeader("Host")).startsWith("www.example.org"));
    }
}
