package io.loligo.proxy.log;

import java.nio.charset.StandardCharsets;

/**
 * Makes text from outside safe in a log line: whatever could end the line, end a field, or be taken for another
 * field is written as {@code %} and two hexadecimal digits of its bytes. A {@code %} that is there already stays.
 */
final class LogEncoding {
    private static final String HEX = "0123456789ABCDEF";

    // By Latin-1 character, whether it may stand as it is.
    private static final boolean[] IN_WORD = allBut(" \"\\");
    private static final boolean[] IN_QUOTES = allBut("\"\\");
    private static final boolean[] IN_BRACKETS = allBut("[]\"\\%");

    private LogEncoding() {}

    /** A field that ends at the next blank; {@code -} when there is nothing to print. */
    static void word(StringBuilder line, String text) {
        if (text.isEmpty()) {
            line.append('-');
        } else {
            encode(line, text, IN_WORD);
        }
    }

    /** A field between quotes, which the caller writes. */
    static void quoted(StringBuilder line, String text) {
        encode(line, text, IN_QUOTES);
    }

    /** A field between brackets, which the caller writes. */
    static void bracketed(StringBuilder line, String text) {
        encode(line, text, IN_BRACKETS);
    }

    private static boolean[] allBut(String reserved) {
        boolean[] safe = new boolean[0x100];
        for (int c = ' '; c < 0x7F; c++) {
            safe[c] = reserved.indexOf(c) < 0;
        }
        return safe;
    }

    private static void encode(StringBuilder line, String text, boolean[] safe) {
        int copied = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < safe.length && safe[c]) {
                continue;
            }
            line.append(text, copied, i);
            if (c < safe.length) {
                percent(line, c);
            } else {
                int point = text.codePointAt(i);
                for (byte b : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
                    percent(line, b & 0xFF);
                }
                i += Character.charCount(point) - 1;
            }
            copied = i + 1;
        }
        line.append(text, copied, text.length());
    }

    private static void percent(StringBuilder line, int octet) {
        line.append('%').append(HEX.charAt(octet >> 4)).append(HEX.charAt(octet & 0xF));
    }
}
