package io.loligo.proxy.config;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a line of an access log looks like: a {@linkplain BuiltIn built-in format} or a {@linkplain Custom logformat line}. */
public sealed interface LogFormat {
    /** The formats that need no logformat line. */
    enum BuiltIn implements LogFormat {
        SQUID,
        COMMON,
        COMBINED,
        REFERRER,
        USERAGENT,
        /** One JSON object per line; Loligo's own. A logformat line of this name takes its place. */
        JSON;

        /** The name in squid.conf. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The format of this name, or null. */
        static @Nullable BuiltIn find(String word) {
            for (BuiltIn format : values()) {
                if (format.word().equals(word)) {
                    return format;
                }
            }
            return null;
        }
    }

    /**
     * A logformat line.
     *
     * @param name the line's first word
     * @param parts what each log line is made of, in order
     */
    record Custom(String name, List<Part> parts) implements LogFormat {
        public Custom {
            parts = List.copyOf(parts);
        }

        /** Whether it shows fields of the answer as they went to the client. */
        boolean showsSentHead() {
            return parts.stream().anyMatch(part -> part instanceof Code code && code.code() == LogCode.SENT_HEADER);
        }
    }

    /** A part of a logformat line. */
    sealed interface Part {}

    /** Text that stands in every line as it is. */
    record Text(String text) implements Part {}

    /**
     * A %code.
     *
     * @param code what is shown
     * @param style how text is encoded
     * @param left whether a short value is followed by blanks, not led by them
     * @param zero whether a short number is led by zeros
     * @param width the least length; 0 for any
     * @param max the greatest length; {@link #UNLIMITED} for any
     * @param argument what stands in braces; empty for none
     */
    record Code(LogCode code, Style style, boolean left, boolean zero, int width, int max, String argument)
            implements Part {
        public static final int UNLIMITED = -1;
    }

    /** How the text of a %code is encoded: the character after the percent sign. */
    enum Style {
        /** No character: what is unsafe in a URL is written as % and two digits; a % that is there stays. */
        DEFAULT('\0'),
        /** Backslashes before quotes and backslashes: for text between quotes. */
        QUOTED('"'),
        /** For text between brackets. */
        BRACKETED('['),
        /** As the default, and a % too is encoded. */
        URL('#'),
        /** As it is, but for octets that could end the line. */
        RAW('\''),
        /** Between quotes where it has a blank. */
        SHELL('/');

        private final char sign;

        Style(char sign) {
            this.sign = sign;
        }

        /** The style that {@code sign} stands for, or null. */
        static @Nullable Style find(char sign) {
            for (Style style : values()) {
                if (style != DEFAULT && style.sign == sign) {
                    return style;
                }
            }
            return null;
        }
    }
}
