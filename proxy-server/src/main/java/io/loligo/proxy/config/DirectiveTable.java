package io.loligo.proxy.config;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Every directive there is, one row each: the parser, {@code check} and the manual read the same rows. */
public final class DirectiveTable {
    private static final String RESOURCE = "directives.table";
    private static final int COLUMNS = 10;
    /** Names further away than this are not offered as what was meant. */
    private static final int DISTANCE_MAX = 3;

    private static final List<Row> ROWS = readRows();
    private static final Map<String, Row> BY_NAME = byName(ROWS);

    private DirectiveTable() {}

    /**
     * One directive.
     *
     * @param name its present name
     * @param aliases older names for the very same thing
     * @param origin where the name comes from
     * @param compatibility what Loligo undertakes
     * @param syntax how the argument is read
     * @param form what the argument looks like, for people: as the syntax has it, unless the row says more
     * @param defaultValue what holds when no line says otherwise; the word none for nothing
     * @param state whether this version does it
     * @param restricts whether more would be allowed, delivered or kept without it: it is never dropped silently
     * @param harmless arguments at which the absence of the feature makes no difference
     * @param meaning one line
     * @param note why it is ignored, what to do instead, what it becomes, or what holds meanwhile; may be empty
     */
    public record Row(
            String name,
            List<String> aliases,
            Origin origin,
            Compatibility compatibility,
            Syntax syntax,
            String form,
            String defaultValue,
            State state,
            boolean restricts,
            List<String> harmless,
            String meaning,
            String note) {

        /** Whether {@code argument} asks for nothing but what happens anyway. */
        boolean isHarmless(String argument) {
            return argument.equals(defaultValue) || harmless.contains(argument);
        }
    }

    /** Where a name comes from. */
    public enum Origin {
        /** Squid's own list. */
        SQUID,
        /** Names that Squid's list no longer has, but files do. */
        OLDER,
        /** Loligo's own. */
        LOLIGO
    }

    /** What Loligo undertakes for a directive. */
    public enum Compatibility {
        MUST('M'),
        SHOULD('S'),
        ACCEPTED('A'),
        REJECTED('R'),
        TRANSLATED('T');

        private final char letter;

        Compatibility(char letter) {
            this.letter = letter;
        }

        public char letter() {
            return letter;
        }
    }

    /** What the argument of a directive looks like. */
    public enum Syntax {
        SIZE("SIZE"),
        TIME("TIME"),
        ONOFF("on|off"),
        INT("NUMBER"),
        WORD("WORD"),
        PATH("FILE"),
        /** allow or deny, and acls. */
        ACCESS("allow|deny [!]ACL..."),
        /** A form of its own. */
        ANY("");

        private final String form;

        Syntax(String form) {
            this.form = form;
        }
    }

    /** Whether this version does what a directive says. */
    public enum State {
        DONE,
        LATER,
        /** Accepted or rejected: there is nothing to do. */
        NOTHING_TO_DO
    }

    /** All rows, in the order of the table. */
    public static List<Row> rows() {
        return ROWS;
    }

    /** The row for a name or an alias. */
    public static Optional<Row> find(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** The known name that is most like {@code name}, unless none is at all. */
    public static Optional<String> nearest(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        int distanceMax = Math.min(DISTANCE_MAX, Math.max(1, name.length() / 3));
        return BY_NAME.entrySet().stream()
                .filter(known -> Math.abs(known.getKey().length() - lower.length()) <= distanceMax)
                .filter(known -> distance(lower, known.getKey()) <= distanceMax)
                .min(Comparator.<Map.Entry<String, Row>>comparingInt(known -> distance(lower, known.getKey()))
                        .thenComparing(known -> known.getValue().compatibility())
                        .thenComparing(Map.Entry::getKey))
                .map(Map.Entry::getKey);
    }

    /** Insertions, deletions, replacements and swaps of neighbours from {@code a} to {@code b}. */
    private static int distance(String a, String b) {
        int[][] steps = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    steps[i][j] = i + j;
                    continue;
                }
                boolean same = a.charAt(i - 1) == b.charAt(j - 1);
                int least = Math.min(steps[i - 1][j], steps[i][j - 1]) + 1;
                least = Math.min(least, steps[i - 1][j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    least = Math.min(least, steps[i - 2][j - 2] + 1);
                }
                steps[i][j] = least;
            }
        }
        return steps[a.length()][b.length()];
    }

    private static List<Row> readRows() {
        List<Row> rows = new ArrayList<>();
        Origin origin = Origin.SQUID;
        try (InputStream in = DirectiveTable.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + RESOURCE + " is missing");
            }
            BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith("[")) {
                    origin = Origin.valueOf(line.substring(1, line.length() - 1).toUpperCase(Locale.ROOT));
                } else if (!line.isEmpty() && !line.startsWith("#")) {
                    rows.add(row(origin, line));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.copyOf(rows);
    }

    private static Row row(Origin origin, String line) {
        String[] cells = line.split(" \\| ", -1);
        if (cells.length != COLUMNS) {
            throw new IllegalStateException("a row of " + cells.length + " cells: " + line);
        }
        int colon = cells[3].indexOf(": ");
        Syntax syntax = Syntax.valueOf((colon < 0 ? cells[3] : cells[3].substring(0, colon)).toUpperCase(Locale.ROOT));
        return new Row(
                cells[0],
                list(cells[1], " "),
                origin,
                compatibility(cells[2]),
                syntax,
                colon < 0 ? syntax.form : cells[3].substring(colon + 2),
                cells[4],
                cells[5].equals("-") ? State.NOTHING_TO_DO : State.valueOf(cells[5].toUpperCase(Locale.ROOT)),
                cells[6].equals("r"),
                list(cells[7], ";"),
                cells[8],
                cells[9].equals("-") ? "" : cells[9]);
    }

    private static List<String> list(String cell, String separator) {
        return cell.equals("-") ? List.of() : List.of(cell.split(separator, -1));
    }

    private static Compatibility compatibility(String letter) {
        for (Compatibility compatibility : Compatibility.values()) {
            if (letter.length() == 1 && letter.charAt(0) == compatibility.letter()) {
                return compatibility;
            }
        }
        throw new IllegalStateException("no class: " + letter);
    }

    private static Map<String, Row> byName(List<Row> rows) {
        Map<String, Row> byName = new HashMap<>();
        for (Row row : rows) {
            put(byName, row.name(), row);
            row.aliases().forEach(alias -> put(byName, alias, row));
        }
        return Map.copyOf(byName);
    }

    private static void put(Map<String, Row> byName, String name, Row row) {
        if (byName.put(name, row) != null) {
            throw new IllegalStateException("two rows for " + name);
        }
    }
}
