package io.loligo.cache.store.chronicle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
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
            assertThatCode(() -> ChronicleStore.requireMemory(capacity * MEBI, heap * MEBI, machine * MEBI))
                    .doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> ChronicleStore.requireMemory(capacity * MEBI, heap * MEBI, machine * MEBI))
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
        Geometry geometry = Geometry.of(options);
        try (ShardMaps maps = ShardMaps.open(geometry, 0, null, false)) {
            // The index holds one entry for each KiB; of its bytes only those of objects that are there are taken.
            assertThat(maps.mappedBytes() * geometry.shards())
                    .isLessThanOrEqualTo(capacity * MEBI / 100 * 110 + geometry.shards() * MEBI);
            assertThat(geometry.fillLimit(geometry.shardBytes()))
                    .isBetween(geometry.shardBytes() / 100 * 90, geometry.shardBytes());
        }
    }
}
