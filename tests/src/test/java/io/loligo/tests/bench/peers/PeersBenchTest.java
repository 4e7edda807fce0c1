package io.loligo.tests.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
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

    /** Windows so short that the figures mean nothing; but hits, bodies and the origin's count are checked all the same. */
    @Test
    void measures_what_is_there() throws IOException {
        for (String program : List.of("wrk", "nginx", "taskset")) {
            assumeThat(Programs.find(program)).as(program + " is installed").isPresent();
        }
        Path build = Path.of("..", "cli", "target");
        assumeThat(build.resolve("loligo.jar")).as("the jar is built").exists();

        int exitCode = run(
                "--unpinned",
                "--servers=loligo,nginx",
                "--workloads=W1,W6",
                "--rounds=1",
                "--duration=1",
                "--warmup=1",
                "--connections=4",
                "--out=" + out);

        JsonNode json = new ObjectMapper().readTree(saved(".json").toFile());
        assertThat(exitCode).as(json.toPrettyString()).isZero();
        assertThat(json.path("scenes")).hasSize(2);
        for (JsonNode scene : json.path("scenes")) {
            for (String server : List.of("loligo", "nginx")) {
                JsonNode values = scene.path("servers").path(server).path("values");
                assertThat(values.path("cpu_us").asDouble())
                        .as("CPU of " + server)
                        .isPositive();
                assertThat(values.path("requests_per_s").asDouble()).isPositive();
                assertThat(values.path("windows_not_the_job").asInt(-1))
                        .as("not the job")
                        .isZero();
            }
            assertThat(scene.at("/servers/loligo/values/allocated_bytes").isNumber())
                    .isTrue();
            assertThat(scene.at("/servers/nginx/ratios/cpu_us").asDouble()).isPositive();
        }
        assertThat(saved(".txt")).content().contains("W1 hit-1k", "W6 pass-1k");
        assertThat(saved(".svg")).content().startsWith("<svg");
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
