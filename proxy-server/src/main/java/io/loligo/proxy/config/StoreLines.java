package io.loligo.proxy.config;

import io.loligo.cache.store.ReplacementPolicy;
import io.loligo.cache.store.chronicle.StoreOptions;
import io.loligo.proxy.config.Configuration.CacheDirectory;
import io.loligo.proxy.config.Configuration.StoreConfig;
import io.loligo.proxy.config.Problem.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is kept, where and for how long: cache_dir, cache_mem, the limits of objects and the replacement policies. */
final class StoreLines {
    private final Scalars scalars;
    private final Problems problems;
    private final List<CacheDirectory> cacheDirectories = new ArrayList<>();
    private @Nullable Replacement memoryReplacement;
    private @Nullable Replacement cacheReplacement;

    StoreLines(Scalars scalars, Problems problems) {
        this.scalars = scalars;
        this.problems = problems;
    }

    private record Replacement(ReplacementPolicy policy, Directive line) {}

    /** Takes a cache_replacement_policy line. As in Squid it is about the cache_dir lines that follow. */
    void cacheReplacement(Directive line) {
        replacement(line).ifPresent(policy -> {
            if (cacheDirectories.isEmpty()) {
                cacheReplacement = new Replacement(policy, line);
            } else if (cacheReplacement == null) {
                cacheReplacement = new Replacement(policy, line);
                problems.notice(
                        Kind.DOUBTFUL,
                        line.where(),
                        "cache_replacement_policy stands below cache_dir; Squid would not use it for that directory,"
                                + " Loligo does");
            } else {
                problems.warning(
                        Kind.IGNORED,
                        line.where(),
                        "only the first cache_dir is used, and for that "
                                + cacheReplacement.line().where() + " sets the policy");
            }
        });
    }

    /** Takes a memory_replacement_policy line. */
    void memoryReplacement(Directive line) {
        replacement(line).ifPresent(policy -> memoryReplacement = new Replacement(policy, line));
    }

    private Optional<ReplacementPolicy> replacement(Directive line) {
        String words = String.join(" ", line.texts()).toLowerCase(Locale.ROOT);
        switch (words) {
            case "lru", "heap lru" -> {
                return Optional.of(ReplacementPolicy.LRU);
            }
            case "heap gdsf" -> {
                return Optional.of(ReplacementPolicy.GDSF);
            }
            case "heap lfuda" -> {
                return Optional.of(ReplacementPolicy.LFUDA);
            }
            default -> {
                problems.value(line.where(), line.name() + " is lru, heap LRU, heap GDSF or heap LFUDA, not " + words);
                return Optional.empty();
            }
        }
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
        smallMemory();
        return new StoreConfig(
                scalars.size("cache_mem", defaults.memoryBytes()),
                List.copyOf(cacheDirectories),
                scalars.size("maximum_object_size", defaults.maximumObjectBytes()),
                scalars.size("maximum_object_size_in_memory", defaults.maximumObjectInMemoryBytes()),
                scalars.size("minimum_object_size", defaults.minimumObjectBytes()),
                scalars.onOff("collapsed_forwarding", defaults.collapsedForwarding()),
                replacementPolicy());
    }

    private ReplacementPolicy replacementPolicy() {
        Replacement chosen = cacheDirectories.isEmpty() ? memoryReplacement : cacheReplacement;
        Replacement other = cacheDirectories.isEmpty() ? cacheReplacement : memoryReplacement;
        if (other != null) {
            problems.notice(
                    Kind.IGNORED,
                    other.line().where(),
                    other.line().name() + " has no effect "
                            + (cacheDirectories.isEmpty()
                                    ? "without a cache_dir; see memory_replacement_policy"
                                    : "beside a cache_dir; see cache_replacement_policy"));
        }
        return chosen == null ? StoreConfig.DEFAULT.replacementPolicy() : chosen.policy();
    }

    /** Says what a cache_mem means that is less than the smallest store. */
    private void smallMemory() {
        Directive memory = scalars.line("cache_mem");
        long bytes = scalars.size("cache_mem", StoreConfig.DEFAULT.memoryBytes());
        if (memory == null || !cacheDirectories.isEmpty()) {
            return;
        }
        if (bytes == 0) {
            problems.notice(
                    Kind.DOUBTFUL,
                    memory.where(),
                    "cache_mem is 0 and there is no cache_dir: nothing is stored, and every request is passed on");
        } else if (bytes < StoreOptions.CAPACITY_MIN) {
            problems.notice(
                    Kind.DOUBTFUL,
                    memory.where(),
                    "the store takes at least " + StoreOptions.CAPACITY_MIN
                            + " bytes; a page larger than cache_mem is not stored");
        }
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
