package io.loligo.cache.store.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.store.ReplacementPolicy;
import io.loligo.cache.store.chronicle.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("the order of eviction: the default")
class HitDensityIndexTest {
    private static final long UNIT = EvictionIndex.WEIGHT_UNIT;

    private final EvictionIndex index = EvictionIndex.of(ReplacementPolicy.HIT_DENSITY);

    private List<Long> poll(int count) {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(Samples.there(index.poll()).id());
        }
        return ids;
    }

    @Test
    void of_objects_with_the_same_past_the_larger_goes_first() {
        for (long id = 1; id <= 5; id++) {
            index.add(id, id * UNIT, (int) id);
        }

        assertThat(poll(5)).containsExactly(5L, 4L, 3L, 2L, 1L);
    }

    @Test
    void of_objects_of_the_same_size_the_one_that_was_asked_for_more_often_stays() {
        for (long id = 1; id <= 3; id++) {
            index.add(id, UNIT, (int) id);
        }
        index.touch(1);
        index.touch(1);
        index.touch(2);

        assertThat(poll(3)).containsExactly(3L, 2L, 1L);
    }

    @Test
    void a_large_newcomer_goes_before_small_ones_that_are_in_use() {
        for (long id = 1; id <= 5_000; id++) {
            index.add(id, UNIT, (int) id);
        }
        for (long id = 1; id <= 5_000; id++) {
            index.touch(id);
        }
        index.add(5_001, 1_000 * UNIT, 5_001);

        assertThat(poll(1)).containsExactly(5_001L);
    }

    @Test
    void what_comes_back_after_it_was_evicted_is_remembered() {
        index.add(1, 2 * UNIT, 77);
        index.touch(1);
        index.touch(1);
        assertThat(poll(1)).containsExactly(1L);

        index.add(2, 2 * UNIT, 77);
        index.add(3, UNIT, 78);

        assertThat(poll(2)).containsExactly(3L, 2L);
    }

    @Test
    void a_successor_keeps_what_is_known_of_its_predecessor() {
        index.add(1, UNIT, 1);
        index.add(2, UNIT, 2);
        index.touch(1);
        index.replace(1, 9, UNIT);

        assertThat(poll(2)).containsExactly(2L, 9L);
    }

    static Stream<Arguments> traces() {
        return Stream.of(
                        Trace.Maker.zipf(0.8, 10_000, 60_000, 1),
                        Trace.Maker.zipf(1.0, 10_000, 60_000, 2),
                        Trace.Maker.oneHitWonders(0.9, 0.2, 10_000, 60_000, 3),
                        Trace.Maker.scans(0.9, 5_000, 1_000, 10_000, 60_000, 4),
                        Trace.Maker.drift(0.9, 10, 10_000, 60_000, 5),
                        Trace.Maker.news(1.0, 10, 20_000, 150_000, 6))
                .flatMap(trace -> Stream.of(5, 10, 25).map(percent -> Arguments.of(trace.name(), percent, trace)));
    }

    @DisplayName("more hits than LRU and FIFO by at least two of a hundred requests, and than GDSF less a point")
    @ParameterizedTest(name = "{0}, room for {1} %")
    @MethodSource("traces")
    void hitRatio(String name, int percent, Trace trace) {
        long capacity = trace.distinctBytes() * percent / 100;

        double ours = Simulation.replay(trace, SimulatedPolicy.LOLIGO, capacity).objectHits();

        assertThat(ours)
                .isGreaterThan(
                        Simulation.replay(trace, SimulatedPolicy.LRU, capacity).objectHits() + 2)
                .isGreaterThan(
                        Simulation.replay(trace, SimulatedPolicy.FIFO, capacity).objectHits() + 2)
                .isGreaterThan(
                        Simulation.replay(trace, SimulatedPolicy.GDSF, capacity).objectHits() - 1);
    }
}
