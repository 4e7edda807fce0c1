package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What is installed. Nothing is ever installed from here. */
final class Programs {
    private static final int ANSWERS_WITHIN_SECONDS = 30;

    private Programs() {}

    /** On the PATH, or where the administrator's programs are. */
    static Optional<Path> find(String name) {
        return Stream.concat(Stream.of(System.getenv("PATH").split(":", -1)), Stream.of("/usr/local/sbin", "/usr/sbin"))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Where it is, once {@link #missing} has said that it is there. */
    static String path(String name) {
        return find(name)
                .orElseThrow(() -> new IllegalStateException(name + " is gone"))
                .toString();
    }

    /** What to say when it is not there. */
    static Optional<String> missing(String name, String debianPackage) {
        return find(name).isPresent()
                ? Optional.empty()
                : Optional.of(name + " is not installed (Debian: apt-get install " + debianPackage + ")");
    }

    /** What a command that ends by itself writes to standard output and error. */
    static String output(String... command) throws IOException {
        return output(List.of(command));
    }

    static String output(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(ANSWERS_WITHIN_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(command + " does not end");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw new IOException(e);
        }
        return output;
    }
}
