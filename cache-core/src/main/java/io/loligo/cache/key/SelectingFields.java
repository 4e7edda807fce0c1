package io.loligo.cache.key;

import io.loligo.cache.http.Fields;
import java.util.Locale;
import java.util.TreeSet;

/**
 * The request fields that chose a variant: names from the response's Vary, values normalised. RFC 9111 §4.1.
 *
 * @param unmatched whether Vary holds {@code *}: then no request ever matches
 * @param fields lower-case names, once each, in sorted order, with the normalised value; a field that the request did not
 *     have stands with {@link #ABSENT}. Where Accept-Language chose, a last line {@link #LANGUAGE_CHOSEN} holds the
 *     response's Content-Language, if that is a single one
 */
public record SelectingFields(boolean unmatched, Fields fields) {
    /** No Vary: every request matches. */
    public static final SelectingFields NONE = new SelectingFields(false, Fields.EMPTY);

    /** The value of a field that the request did not have: a byte that no field value holds. */
    public static final String ABSENT = "\u0001";

    /** The name of the line with the language that was chosen: no field can be called so. */
    public static final String LANGUAGE_CHOSEN = "=content-language";

    private static final String ACCEPT_LANGUAGE = "accept-language";

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
        String language = responseFields.first("Content-Language");
        if (names.contains(ACCEPT_LANGUAGE) && language != null && language.indexOf(',') < 0) {
            selecting.add(LANGUAGE_CHOSEN, language.toLowerCase(Locale.ROOT));
        }
        return new SelectingFields(false, selecting.build());
    }

    /** Whether a request with {@code requestFields} would have been answered with the same variant. */
    public boolean matches(Fields requestFields) {
        if (unmatched) {
            return false;
        }
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
