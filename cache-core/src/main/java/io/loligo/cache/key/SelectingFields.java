package io.loligo.cache.key;

import io.loligo.cache.http.Fields;
import java.util.Locale;
import java.util.TreeSet;

/**
 * The request fields that chose a variant: names from the response's Vary, values normalised. RFC 9111 §4.1.
 *
 * @param unmatched whether Vary holds {@code *}: then no request ever matches
 * @param fields lower-case names, once each, in sorted order, with the normalised value; a field that the request did not
 *     have stands with {@link #ABSENT}
 */
public record SelectingFields(boolean unmatched, Fields fields) {
    /** No Vary: every request matches. */
    public static final SelectingFields NONE = new SelectingFields(false, Fields.EMPTY);

    /** The value of a field that the request did not have: a byte that no field value holds. */
    public static final String ABSENT = "\u0001";

    private static final SelectingFields UNMATCHED = new SelectingFields(true, Fields.EMPTY);

    /** What chose a response with {@code responseFields} that answers a request with {@code requestFields}. */
    public static SelectingFields of(Fields responseFields, Fields requestFields) {
        if (!responseFields.has("Vary")) {
            return NONE;
        }
        TreeSet<String> names = new TreeSet<>();
        for (String line : responseFields.all("Vary")) {
            for (String member : line.split(",", -1)) {
                String name = member.strip().toLowerCase(Locale.ROOT);
                if (name.equals("*")) {
                    return UNMATCHED;
                }
                if (!name.isEmpty()) {
                    names.add(name);
                }
            }
        }
        if (names.isEmpty()) {
            return NONE;
        }
        Fields.Builder selecting = Fields.builder();
        for (String name : names) {
            selecting.add(name, SelectingValue.of(name, requestFields));
        }
        return new SelectingFields(false, selecting.build());
    }

    /** Whether a request with {@code requestFields} would have been answered with the same variant. */
    public boolean matches(Fields requestFields) {
        if (unmatched) {
            return false;
        }
        for (int i = 0; i < fields.size(); i++) {
            if (!fields.value(i).equals(SelectingValue.of(fields.name(i), requestFields))) {
                return false;
            }
        }
        return true;
    }
}
