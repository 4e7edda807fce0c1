package io.loligo.cache.store.chronicle;

import static io.loligo.cache.store.chronicle.Samples.body;
import static io.loligo.cache.store.chronicle.Samples.get;
import static io.loligo.cache.store.chronicle.Samples.head;
import static io.loligo.cache.store.chronicle.Samples.key;
import static io.loligo.cache.store.chronicle.Samples.put;
import static io.loligo.cache.store.chronicle.Samples.tryPut;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.loligo.cache.store.chronicle.files.DiskSpace;
import io.loligo.cache.store.chronicle.files.Geometry;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A disk of 256 MB that others fill. Needs root, to mount one; else it is skipped and says so, with
 * {@code -Dloligo.require.mount=true} it fails.
 */
@DisplayName("when the disk is full")
class FullDiskTest {
    private static final long MEBI = 1L << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path temporary;

    private Path disk;
    private boolean mounted;

    @BeforeEach
    void place() throws IOException {
        disk = Files.createDirectory(temporary.resolve("disk"));
    }

    private void mount(String kind) throws Exception {
        int exitCode;
        if (kind.equals("tmpfs")) {
            exitCode = run("mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", disk.toString());
        } else {
            Path image = temporary.resolve("image");
            try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                file.setLength(256 * MEBI);
            }
            run("mkfs." + kind, "-q", image.toString());
            exitCode = run("mount", "-o", "loop", image.toString(), disk.toString());
        }
        mounted = exitCode == 0;
        String missing = "cannot mount a small " + kind + " here: it takes root, and the file system";
        if (Boolean.getBoolean("loligo.require.mount")) {
            assertThat(exitCode).as(missing).isZero();
        }
        assumeThat(exitCode).as(missing).isZero();
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

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertThat(run("umount", "-l", disk.toString())).isZero();
        }
    }

    /** Takes every byte that is left. */
    private void fill() throws IOException {
        byte[] piece = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(disk.resolve("filler"))) {
            while (true) {
                out.write(piece);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    private ChronicleStore open(long capacityMebi, DiskSpace space) throws IOException {
        StoreOptions options = new StoreOptions(disk, capacityMebi * MEBI, 4 * MEBI);
        return ChronicleStore.open(options, Geometry.of(options.capacityBytes(), options.maximumObjectBytes()), space);
    }

    private static void assertNothingWrong(ChronicleStore store, int pages) {
        for (int i = 0; i < pages; i++) {
            try {
                byte[] stored = get(store, key("/" + i));
                if (stored != null) {
                    assertThat(stored).isEqualTo(body("p" + i, length(i)));
                }
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("is gone or damaged");
            }
        }
    }

    private static int length(int page) {
        return page % 10 == 0 ? 200_000 : page % 3 * 2_000;
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"tmpfs", "ext4"})
    void a_store_whose_room_the_disk_keeps_does_not_notice(String kind) throws Exception {
        mount(kind);
        try (ChronicleStore store = open(16, new DiskSpace(DiskSpace.PROGRAM))) {
            await().atMost(PATIENCE).until(store::hasSpace);
            // The one thing that has to be written elsewhere: for whom pages are kept.
            put(store, head(key("/first")), body("first", 100));
            fill();
            for (int i = 0; i < 2_000; i++) {
                put(store, head(key("/" + i)), body("p" + i, length(i)));
            }
            assertNothingWrong(store, 2_000);
            assertThat(store.stats().degraded()).isZero();
            assertThat(store.stats().evictions()).isPositive();
            assertThat(store.stats().objects()).isPositive();
        }
    }

    @Test
    void room_that_is_kept_is_known_to_the_next_start() throws Exception {
        mount("tmpfs");
        try (ChronicleStore store = open(32, new DiskSpace(DiskSpace.PROGRAM))) {
            await().atMost(PATIENCE).until(() -> Files.exists(disk.resolve("loligo-store/allocated")));
            put(store, head(key("/page")), body("page", 1_000));
        }
        fill();
        // Room for the properties, as an operator would make it.
        Files.delete(disk.resolve("filler"));
        Files.write(
                disk.resolve("filler"), new byte[(int) (Files.getFileStore(disk).getUsableSpace() - MEBI)]);
        try (ChronicleStore store = open(32, new DiskSpace(DiskSpace.PROGRAM))) {
            assertThat(store.stats().capacityBytes()).isEqualTo(32 * MEBI);
            assertThat(get(store, key("/page"))).isEqualTo(body("page", 1_000));
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"tmpfs", "ext4"})
    void a_store_with_holes_survives_serves_nothing_wrong_and_stores_again_when_there_is_room(String kind)
            throws Exception {
        mount(kind);
        try (ChronicleStore store = open(100, new DiskSpace(List.of("false")))) {
            store.awaitStarted();
            for (int i = 0; i < 100; i++) {
                put(store, head(key("/" + i)), body("p" + i, length(i)));
            }
            fill();
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 3_000; i++) {
                    tryPut(store, head(key("/" + i)), body("p" + i, length(i)));
                }
                assertNothingWrong(store, 3_000);
            }
            await().atMost(PATIENCE)
                    .until(() -> store.stats().ongoing().stream()
                            .anyMatch(fault -> fault.what().contains("nearly full")));

            Files.delete(disk.resolve("filler"));
            await().atMost(PATIENCE)
                    .until(() -> store.stats().degraded() == 0
                            && store.stats().ongoing().stream()
                                    .noneMatch(fault -> fault.what().contains("nearly full")));
            put(store, head(key("/again")), body("again", 200_000));
            assertThat(get(store, key("/again"))).isEqualTo(body("again", 200_000));
            assertNothingWrong(store, 3_000);
        }
    }
}
