package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What an operator or an application purges with the command line, and what visitors get then. */
@ExtendWith(JarIsBuilt.class)
@DisplayName("loligo purge")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PurgeOrdersTest {
    private static final String SITE = "http://www.example.org";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    private final Origin origin = Origin.start();
    private final SquidConf conf = withAdmin(SquidConf.inFrontOf(origin.port()));
    private final InProcessServer loligo = InProcessServer.start(conf);
    private final int port = loligo.port();
    /** A part of this test's paths and tags that no other test has. */
    private final String own = "/" + UUID.randomUUID();

    @AfterAll
    void stop() {
        loligo.close();
        origin.close();
    }

    private static SquidConf withAdmin(SquidConf conf) {
        return conf.replacing("admin_port 0", "admin_port " + Ports.free() + "\nadmin_token_file DIR/admin.token");
    }

    private static LoligoProcess.Ended purge(SquidConf of, String... arguments) {
        List<String> all = new ArrayList<>(
                List.of("purge", "-f", of.directory().resolve("squid.conf").toString()));
        all.addAll(List.of(arguments));
        return LoligoProcess.run(SquidConf.of("", 0).directory(), all.toArray(String[]::new));
    }

    private JsonNode done(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--json");
        var ended = purge(conf, all.toArray(String[]::new));
        assertThat(ended.exitCode()).as(ended.output()).isZero();
        return JSON.readTree(ended.output());
    }

    private String stored(String path, String... fields) {
        var response = ScenarioWithOneOrigin.page("x", "max-age=3600").withHeader("ETag", "\"v1\"");
        for (int i = 0; i < fields.length; i += 2) {
            response = response.withHeader(fields[i], fields[i + 1]);
        }
        origin.answer(path, response);
        RawHttp.get(port, path);
        assertThat(isStored(path)).isTrue();
        return path;
    }

    private boolean isStored(String path, String... fields) {
        return RawHttp.get(port, path, fields).isHit();
    }

    @Test
    void by_tag_drops_every_variant_of_what_bears_it_and_nothing_else() throws IOException {
        String tag = "article-" + UUID.randomUUID();
        String key = stored(own + "/key", "Surrogate-Key", "front " + tag);
        String cacheTag = stored(own + "/cache-tag", "Cache-Tag", tag + ", front");
        String xkey = stored(own + "/xkey", "xkey", tag);
        String group = stored(own + "/group", "Cache-Groups", "\"" + tag + "\"");
        String longer = stored(own + "/longer", "Surrogate-Key", tag + "-longer");
        String other = stored(own + "/other", "X-Other", tag);
        String variants = own + "/variants";
        origin.answer(
                variants,
                ScenarioWithOneOrigin.page("x", "max-age=3600")
                        .withHeader("Vary", "Accept-Language")
                        .withHeader("Surrogate-Key", tag));
        RawHttp.get(port, variants, "Accept-Language: de");
        RawHttp.get(port, variants, "Accept-Language: en");

        JsonNode receipt = done("--tag", tag).path(0);

        assertThat(receipt.path("kind").asText()).isEqualTo("tag");
        assertThat(receipt.path("target").asText()).isEqualTo(tag);
        assertThat(receipt.path("objects").asLong()).isEqualTo(6);
        assertThat(receipt.path("bytes").asLong()).isPositive();
        assertThat(receipt.path("done").asBoolean()).isTrue();
        assertThat(isStored(key)).isFalse();
        assertThat(isStored(cacheTag)).isFalse();
        assertThat(isStored(xkey)).isFalse();
        assertThat(isStored(group)).isFalse();
        assertThat(isStored(variants, "Accept-Language: de")).isFalse();
        assertThat(isStored(variants, "Accept-Language: en")).isFalse();
        assertThat(isStored(longer)).isTrue();
        assertThat(isStored(other)).isTrue();
    }

    @Test
    void soft_keeps_the_page_and_asks_the_origin_whether_it_is_still_good() throws IOException {
        String tag = "soft-" + UUID.randomUUID();
        String path = own + "/soft";
        origin.stub(get(urlEqualTo(path))
                .withHeader("If-None-Match", absent())
                .willReturn(ScenarioWithOneOrigin.page("old", "max-age=3600")
                        .withHeader("ETag", "\"v1\"")
                        .withHeader("Surrogate-Key", tag)));
        origin.stub(get(urlEqualTo(path))
                .withHeader("If-None-Match", equalTo("\"v1\""))
                .willReturn(aResponse().withStatus(304)));
        RawHttp.get(port, path);

        assertThat(done("--tag", tag, "--soft").path(0).path("objects").asLong())
                .isEqualTo(1);

        var validated = RawHttp.get(port, path);
        assertThat(validated.text()).isEqualTo("old");
        assertThat(validated.field("Cache-Status").orElse("")).contains("fwd=stale", "fwd-status=304");
        assertThat(validated.field("X-Cache").orElse("")).startsWith("HIT");
        assertThat(origin.requestsFor(path)).hasSize(2);
        assertThat(isStored(path)).as("it is good for its lifetime again").isTrue();
    }

    @Test
    void of_one_url_softly_too() throws IOException {
        String path = stored(own + "/soft-url");

        done(SITE + path, "--soft");

        RawHttp.get(port, path);
        assertThat(origin.requestsFor(path)).hasSize(2);
        assertThat(origin.requestsFor(path).get(1).getHeader("If-None-Match")).isEqualTo("\"v1\"");
    }

    @Test
    void with_dry_run_counts_and_changes_nothing() throws IOException {
        String one = stored(own + "/dry/1");
        String two = stored(own + "/dry/2");

        JsonNode preview = done("--prefix", SITE + own + "/dry/", "--dry-run").path(0);

        assertThat(preview.path("objects").asLong()).isEqualTo(2);
        assertThat(preview.path("bytes").asLong()).isPositive();
        List<String> sample = new ArrayList<>();
        preview.path("sample").forEach(url -> sample.add(url.asText()));
        assertThat(sample).containsExactlyInAnyOrder(SITE + one, SITE + two);
        assertThat(isStored(one)).isTrue();
        assertThat(isStored(two)).isTrue();
    }

    @Test
    void by_prefix_glob_and_pattern_holds_for_the_next_request() throws IOException {
        String prefixed = stored(own + "/p/a");
        String globbed = stored(own + "/g/site.css");
        String matched = stored(own + "/m/42?page=1");
        String other = stored(own + "/other/site.js");

        done("--prefix", SITE + own + "/p/");
        assertThat(isStored(prefixed)).isFalse();

        done("--glob", "http://WWW.example.org" + own + "/*.css");
        assertThat(isStored(globbed)).isFalse();

        JsonNode receipt =
                done("--pattern", own + "/m/[0-9]+\\?page=", "--wait").path(0);
        assertThat(isStored(matched)).isFalse();
        assertThat(receipt.path("done").asBoolean()).isTrue();
        assertThat(receipt.path("objects").asLong()).isEqualTo(1);

        assertThat(isStored(other)).isTrue();
        assertThat(isStored(prefixed)).as("what was stored afterwards stays").isTrue();
    }

    @Test
    void says_what_became_of_it() throws IOException {
        stored(own + "/status/1");
        long id = done("--prefix", SITE + own + "/status/", "--wait")
                .path(0)
                .path("id")
                .asLong();

        JsonNode status = done("--status", Long.toString(id)).path(0);
        JsonNode list = done("--list");
        var people = purge(conf, "--status", Long.toString(id));

        assertThat(status.path("objects").asLong()).isEqualTo(1);
        assertThat(status.path("done").asBoolean()).isTrue();
        assertThat(list.findValuesAsText("id")).contains(Long.toString(id));
        assertThat(people.output()).contains("prefix", SITE + own + "/status/", "hard", "done");
        await().until(() -> loligo.cacheLog().stream()
                .anyMatch(line -> line.contains("purge " + id + ": hard, prefix " + SITE + own + "/status/: ")));
        await().until(() -> loligo.cacheLog().stream().anyMatch(line -> line.contains("purge " + id + " is done: 1 ")));
    }

    @Test
    void takes_urls_by_the_thousand_from_a_file() throws IOException {
        String path = stored(own + "/file");
        List<String> lines = new ArrayList<>(List.of("# pages", ""));
        for (int i = 0; i < 1_500; i++) {
            lines.add(SITE + own + "/nothing/" + i);
        }
        lines.add(SITE + path);
        Path file = Files.write(directory.resolve("urls"), lines);

        JsonNode receipts = done("--from", file.toString());

        assertThat(receipts).hasSize(1_501);
        assertThat(receipts.path(1_500).path("objects").asLong()).isEqualTo(1);
        assertThat(isStored(path)).isFalse();
    }

    @Test
    void of_a_bad_order_purges_nothing_and_says_what_was_expected() {
        String path = stored(own + "/refused");

        var pattern = purge(conf, "--pattern", "(" + own);
        var prefix = purge(conf, "--prefix", own);
        var two = purge(conf, "--all", "--host", "www.example.org");
        var url = purge(conf, own);

        assertThat(pattern.exitCode()).isEqualTo(1);
        assertThat(pattern.output()).contains("missing closing )");
        assertThat(prefix.exitCode()).isEqualTo(1);
        assertThat(prefix.output()).contains("no URL begins with");
        assertThat(two.exitCode()).isEqualTo(2);
        assertThat(two.output()).contains("one kind at a time");
        assertThat(url.exitCode()).isEqualTo(1);
        assertThat(url.output()).contains("expected a whole URL");
        assertThat(isStored(path)).isTrue();
    }

    @Test
    void holds_over_a_restart_and_numbers_go_on() throws IOException {
        SquidConf disk = withAdmin(SquidConf.inFrontOf(origin.port()).and("cache_dir ufs DIR/cache 64 16 256"));
        String tag = "restart-" + UUID.randomUUID();
        String tagged = own + "/restart/tagged";
        String matched = own + "/restart/matched";
        String kept = own + "/kept";
        origin.answer(tagged, ScenarioWithOneOrigin.page("x", "max-age=3600").withHeader("Surrogate-Key", tag));
        origin.answer(matched, ScenarioWithOneOrigin.page("x", "max-age=3600"));
        origin.answer(kept, ScenarioWithOneOrigin.page("x", "max-age=3600").withHeader("Surrogate-Key", "late-" + tag));
        long id;
        try (var first = LoligoProcess.start(disk)) {
            for (String path : List.of(tagged, matched, kept)) {
                RawHttp.get(first.port(), path);
            }
            assertThat(purge(disk, "--tag", tag).exitCode()).isZero();
            var ended = purge(disk, "--pattern", own + "/restart/m", "--json");
            id = JSON.readTree(ended.output()).path(0).path("id").asLong();
            first.signal("KILL");
            first.ended();
        }
        try (var second = LoligoProcess.start(disk)) {
            await().until(() -> RawHttp.get(second.port(), kept).isHit());
            assertThat(RawHttp.get(second.port(), tagged).isHit()).isFalse();
            assertThat(RawHttp.get(second.port(), matched).isHit()).isFalse();
            assertThat(purge(disk, "--status", Long.toString(id)).output()).contains(own + "/restart/m");
            var later = purge(disk, "--tag", "late-" + tag, "--json");
            assertThat(JSON.readTree(later.output()).path(0).path("id").asLong())
                    .isGreaterThan(id);
            assertThat(RawHttp.get(second.port(), kept).isHit()).isFalse();
        }
    }

    @Test
    void of_everything_leaves_nothing() throws IOException {
        // A server of its own: the others' pages stay.
        SquidConf mine = withAdmin(SquidConf.inFrontOf(origin.port()));
        String path = own + "/all";
        origin.answer(path, ScenarioWithOneOrigin.page("x", "max-age=3600"));
        try (var server = RunningServer.start(mine)) {
            RawHttp.get(server.port(), path);
            assertThat(RawHttp.get(server.port(), path).isHit()).isTrue();

            assertThat(purge(mine, "--all").exitCode()).isZero();

            assertThat(RawHttp.get(server.port(), path).isHit()).isFalse();
        }
    }

    @Test
    void by_host_is_about_that_host_alone() throws IOException {
        String path = own + "/host";
        origin.answer(path, ScenarioWithOneOrigin.page("x", "max-age=3600"));
        for (String host : List.of("one.example", "two.example", "one.example", "two.example")) {
            ask(host, path);
        }

        assertThat(done("--host", "One.Example", "--wait")
                        .path(0)
                        .path("objects")
                        .asLong())
                .isEqualTo(1);

        assertThat(ask("one.example", path).isHit()).isFalse();
        assertThat(ask("two.example", path).isHit()).isTrue();
    }

    private RawHttp.Answer ask(String host, String path) {
        try (var connection = RawHttp.connect(port)) {
            return connection
                    .send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                    .answer();
        }
    }
}
