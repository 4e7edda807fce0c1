package io.loligo.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.loligo.proxy.config.DirectiveTable.Compatibility;
import io.loligo.proxy.config.DirectiveTable.Origin;
import io.loligo.proxy.config.DirectiveTable.Row;
import io.loligo.proxy.config.DirectiveTable.State;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DirectiveTableTest {

    @Test
    @DisplayName("all 381 names of Squid's list have a row, each with its class")
    void every_name_of_squid() {
        Map<Compatibility, Long> counts = DirectiveTable.rows().stream()
                .filter(row -> row.origin() == Origin.SQUID)
                .collect(Collectors.groupingBy(Row::compatibility, Collectors.counting()));

        assertThat(counts)
                .containsOnly(
                        entry(Compatibility.MUST, 56L),
                        entry(Compatibility.SHOULD, 110L),
                        entry(Compatibility.ACCEPTED, 179L),
                        entry(Compatibility.REJECTED, 17L),
                        entry(Compatibility.TRANSLATED, 19L));
        assertThat(counts.values().stream().mapToLong(n -> n).sum()).isEqualTo(381);
    }

    static Stream<Arguments> rows() {
        return DirectiveTable.rows().stream().map(row -> arguments(row.name(), row));
    }

    @DisplayName("every row says what it means, and what is not done says why or what instead")
    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void complete(String name, Row row) {
        assertThat(row.meaning()).hasSizeGreaterThan(10).doesNotEndWith(".").doesNotContain("|");
        assertThat(row.defaultValue()).isNotEmpty();
        if (row.state() == State.DONE) {
            assertThat(row.form()).isNotEmpty();
        }
        if (row.compatibility() == Compatibility.ACCEPTED
                || row.compatibility() == Compatibility.REJECTED
                || row.compatibility() == Compatibility.TRANSLATED) {
            assertThat(row.note()).isNotEmpty();
        }
        assertThat(row.state() == State.NOTHING_TO_DO)
                .isEqualTo(
                        row.compatibility() == Compatibility.ACCEPTED || row.compatibility() == Compatibility.REJECTED);
        assertThat(DirectiveTable.find(name)).contains(row);
        row.aliases().forEach(alias -> assertThat(DirectiveTable.find(alias)).contains(row));
    }

    static Stream<Arguments> doneRows() {
        return DirectiveTable.rows().stream()
                .filter(row -> row.state() == State.DONE)
                .map(row -> arguments(row.name(), row));
    }

    @DisplayName("what the table calls done is read by the compiler")
    @ParameterizedTest(name = "{0}")
    @MethodSource("doneRows")
    void done_rows_are_read(String name, Row row) {
        assertThat(Conf.said(name + " nonsense ~\n" + name)).noneMatch(said -> said.contains("unknown"));
    }

    @DisplayName("an unknown name gets the nearest known one")
    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(delimiter = '|', textBlock = """
            http_acess       | http_access
            htpp_port        | http_port
            cache_per        | cache_peer
            Cache_Mem        | cache_mem
            visible_host     | ''
            maximum_object_sise | maximum_object_size
            """)
    void nearest(String name, String nearest) {
        assertThat(DirectiveTable.nearest(name).orElse("")).isEqualTo(nearest);
    }
}
