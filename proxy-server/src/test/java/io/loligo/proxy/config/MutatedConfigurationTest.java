package io.loligo.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Whatever stands in a file, reading it ends in a report. */
class MutatedConfigurationTest {
    private static final int ROUNDS = 1_500;
    private static final List<String> FRAGMENTS = List.of(
            "\"",
            "'",
            "\\",
            "\n",
            "#",
            " ",
            "!",
            "-i",
            "(",
            "[",
            "{",
            "${",
            "${process_number}",
            "if ",
            "else\n",
            "endif\n",
            "include ",
            "=",
            ":",
            "/",
            "-",
            "0",
            "99999999999999999999",
            "-1",
            "%",
            "\u0000",
            "\u20ac",
            "all",
            "none",
            "acl x src ",
            "acl x any-of x\n",
            "http_access deny ",
            "configuration_includes_quoted_values on\n",
            "parameters(\"",
            ")",
            "accel",
            "name=",
            "weight=",
            "[::1]:",
            "*",
            "\\<",
            "\\>",
            "{2,1}",
            "login=%:");

    @Test
    @DisplayName("random changes to configurations never throw, and a file with errors makes no configuration")
    void mutations() {
        Random random = new Random(20_261_121);
        for (int i = 0; i < ROUNDS; i++) {
            String text = mutated(Examples.ALL.get(i % Examples.ALL.size()), random);
            Loaded loaded;
            try {
                loaded = Conf.load(text);
            } catch (RuntimeException e) {
                throw new AssertionError("round " + i + ":\n" + text, e);
            }
            assertThat(loaded.configuration() == null)
                    .as(text)
                    .isEqualTo(loaded.problems().stream().anyMatch(Problem::isError));
        }
    }

    private static String mutated(String text, Random random) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        int changes = 1 + random.nextInt(6);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(lines.size());
            String line = lines.get(at);
            int column = random.nextInt(line.length() + 1);
            switch (random.nextInt(6)) {
                case 0 -> lines.set(at, line.substring(0, column));
                case 1 -> lines.set(at, line.substring(column));
                case 2 -> lines.add(random.nextInt(lines.size()), line);
                case 3 -> lines.set(at, line + " " + lines.get(random.nextInt(lines.size())));
                case 4 -> {
                    String known = DirectiveTable.rows()
                            .get(random.nextInt(DirectiveTable.rows().size()))
                            .name();
                    lines.set(at, known + line.substring(Math.max(0, line.indexOf(' '))));
                }
                default ->
                    lines.set(
                            at,
                            line.substring(0, column)
                                    + FRAGMENTS.get(random.nextInt(FRAGMENTS.size()))
                                    + line.substring(column));
            }
        }
        return String.join("\n", lines);
    }
}
