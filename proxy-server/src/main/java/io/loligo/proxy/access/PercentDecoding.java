package io.loligo.proxy.access;

/** Percent-decoding as Squid does it before url_regex and urlpath_regex: %XX becomes the byte, all else stays. */
final class PercentDecoding {
    private PercentDecoding() {}

    static String decode(String text) {
        int percent = text.indexOf('%');
        if (percent < 0) {
            return text;
        }
        StringBuilder decoded = new StringBuilder(text.length());
        int at = 0;
        while (percent >= 0 && percent + 2 < text.length()) {
            int value = hex(text.charAt(percent + 1)) << 4 | hex(text.charAt(percent + 2));
            decoded.append(text, at, percent);
            if (value < 0) {
                decoded.append('%');
                at = percent + 1;
            } else {
                decoded.append((char) value);
                at = percent + 3;
            }
            percent = text.indexOf('%', at);
        }
        return decoded.append(text, at, text.length()).toString();
    }

    /** The value of a hexadecimal digit; negative, and so that it stays negative when shifted, for anything else. */
    private static int hex(char c) {
        if (c >= 0x80) {
            return -1;
        }
        return Character.digit(c, 16);
    }
}
