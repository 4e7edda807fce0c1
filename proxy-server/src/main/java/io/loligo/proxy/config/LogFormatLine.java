package io.loligo.proxy.config;

import io.loligo.cache.http.Fields;
import io.loligo.proxy.config.LogFormat.Code;
import io.loligo.proxy.config.LogFormat.Custom;
import io.loligo.proxy.config.LogFormat.Part;
import io.loligo.proxy.config.LogFormat.Style;
import io.loligo.proxy.config.LogFormat.Text;
import io.loligo.proxy.config.Problem.Kind;
import io.loligo.proxy.http1.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a logformat line: {@code NAME} and then text with codes of the form
 * {@code %[STYLE][-][0][WIDTH][.MAX][{ARGUMENT}]CODE[{ARGUMENT}]}, to the end of the line.
 */
final class LogFormatLine {
    /** The greatest WIDTH and MAX, in characters. */
    static final int WIDTH_MAX = 8_192;

    private static final String USE =
            "logformat NAME TEXT, for example: logformat mine %ts.%03tu %>a %>Hs %<st %rm %ru";
    private static final int LAST_OCTET = 255;

    private final Directive line;
    private final Problems problems;
    private final List<Part> parts = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private String what;
    private String format = "";
    private int at;

    /** @param what the directive, and the name that it gives */
    private LogFormatLine(Directive line, String what, Problems problems) {
        this.line = line;
        this.what = what;
        this.problems = problems;
    }

    /**
     * A field's value with codes, named after the directive of {@code line}; empty when it cannot be understood, which is
     * said.
     */
    static Optional<Custom> value(Directive line, String value, Problems problems) {
        LogFormatLine read = new LogFormatLine(line, line.name(), problems);
        read.format = value;
        return read.codes() && read.isFieldContent()
                ? Optional.of(new Custom(line.name(), read.parts))
                : Optional.empty();
    }

    /** Codes make no octets that cannot stand in a field, but for one. */
    private boolean isFieldContent() {
        for (Part part : parts) {
            if (part instanceof Code code
                    && code.code() == LogCode.BYTE
                    && !Octets.isFieldContent(Integer.parseInt(code.argument()))) {
                problems.value(
                        line.where(), what + ": %byte{" + code.argument() + "} cannot stand in the value of a field");
                return false;
            }
        }
        return true;
    }

    /** The format; empty when the line cannot be understood, which is said. */
    static Optional<Custom> parse(Directive line, Problems problems) {
        return new LogFormatLine(line, line.name(), problems).parse();
    }

    private Optional<Custom> parse() {
        String rest = line.rest();
        int end = 0;
        while (end < rest.length() && !Words.isBlank(rest.charAt(end))) {
            end++;
        }
        String name = rest.substring(0, end);
        format = rest.substring(end).strip();
        List<Word> words = line.words();
        if (words.size() == 2 && words.get(1).kind() == Word.Kind.STRING) {
            format = words.get(1).text();
        }
        if (name.isEmpty() || format.isEmpty()) {
            problems.value(line.where(), "logformat needs a name and a format: " + USE);
            return Optional.empty();
        }
        what = line.name() + " " + name;
        return codes() ? Optional.of(new Custom(name, parts)) : Optional.empty();
    }

    private boolean codes() {
        while (at < format.length()) {
            char c = format.charAt(at);
            if (c == '\n' || c == '\r') {
                problems.value(line.where(), what + ": a line of a log cannot hold a line's end");
                return false;
            }
            if (c != '%') {
                text.append(c);
                at++;
            } else if (format.startsWith("%%", at)) {
                text.append('%');
                at += 2;
            } else if (!code()) {
                return false;
            }
        }
        endText();
        return true;
    }

    private void endText() {
        if (text.length() > 0) {
            parts.add(new Text(text.toString()));
            text.setLength(0);
        }
    }

