package io.loligo.proxy.fetch;

import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.config.ConfigurationLoader;
import io.loligo.proxy.config.LoadOptions;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.origin.OriginClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** Rules of a small squid.conf. */
final class TestRules {
    private TestRules() {}

    /** For one port in front of one origin on {@code originPort} of the loopback address. */
    static Rules of(Path directory, int originPort, String... more) throws IOException {
        return Rules.of(configuration(directory, originPort, more), List.of(), "1");
    }

    /** The same, with its peer known to {@code origin}. */
    static Rules of(Configuration configuration, OriginClient origin) throws InterruptedException {
        return Rules.of(configuration, origin.renew(List.of(), configuration.peers(), Duration.ofSeconds(10)), "1");
    }

    static Configuration configuration(Path directory, int originPort, String... more) throws IOException {
        Path file = Files.writeString(
                directory.resolve("squid.conf"), """
                http_port 127.0.0.1:8000 accel defaultsite=www.example.org vhost
                cache_peer 127.0.0.1 parent %d 0 no-query originserver name=origin
                http_access allow all
                access_log none
                visible_hostname edge.example
                """.formatted(originPort) + String.join("\n", more) + "\n");
        return Objects.requireNonNull(
                ConfigurationLoader.load(file, LoadOptions.DEFAULT).configuration());
    }
}
