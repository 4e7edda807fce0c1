package io.loligo.cache.store.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("the order of eviction: S3-FIFO")
class EvictionIndexTest {
    private static final int LIMIT = 100 * EvictionIndex.WEIGHT_UNIT;

    private final EvictionIndex index = new EvictionIndex(LIMIT);

    private void add(long id) {
        index.add(id, EvictionIndex.WEIGHT_UNIT, (int) id);
    }

    private List<Long> poll(int count) {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            EvictionIndex.Victim victim = index.poll();
            if (victim != null) {
                ids.add(victim.id());
            }
        }
        return ids;
    }

    @Test
    void newcomers_that_nobody_asks_for_go_first_in_first_out() {
        for (long id = 1; id <= 5; id++) {
            add(id);
        }

        assertThat(poll(6)).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void what_is_asked_for_twice_survives_a_scan() {
        add(1);
        index.touch(1);
        index.touch(1);
        for (long id = 2; id <= 1000; id++) {
            add(id);
        }

        assertThat(poll(900)).doesNotContain(1L);
    }

    @Test
    void what_left_not_long_ago_comes_back_into_the_main_queue() {
        add(1);
        assertThat(poll(1)).containsExactly(1L);

        index.add(2, EvictionIndex.WEIGHT_UNIT, 1);
        for (long id = 3; id <= 100; id++) {
            add(id);
        }

        assertThat(poll(80)).doesNotContain(2L);
    }

    @Test
    void a_successor_takes_the_place_in_line_and_a_new_weight() {
        add(1);
        add(2);
        index.replace(1, 9, 5 * EvictionIndex.WEIGHT_UNIT);

        assertThat(index.poll()).isEqualTo(new EvictionIndex.Victim(9, 5 * EvictionIndex.WEIGHT_UNIT));
        assertThat(poll(2)).containsExactly(2L);
    }

    @Test
    void it_never_loses_or_invents_an_object() {
        Random random = new Random(42);
        Map<Long, Long> there = new HashMap<>();
        long next = 1;
        for (int step = 0; step < 200_000; step++) {
            int what = random.nextInt(10);
            if (what < 5) {
                long bytes = (1 + random.nextInt(40)) * (long) EvictionIndex.WEIGHT_UNIT;
                index.add(next, bytes, random.nextInt());
                there.put(next++, bytes);
            } else if (what < 7) {
                index.touch(1 + (long) (random.nextDouble() * next));
            } else if (what < 8) {
                long id = 1 + (long) (random.nextDouble() * next);
                Long bytes = there.remove(id);
                assertThat(index.remove(id)).isEqualTo(bytes == null ? 0 : bytes);
            } else {
                EvictionIndex.Victim victim = index.poll();
                if (victim != null) {
                    assertThat(there.remove(victim.id())).isEqualTo(victim.bytes());
                }
            }
        }
        assertThat(index.size()).isEqualTo(there.size());
        while (index.size() > 0) {
            assertThat(there).containsKey(Samples.there(index.poll()).id());
        }
    }

    @Test
    void it_keeps_more_of_what_is_wanted_than_first_in_first_out_would() {
        // Zipf-like demand and one-hit wonders, room for a tenth: the shape of web traffic.
        Random random = new Random(7);
        int objects = 10_000;
        EvictionIndex s3 = new EvictionIndex(objects / 10L * EvictionIndex.WEIGHT_UNIT);
        ArrayDeque<Long> fifo = new ArrayDeque<>();
        Set<Long> inFifo = new HashSet<>();
        Set<Long> inS3 = new HashSet<>();
        int s3Hits = 0;
        int fifoHits = 0;
        for (int i = 0; i < 300_000; i++) {
            long id = random.nextInt(5) == 0 ? 1_000_000L + i : 1 + (long) Math.pow(objects, random.nextDouble());
            if (inS3.contains(id)) {
                s3Hits++;
                s3.touch(id);
            } else {
                if (inS3.size() == objects / 10) {
                    inS3.remove(Samples.there(s3.poll()).id());
                }
                s3.add(id, EvictionIndex.WEIGHT_UNIT, (int) (id * 0x9E3779B9L));
                inS3.add(id);
            }
            if (inFifo.contains(id)) {
                fifoHits++;
            } else {
                if (inFifo.size() == objects / 10) {
                    inFifo.remove(fifo.remove());
                }
                fifo.add(id);
                inFifo.add(id);
            }
        }

        assertThat(s3Hits).isGreaterThan(fifoHits * 105 / 100);
    }
}
