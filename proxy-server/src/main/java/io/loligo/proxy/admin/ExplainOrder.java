package io.loligo.proxy.admin;

import com.fasterxml.jackson.databind.JsonNode;
import io.loligo.cache.http.Fields;
import java.util.List;
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
    private static final List<String> OPTIONAL_TEXTS = List.of("method", "at", "port", "client");

    /** The order cannot be followed; the message says what was expected. */
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        public Refused(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The order that {@code root} is; null when it is none. */
    static @Nullable ExplainOrder parse(@Nullable JsonNode root) {
        if (root == null
                || !root.path("url").isTextual()
                || (root.has("fields") && !root.path("fields").isArray())) {
            return null;
        }
        for (String name : OPTIONAL_TEXTS) {
            if (root.hasNonNull(name) && !root.path(name).isTextual()) {
                return null;
            }
        }
        Fields.Builder fields = Fields.builder();
        for (JsonNode field : root.path("fields")) {
            List<String> pair = AdminJson.strings(field);
            if (pair == null || pair.size() != 2) {
                return null;
            }
            fields.add(pair.get(0), pair.get(1));
        }
        return new ExplainOrder(
                root.path("method").asText("GET"),
                root.path("url").asText(),
                fields.build(),
                text(root, "at"),
                text(root, "port"),
                text(root, "client"));
    }

    private static @Nullable String text(JsonNode root, String name) {
        return root.hasNonNull(name) ? root.path(name).asText() : null;
    }
}
