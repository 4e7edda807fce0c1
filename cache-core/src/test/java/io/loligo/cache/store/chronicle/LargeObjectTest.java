package io.loligo.cache.store.chronicle;

import static io.loligo.cache.store.chronicle.Samples.head;
import static io.loligo.cache.store.chronicle.Samples.key;
import static io.loligo.cache.store.chronicle.Samples.there;
import static io.loligo.cache.store.chronicle.Samples.tryPut;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.store.EntryReader;
import io.loligo.cache.store.EntryWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In a JVM with a heap of 64 MB. */
@Tag("long")
@DisplayName("objects of gigabytes, in files")
class LargeObjectTest {
    private static final long GIBI = 1L << 30;
    /** One more than twice what an int can count, and that is what an array index is. */
    private static final long BEYOND_INT = (1L << 31) + 1;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);

    @TempDir
    private Path directory;

    private StoredHead put(ChronicleStore store, String path, NamedBody body) {
        try (EntryWriter writer = store.write(head(key(path)), store.purgeOrder())) {
            while (writer.length() < body.length()) {
                buffer.clear();
                body.fill(writer.length(), buffer);
                assertThat(writer.append(buffer.flip())).isTrue();
            }
            return there(writer.commit());
        }
    }

    /** Reads and compares from {@code from} on, up to {@code to}. */
    private void check(EntryReader reader, NamedBody body, long from, long to) throws IOException {
        long position = from;
        while (position < to) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), to - position));
            int read = reader.read(position, buffer);
            assertThat(read).isPositive();
            assertThat(body.firstWrong(position, buffer.flip())).isEqualTo(-1);
            position += read;
        }
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(longs = {GIBI, BEYOND_INT})
    void come_back_byte_for_byte_and_in_parts_and_to_their_readers_after_a_purge(long length) throws IOException {
        NamedBody body = new NamedBody(length, length);
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(directory, 10 * GIBI, 3 * GIBI))) {
            awaitReady(store);
            assertThat(put(store, "/large", body).bodyLength()).isEqualTo(length);
        }

        // Read by another run, so that every chunk's checksum is verified too.
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(directory, 10 * GIBI, 3 * GIBI))) {
            StoredHead stored = store.lookup(key("/large")).get(0);
            assertThat(stored.bodyLength()).isEqualTo(length);
            assertThat(store.stats().places().payload()).isEqualTo(length);
            try (EntryReader reader = there(store.read(stored))) {
                check(reader, body, 0, length);
                check(reader, body, length - 1, length);
                check(reader, body, length - 70_000, length);
                check(reader, body, length / 2 - 3, length / 2 + 40_000);
                assertThat(reader.read(length, buffer.clear())).isEqualTo(-1);

                assertThat(store.purge(stored.key().uri()).objects()).isEqualTo(1);

                assertThat(store.lookup(key("/large"))).isEmpty();
                check(reader, body, 0, length);
            }
            await().atMost(Duration.ofMinutes(1)).until(() -> store.stats().bytes() == 0);
            assertThat(store.stats().faults()).isZero();
        }
    }

    @Test
    void make_room_for_others() throws IOException {
        NamedBody first = new NamedBody(3, BEYOND_INT);
        NamedBody second = new NamedBody(4, BEYOND_INT);
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(directory, 3 * GIBI, 3 * GIBI))) {
            awaitReady(store);
            StoredHead stored = put(store, "/first", first);
            try (EntryReader reader = there(store.read(stored))) {
                // There is no room for two.
                put(store, "/second", second);

                assertThat(store.lookup(key("/first"))).isEmpty();
                assertThatReadsRightOrFails(reader, first);
            }

            assertThat(store.stats().evictions()).isPositive();
            assertThat(store.stats().faults()).isZero();
            assertThat(store.stats().bytes()).isLessThanOrEqualTo(3 * GIBI);
            try (EntryReader reader =
                    there(store.read(store.lookup(key("/second")).get(0)))) {
                check(reader, second, 0, BEYOND_INT);
            }
        }
    }

    /** Files of gigabytes are made in the background. */
    private static void awaitReady(ChronicleStore store) {
        await().atMost(Duration.ofMinutes(5)).until(() -> store.stats().recovering() == 0);
    }

    private void assertThatReadsRightOrFails(EntryReader reader, NamedBody body) {
        try {
            check(reader, body, 0, body.length());
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("is gone or damaged");
        }
    }

    /** How long one removal takes is not how long anybody waits: others go on between its beginning and its end. */
    @Test
    void hold_up_nobody_when_they_go() throws IOException {
        try (ChronicleStore store = ChronicleStore.open(new StoreOptions(directory, 5 * GIBI, GIBI))) {
            awaitReady(store);
            StoredHead large = put(store, "/large", new NamedBody(1, GIBI));
            byte[] page = Samples.body("other", 100_000);
            StoredHead other = there(tryPut(store, head(key("/other")), page));
            long full = store.stats().bytes();

            store.remove(large);

            int meanwhile = 0;
            for (long bytes = store.stats().bytes();
                    bytes > GIBI / 2;
                    bytes = store.stats().bytes()) {
                assertThat(Samples.get(store, other)).isEqualTo(page);
                there(tryPut(store, head(key("/new")), page));
                meanwhile++;
            }
            assertThat(full).isGreaterThan(GIBI);
            assertThat(meanwhile).as("things done while it went").isGreaterThan(10);
            await().atMost(Duration.ofMinutes(1)).until(() -> store.stats().bytes() < GIBI / 100);
        }
    }
}
