package io.loligo.cache.key;

import io.loligo.cache.http.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * The request fields that chose a variant: names from the response's Vary, values normalised. RFC 9111 §4.1.
 *
 * @param unmatched whether Vary holds {@code *}: then no request ever matches
 * @param fields lower-case names, once each, in sorted order, with the normalised value; a field that the request did not
 *     have stands with {@link #ABSENT}. Where Accept-Language chose, a last line {@link #LANGUAGE_CHOSEN} holds the
 *     response's Content-Language, if that is a single one
 * @param others the same names with the values of other requests, the latest first: the origin has named the response by
 *     its ETag when it was asked for them. RFC 9111 §4.3.4
 */
public record SelectingFields(boolean unmatched, Fields fields, List<Fields> others) {
    /** How many other requests' values are kept; the earliest goes when one more comes. */
    public static final int OTHERS_MAX = 32;

    /** How long their values may be together, in characters: they are part of the stored head. */
    static final int OTHERS_LENGTH_MAX = 4_096;

    /** No Vary: every request matches. */
    public static final SelectingFields NONE = new SelectingFields(false, Fields.EMPTY);

    /** The value of a field that the request did not have: a byte that no field value holds. */
    public static final String ABSENT = "\u0001";

    /** The name of the line with the language that was chosen: no field can be called so. */
    public static final String LANGUAGE_CHOSEN = "=content-language";

    private static final String ACCEPT_LANGUAGE = "accept-language";

    private static final SelectingFields UNMATCHED = new SelectingFields(true, Fields.EMPTY);

    public SelectingFields {
        others = List.copyOf(others);
    }

    /** What one request chose. */
    public SelectingFields(boolean unmatched, Fields fields) {
        this(unmatched, fields, List.of());
    }

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
        String language = responseFields.first("Content-Language");
        if (names.contains(ACCEPT_LANGUAGE) && language != null && language.indexOf(',') < 0) {
            selecting.add(LANGUAGE_CHOSEN, language.toLowerCase(Locale.ROOT));
        }
        return new SelectingFields(false, selecting.build());
    }

    /** Whether a request with {@code requestFields} would have been answered with the same variant. */
    public boolean matches(Fields requestFields) {
        return !unmatched
                && (isChosenBy(requestFields) || (!others.isEmpty() && others.contains(values(requestFields))));
    }

    /** Whether {@code name}, in lower case, counts here, and a request with {@code requestFields} has another value of it. */
    public boolean tellsApartBy(String name, Fields requestFields) {
        for (int i = 0; i < fields.size(); i++) {
            if (fields.name(i).equals(name) && !fields.value(i).equals(SelectingValue.of(name, requestFields))) {
                return true;
            }
        }
        return false;
    }

    private boolean isChosenBy(Fields requestFields) {
        for (int i = 0; i < fields.size(); i++) {
            String name = fields.name(i);
            boolean same = name.equals(LANGUAGE_CHOSEN)
                    || fields.value(i).equals(SelectingValue.of(name, requestFields))
                    || (name.equals(ACCEPT_LANGUAGE) && wantsLanguageChosen(requestFields));
            if (!same) {
                return false;
            }
        }
        return true;
    }

    /** What {@code requestFields} has in the fields that count here. */
    private Fields values(Fields requestFields) {
        Fields.Builder values = Fields.builder();
        Fields names = choice();
        for (int i = 0; i < names.size(); i++) {
            values.add(names.name(i), SelectingValue.of(names.name(i), requestFields));
        }
        return values.build();
    }

    /** Whether the same fields count in {@code other}. */
    public boolean hasSameNames(SelectingFields other) {
        Fields mine = choice();
        Fields theirs = other.choice();
        boolean same = unmatched == other.unmatched && mine.size() == theirs.size();
        for (int i = 0; same && i < mine.size(); i++) {
            same = mine.name(i).equals(theirs.name(i));
        }
        return same;
    }

    /** The same for a response that the request of {@code other}, with the same names, chooses too. */
    public SelectingFields and(SelectingFields other) {
        List<Fields> more = new ArrayList<>(others);
        more.remove(other.choice());
        more.add(0, other.choice());
        while (more.size() > OTHERS_MAX || (more.size() > 1 && length(more) > OTHERS_LENGTH_MAX)) {
            more.remove(more.size() - 1);
        }
        return length(more) > OTHERS_LENGTH_MAX ? this : new SelectingFields(unmatched, fields, more);
    }

    private static int length(List<Fields> choices) {
        int length = 0;
        for (Fields choice : choices) {
            for (int i = 0; i < choice.size(); i++) {
                length += choice.name(i).length() + choice.value(i).length();
            }
        }
        return length;
    }

    /** Whether one request has chosen both: then the later response replaces the earlier one. */
    public boolean overlaps(SelectingFields other) {
        if (unmatched != other.unmatched) {
            return false;
        }
        List<Fields> theirs = other.choices();
        return choices().stream().anyMatch(theirs::contains);
    }

    private List<Fields> choices() {
        List<Fields> choices = new ArrayList<>(others);
        choices.add(choice());
        return choices;
    }

    /** What the request had, without what the response said. */
    private Fields choice() {
        return fields.without(LANGUAGE_CHOSEN);
    }

    /**
     * Whether the language of the stored response is what this request puts before all others: the very tag, or one in its
     * range. RFC 4647 §3.3.1, basic filtering. Not the other way round: who wants de-AT first may get it from the origin.
     */
    private boolean wantsLanguageChosen(Fields requestFields) {
        String chosen = fields.first(LANGUAGE_CHOSEN);
        String wanted = requestFields.combined(ACCEPT_LANGUAGE);
        String preferred = chosen == null || wanted == null ? null : SelectingValue.preferred(wanted);
        return preferred != null && chosen != null && (chosen.equals(preferred) || chosen.startsWith(preferred + "-"));
    }
}
