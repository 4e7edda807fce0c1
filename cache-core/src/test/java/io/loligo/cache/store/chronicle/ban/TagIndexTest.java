package io.loligo.cache.store.chronicle.ban;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.TagFields;
import io.loligo.cache.store.chronicle.page.LongList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("tags and the index of them")
class TagIndexTest {

    @DisplayName("the tags of a response with one such field")
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            Surrogate-Key  | a                 | a
            surrogate-key  | ` a  b	c `        | a,b,c
            Surrogate-Key  | a,b c             | a;b,c
            Surrogate-Key  | a a               | a
            xkey           | a b               | a,b
            Cache-Tag      | ` a, b c ,,d `    | a,b c,d
            Cache-Groups   | "a", "b c"        | a,b c
            Cache-Groups   | a b               | ``
            X-Other        | a, b c            | ``
            """)
    void fields(String name, String value, String tags) {
        List<String> expected = tags.isEmpty()
                ? List.of()
                : Arrays.stream(tags.split(",", -1))
                        .map(tag -> tag.replace(';', ','))
                        .toList();

        assertThat(TagFields.DEFAULT.tags(Fields.of(name, value))).containsExactlyElementsOf(expected);
    }

    @Test
    void several_lines_and_several_fields_add_up_and_a_field_of_ones_own_separates_by_both() {
        Fields fields = Fields.of("xkey", "a", "xkey", "b", "Cache-Tag", "a, c", "X-Tags", "d, e f");

        assertThat(TagFields.DEFAULT.tags(fields)).containsExactly("a", "c", "b");
        assertThat(new TagFields(List.of("x-tags")).tags(fields)).containsExactly("d", "e", "f");
        assertThat(new TagFields(List.of()).tags(fields)).isEmpty();
    }

    @DisplayName("the index is what a map of sets is")
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void likeAMap(long seed) {
        Random random = new Random(seed);
        TagIndex index = new TagIndex();
        Map<Long, Set<Long>> model = new HashMap<>();
        long nextId = 1;
        for (int step = 0; step < 200_000; step++) {
            if (random.nextInt(100) < (step % 60_000 < 30_000 ? 60 : 40)) {
                Set<Long> tags = new HashSet<>();
                for (int i = random.nextInt(6); i > 0; i--) {
                    tags.add(random.nextInt(20) == 0 ? random.nextLong() : random.nextInt(50));
                }
                index.add(nextId, tags.stream().mapToLong(tag -> tag).toArray());
                model.put(nextId++, tags);
            } else {
                long id = nextId - 1 - random.nextInt((int) Math.min(nextId, 5_000));
                index.remove(id);
                model.remove(id);
            }
            if (step % 20_000 == 0) {
                isTheSame(index, model);
            }
        }
        isTheSame(index, model);
        long full = index.heapBytes();
        for (long id = 0; id < nextId; id++) {
            index.remove(id);
        }
        assertThat(index.entries()).isZero();
        assertThat(index.tags()).isZero();
        assertThat(index.heapBytes()).isEqualTo(full);
    }

    private static void isTheSame(TagIndex index, Map<Long, Set<Long>> model) {
        Map<Long, Set<Long>> byTag = new HashMap<>();
        model.forEach((id, tags) -> tags.forEach(
                tag -> byTag.computeIfAbsent(tag, t -> new HashSet<>()).add(id)));
        byTag.forEach((tag, ids) -> {
            LongList found = index.objects(tag);
            Set<Long> set = new HashSet<>();
            for (int i = 0; i < found.size(); i++) {
                assertThat(set.add(found.get(i))).isTrue();
            }
            assertThat(set).isEqualTo(ids);
        });
        assertThat(index.tags()).isEqualTo(byTag.size());
        assertThat(index.entries())
                .isEqualTo(model.values().stream().mapToInt(Set::size).sum());
    }

    @Test
    void an_object_that_is_added_twice_is_there_once() {
        TagIndex index = new TagIndex();
        index.add(5, new long[] {7});
        index.add(5, new long[] {7, 8});
        index.remove(6);

        assertThat(index.entries()).isEqualTo(1);
        assertThat(index.objects(8).size()).isZero();
    }
}
