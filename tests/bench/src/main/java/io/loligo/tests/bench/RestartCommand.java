package io.loligo.tests.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.loligo.cache.store.ResponseStore;
import io.loligo.cache.store.chronicle.ChronicleStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** How long a store in files takes to be of use again. */
@Command(
        name = "restart",
        mixinStandardHelpOptions = true,
        header = "How long a store in files takes to be of use again.",
        description = {
            "Fills a store in files in a JVM of its own and opens it again in another: after a clean stop, and after",
            "kill -9 while it was being filled. Lost are pages whose commit was told before the kill and that are not",
            "found once all is repaired. The page cache of the system is warm."
        })
final class RestartCommand implements Callable<Integer> {
    private static final int SIZE = 4_096;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private StoreBench bench;

    @Mixin
    private Content content = new Content(SIZE);

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "where to make the stores (default: a temporary one)")
    private @Nullable Path parent;

    @Override
    public Integer call() throws Exception {
        Path base = parent == null ? Path.of(System.getProperty("java.io.tmpdir")) : Files.createDirectories(parent);
        Report report = new Report("restart");
        report.json().put("objects", content.objects()).put("size", content.size());
        report.row("after", "ms to open", "ms to the first hit", "ms to all", "found", "lost");
        boolean lossless = true;
        for (String how : List.of("clean stop", "kill -9")) {
            Path directory = Files.createTempDirectory(base, "loligo-restart");
            try {
                long committed = fill(directory, how.equals("kill -9"));
                ObjectNode opened = reopen(directory);
                long lost = committed - opened.path("found_of_told").asLong();
                // What is told in batches may be a batch behind what is there.
                lossless &= how.equals("kill -9") || lost == 0;
                report.row(
                        how,
                        opened.path("open_ms").asText(),
                        opened.path("first_hit_ms").asText(),
                        opened.path("all_ms").asText(),
                        opened.path("found").asText(),
                        "" + lost);
                report.json().set(how, opened.put("told", committed).put("lost", lost));
            } finally {
                delete(directory);
            }
        }
        report.write(System.out, bench.out());
        return lossless ? 0 : 1;
    }

    /** The number of pages that the child said it had stored before it ended, one way or the other. */
    private long fill(Path directory, boolean kill) throws Exception {
        Process child = child("fill", directory, List.of());
        long told = 0;
        try (BufferedReader lines = child.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                told = Long.parseLong(line);
                if (kill && told >= content.objects() * 9L / 10) {
                    // By its handle, so that what it told before can still be read.
                    child.toHandle().destroyForcibly();
                }
            }
        }
        int exitCode = child.waitFor();
        if (!kill && exitCode != 0) {
            throw new IllegalStateException("the filling process ended with " + exitCode);
        }
        Files.writeString(directory.resolve("told"), "" + told);
        return told;
    }

    private ObjectNode reopen(Path directory) throws Exception {
        Path result = directory.resolve("result.json");
        Process child = child("reopen", directory, List.of("--result", result.toString()));
        int exitCode = child.waitFor();
        if (exitCode != 0) {
            throw new IllegalStateException("the opening process ended with " + exitCode);
        }
        return (ObjectNode) new ObjectMapper().readTree(result.toFile());
    }

    /** A JVM as this one. */
    private Process child(String subcommand, Path directory, List<String> more) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), StoreBench.class.getName()));
        command.add(subcommand);
        command.addAll(List.of("--directory", directory.toString()));
        command.addAll(content.arguments());
        command.addAll(more);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** The child that fills. */
    @Command(name = "fill", hidden = true)
    static final class Fill implements Callable<Integer> {
        private static final int TOLD_EVERY = 1_000;

        @Mixin
        private Content content = new Content(SIZE);

        @Option(names = "--directory", required = true)
        @SuppressWarnings("NullAway.Init") // required
        private Path directory;

        @Override
        public Integer call() throws IOException, InterruptedException {
            Pages pages = new Pages();
            try (ResponseStore store = ReadyStore.open(content.options(directory))) {
                for (int i = 0; i < content.objects(); i++) {
                    if (pages.put(store, i, content.size()) == null) {
                        throw new IllegalStateException("page " + i + " was not stored: " + store.stats());
                    }
                    if ((i + 1) % TOLD_EVERY == 0) {
                        System.out.println(i + 1);
                    }
                }
                System.out.println(content.objects());
            }
            return 0;
        }
    }

    /** The child that opens again. */
    @Command(name = "reopen", hidden = true)
    static final class Reopen implements Callable<Integer> {
        @Mixin
        private Content content = new Content(SIZE);

        @Option(names = "--directory", required = true)
        @SuppressWarnings("NullAway.Init") // required
        private Path directory;

        @Option(names = "--result", required = true)
        @SuppressWarnings("NullAway.Init") // required
        private Path result;

        @Override
        public Integer call() throws IOException, InterruptedException {
            long told = Long.parseLong(Files.readString(directory.resolve("told")));
            ByteBuffer into = ByteBuffer.allocateDirect(64 << 10);
            long start = System.nanoTime();
            try (ResponseStore store = ChronicleStore.open(content.options(directory))) {
                long open = millisSince(start);
                long asked = 0;
                while (Pages.get(store, asked % told, into) != content.size()) {
                    asked++;
                    if (asked % told == 0 && store.stats().recovering() == 0) {
                        throw new IllegalStateException("nothing is there");
                    }
                }
                long firstHit = millisSince(start);
                ReadyStore.await(store);
                awaitIndexed();
                long all = millisSince(start);
                long found = 0;
                long foundOfTold = 0;
                for (int i = 0; i < content.objects(); i++) {
                    if (Pages.get(store, i, into) == content.size()) {
                        found++;
                        foundOfTold += i < told ? 1 : 0;
                    }
                }
                ObjectNode json = new ObjectMapper().createObjectNode();
                json.put("open_ms", open)
                        .put("first_hit_ms", firstHit)
                        .put("misses_before", asked)
                        .put("all_ms", all)
                        .put("found", found)
                        .put("found_of_told", foundOfTold)
                        .put("objects_counted", store.stats().objects())
                        .put("faults", store.stats().faults());
                Files.writeString(result, json.toPrettyString());
            }
            return 0;
        }
    }

    private static long millisSince(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }

    /** The store's interface does not tell, for nobody needs to know; README names the thread that does it. */
    private static void awaitIndexed() throws InterruptedException {
        while (Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("loligo-store-start"))) {
            Thread.sleep(1);
        }
    }
}
