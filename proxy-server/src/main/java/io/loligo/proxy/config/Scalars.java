package io.loligo.proxy.config;

import io.loligo.proxy.config.DirectiveTable.Row;
import io.loligo.proxy.config.DirectiveTable.Syntax;
import io.loligo.proxy.config.Problem.Kind;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Directives with one value, read by the syntax in their row: of several lines the last counts. */
final class Scalars {
    private final LoadOptions options;
    private final Problems problems;
    private final Map<String, Entry> values = new HashMap<>();

    Scalars(LoadOptions options, Problems problems) {
        this.options = options;
        this.problems = problems;
    }

    private record Entry(Object value, Directive line) {}

    static boolean isScalar(Row row) {
        return row.syntax() != Syntax.ACCESS && row.syntax() != Syntax.ANY;
    }

    /** Whether the value makes sense; says so when not. */
    boolean check(Row row, Directive line) {
        return parse(row, line).isPresent();
    }

    void set(Row row, Directive line) {
        parse(row, line).ifPresent(value -> {
            Entry before = values.put(row.name(), new Entry(value, line));
            if (before != null && !before.value.equals(value)) {
                problems.warning(
                        Kind.DOUBTFUL,
                        before.line.where(),
                        before.line.text() + " does not count: " + line.where() + " sets " + row.name() + " again");
            }
        });
    }

    private Optional<Object> parse(Row row, Directive line) {
        List<String> words = line.texts();
        if (words.isEmpty()) {
            problems.value(line.where(), line.name() + " needs a value");
            return Optional.empty();
        }
        return switch (row.syntax()) {
            case SIZE -> size(line, words);
            case TIME -> time(line, words);
            case ONOFF -> onOff(line, words);
            case INT -> single(line, words).flatMap(word -> integer(line, word));
            case WORD -> single(line, words).map(word -> word);
            case PATH -> single(line, words).flatMap(word -> path(line, word)).map(path -> path);
            case ACCESS, ANY -> Optional.empty();
        };
    }

    private Optional<Object> size(Directive line, List<String> words) {
        Optional<Values.Measured<Long>> size = Values.bytes(words);
        if (size.isEmpty()) {
            problems.value(line.where(), line.text() + ": not a size such as 64 MB (bytes, KB, MB, GB)");
            return Optional.empty();
        }
        long bytes = size.get().value();
        if (bytes < 0 && !line.name().startsWith("quick_abort")) {
            problems.value(line.where(), line.name() + " cannot be negative");
            return Optional.empty();
        }
        if (size.get().unitMissing() && bytes != 0) {
            problems.warning(
                    Kind.DOUBTFUL,
                    line.where(),
                    line.text() + ": no unit, so bytes are meant; write a unit, as in 64 MB");
        }
        return Optional.of(bytes);
    }

    private Optional<Object> time(Directive line, List<String> words) {
        Optional<Values.Measured<Duration>> time = Values.time(words);
        if (time.isEmpty()) {
            problems.value(line.where(), line.text() + ": not a time such as 2 minutes");
            return Optional.empty();
        }
        if (time.get().value().isNegative()) {
            problems.value(line.where(), line.name() + " cannot be negative");
            return Optional.empty();
        }
        if (time.get().unitMissing() && !time.get().value().isZero()) {
            problems.warning(
                    Kind.DOUBTFUL,
                    line.where(),
                    line.text() + ": no unit, so seconds are meant; Squid 5 refuses this, so write a unit");
        }
        return Optional.of(time.get().value());
    }

    private Optional<Object> onOff(Directive line, List<String> words) {
        Optional<Values.OnOff> value = single(line, words).flatMap(Values::onOff);
        if (value.isEmpty()) {
            problems.value(line.where(), line.text() + ": " + line.name() + " is on or off");
            return Optional.empty();
        }
        if (value.get().old()) {
            problems.warning(
                    Kind.TRANSLATED,
                    line.where(),
                    line.text() + ": today " + line.name() + (value.get().on() ? " on" : " off"));
        }
        return Optional.of(value.get().on());
    }

    private Optional<Object> integer(Directive line, String word) {
        Optional<Long> number = Values.integer(word);
        if (number.isEmpty()) {
            problems.value(line.where(), line.text() + ": not a number");
        }
        return number.map(n -> n);
    }

    private Optional<String> single(Directive line, List<String> words) {
        if (words.size() > 1) {
            problems.value(line.where(), line.text() + ": " + line.name() + " takes one value");
            return Optional.empty();
        }
        return Optional.of(words.get(0));
    }

    /** A file's path. Logs may carry a module's name. */
    Optional<Path> path(Directive line, String word) {
        String name =
                word.startsWith("stdio:") || word.startsWith("daemon:") ? word.substring(word.indexOf(':') + 1) : word;
        try {
            return Optional.of(options.workingDirectory().resolve(name));
        } catch (InvalidPathException e) {
            problems.value(line.where(), line.name() + ": not a file name: " + word);
            return Optional.empty();
        }
    }

    /** The line that set {@code name}, or null. */
    @Nullable Directive line(String name) {
        Entry entry = values.get(name);
        return entry == null ? null : entry.line;
    }

    /** Whether a line set {@code name}. */
    boolean has(String name) {
        return values.containsKey(name);
    }

    long size(String name, long otherwise) {
        return value(name, Long.class).orElse(otherwise);
    }

    /** A size of at least {@code least} bytes. */
    long size(String name, long otherwise, long least) {
        long bytes = size(name, otherwise);
        Directive line = line(name);
        if (bytes < least && line != null) {
            problems.value(line.where(), line.text() + ": " + name + " is at least " + least + " bytes");
        }
        return Math.max(least, bytes);
    }

    /** A size that has to fit where lengths are counted as int, at least 1. */
    int smallSize(String name, int otherwise) {
        return (int) range(name, otherwise, 1, 1 << 30);
    }

    Duration time(String name, Duration otherwise) {
        return value(name, Duration.class).orElse(otherwise);
    }

    /** A time that makes no sense as zero. */
    Duration positiveTime(String name, Duration otherwise) {
        Duration time = time(name, otherwise);
        Directive line = line(name);
        if (time.isZero() && line != null) {
            problems.value(line.where(), name + " has to be more than 0");
        }
        return time;
    }

    boolean onOff(String name, boolean otherwise) {
        return value(name, Boolean.class).orElse(otherwise);
    }

    int number(String name, int otherwise, int least, int most) {
        return (int) range(name, otherwise, least, most);
    }

    private long range(String name, long otherwise, long least, long most) {
        long number = value(name, Long.class).orElse(otherwise);
        Directive line = line(name);
        if ((number < least || number > most) && line != null) {
            problems.value(line.where(), line.text() + ": " + name + " is " + least + " to " + most);
        }
        return Math.max(least, Math.min(most, number));
    }

    Optional<String> word(String name) {
        return value(name, String.class);
    }

    /** A file; empty when no line names one, or it names {@code none}. */
    Optional<Path> file(String name) {
        Directive line = line(name);
        return line == null || line.texts().get(0).equals("none") ? Optional.empty() : value(name, Path.class);
    }

    private <T> Optional<T> value(String name, Class<T> type) {
        Entry entry = values.get(name);
        return entry == null ? Optional.empty() : Optional.of(type.cast(entry.value));
    }
}
