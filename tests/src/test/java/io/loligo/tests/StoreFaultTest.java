package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What the store suffers, clients do not")
class StoreFaultTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static byte[] body(int number, int size) {
        byte[] body = new byte[size];
        Arrays.fill(body, (byte) (number + 1));
        return body;
    }

    private static List<String> pages(Origin origin, int count, int size) {
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String path = Origin.freshPath();
            origin.answer(path, aResponse().withBody(body(i, size)).withHeader("Cache-Control", "max-age=3600"));
            paths.add(path);
        }
        return paths;
    }

    private static void assertAllAnswered(RunningServer loligo, List<String> paths, int size) {
        for (int i = 0; i < paths.size(); i++) {
            assertThat(RawHttp.get(loligo.port(), paths.get(i)).body()).isEqualTo(body(i, size));
        }
    }

    private static boolean allHit(RunningServer loligo, List<String> paths) {
        return paths.stream().allMatch(path -> RawHttp.get(loligo.port(), path).isHit());
    }

    private static String storedir(RunningServer loligo) {
        return new String(
                RawHttp.get(loligo.port(), "/squid-internal-mgr/storedir").body(), UTF_8);
    }

    private static void awaitFault(RunningServer loligo, String text) {
        await().atMost(PATIENCE)
                .until(() ->
                        storedir(loligo).lines().anyMatch(line -> line.startsWith("Fault: ") && line.contains(text)));
    }

    private static void awaitSound(RunningServer loligo) {
        await().atMost(PATIENCE)
                .until(() -> storedir(loligo).lines().noneMatch(line -> line.startsWith("Fault: "))
                        && storedir(loligo).contains("Degraded shards: 0"));
    }

    private static SquidConf conf(Origin origin) {
        return SquidConf.inFrontOf(origin.port()).and("cache_dir ufs DIR/cache 200 16 256", "maximum_object_size 8 MB");
    }

    @Test
    void a_cache_dir_that_is_deleted_is_made_again_and_filled_again() throws IOException {
        try (var origin = Origin.start();
                var loligo = RunningServer.start(conf(origin))) {
            List<String> paths = pages(origin, 20, 30_000);
            assertAllAnswered(loligo, paths, 30_000);
            Path cache = loligo.directory().resolve("cache");
            try (Stream<Path> all = Files.walk(cache)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }

            await().atMost(PATIENCE).until(() -> {
                assertAllAnswered(loligo, paths, 30_000);
                return Files.exists(cache);
            });
            awaitSound(loligo);
            await().atMost(PATIENCE).until(() -> allHit(loligo, paths));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(
                                    loligo.cacheLog().stream().filter(line -> line.contains("loligo-store is gone")))
                            .as("said when it began, and when it was over")
                            .hasSize(2));
        }
    }

    @Test
    void files_that_are_cut_cost_pages_and_no_answer_has_a_wrong_byte() throws IOException {
        int size = 3_000_000;
        try (var origin = Origin.start();
                var loligo = RunningServer.start(conf(origin))) {
            List<String> paths = pages(origin, 10, size);
            assertAllAnswered(loligo, paths, size);
            long threads = ioThreads();
            try (Stream<Path> all = Files.list(loligo.directory().resolve("cache/loligo-store"))) {
                for (Path file : all.filter(
                                path -> path.getFileName().toString().startsWith("shard-"))
                        .toList()) {
                    try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
                        cut.setLength(cut.length() / 20);
                    }
                }
            }

            for (int i = 0; i < paths.size(); i++) {
                var answer = RawHttp.get(loligo.port(), paths.get(i));
                if (answer.complete()) {
                    assertThat(answer.body()).isEqualTo(body(i, size));
                } else {
                    assertThat(answer.body()).isEqualTo(Arrays.copyOf(body(i, size), answer.body().length));
                }
            }
            await().atMost(PATIENCE).until(() -> {
                assertAllAnswered(loligo, paths, size);
                return allHit(loligo, paths);
            });
            awaitSound(loligo);
            assertThat(ioThreads()).as("I/O threads that have died").isEqualTo(threads);
        }
    }

    /** A fault in mapped memory that the JVM tells late would end one of them, and its connections would hang. */
    private static long ioThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("loligo I/O"))
                .count();
    }

    @Test
    void on_a_full_disk_everybody_is_answered_and_with_room_pages_are_kept_again() throws Exception {
        try (var origin = Origin.start()) {
            SquidConf conf = conf(origin);
            Path disk = Files.createDirectory(conf.directory().resolve("cache"));
            int exitCode = run("mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", disk.toString());
            String missing = "cannot mount a small disk here: it takes root";
            if (Boolean.getBoolean("loligo.require.mount")) {
                assertThat(exitCode).as(missing).isZero();
            }
            assumeThat(exitCode).as(missing).isZero();
            try (var loligo = RunningServer.start(conf)) {
                List<String> paths = pages(origin, 300, 30_000);
                assertAllAnswered(loligo, paths.subList(0, 20), 30_000);
                fill(disk.resolve("filler"));

                assertAllAnswered(loligo, paths, 30_000);
                awaitFault(loligo, "nearly full");
                assertAllAnswered(loligo, paths, 30_000);

                Files.delete(disk.resolve("filler"));
                await().atMost(PATIENCE).until(() -> !storedir(loligo).contains("nearly full"));
                await().atMost(PATIENCE).until(() -> storedir(loligo).contains("Degraded shards: 0"));
                assertAllAnswered(loligo, paths, 30_000);
                await().atMost(PATIENCE).until(() -> allHit(loligo, paths));
            } finally {
                run("umount", "-l", disk.toString());
            }
        }
    }

    private static int run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return 127;
        }
    }

    /** Takes every byte that is left. */
    private static void fill(Path file) throws IOException {
        byte[] piece = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(piece);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }
}
