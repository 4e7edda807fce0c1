package io.loligo.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.proxy.access.HostNames;
import io.loligo.proxy.config.Problem.Severity;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Configurations as text, for tests. */
final class Conf {
    /** What every configuration needs, so that a test can add the line that it is about. */
    static final String BASE = """
            http_port 10081 accel
            cache_peer 127.0.0.1 parent 18081 0 no-query originserver name=origin
            http_access allow all
            access_log none
            visible_hostname edge.example
            """;

    private static final HostNames NO_NAMES = name -> List.of();

    private Conf() {}

    static Loaded load(String text) {
        return load(text, LoadOptions.DEFAULT);
    }

    static Loaded load(String text, LoadOptions options) {
        return ConfigurationLoader.loadText(Path.of("squid.conf"), text, options, NO_NAMES, () -> "here.example");
    }

    /** The configuration of {@link #BASE} and {@code lines}, in which nothing may be wrong. */
    static Configuration with(String lines) {
        return configuration(BASE + lines);
    }

    static Configuration configuration(String text) {
        Loaded loaded = load(text);
        assertThat(loaded.problems()).noneMatch(Problem::isError);
        return Objects.requireNonNull(loaded.configuration());
    }

    /** What is said of {@code lines} below {@link #BASE}: {@code severity: message (kind)}. */
    static List<String> said(String lines) {
        return said(load(BASE + lines));
    }

    static List<String> said(Loaded loaded) {
        return loaded.problems().stream()
                .map(problem -> problem.severity().word() + ": " + problem.message() + " ("
                        + problem.kind().word() + ")")
                .toList();
    }

    static List<Problem> errors(Loaded loaded) {
        return loaded.problems().stream()
                .filter(problem -> problem.severity() == Severity.ERROR)
                .toList();
    }
}