    private boolean code() {
        int start = at++;
        Style style = at < format.length() ? Style.find(format.charAt(at)) : null;
        if (style == null) {
            style = Style.DEFAULT;
        } else {
            at++;
        }
        boolean left = skip('-');
        boolean zero = skip('0');
        int width = number(0);
        int max = skip('.') ? number(Code.UNLIMITED) : Code.UNLIMITED;
        String argument = argument();
        if (format.startsWith("http::", at)) {
            at += "http::".length();
        }
        LogCode.Spelled found = LogCode.longestAt(format, at);
        if (width > WIDTH_MAX || max > WIDTH_MAX) {
            return wrong(start, "a width is at most " + WIDTH_MAX);
        }
        if (found == null) {
            return wrong(
                    start,
                    "there is no such code; a code is %[\" [ # ' or /][-][0][WIDTH][.MAX][{ARGUMENT}]CODE, as in %6tr"
                            + " or %{User-Agent}>h, and %% is a percent sign");
        }
        at += found.spelling().length();
        LogCode code = found.code();
        if (argument == null
                && code.argument() != LogCode.Argument.NONE
                && (code != LogCode.NOTHING || found.spelling().equals("note"))) {
            argument = argument();
        }
        String complaint = complaint(code, found.spelling(), argument);
        if (complaint != null) {
            return wrong(start, complaint);
        }
        if (code == LogCode.CLIENT_NAME) {
            problems.notice(
                    Kind.ASSUMED,
                    line.where(),
                    what + ": %>A shows the client's address, as clients' names are not looked up");
        }
        endText();
        parts.add(new Code(code, style, left, zero, width, max, argument == null ? "" : argument));
        return true;
    }

    /** What is wrong with the argument; null for nothing. */
    private static @Nullable String complaint(LogCode code, String spelling, @Nullable String argument) {
        String given = argument == null ? "" : argument;
        return switch (code.argument()) {
            case NONE -> given.isEmpty() ? null : "%" + spelling + " takes nothing in braces";
            case FIELD -> {
                int colon = given.indexOf(':');
                String field = colon < 0 ? given : given.substring(0, colon);
                yield given.isEmpty() || Fields.isName(field)
                        ? null
                        : "%" + spelling + " needs a field's name in braces, as in %{User-Agent}" + spelling;
            }
            case TIME -> {
                char unknown = TimeFormat.unknown(given);
                yield unknown == 0
                        ? null
                        : "%" + unknown + " is no conversion of strftime; %" + spelling
                                + " is used as in %{%Y-%m-%d %H:%M:%S}" + spelling;
            }
            case NUMBER ->
                Values.integer(given)
                                .filter(n -> n > 0 && n <= LAST_OCTET && n != '\n' && n != '\r')
                                .isPresent()
                        ? null
                        : "%byte needs a number of 1 to " + LAST_OCTET + " that ends no line, as in %byte{9}";
            case ANY -> null;
        };
    }

    private boolean wrong(int start, String complaint) {
        int end = Math.min(format.length(), Math.max(at, start + 8));
        problems.value(
                line.where(),
                what + ": " + format.substring(start, end) + " at character " + (start + 1) + ": " + complaint);
        return false;
    }

    private boolean skip(char c) {
        if (at < format.length() && format.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private int number(int otherwise) {
        int start = at;
        int number = 0;
        while (at < format.length() && format.charAt(at) >= '0' && format.charAt(at) <= '9') {
            number = Math.min(WIDTH_MAX + 1, 10 * number + format.charAt(at++) - '0');
        }
        return at == start ? otherwise : number;
    }

    /** What stands in braces here, or null. */
    private @Nullable String argument() {
        int close = at < format.length() && format.charAt(at) == '{' ? format.indexOf('}', at) : -1;
        if (close < 0) {
            return null;
        }
        String argument = format.substring(at + 1, close);
        at = close + 1;
        return argument;
    }
}
