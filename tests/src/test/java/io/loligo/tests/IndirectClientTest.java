package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@DisplayName("Who the client is: follow_x_forwarded_for, and what origins are told")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IndirectClientTest {
    private final Origin origin = Origin.start();
    private final RunningServer loligo =
            RunningServer.start(SquidConf.inFrontOf(origin.port()).replacing("http_access allow all", """
                    follow_x_forwarded_for allow localhost
                    acl banned src 203.0.113.66
                    http_access deny banned
                    http_access allow all
                    forwarded_proto on
                    forwarded_host on
                    forwarded_port on
                    """));
    private final int port = loligo.port();

    @AfterAll
    void stop() {
        loligo.close();
        origin.close();
    }

    private String logged(String path) {
        await("a line for " + path).until(() -> loligo.accessLog().stream().anyMatch(line -> line.contains(path)));
        List<String> lines =
                loligo.accessLog().stream().filter(line -> line.contains(path)).toList();
        return lines.get(lines.size() - 1);
    }

    @Test
    void acls_and_the_log_see_whom_the_proxy_names() {
        String path = Origin.freshPath();
        origin.answer(path, ScenarioWithOneOrigin.page("x", "max-age=60"));

        assertThat(RawHttp.get(port, path, "X-Forwarded-For: 203.0.113.66").status())
                .isEqualTo(403);
        assertThat(logged(path)).contains(" 203.0.113.66 TCP_DENIED/403 ");
        String other = Origin.freshPath();
        origin.answer(other, ScenarioWithOneOrigin.page("x", "max-age=60"));
        assertThat(RawHttp.get(port, other, "X-Forwarded-For: 203.0.113.66, 203.0.113.9")
                        .status())
                .isEqualTo(200);
        assertThat(logged(other)).contains(" 203.0.113.9 TCP_MISS/200 ");
    }

    @Test
    void the_log_of_a_hit_names_the_client_too() {
        String path = Origin.freshPath();
        origin.answer(path, ScenarioWithOneOrigin.page("x", "max-age=60"));
        RawHttp.get(port, path);

        assertThat(RawHttp.get(port, path, "X-Forwarded-For: 203.0.113.9").isHit())
                .isTrue();

        await("the hit's line")
                .until(() -> loligo.accessLog().stream()
                        .anyMatch(line ->
                                line.contains(path) && line.contains(" 203.0.113.9 ") && line.contains("HIT/200")));
    }

    @Test
    void the_origin_is_told_the_url_and_the_chain_of_addresses() {
        String path = Origin.freshPath();
        origin.answer(path, ScenarioWithOneOrigin.page("x", "no-store"));

        RawHttp.get(
                port,
                path,
                "X-Forwarded-For: 203.0.113.9",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: evil.example");

        var request = origin.requestsFor(path).get(0);
        assertThat(request.header("X-Forwarded-For").values()).containsExactly("203.0.113.9, 127.0.0.1");
        assertThat(request.header("X-Forwarded-Proto").values()).containsExactly("http");
        assertThat(request.header("X-Forwarded-Host").values()).containsExactly("www.example.org");
        assertThat(request.header("X-Forwarded-Port").values()).containsExactly("80");
    }
}
