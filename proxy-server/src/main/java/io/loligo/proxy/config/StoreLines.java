package io.loligo.proxy.config;

import io.loligo.proxy.config.Configuration.CacheDirectory;
import io.loligo.proxy.config.Configuration.StoreConfig;
import io.loligo.proxy.config.Problem.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is kept and where: cache_dir, cache_mem and the limits of objects. */
final class StoreLines {
    private final Scalars scalars;
    private final Problems problems;
    private final List<CacheDirectory> cacheDirectories = new ArrayList<>();

    StoreLines(Scalars scalars, Problems problems) {
        this.scalars = scalars;
        this.problems = problems;
    }

    /** Takes a cache_dir line. */
    void cacheDirectory(Directive line) {
        List<String> words = line.texts();
        String type = words.isEmpty() ? "" : words.get(0);
        switch (type) {
            case "ufs", "aufs", "diskd", "rock", "coss" -> {}
            case "null" -> {
                problems.notice(Kind.TRANSLATED, line.where(), "cache_dir null: the cache is kept in memory only");
                return;
            }
            default -> {
                problems.value(
                        line.where(),
                        "cache_dir needs a type (ufs, aufs, diskd, rock), a directory and a size in"
                                + " MB: cache_dir aufs /var/cache/loligo 10000 16 256");
                return;
            }
        }
        Optional<Path> path = words.size() < 2 ? Optional.empty() : scalars.path(line, words.get(1));
        Optional<Long> megabytes = words.size() < 3
                ? Optional.empty()
                : Values.integer(words.get(2)).filter(n -> 0 < n && n <= 1L << 40);
        if (path.isEmpty() || megabytes.isEmpty()) {
            problems.value(line.where(), "cache_dir " + type + " needs a directory and its limit in MB");
            return;
        }
        for (String word : words.subList(3, words.size())) {
            if (word.contains("=") || word.equals("no-store") || word.equals("read-only")) {
                problems.warning(Kind.NOT_YET, line.where(), "cache_dir option " + word + " is not yet implemented");
            } else if (!Values.isDigits(word)) {
                problems.value(line.where(), "cache_dir has no option " + word);
            }
        }
        cacheDirectories.stream()
                .filter(other -> other.path().equals(path.get()))
                .forEach(other -> problems.value(
                        line.where(), "cache_dir " + path.get() + " is that of " + other.where() + " too"));
        if (!cacheDirectories.isEmpty()) {
            problems.warning(
                    Kind.IGNORED,
                    line.where(),
                    "only the first cache_dir is used, that of "
                            + cacheDirectories.get(0).where() + "; give it the whole size");
        }
        cacheDirectories.add(new CacheDirectory(path.get(), megabytes.get() << 20, line.where()));
    }

    /** What all lines together say. */
    StoreConfig store() {
        StoreConfig defaults = StoreConfig.DEFAULT;
        Directive maximum = scalars.line("maximum_object_size");
        for (CacheDirectory directory : cacheDirectories) {
            if (maximum != null
                    && maximum.where().file().equals(directory.where().file())
                    && maximum.where().line() > directory.where().line()) {
                problems.notice(
                        Kind.DOUBTFUL,
                        maximum.where(),
                        "maximum_object_size stands below cache_dir; Squid would not use it for that directory, Loligo does");
            }
        }
        memoryBesideDirectory();
        return new StoreConfig(
                scalars.size("cache_mem", defaults.memoryBytes()),
                List.copyOf(cacheDirectories),
                scalars.size("maximum_object_size", defaults.maximumObjectBytes()),
                scalars.size("maximum_object_size_in_memory", defaults.maximumObjectInMemoryBytes()),
                scalars.size("minimum_object_size", defaults.minimumObjectBytes()),
                scalars.onOff("collapsed_forwarding", defaults.collapsedForwarding()));
    }

    /** Pages are kept in the files of a cache_dir, which the operating system keeps in memory as far as it has any. */
    private void memoryBesideDirectory() {
        Directive memory = scalars.line("cache_mem");
        if (memory != null && !cacheDirectories.isEmpty()) {
            problems.notice(
                    Kind.IGNORED,
                    memory.where(),
                    "cache_mem has no effect beside a cache_dir: the size of the store is that of "
                            + cacheDirectories.get(0).where()
                            + ", and the operating system decides what of it is in memory");
        }
    }
}
