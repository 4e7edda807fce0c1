package io.loligo.proxy.admin;

import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to an admin request.
 *
 * @param status the HTTP status code
 * @param contentType the body's media type
 * @param body the whole body
 * @param fields further response fields
 * @param afterwards if there is one, called once, after the answer has been sent or the client was found to be gone;
 *     returns at once
 */
record AdminAnswer(
        int status,
        String contentType,
        ByteBuffer body,
        Map<String, String> fields,
        @Nullable Runnable afterwards) {

    AdminAnswer {
        body = body.asReadOnlyBuffer();
        fields = Map.copyOf(fields);
    }

    static AdminAnswer json(int status, Object body) {
        return new AdminAnswer(status, "application/json", ByteBuffer.wrap(AdminJson.bytes(body)), Map.of(), null);
    }

    /** The answer to a request that was not done, with the reason as {@code {"error":"…"}}. */
    static AdminAnswer error(int status, String message) {
        return json(status, Map.of("error", message));
    }

    /** The same with one further field, which replaces those that it had. */
    AdminAnswer with(String fieldName, String value) {
        return new AdminAnswer(status, contentType, body, Map.of(fieldName, value), afterwards);
    }

    /** The same with what is to be called afterwards. */
    AdminAnswer then(Runnable next) {
        return new AdminAnswer(status, contentType, body, fields, next);
    }
}
