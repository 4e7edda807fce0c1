package io.loligo.cache.store.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.store.ReplacementPolicy;
import io.loligo.cache.store.chronicle.Samples;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("the order of eviction: Squid's policies")
class PriorityIndexTest {
    private static final long UNIT = EvictionIndex.WEIGHT_UNIT;

    @DisplayName("who goes first")
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        # policy | what happens, +id:units, id = a request, -id = removed, -! = evicted | who goes then
        LRU      | +1:1 +2:1 +3:1                              | 1 2 3
        LRU      | +1:1 +2:1 +3:1 1 2                          | 3 1 2
        LRU      | +1:1 +2:9 +3:1 1 1 1 2                      | 3 1 2
        LRU      | +1:1 +2:1 +3:1 -2                           | 1 3
        GDSF     | +1:1 +2:2 +3:3                              | 3 2 1
        GDSF     | +1:2 +2:2 +3:2                              | 1 2 3
        GDSF     | +1:3 +2:2 +3:2 1 1                          | 2 3 1
        GDSF     | +1:2 +2:2 1 1 1 -! +3:1 -! +4:1             | 1 4
        GDSF     | +1:3 +2:1 -! +3:2                           | 3 2
        LFUDA    | +1:9 +2:1 +3:5                              | 1 2 3
        LFUDA    | +1:9 +2:1 +3:5 1                            | 2 3 1
        LFUDA    | +1:1 +2:1 1 1 -! +3:1 -! +4:1 -!            | 4
        LFUDA    | +1:1 1 +2:1 -! +3:1 -! +4:1                 | 3 4
        """)
    void order(ReplacementPolicy policy, String events, String expected) {
        EvictionIndex index = EvictionIndex.of(policy);
        for (String event : events.split(" ", -1)) {
            if (event.equals("-!")) {
                index.poll();
            } else if (event.startsWith("+")) {
                String[] parts = event.substring(1).split(":", -1);
                index.add(Long.parseLong(parts[0]), Long.parseLong(parts[1]) * UNIT, 0);
            } else if (event.startsWith("-")) {
                index.remove(Long.parseLong(event.substring(1)));
            } else {
                index.touch(Long.parseLong(event));
            }
        }

        assertThat(polled(index)).isEqualTo(expected);
    }

    @DisplayName("a successor takes the place in line")
    @ParameterizedTest(name = "{0}")
    @EnumSource(names = {"LRU", "GDSF", "LFUDA"})
    void successor(ReplacementPolicy policy) {
        EvictionIndex index = EvictionIndex.of(policy);
        index.add(1, UNIT, 0);
        index.add(2, UNIT, 0);
        index.touch(2);
        index.replace(1, 9, UNIT);

        assertThat(polled(index)).isEqualTo("9 2");
    }

    @DisplayName("the order is the definition's, through all that may happen")
    @ParameterizedTest(name = "{0}")
    @EnumSource(names = {"LRU", "GDSF", "LFUDA"})
    void model(ReplacementPolicy policy) {
        EvictionIndex index = EvictionIndex.of(policy);
        Model model = new Model(policy);
        Random random = new Random(11);
        long next = 1;
        for (int step = 0; step < 60_000; step++) {
            int what = random.nextInt(20);
            long id = Math.max(1, next - 1 - random.nextInt(400));
            if (what < 6) {
                long units = 1L + random.nextInt(8);
                index.add(next, units * UNIT, random.nextInt());
                model.add(next++, units);
            } else if (what < 13) {
                index.touch(id);
                model.touch(id);
            } else if (what < 14) {
                index.remove(id);
                model.objects.remove(id);
            } else if (what < 15) {
                long units = 1L + random.nextInt(8);
                index.replace(id, next, units * UNIT);
                model.replace(id, next++, units);
            } else {
                EvictionIndex.Victim victim = index.poll();
                assertThat(victim == null ? 0 : victim.id()).isEqualTo(model.poll());
            }
        }
        while (index.size() > 0) {
            assertThat(Samples.there(index.poll()).id()).isEqualTo(model.poll());
        }
        assertThat(model.objects).isEmpty();
    }

    private static String polled(EvictionIndex index) {
        List<String> ids = new ArrayList<>();
        while (index.size() > 0) {
            ids.add(Long.toString(Samples.there(index.poll()).id()));
        }
        return String.join(" ", ids);
    }

    /** The policies as their papers define them, slowly. */
    private static final class Model {
        private static final class Entry {
            final long id;
            long units;
            long count;
            long priority;

            Entry(long id, long units) {
                this.id = id;
                this.units = units;
            }
        }

        private final ReplacementPolicy policy;
        private final TreeMap<Long, Entry> objects = new TreeMap<>();
        private long requests;
        private long age;

        Model(ReplacementPolicy policy) {
            this.policy = policy;
        }

        void add(long id, long units) {
            objects.put(id, new Entry(id, units));
            touch(id);
        }

        void touch(long id) {
            Entry entry = objects.get(id);
            if (entry != null) {
                entry.count++;
                entry.priority = switch (policy) {
                    case LRU -> ++requests;
                    case GDSF -> Math.max(entry.priority, age + (entry.count << 32) / entry.units);
                    case LFUDA -> age + entry.count;
                    case HIT_DENSITY -> throw new IllegalArgumentException();
                };
            }
        }

        void replace(long id, long successor, long units) {
            Entry entry = objects.remove(id);
            if (entry != null) {
                Entry renamed = new Entry(successor, units);
                renamed.count = entry.count;
                renamed.priority = entry.priority;
                objects.put(successor, renamed);
            }
        }

        long poll() {
            Entry first = objects.values().stream()
                    .min(Comparator.comparingLong((Entry entry) -> entry.priority)
                            .thenComparingLong(entry -> entry.id))
                    .orElse(null);
            if (first == null) {
                return 0;
            }
            objects.remove(first.id);
            if (policy != ReplacementPolicy.LRU) {
                age = first.priority;
            }
            return first.id;
        }
    }
}
