package io.loligo.proxy.http1;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;

/**
 * How the end of a message's body is found. RFC 9112 §6.3, where anything that two recipients might read differently is
 * refused.
 *
 * @param kind the rule that applies
 * @param length the bytes of a {@link Kind#LENGTH} body; 0 for {@link Kind#NONE}; else -1
 */
public record BodyFraming(Kind kind, long length) {
    public static final BodyFraming NONE = new BodyFraming(Kind.NONE, 0);
    public static final BodyFraming CHUNKED = new BodyFraming(Kind.CHUNKED, -1);
    public static final BodyFraming UNTIL_CLOSE = new BodyFraming(Kind.UNTIL_CLOSE, -1);

    /** The rules of RFC 9112 §6.3. */
    public enum Kind {
        /** The message ends with its head. */
        NONE,
        /** Content-Length bytes. */
        LENGTH,
        CHUNKED,
        /** The close of the connection ends it: answers only. */
        UNTIL_CLOSE
    }

    /** A body of {@code bytes}; {@link #NONE} for 0. */
    public static BodyFraming ofLength(long bytes) {
        return bytes == 0 ? NONE : new BodyFraming(Kind.LENGTH, bytes);
    }

    /**
     * The framing of an answer.
     *
     * @param requestMethod the method that it answers
     */
    public static BodyFraming ofResponse(String requestMethod, int status, HttpVersion version, Fields fields)
            throws MalformedMessageException {
        if (status < 200 || status == 204 || status == 304) {
            // §6.3 rule 1: whatever the fields say. A 304's Content-Length is that of the 200 it stands for.
            return NONE;
        }
        BodyFraming said = said(version, fields, UNTIL_CLOSE, true);
        return requestMethod.equals("HEAD") ? NONE : said;
    }

    /**
     * The framing of a request: without Content-Length and Transfer-Encoding it has no body. Content-Length on a second line is
     * refused, even where both agree: no client sends that.
     */
    public static BodyFraming ofRequest(HttpVersion version, Fields fields) throws MalformedMessageException {
        return said(version, fields, NONE, false);
    }

    private static BodyFraming said(HttpVersion version, Fields fields, BodyFraming whenSilent, boolean mayRepeat)
            throws MalformedMessageException {
        boolean chunked = false;
        long length = -1;
        for (int i = 0; i < fields.size(); i++) {
            String name = fields.name(i);
            if (name.length() == TRANSFER_ENCODING.length() && name.equalsIgnoreCase(TRANSFER_ENCODING)) {
                if (chunked || !fields.value(i).equalsIgnoreCase("chunked")) {
                    throw new MalformedMessageException("Transfer-Encoding is not exactly chunked");
                }
                chunked = true;
            } else if (name.length() == CONTENT_LENGTH.length() && name.equalsIgnoreCase(CONTENT_LENGTH)) {
                long stated = parseLength(fields.value(i));
                if (length >= 0 && !mayRepeat) {
                    throw new MalformedMessageException("more than one Content-Length");
                }
                if (length >= 0 && length != stated) {
                    throw new MalformedMessageException("differing Content-Length lines");
                }
                length = stated;
            }
        }
        if (chunked) {
            if (length >= 0) {
                throw new MalformedMessageException("both Transfer-Encoding and Content-Length");
            }
            if (version == HttpVersion.HTTP_1_0) {
                throw new MalformedMessageException("Transfer-Encoding in an HTTP/1.0 message");
            }
            return CHUNKED;
        }
        return length < 0 ? whenSilent : ofLength(length);
    }

    /** Content-Length is digits and nothing else, RFC 9110 §8.6, and must fit. */
    private static long parseLength(String text) throws MalformedMessageException {
        long length = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw new MalformedMessageException("Content-Length is not a number");
            }
            if (length > (Long.MAX_VALUE - digit) / 10) {
                throw new MalformedMessageException("Content-Length is too large");
            }
            length = length * 10 + digit;
        }
        if (text.isEmpty()) {
            throw new MalformedMessageException("Content-Length is empty");
        }
        return length;
    }

    private static final String CONTENT_LENGTH = "Content-Length";
    private static final String TRANSFER_ENCODING = "Transfer-Encoding";
}
