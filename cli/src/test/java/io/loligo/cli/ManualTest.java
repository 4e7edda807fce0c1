package io.loligo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.proxy.config.DirectiveReference;
import io.loligo.proxy.config.DirectiveTable;
import io.loligo.proxy.config.DirectiveTable.Compatibility;
import io.loligo.proxy.config.DirectiveTable.State;
import io.loligo.proxy.config.DirectiveTable.Syntax;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The operators' manual in conf/manual has everything that the program has. */
class ManualTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path MANUAL = ROOT.resolve("conf/manual");
    private static final Path LIMITS = MANUAL.resolve("limits.md");
    private static final String REGENERATE = "./mvnw -q -pl cli -am test -Dtest=ManualTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dmanual.write=true";
    private static final Set<Syntax> MEASURES = Set.of(Syntax.SIZE, Syntax.TIME, Syntax.INT);

    @Test
    @DisplayName("limits.md has a row with the name and the value of each limit in the code")
    void limits() throws IOException {
        List<String> page = Files.readAllLines(LIMITS);
        List<NamedLimits> limits = NamedLimits.all(ROOT);

        List<String> problems = new ArrayList<>();
        for (NamedLimits limit : limits) {
            String row = limit.row(page);
            String value = String.join(" or ", limit.spellings());
            if (row == null) {
                problems.add("no row for `" + limit.name() + "`, which is " + value);
            } else if (!limit.isIn(row)) {
                problems.add("the row of `" + limit.name() + "` does not say " + value);
            }
        }

        assertThat(limits).hasSizeGreaterThan(50);
        assertThat(problems).isEmpty();
    }

    @Test
    @DisplayName("limits.md has no limit that the code does not have")
    void noOtherLimits() throws IOException {
        List<String> names =
                NamedLimits.all(ROOT).stream().map(NamedLimits::name).toList();

        assertThat(Files.readAllLines(LIMITS).stream()
                        .flatMap(line -> Stream.of(line.split("`", -1)))
                        .filter(word -> word.matches("[A-Z]\\w+\\.[A-Z0-9_]*(MAX|LIMIT)[A-Z0-9_]*"))
                        .filter(word -> !names.contains(word)))
                .isEmpty();
    }

    static Stream<String> sizesTimesAndCounts() {
        return DirectiveTable.rows().stream()
                .filter(row -> row.state() == State.DONE)
                .filter(row -> row.compatibility() != Compatibility.TRANSLATED)
                .filter(row -> MEASURES.contains(row.syntax()))
                .map(DirectiveTable.Row::name);
    }

    @DisplayName("limits.md names each directive that is a size, a time or a count")
    @ParameterizedTest
    @MethodSource("sizesTimesAndCounts")
    void configured(String directive) throws IOException {
        assertThat(Files.readString(LIMITS)).contains("`" + directive + "`");
    }

    @Test
    @DisplayName("squid-conf.md is what the table of directives generates")
    void reference() throws IOException {
        Path page = MANUAL.resolve("squid-conf.md");
        String generated = DirectiveReference.markdown();
        if (Boolean.getBoolean("manual.write")) {
            Files.writeString(page, generated);
        }

        assertThat(Files.readString(page))
                .as("regenerate it with: " + REGENERATE)
                .isEqualTo(generated);
    }

    @Test
    @DisplayName("CONTRIBUTING.md has the command that regenerates squid-conf.md")
    void regenerate() throws IOException {
        assertThat(Files.readString(ROOT.resolve("CONTRIBUTING.md"))).contains("    " + REGENERATE + "\n");
    }

    @Test
    @DisplayName("README.md of the manual has a row for each command")
    void commands() throws IOException {
        String index = Files.readString(MANUAL.resolve("README.md"));
        PrintWriter nowhere = new PrintWriter(new StringWriter());

        assertThat(Loligo.commandLine(new LoligoServerHere(), nowhere, nowhere)
                        .getSubcommands()
                        .keySet())
                .isNotEmpty()
                .allSatisfy(command -> assertThat(index).containsPattern("\\| `loligo " + command + "[ `]"));
    }

    @Test
    @DisplayName("README.md of the manual leads to each of its pages")
    void pages() throws IOException {
        String index = Files.readString(MANUAL.resolve("README.md"));
        try (Stream<Path> pages = Files.list(MANUAL)) {
            assertThat(pages.map(page -> page.getFileName().toString()).filter(name -> !name.equals("README.md")))
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(index).contains("](" + name + ")"));
        }
    }
}
