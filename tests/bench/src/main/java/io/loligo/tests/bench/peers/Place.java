package io.loligo.tests.bench.peers;

import java.nio.file.Path;

/**
 * Where a server runs.
 *
 * @param directory its own, writable for everyone; its output goes to the file {@code output} there
 * @param port of 127.0.0.1
 * @param threads how many processors it has
 */
record Place(Path directory, int port, int threads) {
    Path file(String name) {
        return directory.resolve(name);
    }
}
