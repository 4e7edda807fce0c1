package io.loligo.proxy.config;

import java.util.HexFormat;

/**
 * Something to say about a line of a configuration.
 *
 * @param severity how bad it is
 * @param kind what sort of thing it is
 * @param where the line
 * @param message one sentence, naming what was written and what to do
 */
public record Problem(Severity severity, Kind kind, SourceLocation where, String message) {
    private static final HexFormat HEX = HexFormat.of();

    /** Control characters of the file are written as {@code \xHH}: a message is one line, and moves no terminal's cursor. */
    public Problem {
        message = printable(message);
    }

    private static String printable(String text) {
        if (text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        StringBuilder printable = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)) {
                printable.append("\\x").append(HEX.toHexDigits((byte) c));
            } else {
                printable.append(c);
            }
        }
        return printable.toString();
    }

    /** How bad it is: an error keeps the server from starting, and a reload from taking place. */
    public enum Severity {
        NOTICE,
        WARNING,
        ERROR;

        /** As printed. */
        public String word() {
            return switch (this) {
                case NOTICE -> "notice";
                case WARNING -> "warning";
                case ERROR -> "error";
            };
        }
    }

    /** What sort of thing it is. */
    public enum Kind {
        /** No directive has this name. */
        UNKNOWN("unknown"),
        /** The old form is understood and given its modern meaning. */
        TRANSLATED("translated"),
        /** Accepted without effect; the message says why that does no harm. */
        IGNORED("ignored"),
        /** Refused for good; the message says what to do instead. */
        REJECTED("rejected"),
        /** Known, and not implemented by this version. */
        NOT_YET("not yet implemented"),
        /** A value, a name or a reference that cannot be understood. */
        VALUE("value"),
        /** A file that cannot be read, or lines that do not belong together. */
        FILE("file"),
        /** Understood, but probably not what was meant. */
        DOUBTFUL("doubtful"),
        /** A decision taken because the file says nothing. */
        ASSUMED("assumed");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** As printed. */
        public String word() {
            return word;
        }
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /** {@code FILE:LINE: severity: message (kind)}. */
    @Override
    public String toString() {
        return where + ": " + severity.word() + ": " + message + " (" + kind.word() + ")";
    }
}
