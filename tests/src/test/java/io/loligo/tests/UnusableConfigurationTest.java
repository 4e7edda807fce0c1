package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What cannot run says so on standard error, with file and line, and ends with an exit code. */
@ExtendWith(JarIsBuilt.class)
@DisplayName("An unusable configuration")
class UnusableConfigurationTest {

    private static LoligoProcess.Ended run(SquidConf conf) {
        try (var process = LoligoProcess.launch(conf)) {
            return process.ended();
        }
    }

    @Test
    void names_every_bad_line_and_not_only_the_first() {
        var conf = SquidConf.of("""
                http_port nonsense
                acl site1 dstdomain www.example.org
                http_access allow nobody_defined_me
                cache_peer 127.0.0.1 parent
                cache_mem 5 parsecs
                """, 0);

        var ended = run(conf);

        assertThat(ended.exitCode()).isNotZero();
        assertThat(ended.output())
                .contains("squid.conf:1")
                .contains("squid.conf:3")
                .contains("squid.conf:4")
                .contains("squid.conf:5")
                .doesNotContain("squid.conf:2")
                .doesNotContain("\tat io.loligo");
    }

    @Test
    void that_is_not_there_is_named() {
        var directory = SquidConf.of("", 0).directory();

        var ended = LoligoProcess.run(
                directory, "run", "-f", directory.resolve("missing.conf").toString());

        assertThat(ended.exitCode()).isNotZero();
        assertThat(ended.output()).contains("missing.conf").doesNotContain("\tat io.loligo");
    }

    @Test
    void with_a_port_that_is_taken_names_the_port_and_its_line() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var conf = SquidConf.inFrontOf(1);

            var ended = run(conf.replacing(":" + conf.port() + " ", ":" + taken.getLocalPort() + " "));

            assertThat(ended.exitCode()).isNotZero();
            assertThat(ended.output())
                    .contains(Integer.toString(taken.getLocalPort()))
                    .contains("squid.conf:1")
                    .doesNotContain("\tat io.loligo");
        }
    }

    @Test
    void with_a_cache_dir_that_cannot_be_written_names_the_directory() throws IOException {
        var conf = SquidConf.inFrontOf(1).and("cache_dir ufs DIR/file/cache 64 16 256");
        Files.writeString(conf.directory().resolve("file"), "in the way");

        var ended = run(conf);

        assertThat(ended.exitCode()).isNotZero();
        assertThat(ended.output()).contains("file/cache").doesNotContain("\tat io.loligo");
    }

    @Test
    void with_an_access_log_that_cannot_be_written_names_the_file() throws IOException {
        var conf = SquidConf.inFrontOf(1).and("access_log stdio:DIR/file/access.log squid");
        Files.writeString(conf.directory().resolve("file"), "in the way");

        var ended = run(conf);

        assertThat(ended.exitCode()).isNotZero();
        assertThat(ended.output()).contains("file/access.log").doesNotContain("\tat io.loligo");
    }

    @Test
    void with_a_peer_that_does_not_resolve_runs_and_says_so_and_answers_503() {
        var conf = SquidConf.inFrontOf(1)
                .replacing("cache_peer 127.0.0.1 parent 1 ", "cache_peer origin.invalid parent 80 ");
        try (var loligo = LoligoProcess.start(conf)) {
            var answer = RawHttp.get(loligo.port(), "/");

            assertThat(answer.status()).isEqualTo(503);
            assertThat(String.join("\n", loligo.cacheLog()) + loligo.output()).contains("origin.invalid");
        }
    }

    @Test
    void is_found_by_check_with_its_exit_code() {
        var good = SquidConf.inFrontOf(1);
        var bad = SquidConf.inFrontOf(1).and("http_acces allow all");

        var checkedGood =
                LoligoProcess.run(good.directory(), "check", "-f", good.write().toString());
        var checkedBad =
                LoligoProcess.run(bad.directory(), "check", "-f", bad.write().toString());

        assertThat(checkedGood.exitCode()).as(checkedGood.output()).isZero();
        assertThat(checkedBad.exitCode()).isNotZero();
        assertThat(checkedBad.output()).contains("http_acces").contains("http_access");
    }
}
