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

    private List<String> run(String options, String... arguments) throws IOException, InterruptedException {
        ProcessBuilder launcher = new ProcessBuilder("sh", "src/main/scripts/loligo");
        launcher.command().addAll(List.of(arguments));
        launcher.environment().put("JAVA_HOME", home.toString());
        launcher.environment().put("LOLIGO_HOME", home.toString());
        launcher.environment().put("LOLIGO_JAVA_OPTS", options);
        Process process = launcher.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines().toList();
    }
}
