package io.loligo.cache.http;

/**
 * The head of a request as the client sent it, after the strict check. RFC 9112 §3.
 *
 * @param method the method token, case kept
 * @param target the request target's path and query in origin form, bytes as received ({@code /a%2fb?x}), or {@code *};
 *     an absolute-form target has its scheme and authority taken off (they are in the effective URI)
 * @param version the version of the request
 * @param fields every field line, hop-by-hop ones included
 * @param selecting the field lines by which a stored response is selected: {@code fields}, as far as they get to the origin.
 *     RFC 9111 §4.1
 */
public record RequestHead(String method, String target, HttpVersion version, Fields fields, Fields selecting) {

    /** A head all of whose fields get to the origin. */
    public RequestHead(String method, String target, HttpVersion version, Fields fields) {
        this(method, target, version, fields, fields);
    }

    /** The same where the origin gets {@code sent} in place of the client's fields. */
    public RequestHead selectingBy(Fields sent) {
        return new RequestHead(method, target, version, fields, sent);
    }

    public boolean isMethod(String name) {
        return method.equals(name);
    }

    /** Whether its fields announce a body. RFC 9112 §6. */
    public boolean hasBody() {
        if (fields.has("Transfer-Encoding")) {
            return true;
        }
        String length = fields.first("Content-Length");
        return length != null && !length.equals("0");
    }
}
