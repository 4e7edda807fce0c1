package io.loligo.tests.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.loligo.tests.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@DisplayName("tests/bench/run")
class PeersBenchTest {
    @TempDir
    private Path out;

    private int run(String... arguments) {
        return new CommandLine(new PeersBench()).execute(arguments);
    }

    private JsonNode measured(String... what) throws IOException {
        for (String program : List.of("wrk", "nginx", "taskset")) {
            assumeThat(Programs.find(program)).as(program + " is installed").isPresent();
        }
        assumeThat(Checkout.build().resolve("loligo.jar"))
                .as("the jar is built")
                .exists();
        // Windows so short that the figures mean nothing; but bodies and the origin's count are checked all the same.
        List<String> arguments = new ArrayList<>(List.of(what));
        arguments.addAll(List.of(
                "--unpinned",
                "--rounds=1",
                "--duration=1",
                "--warmup=1",
                "--connections=4",
                "--rate=500",
                "--out=" + out));

        int exitCode = run(arguments.toArray(String[]::new));

        JsonNode json = new ObjectMapper().readTree(saved(".json").toFile());
        assertThat(exitCode).as(json.toPrettyString()).isZero();
        assertThat(saved(".txt")).content().contains("W1 hit-1k");
        assertThat(saved(".svg")).content().startsWith("<svg");
        return json;
    }

    @Test
    void measures_what_is_there() throws IOException {
        JsonNode scene = measured("--servers=loligo,nginx", "--workloads=W1")
                .path("scenes")
                .path(0);

        for (String server : List.of("loligo", "nginx")) {
            JsonNode values = scene.path("servers").path(server).path("values");
            assertThat(values.path("cpu_us").asDouble()).as("CPU of " + server).isPositive();
            assertThat(values.path("requests_per_s").asDouble()).isPositive();
            assertThat(values.path("windows_not_the_job").asInt(-1))
                    .as("not the job")
                    .isZero();
        }
        assertThat(scene.at("/servers/loligo/values/allocated_bytes").isNumber())
                .isTrue();
        assertThat(scene.at("/servers/nginx/ratios/cpu_us").asDouble()).isPositive();
    }

    @Test
    @Tag("long")
    void measures_every_job_that_is_a_load_of_requests() throws IOException {
        JsonNode scenes = measured("--workloads=W1,W1c,W1-log,W2,W3,W3b,W6,W6h,W6b,W9,W12,W1r,W1r-half")
                .path("scenes");

        assertThat(scenes).hasSize(13);
        for (JsonNode scene : scenes) {
            assertThat(scene.at("/servers/loligo/values/cpu_us").asDouble())
                    .as(scene.path("name").asText())
                    .isPositive();
        }
    }

    @Test
    @Tag("long")
    void measures_small_hits_beside_large_ones_and_what_is_held_for_clients_that_left() throws IOException {
        JsonNode scenes = measured("--servers=loligo,nginx", "--workloads=W1,W15slow-300,W15fast,W16,W16h")
                .path("scenes");

        assertThat(scenes).hasSize(5);
        for (JsonNode scene : scenes) {
            String name = scene.path("name").asText();
            JsonNode values = scene.at("/servers/loligo/values");
            assertThat(values.has("cpu_us") || values.has("max_us") || values.has("held_after_1s"))
                    .as(name)
                    .isTrue();
            assertThat(values.path("windows_not_the_job").asInt()).as(name).isZero();
        }
    }

    private Path saved(String ending) throws IOException {
        try (Stream<Path> files = Files.list(out)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void refuses_what_it_does_not_know() {
        assertThat(run("--workloads=W99", "--out=" + out)).isEqualTo(2);
        assertThat(run("--servers=apache", "--out=" + out)).isEqualTo(2);
        assertThat(run("--rounds=0", "--out=" + out)).isEqualTo(2);
        assertThat(out).isEmptyDirectory();
    }

    @Test
    void every_workload_has_a_name_of_its_own() {
        List<Scene> scenes = Scenes.all(5_000);

        assertThat(scenes).extracting(Scene::name).doesNotHaveDuplicates();
        assertThat(scenes).extracting(Scene::number).doesNotHaveDuplicates();
        assertThat(scenes).allSatisfy(scene -> assertThat(scene.measures()).containsAll(scene.summary()));
    }
}
