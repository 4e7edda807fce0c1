package io.loligo.cache.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("field lines keep their order, whatever is done to them")
class FieldsTest {
    private static final Fields RECEIVED = Fields.of("B", "1", "a", "2", "b", "3", "C", "4");

    static Stream<Arguments> changes() {
        return Stream.of(
                change("nothing dropped", fields -> fields.without("d"), "B 1", "a 2", "b 3", "C 4"),
                change("one line dropped", fields -> fields.without("A"), "B 1", "b 3", "C 4"),
                change("repeated lines dropped", fields -> fields.without("b"), "a 2", "C 4"),
                change("all dropped", fields -> fields.without(name -> true)),
                change("one more line", fields -> fields.plus("a", "5"), "B 1", "a 2", "b 3", "C 4", "a 5"),
                change("a new line", fields -> fields.with("D", "5"), "B 1", "a 2", "b 3", "C 4", "D 5"),
                change("one line for two", fields -> fields.with("b", "5"), "a 2", "C 4", "b 5"),
                change("another value", fields -> fields.withValue(2, "5"), "B 1", "a 2", "b 5", "C 4"),
                change("collected", fields -> Fields.builder(1).addAll(fields).build(), "B 1", "a 2", "b 3", "C 4"),
                change(
                        "collected behind another",
                        fields -> Fields.builder()
                                .add("b", "0")
                                .addAll("A", List.of("5", "6"))
                                .addAll(fields)
                                .build(),
                        "b 0",
                        "A 5",
                        "A 6",
                        "B 1",
                        "a 2",
                        "b 3",
                        "C 4"),
                change("without those of the connection", FieldRule::endToEnd, "B 1", "a 2", "b 3", "C 4"));
    }

    private static Arguments change(String name, UnaryOperator<Fields> change, String... lines) {
        return Arguments.of(name, change, List.of(lines));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("changes")
    void order(String name, UnaryOperator<Fields> change, List<String> expected) {
        List<String> lines = new ArrayList<>();
        change.apply(RECEIVED).forEach((field, value) -> lines.add(field + " " + value));

        assertThat(lines).isEqualTo(expected);
        assertThat(RECEIVED.toString()).isEqualTo("B: 1\na: 2\nb: 3\nC: 4\n");
    }

    @Test
    @DisplayName("lines of one name are found in order, by any spelling")
    void found() {
        assertThat(RECEIVED.all("B")).containsExactly("1", "3");
        assertThat(RECEIVED.first("b")).isEqualTo("1");
        assertThat(RECEIVED.combined("b")).isEqualTo("1, 3");
        assertThat(RECEIVED.indexOf("b", 1)).isEqualTo(2);
    }
}
