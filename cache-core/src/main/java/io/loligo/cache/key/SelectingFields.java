package io.loligo.cache.key;

import io.loligo.cache.http.Fields;

/**
 * The request fields that chose a variant: names from the response's Vary, values normalised. RFC 9111 §4.1.
 *
 * @param unmatched whether Vary holds {@code *}: then no request ever matches
 * @param fields lower-case names, once each, in sorted order, with the normalised value; a field that the request did not
 *     have stands with the value that {@code SelectingFields} gives to absence
 */
public record SelectingFields(boolean unmatched, Fields fields) {
    /** No Vary: every request matches. */
    public static final SelectingFields NONE = new SelectingFields(false, Fields.EMPTY);
}
