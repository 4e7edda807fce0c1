package io.loligo.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The demo's configuration in a temporary directory: the lines of starting-point.conf with other port numbers, and a second
 * file with the directives that keep the demo's logs, pid file and token inside that directory.
 *
 * @param directory the temporary directory, which {@link #close} removes
 * @param squidConf the configuration file that the server is started with
 */
record DemoFiles(Path directory, Path squidConf) implements AutoCloseable {
    private static final String STARTING_POINT = "/loligo/starting-point.conf";
    private static final Pattern NUMBER = Pattern.compile("\\b(81|82|8081|8082)\\b");

    /**
     * The demo's ports.
     *
     * @param base the first public port; the second follows it, the origins are 100 above, the admin port 109
     */
    record Ports(int base) {
        private static final int BASE_MAX = 65_000;

        Ports {
            if (base < 1 || base > BASE_MAX) {
                throw new IllegalArgumentException("--port-base must be from 1 to " + BASE_MAX + ", not " + base);
            }
        }

        int site(int server) {
            return base + server - 1;
        }

        int origin(int server) {
            return base + 100 + server - 1;
        }

        int admin() {
            return base + 109;
        }
    }

    static DemoFiles create(Ports ports) throws IOException {
        Path directory = Files.createTempDirectory("loligo-demo");
        Files.writeString(directory.resolve("starting-point.conf"), raised(startingPoint(), ports));
        Path squidConf = directory.resolve("squid.conf");
        Files.write(
                squidConf,
                List.of(
                        "# The starting point, with other port numbers:",
                        "include " + directory.resolve("starting-point.conf"),
                        "",
                        "# What keeps the demo to itself:",
                        "cache_mem 64 MB",
                        "access_log stdio:" + directory.resolve("access.log") + " squid",
                        "cache_log " + directory.resolve("cache.log"),
                        "pid_filename none",
                        "shutdown_lifetime 1 second",
                        "admin_port 127.0.0.1:" + ports.admin(),
                        "admin_token_file " + directory.resolve("admin.token")));
        return new DemoFiles(directory, squidConf);
    }

    private static String startingPoint() throws IOException {
        try (InputStream resource = DemoFiles.class.getResourceAsStream(STARTING_POINT)) {
            if (resource == null) {
                throw new FileNotFoundException(STARTING_POINT + " is missing from the jar");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static String raised(String startingPoint, Ports ports) {
        Map<String, Integer> numbers =
                Map.of("81", ports.site(1), "82", ports.site(2), "8081", ports.origin(1), "8082", ports.origin(2));
        return NUMBER.matcher(startingPoint).replaceAll((MatchResult found) -> "" + numbers.get(found.group()));
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(DemoFiles::delete);
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
