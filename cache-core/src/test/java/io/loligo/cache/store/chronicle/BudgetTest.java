package io.loligo.cache.store.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.store.chronicle.ban.TagIndex;
import io.loligo.cache.store.chronicle.files.ShardLimits;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The budget of a shard")
class BudgetTest {
    private static final long OBJECT = 1_000;
    private static final long BYTES = 1_000 * OBJECT;

    private final AtomicInteger woken = new AtomicInteger();
    private final Budget budget =
            new Budget(ShardLimits.of(BYTES, 1L << 30, 1), new TagIndex(), woken::incrementAndGet);

    @Test
    void the_evictor_sleeps_until_little_is_free_and_then_makes_room_for_many_objects() {
        for (int i = 0; i < 985; i++) {
            assertThat(budget.take(OBJECT)).isTrue();
        }
        assertThat(woken).as("1.5 % free").hasValue(0);

        budget.take(OBJECT);
        assertThat(woken).as("less than that").hasValue(1);

        int evicted = 0;
        while (!budget.hasRoomToSpare()) {
            budget.add(-OBJECT);
            evicted++;
        }
        assertThat(evicted).as("until 2 % are free").isEqualTo(6);
        budget.take(OBJECT);
        assertThat(woken).as("one more object wakes nobody").hasValue(1);
    }

    @Test
    void what_has_no_room_is_not_taken() {
        assertThat(budget.take(BYTES)).isTrue();
        assertThat(budget.take(1)).isFalse();
        budget.add(-1);
        assertThat(budget.take(1)).isTrue();
    }
}
