package io.loligo.cache.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The field lines of one message section, in order, as received. RFC 9110 §5.
 *
 * <p>Immutable. Names keep their spelling and are compared without case; values are Latin-1 text without leading or
 * trailing white space. Repeated lines stay separate and keep their order.
 */
public final class Fields {
    public static final Fields EMPTY = new Fields(new String[0]);

    /** name, value, name, value, … */
    private final String[] lines;

    private Fields(String[] lines) {
        this.lines = lines;
    }

    /** Reads {@code namesAndValues} as name, value, name, value, …; an odd count is a bug. */
    public static Fields of(String... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("a field name without a value: " + Arrays.toString(namesAndValues));
        }
        return new Fields(namesAndValues.clone());
    }

    /** Whether {@code text} can be a field's name: a token. RFC 9110 §5.6.2. */
    public static boolean isName(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    public static Builder builder() {
        return new Builder(16);
    }

    /** A builder for so many lines, more or less. */
    public static Builder builder(int lines) {
        return new Builder(Math.max(1, lines));
    }

    /** The number of field lines. */
    public int size() {
        return lines.length / 2;
    }

    public boolean isEmpty() {
        return lines.length == 0;
    }

    /** The name of line {@code index}, as spelled by the sender. */
    public String name(int index) {
        return lines[2 * index];
    }

    public String value(int index) {
        return lines[2 * index + 1];
    }

    public boolean has(String name) {
        return first(name) != null;
    }

    /** The value of the first line named {@code name}, or null. */
    public @Nullable String first(String name) {
        for (int i = 0; i < lines.length; i += 2) {
            if (FieldNames.isSame(lines[i], name)) {
                return lines[i + 1];
            }
        }
        return null;
    }

    /** The values of every line named {@code name}, in order. */
    public List<String> all(String name) {
        List<String> values = new ArrayList<>(2);
        for (int i = 0; i < lines.length; i += 2) {
            if (FieldNames.isSame(lines[i], name)) {
                values.add(lines[i + 1]);
            }
        }
        return values;
    }

    /** The lines named {@code name} joined by comma and blank, RFC 9110 §5.2, or null when there is none. */
    public @Nullable String combined(String name) {
        String found = null;
        for (int i = 0; i < lines.length; i += 2) {
            if (FieldNames.isSame(lines[i], name)) {
                found = found == null ? lines[i + 1] : found + ", " + lines[i + 1];
            }
        }
        return found;
    }

    public void forEach(BiConsumer<String, String> line) {
        for (int i = 0; i < lines.length; i += 2) {
            line.accept(lines[i], lines[i + 1]);
        }
    }

    /** These fields without the lines whose name {@code drop} accepts. */
    public Fields without(Predicate<String> drop) {
        String[] kept = lines;
        int length = 0;
        for (int i = 0; i < lines.length; i += 2) {
            if (drop.test(lines[i])) {
                // Mostly nothing is dropped; then nothing is copied.
                kept = kept == lines ? Arrays.copyOf(lines, lines.length - 2) : kept;
            } else {
                if (kept != lines) {
                    kept[length] = lines[i];
                    kept[length + 1] = lines[i + 1];
                }
                length += 2;
            }
        }
        if (kept == lines) {
            return this;
        }
        return length == 0 ? EMPTY : new Fields(length == kept.length ? kept : Arrays.copyOf(kept, length));
    }

    /** These fields without any line named {@code name}. */
    public Fields without(String name) {
        return without(line -> FieldNames.isSame(line, name));
    }

    /** These fields with exactly one line named {@code name}, last. */
    public Fields with(String name, String value) {
        if (!has(name)) {
            return plus(name, value);
        }
        String[] more = new String[lines.length];
        int length = 0;
        for (int i = 0; i < lines.length; i += 2) {
            if (!FieldNames.isSame(lines[i], name)) {
                more[length++] = lines[i];
                more[length++] = lines[i + 1];
            }
        }
        more[length++] = name;
        more[length++] = value;
        return new Fields(length == more.length ? more : Arrays.copyOf(more, length));
    }

    /** These fields and one more line, last. */
    public Fields plus(String name, String value) {
        String[] more = Arrays.copyOf(lines, lines.length + 2);
        more[lines.length] = name;
        more[lines.length + 1] = value;
        return new Fields(more);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Fields that && Arrays.equals(lines, that.lines);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(lines);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
        return text.toString();
    }

    /** Collects field lines; used by one thread. */
    public static final class Builder {
        private String[] lines;
        private int length;

        private Builder(int size) {
            lines = new String[2 * size];
        }

        public Builder add(String name, String value) {
            if (length == lines.length) {
                lines = Arrays.copyOf(lines, 2 * length);
            }
            lines[length++] = name;
            lines[length++] = value;
            return this;
        }

        public Builder addAll(Fields fields) {
            fields.forEach(this::add);
            return this;
        }

        public Builder addAll(String name, Collection<String> values) {
            values.forEach(value -> add(name, value));
            return this;
        }

        /** The number of field lines so far. */
        public int size() {
            return length / 2;
        }

        public Fields build() {
            return length == 0 ? EMPTY : new Fields(Arrays.copyOf(lines, length));
        }

        /** Forgets the lines: it can be used for others. */
        public void clear() {
            Arrays.fill(lines, 0, length, null);
            length = 0;
        }
    }
}
