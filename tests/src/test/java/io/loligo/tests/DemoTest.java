package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a newcomer sees first. */
@ExtendWith(JarIsBuilt.class)
@DisplayName("The demo")
class DemoTest {

    @TempDir
    Path directory;

    @Test
    void each_port_shows_its_own_servers_page_from_the_origin_and_then_from_the_cache() {
        int base = Ports.free();

        var ended = LoligoProcess.run(directory, "demo", "--seconds", "1", "--port-base", Integer.toString(base));

        assertThat(ended.exitCode()).as(ended.output()).isZero();
        assertThat(ended.output())
                .containsPattern("port " + base + " / +200 OK +MISS from \\S+ +server_1")
                .containsPattern("port " + base + " / +200 OK +HIT from \\S+ +server_1")
                .containsPattern("port " + (base + 1) + " / +200 OK +MISS from \\S+ +server_2")
                .containsPattern("port " + (base + 1) + " / +200 OK +HIT from \\S+ +server_2")
                .contains("requests 4  hits 2  misses 2", "server_1 asked 1  server_2 asked 1");
    }

    @Test
    void a_taken_port_is_named_and_nothing_is_left_running() throws IOException {
        int base = Ports.free();
        try (var taken = new ServerSocket(base)) {
            var ended = LoligoProcess.run(directory, "demo", "--seconds", "1", "--port-base", Integer.toString(base));

            assertThat(ended.exitCode()).as(ended.output()).isEqualTo(1);
            assertThat(ended.output()).contains(":" + taken.getLocalPort()).doesNotContain("\tat io.loligo");
        }
    }
}
