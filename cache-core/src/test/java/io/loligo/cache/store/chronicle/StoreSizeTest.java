package io.loligo.cache.store.chronicle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.TagFields;
import io.loligo.cache.store.ReplacementPolicy;
import io.loligo.cache.store.chronicle.ban.Bans;
import io.loligo.cache.store.chronicle.ban.RecentPurges;
import io.loligo.cache.store.chronicle.files.Counters;
import io.loligo.cache.store.chronicle.files.Geometry;
import io.loligo.cache.store.chronicle.files.PeersRegistry;
import io.loligo.cache.store.chronicle.files.ShardLimits;
import io.loligo.cache.store.chronicle.files.StoreCapacity;
import io.loligo.cache.store.chronicle.files.StoreDirectory;
import io.loligo.cache.store.chronicle.files.StoreFaults;
import io.loligo.cache.store.chronicle.page.EntryLayout;
import io.loligo.cache.store.chronicle.page.KeyHasher;
import io.loligo.cache.store.chronicle.page.PageBufferPool;
import io.loligo.cache.store.chronicle.page.Scratch;
import java.io.IOException;
import java.time.InstantSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("the size of a store")
class StoreSizeTest {
    private static final long MEBI = 1L << 20;

    @ParameterizedTest(name = "{0} MiB and a heap of {1} on a machine with {2}: {3}")
    @CsvSource({"1000, 400, 2000, true", "1000, 400, 1499, false", "1000, 400, 1501, true", "64, 16, 60, false"})
    void what_the_machine_cannot_give_is_refused(long capacity, long heap, long machine, boolean taken) {
        if (taken) {
            assertThatCode(() -> StoreCapacity.requireMemory(capacity * MEBI, heap * MEBI, machine * MEBI))
                    .doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> StoreCapacity.requireMemory(capacity * MEBI, heap * MEBI, machine * MEBI))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in memory")
                    .hasMessageContaining(String.valueOf(machine * MEBI));
        }
    }

    @Test
    void no_machine_has_a_quarter_of_a_pebibyte() {
        assertThatThrownBy(() -> ChronicleStore.open(new StoreOptions(null, StoreOptions.CAPACITY_MAX, MEBI)))
                .isInstanceOf(IOException.class);
    }

    @ParameterizedTest(name = "{0} MiB, objects of at most {1} MiB")
    @CsvSource({"1, 1", "16, 4", "64, 4", "256, 4", "256, 256", "4096, 4", "4096, 2048"})
    void the_maps_and_what_they_may_hold_stay_within_a_tenth_more(long capacity, long largest) throws IOException {
        StoreOptions options = new StoreOptions(null, capacity * MEBI, largest * MEBI);
        Geometry geometry = Geometry.of(options.capacityBytes(), options.maximumObjectBytes());
        try (ShardMaps maps = ShardMaps.open(geometry, 0, null, false)) {
            // The index holds one entry for each KiB; of its bytes only those of objects that are there are taken.
            assertThat(maps.mappedBytes() * geometry.shards())
                    .isLessThanOrEqualTo(capacity * MEBI / 100 * 110 + geometry.shards() * MEBI);
            assertThat(geometry.fillLimit(geometry.shardBytes()))
                    .isBetween(geometry.shardBytes() / 100 * 90, geometry.shardBytes());
        }
    }

    @ParameterizedTest(name = "{0} objects with {1} tags in all, {2} in a thousand to be spare: {3}")
    @CsvSource({"1000, 0, 0, true", "1001, 0, 0, false", "990, 0, 20, false", "500, 600, 0, true", "500, 601, 0, false"
    })
    void the_heap_limits_how_many_objects_can_be_found(long objects, long tags, int spareMille, boolean room) {
        ShardLimits limits = new ShardLimits(MEBI, 48_000);

        assertThat(limits.hasIndexRoom(objects, tags, spareMille)).isEqualTo(room);
    }

    @Test
    void objects_go_when_the_heap_has_no_room_for_their_index() throws IOException {
        // 40 % of a heap of 60,000 bytes: 500 objects.
        ShardLimits limits = ShardLimits.of(16 * MEBI, 60_000, 1);
        assertThat(limits.objectsMax()).isEqualTo(500);
        Counters counters = new Counters();
        KeyHasher hasher = new KeyHasher(StoreDirectory.newSecret());
        ThreadLocal<Scratch> scratches = ThreadLocal.withInitial(Scratch::new);
        ShardContext context = new ShardContext(
                1,
                limits,
                ReplacementPolicy.LRU,
                hasher,
                new DecodedCache(1024),
                new PageBufferPool(EntryLayout.SMALL_MAX, 1),
                new Bans(TagFields.DEFAULT),
                new RecentPurges(hasher, 1, TagFields.DEFAULT),
                new PeersRegistry(null),
                counters,
                new StoreFaults(counters, InstantSource.system()),
                scratches,
                () -> {});
        Shard shard = new Shard(context, 0);
        Geometry geometry = Geometry.of(18 * MEBI, MEBI);
        shard.start(ShardMaps.open(geometry, 0, null, false), StoreDirectory.ShardContent.EMPTY);
        PageBufferPool buffers = new PageBufferPool(EntryLayout.CHUNK_DATA_OFFSET + EntryLayout.CHUNK_DATA, 4);
        for (int i = 0; i < 2_000; i++) {
            StoredHead head = Samples.head(Samples.key("/" + i));
            Scratch scratch = scratches.get();
            hasher.hash(head.key(), scratch.text, scratch.hash);
            StoredWriter made = shard.writing().write(head, null, 1L << 40, MEBI, buffers, scratch);
            try (StoredWriter writer = Samples.there(made)) {
                assertThat(writer.commit()).isNotNull();
            }
            assertThat(shard.content().objects()).isLessThanOrEqualTo(501);
        }

        assertThat(shard.content().objects()).isGreaterThan(480);
        shard.close();
    }
}
