package io.loligo.cache.store.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.store.ReplacementPolicy;
import io.loligo.cache.store.chronicle.Samples;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("the order of eviction: what holds under every policy")
class EvictionIndexTest {
    private static final long UNIT = EvictionIndex.WEIGHT_UNIT;

    @ParameterizedTest
    @EnumSource
    void an_empty_index_has_no_victim(ReplacementPolicy policy) {
        EvictionIndex index = EvictionIndex.of(policy);

        assertThat(index.poll()).isNull();
        index.add(1, UNIT, 1);
        assertThat(index.poll()).isEqualTo(new EvictionIndex.Victim(1, UNIT));
        assertThat(index.poll()).isNull();
        assertThat(index.size()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void it_never_loses_or_invents_an_object(ReplacementPolicy policy) {
        EvictionIndex index = EvictionIndex.of(policy);
        Random random = new Random(42);
        Map<Long, Long> there = new HashMap<>();
        long next = 1;
        for (int step = 0; step < 200_000; step++) {
            int what = random.nextInt(11);
            long id = 1 + (long) (random.nextDouble() * next);
            if (what < 5) {
                long bytes = (1 + random.nextInt(40)) * UNIT;
                index.add(next, bytes, random.nextInt());
                there.put(next++, bytes);
            } else if (what < 7) {
                index.touch(id);
            } else if (what < 8) {
                Long bytes = there.remove(id);
                assertThat(index.remove(id)).isEqualTo(bytes == null ? 0 : bytes);
            } else if (what < 9) {
                long bytes = (1 + random.nextInt(40)) * UNIT;
                index.replace(id, next, bytes);
                if (there.remove(id) != null) {
                    there.put(next, bytes);
                }
                next++;
            } else {
                EvictionIndex.Victim victim = index.poll();
                if (victim != null) {
                    assertThat(there.remove(victim.id())).isEqualTo(victim.bytes());
                }
            }
        }
        assertThat(index.size()).isEqualTo(there.size());
        while (index.size() > 0) {
            EvictionIndex.Victim victim = Samples.there(index.poll());
            assertThat(there.remove(victim.id())).isEqualTo(victim.bytes());
        }
        assertThat(there).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void what_is_unknown_changes_nothing(ReplacementPolicy policy) {
        EvictionIndex index = EvictionIndex.of(policy);
        index.add(1, UNIT, 1);

        index.touch(2);
        index.replace(2, 3, UNIT);
        index.add(1, 5 * UNIT, 1);

        assertThat(index.remove(2)).isZero();
        assertThat(index.remove(3)).isZero();
        assertThat(index.size()).isEqualTo(1);
        assertThat(index.remove(1)).isEqualTo(UNIT);
        assertThat(index.remove(1)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void a_successor_that_is_there_already_takes_nobodys_place(ReplacementPolicy policy) {
        EvictionIndex index = EvictionIndex.of(policy);
        index.add(1, UNIT, 1);
        index.add(2, 2 * UNIT, 2);

        index.replace(1, 2, 7 * UNIT);

        assertThat(index.remove(1)).isEqualTo(UNIT);
        assertThat(index.remove(2)).isEqualTo(2 * UNIT);
    }

    @ParameterizedTest
    @EnumSource
    void the_smallest_and_the_largest_object_are_like_others(ReplacementPolicy policy) {
        EvictionIndex index = EvictionIndex.of(policy);
        index.add(1, 0, 1);
        index.add(2, 1, 2);
        index.add(3, UNIT + 1, 3);
        index.add(4, 2L << 30, 4);
        index.add(5, Long.MAX_VALUE, 5);
        for (long id = 1; id <= 5; id++) {
            for (int i = 0; i < 100_000; i++) {
                index.touch(id);
            }
        }

        Map<Long, Long> polled = new HashMap<>();
        while (index.size() > 0) {
            EvictionIndex.Victim victim = Samples.there(index.poll());
            polled.put(victim.id(), victim.bytes());
        }

        assertThat(polled)
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(1L, UNIT, 2L, UNIT, 3L, 2 * UNIT, 4L, 2L << 30, 5L, Integer.MAX_VALUE * UNIT));
    }

    @ParameterizedTest
    @EnumSource
    void a_million_objects_take_little_heap_each(ReplacementPolicy policy) {
        EvictionIndex index = EvictionIndex.of(policy);
        long bound = policy == ReplacementPolicy.HIT_DENSITY ? 40 : 48;
        long constant = 256 << 10;
        assertThat(index.heapBytes()).isLessThan(constant);
        for (int id = 1; id <= 1_000_000; id++) {
            index.add(id, UNIT * (1 + id % 50), id * 0x9E3779B9);
            if (id % 50_000 == 0) {
                assertThat(index.heapBytes() - constant).isLessThan(bound * id);
            }
        }

        assertThat(index.size()).isEqualTo(1_000_000);
        for (int id = 1; id <= 1_000_000; id += 997) {
            assertThat(index.remove(id)).isEqualTo(UNIT * (1 + id % 50));
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_is_asked_for_all_the_time_survives_what_nobody_asks_for_again(ReplacementPolicy policy) {
        EvictionIndex index = EvictionIndex.of(policy);
        Set<Long> wanted = new HashSet<>();
        for (long id = 1; id <= 50; id++) {
            index.add(id, UNIT, (int) id);
            wanted.add(id);
        }
        for (long id = 51; id <= 20_000; id++) {
            index.add(id, UNIT, (int) id);
            index.touch(id % 50 + 1);
            index.touch((id + 25) % 50 + 1);
            if (index.size() > 200) {
                wanted.remove(Samples.there(index.poll()).id());
            }
        }

        assertThat(wanted).hasSize(50);
    }

    @ParameterizedTest
    @EnumSource
    void many_threads_touch_while_others_add_replace_and_evict(ReplacementPolicy policy) throws Exception {
        EvictionIndex index = EvictionIndex.of(policy);
        AtomicLong newest = new AtomicLong();
        AtomicLong polled = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(5);
        try {
            List<Future<?>> changes = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                long seed = i;
                changes.add(threads.submit(() -> {
                    Random random = new Random(seed);
                    for (int step = 0; step < 100_000; step++) {
                        long id = newest.incrementAndGet();
                        index.add(id, UNIT * (1 + random.nextInt(30)), (int) id);
                        if (step % 8 == 0) {
                            index.replace(id, -id, UNIT);
                        }
                        if (index.size() > 20_000 && index.poll() != null) {
                            polled.incrementAndGet();
                        }
                    }
                }));
            }
            List<Future<?>> touches = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                long seed = 100L + i;
                touches.add(threads.submit(() -> {
                    Random random = new Random(seed);
                    while (newest.get() < 200_000) {
                        index.touch(newest.get() - random.nextInt(30_000));
                    }
                }));
            }
            for (Future<?> change : changes) {
                change.get();
            }
            for (Future<?> touch : touches) {
                touch.get();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(index.size() + polled.get()).isEqualTo(200_000);
        Set<Long> ids = new HashSet<>();
        while (index.size() > 0) {
            assertThat(ids.add(Samples.there(index.poll()).id())).isTrue();
        }
    }
}
