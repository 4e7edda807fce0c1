package io.loligo.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs({OS.LINUX, OS.MAC})
@ExtendWith(JarIsBuilt.class)
@DisplayName("The archive of classes, in an installation of its own")
class ArchiveTest {
    /** What the JVM's log of loaded classes says of those from an archive like ours, as opposed to the JDK's own. */
    private static final String FROM_THE_ARCHIVE = "shared objects file (top)";

    private static final String VERSION = "loligo ";

    @TempDir
    Path home;

    private Path archive;

    @BeforeEach
    void install() throws IOException {
        Path built = LoligoProcess.JAR.resolveSibling(".");
        Files.createDirectory(home.resolve("lib"));
        Files.copy(built.resolve("loligo"), home.resolve("loligo"));
        Files.copy(built.resolve("loligo.jar"), home.resolve("loligo.jar"));
        try (Stream<Path> jars = Files.list(built.resolve("lib"))) {
            for (Path jar : jars.toList()) {
                Files.copy(jar, home.resolve("lib").resolve(jar.getFileName()));
            }
        }
        archive = home.resolve("loligo.jsa");
    }

    @Test
    void it_is_made_once_and_then_classes_come_from_it() throws Exception {
        assertThat(loligo("", "archive")).isEqualTo("loligo: made " + archive + "\n");

        assertThat(loligo("-Xlog:class+load", "version")).contains(FROM_THE_ARCHIVE, VERSION);
        try (Stream<Path> files = Files.list(home)) {
            assertThat(files).as("nothing but the archive").hasSize(4).contains(archive);
        }
    }

    @Test
    void what_other_jars_made_is_left_alone_without_a_word() throws Exception {
        loligo("", "archive");
        String fitting = loligo("", "version");
        Files.setLastModifiedTime(
                home.resolve("loligo.jar"), FileTime.from(Instant.now().plusSeconds(60)));

        assertThat(loligo("-Xlog:class+load", "version")).doesNotContain(FROM_THE_ARCHIVE);
        assertThat(loligo("", "version")).isEqualTo(fitting).startsWith(VERSION);
    }

    @Test
    void what_is_no_archive_of_this_JDK_is_left_alone_without_a_word() throws Exception {
        String without = loligo("", "version");
        Files.write(archive, new byte[1 << 16]);

        assertThat(loligo("", "version")).isEqualTo(without).startsWith(VERSION);
    }

    @Test
    void where_it_cannot_be_written_the_launcher_says_so() throws Exception {
        Process process = start("", home.resolve("no/such/directory/a.jsa"), "archive");

        assertThat(new String(process.getInputStream().readAllBytes(), UTF_8))
                .contains("cannot write " + home.resolve("no/such/directory"), "LOLIGO_ARCHIVE");
        assertThat(process.waitFor()).isEqualTo(1);
    }

    /** What a command writes to standard output and error, when it ends with 0. */
    private String loligo(String options, String command) throws IOException, InterruptedException {
        Process process = start(options, archive, command);
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private Process start(String options, Path file, String... command) throws IOException {
        List<String> words =
                new ArrayList<>(List.of("sh", home.resolve("loligo").toString()));
        words.addAll(List.of(command));
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("LOLIGO_JAVA_OPTS", options);
        builder.environment().put("LOLIGO_ARCHIVE", file.toString());
        builder.environment().remove("LOLIGO_HOME");
        return builder.start();
    }
}
