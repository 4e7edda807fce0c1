package io.loligo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The launcher, with a java that prints its arguments")
class LauncherTest {

    @TempDir
    Path home;

    @BeforeEach
    void make_a_jdk() throws IOException {
        Files.createDirectories(home.resolve("bin"));
        Path java = Files.writeString(home.resolve("bin/java"), "#!/bin/sh\nfor word; do echo \"$word\"; done\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"17.0.1\"\nMODULES=\"java.base jdk.compiler\"\n");
        Files.createFile(home.resolve("loligo.jar"));
    }

    @Test
    void our_initial_heap_makes_way_for_a_smaller_heap_of_the_environment() throws Exception {
        List<String> words = run("-Xmx64m -Da=b", "run", "-f", "a file");

        assertThat(words).noneMatch(word -> word.startsWith("-Xms"));
        assertThat(words.subList(words.size() - 7, words.size()))
                .containsExactly("-Xmx64m", "-Da=b", "-jar", home + "/loligo.jar", "run", "-f", "a file");
    }

    @Test
    void otherwise_the_heap_has_our_initial_size() throws Exception {
        assertThat(run("", "run")).anyMatch(word -> word.startsWith("-Xms"));
        assertThat(run("-Da=b", "demo")).anyMatch(word -> word.startsWith("-Xms"));
    }

    @DisplayName("our collector makes way for one of the environment")
    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseG1GC", "-Da=b -XX:+UseZGC -Dc=d", "-XX:+UseShenandoahGC -Xmx1g"})
    void collector(String options) throws Exception {
        assertThat(run(options, "run").stream().filter(word -> word.matches("-XX:\\+Use.*GC")))
                .hasSize(1)
                .allMatch(options::contains);
    }

    @DisplayName("options are for the processors that the process may use, and for the JDK")
    @ParameterizedTest(name = "{0} processors, JDK {1}: {2} {3}")
    @CsvSource(delimiter = '|', textBlock = """
        1  | 17 | -Xms384m -Xmn32m -Xmx384m | -XX:+UseSerialGC -XX:SurvivorRatio=4
        2  | 25 | -Xms384m -Xmn32m -Xmx384m | -XX:+UseSerialGC -XX:SurvivorRatio=4 -XX:+UseCompactObjectHeaders
        3  | 21 | -Xms384m -Xmn32m -Xmx384m | -XX:+UseSerialGC -XX:SurvivorRatio=4
        4  | 17 | -Xms512m -Xmx512m | -XX:+UseParallelGC
        4  | 21 | -Xms512m -Xmx512m | -XX:+UseZGC -XX:+ZGenerational
        4  | 25 | -Xms512m -Xmx512m | -XX:+UseZGC -XX:+UseCompactObjectHeaders
        8  | 17 | -Xms1g -Xmx1g     | -XX:+UseParallelGC
        64 | 23 | -Xms1g -Xmx1g     | -XX:+UseZGC
        """)
    void options(int processors, int version, String heap, String others) throws Exception {
        jdk(version);

        List<String> words = run("-Da=b -XX:ActiveProcessorCount=" + processors + " -Dc=d", "run");

        assertThat(words.stream().filter(word -> word.startsWith("-Xm"))).containsExactly(heap.split(" ", -1));
        assertThat(words.stream()
                        .filter(word -> word.startsWith("-XX:"))
                        .filter(word -> word.matches(".*(GC|Generational|Survivor|Headers).*")))
                .containsExactlyInAnyOrder(others.split(" ", -1));
    }

    @Test
    void without_an_archive_none_is_named() throws Exception {
        assertThat(run("", "run")).noneMatch(word -> word.contains("Archive") || word.startsWith("-Xlog"));
    }

    @DisplayName("an archive is named, and the JVM told to say nothing of one that does not fit")
    @ParameterizedTest(name = "JDK {0}, {1}")
    @CsvSource({"17, run", "17, purge", "24, run", "25, run", "25, version"})
    void archive(int version, String command) throws Exception {
        jdk(version);
        Path archive = Files.createFile(home.resolve("loligo.jsa"));

        List<String> words = run("", command);

        assertThat(words).contains("-XX:SharedArchiveFile=" + archive, "-Xlog:cds*=off");
        assertThat(words.contains("-Xlog:aot*=off")).isEqualTo(version >= 25);
    }

    @Test
    void a_new_archive_takes_the_place_of_the_old_when_it_is_whole() throws Exception {
        java("""
            for word; do
                case $word in -XX:ArchiveClassesAtExit=*) echo new >"${word#*=}" ;; esac
                echo "$word"
            done
            """);
        Path archive = Files.writeString(home.resolve("loligo.jsa"), "old");

        List<String> words = run("", "archive");

        assertThat(words)
                .contains("-Dloligo.archive=" + archive, "loligo: made " + archive)
                .noneMatch(word -> word.startsWith("-XX:SharedArchiveFile"));
        assertThat(archive).hasContent("new");
        assertThat(home).isDirectoryNotContaining("glob:**loligo.jsa.*");
    }

    @DisplayName("where no archive comes of it, the old one stays and the exit code says so")
    @ParameterizedTest(name = "java: {0}")
    @CsvSource(delimiter = '|', textBlock = """
        exit 0          | 1 | made no archive
        exit 2          | 2 | ''
        """)
    void no_archive(String java, int exitCode, String message) throws Exception {
        java(java);
        Path archive = Files.writeString(home.resolve("loligo.jsa"), "old");

        Process process = start("", "archive");

        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains(message);
        assertThat(process.waitFor()).isEqualTo(exitCode);
        assertThat(archive).hasContent("old");
        assertThat(home).isDirectoryNotContaining("glob:**loligo.jsa.*");
    }

    private void jdk(int version) throws IOException {
        Files.writeString(
                home.resolve("release"), "JAVA_VERSION=\"" + version + ".0.1\"\nMODULES=\"java.base jdk.compiler\"\n");
    }

    private void java(String script) throws IOException {
        Files.writeString(home.resolve("bin/java"), "#!/bin/sh\n" + script);
    }

    private List<String> run(String options, String... arguments) throws IOException, InterruptedException {
        Process process = start(options, arguments);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines().toList();
    }

    private Process start(String options, String... arguments) throws IOException {
        ProcessBuilder launcher = new ProcessBuilder("sh", "src/main/scripts/loligo");
        launcher.command().addAll(List.of(arguments));
        launcher.environment().put("JAVA_HOME", home.toString());
        launcher.environment().put("LOLIGO_HOME", home.toString());
        launcher.environment().put("LOLIGO_JAVA_OPTS", options);
        launcher.environment().remove("LOLIGO_ARCHIVE");
        return launcher.redirectErrorStream(true).start();
    }
}
