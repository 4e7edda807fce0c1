package io.loligo.proxy.admin;

import io.loligo.cache.http.Fields;
import org.jspecify.annotations.Nullable;

/**
 * A request to be explained, as the operator gives it.
 *
 * @param method the method
 * @param url a whole URL
 * @param fields the request's fields
 * @param at the time of the request; null for now
 * @param port number or name of the http_port; null for the one that fits
 * @param client the client's address; null for this machine's
 */
public record ExplainOrder(
        String method,
        String url,
        Fields fields,
        @Nullable String at,
        @Nullable String port,
        @Nullable String client) {

    /** The order cannot be followed; the message says what was expected. */
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        public Refused(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
