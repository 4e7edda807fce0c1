package io.loligo.cache.freshness;

import io.loligo.cache.http.Fields;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.SelectingFields;

/**
 * What is known of a stored response: everything that decides on its reuse, without its body. Immutable; what the
 * decisions read again and again (directives, dates, validators) is parsed when it is built.
 *
 * @param id the store's name for the object; 0 until stored
 * @param key the key it was stored under
 * @param selecting the request's fields that its Vary names, normalised. RFC 9111 §4.1
 * @param status the status code
 * @param reason the reason phrase
 * @param fields the fields as they are stored and sent: end-to-end ones only. RFC 9111 §3.1
 * @param times when it was asked for and received, or last validated
 * @param bodyLength bytes of the body; -1 until stored
 */
public record StoredHead(
        long id,
        CacheKey key,
        SelectingFields selecting,
        int status,
        String reason,
        Fields fields,
        ResponseTimes times,
        long bodyLength) {}
