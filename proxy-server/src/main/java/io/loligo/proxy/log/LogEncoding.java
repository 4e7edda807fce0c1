package io.loligo.proxy.log;

import java.nio.charset.StandardCharsets;

/**
 * Makes text from outside safe in a log line: whatever could end the line, end a field, or be taken for another
 * field is written as {@code %} and two hexadecimal digits of its bytes. A {@code %} that is there already stays.
 */
final class LogEncoding {
    private static final String HEX = "0123456789ABCDEF";

    private LogEncoding() {}

    /** A field that ends at the next blank; {@code -} when there is nothing to print. */
    static void word(StringBuilder line, String text) {
        if (text.isEmpty()) {
            line.append('-');
        } else {
            encode(line, text, " \"\\");
        }
    }

    /** A field between quotes, which the caller writes. */
    static void quoted(StringBuilder line, String text) {
        encode(line, text, "\"\\");
    }

    /** A field between brackets, which the caller writes. */
    static void bracketed(StringBuilder line, String text) {
        encode(line, text, "[]\"\\%");
    }

    private static void encode(StringBuilder line, String text, String reserved) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 0xFF) {
                int point = text.codePointAt(i);
                for (byte b : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
                    percent(line, b & 0xFF);
                }
                i += Character.charCount(point) - 1;
            } else if (c < ' ' || c >= 0x7F || reserved.indexOf(c) >= 0) {
                percent(line, c);
            } else {
                line.append(c);
            }
        }
    }

    private static void percent(StringBuilder line, int octet) {
        line.append('%').append(HEX.charAt(octet >> 4)).append(HEX.charAt(octet & 0xF));
    }
}
