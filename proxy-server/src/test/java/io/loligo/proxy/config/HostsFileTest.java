package io.loligo.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** hosts_file: only the names of peers, in any case, with all their addresses. */
final class HostsFileTest {
    @Test
    void names_of_peers_are_kept(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("hosts"), """
                # names of this site
                192.0.2.1\tapp.example.org App # the first
                2001:db8::1 APP.example.org
                192.0.2.9 other.example.org
                """);

        Loaded loaded = load(directory, "hosts_file " + directory.resolve("hosts"));

        assertThat(loaded.problems()).isEmpty();
        assertThat(loaded.configuration())
                .isNotNull()
                .satisfies(c -> assertThat(c.dns().hosts())
                        .containsOnlyKeys("app.example.org")
                        .containsEntry(
                                "app.example.org",
                                List.of(InetAddress.getByName("192.0.2.1"), InetAddress.getByName("2001:db8::1"))));
    }

    @Test
    void lines_that_are_none_are_named_and_passed_over(@TempDir Path directory) throws IOException {
        Path hosts = directory.resolve("hosts");
        Files.writeString(hosts, "\n192.0.2.256 app.example.org\n192.0.2.1\n192.0.2.2 app.example.org\n");

        Loaded loaded = load(directory, "hosts_file " + hosts);

        assertThat(loaded.problems())
                .extracting(problem -> problem.where().toString())
                .containsExactly(hosts + ":2", hosts + ":3");
        assertThat(loaded.configuration())
                .isNotNull()
                .satisfies(c -> assertThat(c.dns().hosts())
                        .containsEntry("app.example.org", List.of(InetAddress.getByName("192.0.2.2"))));
    }

    @Test
    void a_file_that_is_not_there_is_a_warning_and_none_means_no_file(@TempDir Path directory) throws IOException {
        assertThat(load(directory, "hosts_file " + directory.resolve("missing")).problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.message())
                        .startsWith("hosts_file ")
                        .contains("cannot be read", "192.0.2.1 app.example.org"));
        assertThat(load(directory, "hosts_file none").problems()).isEmpty();
    }

    private static Loaded load(Path directory, String line) throws IOException {
        Path file = Files.writeString(directory.resolve("squid.conf"), """
                http_port 8080 accel vhost
                cache_peer App.Example.org parent 80 0 no-query originserver
                http_access allow all
                visible_hostname edge.example.org
                %s
                """.formatted(line));
        return ConfigurationLoader.load(file, LoadOptions.DEFAULT);
    }
}
