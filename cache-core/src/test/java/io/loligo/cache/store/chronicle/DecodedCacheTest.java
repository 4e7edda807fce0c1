package io.loligo.cache.store.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.store.chronicle.page.LongList;
import io.loligo.cache.store.chronicle.page.VariantList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The cache of decoded heads")
class DecodedCacheTest {
    private static final int SIZE = 64;
    /** More than twice as many as there is room for: both places of each are taken. */
    private static final int MANY = 16 * SIZE;

    private static final LongList NONE = new LongList();

    private final DecodedCache cache = new DecodedCache(SIZE);

    @Test
    void while_there_is_room_each_is_kept_when_it_comes() {
        cache.add(list(1));

        assertThat(cache.variants(1)).isEqualTo(list(1));
    }

    @Test
    void once_full_it_takes_who_comes_again_and_nobody_else() {
        LongStream.rangeClosed(1, MANY).forEach(id -> cache.add(list(id)));
        long newcomer = MANY + 1;

        cache.add(list(newcomer));
        assertThat(cache.variants(newcomer)).as("the first time").isNull();

        cache.add(list(newcomer));
        assertThat(cache.variants(newcomer)).as("the second time").isEqualTo(list(newcomer));
    }

    @Test
    void a_scan_leaves_what_is_there() {
        LongStream.rangeClosed(1, MANY).forEach(id -> cache.add(list(id)));
        List<Long> kept = kept(1, MANY);

        LongStream.rangeClosed(MANY + 1, 2 * MANY).forEach(id -> cache.add(list(id)));

        assertThat(kept).hasSize(SIZE);
        assertThat(kept(1, MANY)).isEqualTo(kept);
    }

    @Test
    void what_is_there_is_replaced_by_its_own_like() {
        LongStream.rangeClosed(1, MANY).forEach(id -> cache.add(list(id)));
        long there = kept(1, MANY).get(0);
        VariantList other = new VariantList(there, 1, 1, new LongList(), List.of());

        cache.forget(there);
        cache.add(other);

        assertThat(cache.variants(there)).isEqualTo(other);
    }

    private List<Long> kept(long from, long to) {
        return LongStream.rangeClosed(from, to)
                .filter(id -> cache.variants(id) != null)
                .boxed()
                .toList();
    }

    private static VariantList list(long id) {
        return new VariantList(id, 0, 0, NONE, List.of());
    }
}
