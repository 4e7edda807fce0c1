package io.loligo.proxy.config;

import io.loligo.proxy.config.Word.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Splits a line into words, in either of Squid's two quoting dialects. A word that starts with # ends the line. */
final class Words {
    private final String line;
    private final boolean quotedValues;
    private final Consumer<String> complaint;
    private final List<Word> words = new ArrayList<>();
    private int at;

    private Words(String line, boolean quotedValues, Consumer<String> complaint) {
        this.line = line;
        this.quotedValues = quotedValues;
        this.complaint = complaint;
    }

    /**
     * The words of {@code line}.
     *
     * @param quotedValues whether configuration_includes_quoted_values is on
     * @param complaint told of quotes that do not close
     */
    static List<Word> split(String line, boolean quotedValues, Consumer<String> complaint) {
        Words words = new Words(line, quotedValues, complaint);
        words.read();
        return List.copyOf(words.words);
    }

    static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\u000b' || c == '\n';
    }

    private void read() {
        while (true) {
            while (at < line.length() && isBlank(line.charAt(at))) {
                at++;
            }
            if (at == line.length() || line.charAt(at) == '#') {
                return;
            }
            words.add(quotedValues ? stringOrPlain() : fileOrPlain());
        }
    }

    /** The old dialect: quotes count at the start of a word only, and backslashes are letters. */
    private Word fileOrPlain() {
        if (line.charAt(at) == '"') {
            int end = line.indexOf('"', at + 1);
            if (end >= 0) {
                Word word = new Word(line.substring(at + 1, end), Kind.QUOTED);
                at = end + 1;
                return word;
            }
            complaint.accept("a quote does not close: " + line.substring(at));
        }
        return Word.plain(plain());
    }

    private Word stringOrPlain() {
        char first = line.charAt(at);
        if (first == '"' || first == '\'') {
            return new Word(string(first), Kind.STRING);
        }
        if (line.startsWith("parameters(", at)) {
            int open = at + "parameters(".length();
            char quote = open < line.length() ? line.charAt(open) : ' ';
            if (quote == '"' || quote == '\'') {
                at = open;
                String file = string(quote);
                if (at < line.length() && line.charAt(at) == ')') {
                    at++;
                } else {
                    complaint.accept("parameters(\"" + file + "\" has no closing parenthesis");
                }
                return new Word(file, Kind.PARAMETERS);
            }
            complaint.accept("parameters() needs a file name in quotes");
        }
        return Word.plain(plain());
    }

    private String string(char quote) {
        StringBuilder text = new StringBuilder();
        int start = at++;
        while (at < line.length()) {
            char c = line.charAt(at++);
            if (c == quote) {
                return text.toString();
            }
            if (c == '\\' && at < line.length()) {
                c = escaped(line.charAt(at++));
            }
            text.append(c);
        }
        complaint.accept("a quote does not close: " + line.substring(start));
        return text.toString();
    }

    /** What a backslash and {@code c} stand for. */
    static char escaped(char c) {
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> c;
        };
    }

    private String plain() {
        int start = at;
        while (at < line.length() && !isBlank(line.charAt(at))) {
            at++;
        }
        return line.substring(start, at);
    }
}
