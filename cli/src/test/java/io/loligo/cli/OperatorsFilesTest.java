package io.loligo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators read and copy is true. */
class OperatorsFilesTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path CONF = ROOT.resolve("conf/src/main/resources/loligo");

    private final LoligoServerHere server = new LoligoServerHere();

    @DisplayName("check has nothing to say about the examples")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "loligo.conf",
                "examples/one-site.conf",
                "examples/several-sites.conf",
                "examples/large-static.conf"
            })
    void examples(String file) {
        ProxyServer.Report report = server.check(CONF.resolve(file), false);

        // Whether Debian's log directory is there is the machine's matter.
        assertThat(report.findings())
                .filteredOn(finding -> !finding.message().contains("/var/log/squid/access.log"))
                .isEmpty();
        assertThat(report.usable()).isTrue();
    }

    @DisplayName("the starting point can be run, and check says what it makes of its old forms")
    @Test
    void startingPoint() {
        ProxyServer.Report report = server.check(CONF.resolve("starting-point.conf"), false);

        assertThat(report.usable()).isTrue();
        assertThat(report.findings())
                .extracting(ProxyServer.Finding::line, ProxyServer.Finding::kind)
                .contains(tuple(1, "translated"), tuple(2, "translated"), tuple(0, "assumed"));
    }

    @DisplayName("check has nothing to say about the ten lines in README.md")
    @Test
    void tenLines(@TempDir Path directory) throws IOException {
        String tenLines = Files.readAllLines(ROOT.resolve("README.md")).stream()
                .dropWhile(line -> !line.equals("## Ten lines to start"))
                .dropWhile(line -> !line.startsWith("    "))
                .takeWhile(line -> line.startsWith("    "))
                .map(String::strip)
                .collect(Collectors.joining("\n"));

        ProxyServer.Report report = server.check(
                Files.writeString(directory.resolve("squid.conf"), tenLines + "\naccess_log none\n"), false);

        assertThat(tenLines).contains("http_port", "http_access");
        assertThat(report.findings()).isEmpty();
        assertThat(report.usable()).isTrue();
    }
}
