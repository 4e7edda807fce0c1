package io.loligo.proxy.admin;

import java.util.Map;

/**
 * The answer to an admin request.
 *
 * @param status the HTTP status code
 * @param contentType the body's media type
 * @param body the whole body; not copied, so nobody changes it any more
 * @param fields further response fields
 * @param afterwards is called once, after the answer has been sent or the client was found to be gone; returns at once
 */
record AdminAnswer(int status, String contentType, byte[] body, Map<String, String> fields, Runnable afterwards) {
    private static final Runnable NOTHING = () -> {};

    AdminAnswer {
        fields = Map.copyOf(fields);
    }

    static AdminAnswer json(int status, Object body) {
        return new AdminAnswer(status, "application/json", AdminJson.bytes(body), Map.of(), NOTHING);
    }

    /** An answer of a request that was not done, with the reason as {@code {"error":"…"}}. */
    static AdminAnswer error(int status, String message) {
        return json(status, Map.of("error", message));
    }

    AdminAnswer with(String fieldName, String value) {
        return new AdminAnswer(status, contentType, body, Map.of(fieldName, value), afterwards);
    }

    AdminAnswer then(Runnable next) {
        return new AdminAnswer(status, contentType, body, fields, next);
    }
}
