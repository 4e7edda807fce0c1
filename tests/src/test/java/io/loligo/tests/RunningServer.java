package io.loligo.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A Loligo that answers: in this JVM, or the built jar in one of its own. */
public interface RunningServer extends AutoCloseable {

    /** Starts one on {@code conf} and waits until it answers. */
    static RunningServer start(SquidConf conf) {
        return InProcessServer.start(conf);
    }

    /** The port of the configuration it was started with. */
    int port();

    /** Where its configuration, logs and store are. */
    Path directory();

    /** Stops it as an operator would, and waits until it has stopped. */
    @Override
    void close();

    default List<String> accessLog() {
        return lines("access.log");
    }

    default List<String> cacheLog() {
        return lines("cache.log");
    }

    /** A file's lines so far; none when it is not there. */
    default List<String> lines(String name) {
        Path file = directory().resolve(name);
        try {
            return Files.exists(file) ? Files.readAllLines(file, UTF_8) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
