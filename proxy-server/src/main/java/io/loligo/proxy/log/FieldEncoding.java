package io.loligo.proxy.log;

import io.loligo.proxy.config.LogFormat.Style;
import java.nio.charset.StandardCharsets;

/**
 * Encodes text of a logformat code in one of Squid's styles. Whatever the style, what it writes is ASCII without control
 * characters: octets that Squid would let through as they are, and that are neither, are escaped too.
 */
enum FieldEncoding {
    /** A token or a URL: what could end the field is a % and two digits. */
    WORD(" \"\\", false) {
        @Override
        void escape(StringBuilder line, int c) {
            percent(line, c, UPPER);
        }
    },
    /** As {@link #WORD}, for all characters that RFC 1738 §2.2 calls unsafe but %. */
    UNSAFE(" \"\\<>#{}|^~[]`'", false) {
        @Override
        void escape(StringBuilder line, int c) {
            percent(line, c, UPPER);
        }
    },
    /** As {@link #UNSAFE}, and a %. */
    URL(" \"\\<>#{}|^~[]`'%", false) {
        @Override
        void escape(StringBuilder line, int c) {
            percent(line, c, UPPER);
        }
    },
    /** For text between brackets. */
    BRACKETED("\\[]%", false) {
        @Override
        void escape(StringBuilder line, int c) {
            switch (c) {
                case '\\' -> line.append("\\\\");
                case '\r' -> line.append("\\r");
                case '\n' -> line.append("\\n");
                default -> percent(line, c, LOWER);
            }
        }
    },
    /** For text between quotes; what comes out is a JSON string too. RFC 8259 §7. */
    QUOTED("\"\\", false) {
        @Override
        void escape(StringBuilder line, int c) {
            switch (c) {
                case '"', '\\' -> line.append('\\').append((char) c);
                case '\r' -> line.append("\\r");
                case '\n' -> line.append("\\n");
                case '\t' -> line.append("\\t");
                default -> line.append("\\u00").append(LOWER.charAt(c >> 4)).append(LOWER.charAt(c & 0xF));
            }
        }
    },
    /** Between quotes of its own where it has a blank. */
    SHELL("\"\\", true) {
        @Override
        void escape(StringBuilder line, int c) {
            QUOTED.escape(line, c);
        }
    },
    /** Nothing is escaped but what is no printable ASCII. */
    RAW("", false) {
        @Override
        void escape(StringBuilder line, int c) {
            percent(line, c, UPPER);
        }
    };

    private static final String UPPER = "0123456789ABCDEF";
    private static final String LOWER = "0123456789abcdef";
    private static final int ASCII_END = 0x7F;
    private static final int LATIN_1_END = 0x100;

    /** By ASCII character, whether it may stand as it is. */
    @SuppressWarnings("ImmutableEnumChecker") // nothing writes it after the constructor
    private final boolean[] safe = new boolean[ASCII_END];

    private final boolean ownQuotes;

    FieldEncoding(String reserved, boolean ownQuotes) {
        this.ownQuotes = ownQuotes;
        for (int c = ' '; c < ASCII_END; c++) {
            safe[c] = reserved.indexOf(c) < 0;
        }
    }

    /** The encoding of {@code style}; {@code plain} where the style is the default. */
    static FieldEncoding of(Style style, FieldEncoding plain) {
        return switch (style) {
            case DEFAULT -> plain;
            case QUOTED -> QUOTED;
            case BRACKETED -> BRACKETED;
            case URL -> URL;
            case SHELL -> SHELL;
            case RAW -> RAW;
        };
    }

    /** Adds the escape of {@code c}, 0 to 255. */
    abstract void escape(StringBuilder line, int c);

    /**
     * Adds {@code text}.
     *
     * @param max how many characters are added at most; an escape that does not fit is left out whole
     */
    void append(StringBuilder line, String text, int max) {
        int end = (int) Math.min(Integer.MAX_VALUE, (long) line.length() + max);
        boolean quotes = ownQuotes && text.indexOf(' ') >= 0;
        if (quotes && max >= 2) {
            line.append('"');
            end--;
        }
        int copied = 0;
        int i = 0;
        while (i < text.length() && line.length() + (i - copied) < end) {
            char c = text.charAt(i);
            if (c < ASCII_END && safe[c]) {
                i++;
                continue;
            }
            line.append(text, copied, i);
            copied = i;
            int before = line.length();
            int width = 1;
            if (c < LATIN_1_END) {
                escape(line, c);
            } else {
                int point = text.codePointAt(i);
                width = Character.charCount(point);
                for (byte b : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
                    escape(line, b & 0xFF);
                }
            }
            if (line.length() > end) {
                line.setLength(before);
                break;
            }
            i += width;
            copied = i;
        }
        line.append(text, copied, Math.max(copied, i));
        if (quotes && max >= 2) {
            line.append('"');
        }
    }

    private static void percent(StringBuilder line, int octet, String digits) {
        line.append('%').append(digits.charAt(octet >> 4)).append(digits.charAt(octet & 0xF));
    }
}
