package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The commands that talk to a running server over its admin listener. */
@ExtendWith(JarIsBuilt.class)
@DisplayName("The command line")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandLineTest {
    private final Origin origin = Origin.start();
    private final SquidConf conf = SquidConf.inFrontOf(origin.port())
            .replacing("admin_port 0", "admin_port " + Ports.free() + "\nadmin_token_file DIR/admin.token");
    private final LoligoProcess loligo = LoligoProcess.start(conf);

    @AfterAll
    void stop() {
        loligo.close();
        origin.close();
    }

    private LoligoProcess.Ended loligo(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(1, List.of("-f", conf.directory().resolve("squid.conf").toString()));
        return LoligoProcess.run(SquidConf.of("", 0).directory(), all.toArray(String[]::new));
    }

    @Test
    void purge_removes_every_variant_of_a_url() {
        String path = Origin.freshPath();
        origin.answer(path, ScenarioWithOneOrigin.page("x", "max-age=60").withHeader("Vary", "Accept-Language"));
        RawHttp.get(conf.port(), path, "Accept-Language: de");
        RawHttp.get(conf.port(), path, "Accept-Language: en");
        assertThat(RawHttp.get(conf.port(), path, "Accept-Language: de").isHit())
                .isTrue();

        var ended = loligo("purge", "http://www.example.org" + path);

        assertThat(ended.exitCode()).as(ended.output()).isZero();
        assertThat(ended.output()).contains("2");
        assertThat(RawHttp.get(conf.port(), path, "Accept-Language: de").isHit())
                .isFalse();
        assertThat(RawHttp.get(conf.port(), path, "Accept-Language: en").isHit())
                .isFalse();
    }

    @Test
    void stats_counts_requests_for_people_and_as_json() {
        String path = Origin.freshPath();
        origin.answer(path, ScenarioWithOneOrigin.page("x", "max-age=60"));
        RawHttp.get(conf.port(), path);
        RawHttp.get(conf.port(), path);

        var people = loligo("stats");
        var json = loligo("stats", "--json");

        assertThat(people.exitCode()).as(people.output()).isZero();
        assertThat(people.output()).containsIgnoringCase("requests").containsIgnoringCase("hit");
        assertThat(json.exitCode()).isZero();
        assertThat(json.output().strip()).startsWith("{").endsWith("}");
    }

    @Test
    void a_server_that_does_not_run_is_an_error_that_says_so() {
        var other = SquidConf.inFrontOf(origin.port())
                .replacing("admin_port 0", "admin_port " + Ports.free() + "\nadmin_token_file DIR/admin.token");

        var ended = LoligoProcess.run(
                other.directory(), "stats", "-f", other.write().toString());

        assertThat(ended.exitCode()).isNotZero();
        assertThat(ended.output()).isNotBlank().doesNotContain("\tat io.loligo");
    }

    @Test
    void stop_ends_the_server() {
        var mine = SquidConf.inFrontOf(origin.port())
                .replacing("admin_port 0", "admin_port " + Ports.free() + "\nadmin_token_file DIR/admin.token");
        try (var server = LoligoProcess.start(mine)) {
            var ended = LoligoProcess.run(
                    SquidConf.of("", 0).directory(),
                    "stop",
                    "-f",
                    mine.directory().resolve("squid.conf").toString());

            assertThat(ended.exitCode()).as(ended.output()).isZero();
            assertThat(server.ended().exitCode()).isIn(0, 143);
        }
    }
}
