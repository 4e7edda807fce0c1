package io.loligo.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The text of a squid.conf for one test, with the directory it lives in.
 *
 * @param text {@code DIR} stands for the directory
 * @param port the (first) port the server will listen on
 */
public record SquidConf(String text, int port, Path directory) {

    /** One accelerator port for {@code www.example.org} in front of one origin, everybody allowed. */
    public static SquidConf inFrontOf(int originPort) {
        int port = Ports.free();
        return new SquidConf("""
                http_port 127.0.0.1:%d accel defaultsite=www.example.org vhost
                cache_peer 127.0.0.1 parent %d 0 no-query originserver name=origin
                acl PURGE method PURGE
                http_access allow all
                visible_hostname edge.example.org
                access_log stdio:DIR/access.log squid
                buffered_logs off
                cache_log DIR/cache.log
                pid_filename DIR/pid
                shutdown_lifetime 5 seconds
                admin_port 0
                """.formatted(port, originPort), port, freshDirectory());
    }

    /** Exactly {@code text}. */
    static SquidConf of(String text, int port) {
        return new SquidConf(text, port, freshDirectory());
    }

    /** With more lines at the end, where they win over what stands before. */
    public SquidConf and(String... lines) {
        return new SquidConf(text + String.join("\n", lines) + "\n", port, directory);
    }

    /** With every {@code old} replaced. */
    SquidConf replacing(String old, String replacement) {
        return new SquidConf(text.replace(old, replacement), port, directory);
    }

    Path write() {
        try {
            return Files.writeString(directory.resolve("squid.conf"), text.replace("DIR", directory.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path freshDirectory() {
        try {
            Path parent = Files.createDirectories(Path.of("target", "scenarios").toAbsolutePath());
            return Files.createTempDirectory(parent, "server");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
