package io.loligo.cache.store.chronicle;

import static io.loligo.cache.store.chronicle.Samples.body;
import static io.loligo.cache.store.chronicle.Samples.head;
import static io.loligo.cache.store.chronicle.Samples.key;
import static io.loligo.cache.store.chronicle.Samples.put;
import static io.loligo.cache.store.chronicle.Samples.uri;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgeTarget;
import io.loligo.cache.store.chronicle.files.StoreDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("nobody but the server's user reads what is stored")
class OwnerOnlyTest {
    @TempDir
    Path parent;

    private Map<String, String> modes() throws IOException {
        Map<String, String> modes = new TreeMap<>();
        try (Stream<Path> all = Files.walk(parent.resolve(StoreDirectory.NAME))) {
            for (Path path : all.toList()) {
                modes.put(
                        parent.relativize(path).toString(),
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
            }
        }
        return modes;
    }

    private void use() throws Exception {
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(parent, 16L << 20, 1L << 20))) {
            put(store, head(key("/1")), body("1", 100));
            store.purge(new PurgeOrder(new PurgeTarget.Tag("t"), false));
            store.invalidate(uri("/"), List.of("g"), Instant.now());
            checkModes();
        }
        checkModes();
    }

    private void checkModes() throws IOException {
        assertThat(modes()).containsKeys("loligo-store/purges", "loligo-store/peers", "loligo-store/shard-0.pages");
        modes().forEach((path, mode) -> assertThat(mode)
                .as(path)
                .isEqualTo(Files.isDirectory(parent.resolve(path)) ? "rwx------" : "rw-------"));
    }

    @Test
    @DisplayName(
            "new directories have mode 0700 and files 0600, and so have those of an earlier server from its next start on")
    void modesOfAll() throws Exception {
        assumeTrue(Files.getFileStore(parent).supportsFileAttributeView("posix"));
        use();

        for (String path : modes().keySet()) {
            Files.setPosixFilePermissions(parent.resolve(path), PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
        use();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(parent)))
                .as("the operator's own directory is left alone")
                .isEqualTo("rwxr-xr-x");
    }
}
