package io.loligo.tests.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a measurement says: a table for people, and the same for programs. */
final class Report {
    private final String name;
    private final List<List<String>> rows = new ArrayList<>();
    private final ObjectNode json = JsonNodeFactory.instance.objectNode();

    Report(String name) {
        this.name = name;
        json.put("measurement", name);
        json.put("java", System.getProperty("java.version") + " " + System.getProperty("java.vm.vendor"));
        json.put("processors", Runtime.getRuntime().availableProcessors());
        json.put("heap_max", Runtime.getRuntime().maxMemory());
    }

    ObjectNode json() {
        return json;
    }

    Report row(String... cells) {
        rows.add(List.of(cells));
        return this;
    }

    /** A row of two, and a field. */
    Report value(String label, String field, double value, String unit) {
        json.put(field, value);
        return row(label, String.format(Locale.ROOT, value == Math.rint(value) ? "%,.0f" : "%,.1f", value), unit);
    }

    Report bytes(String label, String field, long value) {
        json.put(field, value);
        return row(label, String.format(Locale.ROOT, "%,d", value), "bytes (" + Bytes.mebi(value) + ")");
    }

    /** Prints the table and writes {@code DIRECTORY/store-NAME.json}. */
    void write(PrintStream console, Path directory) throws IOException {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            console.println(line(row, widths));
        }
        Files.createDirectories(directory);
        Path file = directory.resolve("store-" + name + ".json");
        Files.writeString(file, json.toPrettyString() + "\n");
        console.println(file);
    }

    /** The first cell to the left, the others to the right but for the last of text. */
    private static String line(List<String> row, int[] widths) {
        List<String> cells = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
            boolean number = i > 0 && !row.get(i).isEmpty() && Character.isDigit(last(row.get(i)));
            cells.add(String.format(Locale.ROOT, "%" + (number ? "" : "-") + Math.max(1, widths[i]) + "s", row.get(i)));
        }
        return cells.stream().collect(Collectors.joining("  ")).stripTrailing();
    }

    private static char last(String cell) {
        return cell.charAt(cell.length() - 1);
    }
}
