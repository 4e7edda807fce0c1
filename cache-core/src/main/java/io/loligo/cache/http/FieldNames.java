package io.loligo.cache.http;

import java.util.Collection;

/** A few names of fields, whose case does not matter. Immutable. */
public final class FieldNames {
    /** None. */
    public static final FieldNames NONE = new FieldNames(new String[0]);

    /** What tells an upper case letter from its lower case. */
    private static final int CASE = 'a' - 'A';

    private final String[] names;

    private FieldNames(String[] names) {
        this.names = names;
    }

    public static FieldNames of(Collection<String> names) {
        return names.isEmpty() ? NONE : new FieldNames(names.toArray(String[]::new));
    }

    /**
     * Whether both name the same field. Names are ASCII, so a first character that differs by more than its case settles
     * it, which spares comparing most of the names that are as long.
     */
    public static boolean isSame(String one, String other) {
        int length = one.length();
        return length == other.length()
                && (length == 0 || ((one.charAt(0) ^ other.charAt(0)) & ~CASE) == 0)
                && one.equalsIgnoreCase(other);
    }

    public boolean contains(String name) {
        for (String each : names) {
            if (isSame(each, name)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a line of {@code fields} has one of these names. */
    public boolean isIn(Fields fields) {
        if (names.length == 0) {
            return false;
        }
        for (int i = 0; i < fields.size(); i++) {
            if (contains(fields.name(i))) {
                return true;
            }
        }
        return false;
    }

    /** {@code fields} without the lines of these names. */
    public Fields removedFrom(Fields fields) {
        return isIn(fields) ? fields.without(this::contains) : fields;
    }

    @Override
    public String toString() {
        return String.join(" ", names);
    }
}
