package io.loligo.tests.bench;

import io.loligo.cache.store.chronicle.StoreOptions;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what is in the store that is measured. */
final class Content {
    @Option(names = "--objects", paramLabel = "N", description = "(default: ${DEFAULT-VALUE})")
    private int objects = 1_000_000;

    @Option(names = "--size", paramLabel = "BYTES", description = "of a body (default: ${DEFAULT-VALUE})")
    private int size;

    /** @param size bytes of a body where the command line does not say it */
    Content(int size) {
        this.size = size;
    }

    int objects() {
        return objects;
    }

    int size() {
        return size;
    }

    /**
     * Of a store that has room for all.
     *
     * @param directory of its files; null for memory
     */
    StoreOptions options(@Nullable Path directory) {
        long capacity = objects * (size + 1_024L) / 4 * 5 + (64L << 20);
        return new StoreOptions(directory, capacity, Pages.LARGEST);
    }

    /** The same again for another process's command line. */
    List<String> arguments() {
        return List.of("--objects", "" + objects, "--size", "" + size);
    }
}
