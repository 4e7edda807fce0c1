package io.loligo.cli;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every constant in the project's main code whose name says that it is a limit: the name has the word {@code MAX} or {@code
 * LIMIT}. Found in the sources, because most of these classes are package-private.
 *
 * @param name the file's type and the constant, {@code AccessLog.QUEUE_LIMIT}
 * @param value as the program has it
 */
record NamedLimits(String name, Object value) {
    private static final Pattern CONSTANT =
            Pattern.compile("\\b(?:int|long|Duration|String)\\s+((?:[A-Z0-9]+_)*(?:MAX|LIMIT)(?:_[A-Z0-9]+)*)\\s*=");

    static List<NamedLimits> all(Path root) throws IOException {
        TreeMap<String, NamedLimits> limits = new TreeMap<>();
        for (String module : List.of("cache-core", "proxy-server", "cli")) {
            Path sources = root.resolve(module).resolve("src/main/java");
            for (Path file : javaFiles(sources)) {
                Matcher constant = CONSTANT.matcher(Files.readString(file));
                while (constant.find()) {
                    String type = sources.relativize(file)
                            .toString()
                            .replace(".java", "")
                            .replace('/', '.');
                    String name = type.substring(type.lastIndexOf('.') + 1) + "." + constant.group(1);
                    limits.put(name, new NamedLimits(name, value(type, constant.group(1))));
                }
            }
        }
        return List.copyOf(limits.values());
    }

    private static List<Path> javaFiles(Path sources) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }

    private static Object value(String type, String constant) {
        try {
            Class<?> outer = Class.forName(type, false, NamedLimits.class.getClassLoader());
            Field field = field(outer, constant)
                    .orElseThrow(() -> new IllegalStateException("no field " + constant + " in " + type));
            field.setAccessible(true);
            return field.get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + "." + constant, e);
        }
    }

    private static Optional<Field> field(Class<?> type, String constant) {
        return Stream.concat(
                        Stream.of(type.getDeclaredFields())
                                .filter(field -> field.getName().equals(constant)),
                        Stream.of(type.getDeclaredClasses()).flatMap(nested -> field(nested, constant).stream()))
                .findFirst();
    }

    /** Whether {@code row} has the value: as a number, in KB, MB or GB, in seconds, minutes or hours. */
    boolean isIn(String row) {
        return spellings().stream()
                .anyMatch(spelling -> Pattern.compile("(?<![\\d,.])" + Pattern.quote(spelling) + "(?!\\d|,\\d)")
                        .matcher(row)
                        .find());
    }

    /** The value in each form in which the manual may print it. */
    List<String> spellings() {
        if (value instanceof Duration duration) {
            return ofMillis(duration.toMillis());
        }
        if (value instanceof String text) {
            return List.of(text);
        }
        long number = ((Number) value).longValue();
        List<String> spellings = new ArrayList<>(List.of(Long.toString(number), grouped(number)));
        unit(number, 1L << 10, "KB").ifPresent(spellings::add);
        unit(number, 1L << 20, "MB").ifPresent(spellings::add);
        unit(number, 1L << 30, "GB").ifPresent(spellings::add);
        if (name.endsWith("_MILLIS") || name.contains("_MILLIS_")) {
            spellings.addAll(ofMillis(number));
        }
        if (name.endsWith("_NANOS") || name.contains("_NANOS_")) {
            spellings.addAll(ofMillis(number / 1_000_000));
        }
        return spellings;
    }

    private static List<String> ofMillis(long millis) {
        List<String> spellings = new ArrayList<>(List.of(grouped(millis) + " ms"));
        unit(millis, 1_000, "s").ifPresent(spellings::add);
        unit(millis, 60_000, "min").ifPresent(spellings::add);
        unit(millis, 3_600_000, "h").ifPresent(spellings::add);
        unit(millis, 86_400_000, "days").ifPresent(spellings::add);
        return spellings;
    }

    private static Optional<String> unit(long number, long size, String unit) {
        return number >= size && number % size == 0
                ? Optional.of(grouped(number / size) + " " + unit)
                : Optional.empty();
    }

    private static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** The row of {@code page} that begins with this limit's name, or null. */
    @Nullable String row(List<String> page) {
        return page.stream()
                .filter(line -> line.startsWith("|") && line.contains("`" + name + "`"))
                .findFirst()
                .orElse(null);
    }
}
