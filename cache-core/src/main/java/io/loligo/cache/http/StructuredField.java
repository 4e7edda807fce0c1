package io.loligo.cache.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A structured field, read strictly: one error anywhere makes the whole field invalid. RFC 9651 §4.2.
 *
 * <p>Only what the cache needs is kept: integers as {@link Long}, booleans as {@link Boolean}, strings as {@link String},
 * inner lists as {@link List}; members of any other type are checked and stand as {@link #OTHER}. Parameters are checked
 * and dropped.
 */
final class StructuredField {
    /** The value of a member of a type that no field of ours has. */
    static final Object OTHER = new Object();

    private static final int INTEGER_DIGITS_MAX = 15;
    private static final int DECIMAL_INTEGER_DIGITS_MAX = 12;
    private static final int DECIMAL_FRACTION_DIGITS_MAX = 3;

    private final String text;
    private int at;

    private StructuredField(String text) {
        this.text = text;
    }

    /** Reads the field lines as one dictionary; null when they are not one. RFC 9651 §4.2.2. */
    static @Nullable Map<String, Object> dictionary(List<String> lines) {
        try {
            return new StructuredField(String.join(", ", lines)).dictionary();
        } catch (Invalid invalid) {
            return null;
        }
    }

    /** Reads the field lines as one list; null when they are not one. RFC 9651 §4.2.1. */
    static @Nullable List<Object> list(List<String> lines) {
        try {
            return new StructuredField(String.join(", ", lines)).list();
        } catch (Invalid invalid) {
            return null;
        }
    }

    /** Unwinds the parser; never leaves this class. */
    private static final class Invalid extends Exception {
        private static final long serialVersionUID = 1L;

        Invalid() {
            super(null, null, false, false);
        }
    }

    private Map<String, Object> dictionary() throws Invalid {
        Map<String, Object> members = new LinkedHashMap<>();
        skip(" ");
        while (at < text.length()) {
            String key = key();
            Object value = true;
            if (peek() == '=') {
                at++;
                value = itemOrInnerList();
            }
            parameters();
            members.put(key, value);
            comma();
        }
        return members;
    }

    private List<Object> list() throws Invalid {
        List<Object> members = new ArrayList<>();
        skip(" ");
        while (at < text.length()) {
            members.add(itemOrInnerList());
            parameters();
            comma();
        }
        return members;
    }

    /** What stands between two members, or nothing but blanks at the end. */
    private void comma() throws Invalid {
        skip(" \t");
        if (at == text.length()) {
            return;
        }
        expect(',');
        skip(" \t");
        require(at < text.length());
    }

    private Object itemOrInnerList() throws Invalid {
        return peek() == '(' ? innerList() : item();
    }

    private String key() throws Invalid {
        int start = at;
        require(isLowerAlpha(peek()) || peek() == '*');
        while (isLowerAlpha(peek()) || isDigit(peek()) || "_-.*".indexOf(peek()) >= 0) {
            at++;
        }
        return text.substring(start, at);
    }

    private void parameters() throws Invalid {
        while (peek() == ';') {
            at++;
            skip(" ");
            key();
            if (peek() == '=') {
                at++;
                item();
            }
        }
    }

    private List<Object> innerList() throws Invalid {
        List<Object> items = new ArrayList<>();
        expect('(');
        while (true) {
            skip(" ");
            if (peek() == ')') {
                at++;
                return items;
            }
            items.add(item());
            parameters();
            require(peek() == ' ' || peek() == ')');
        }
    }

    private Object item() throws Invalid {
        char first = peek();
        if (first == '-' || isDigit(first)) {
            return number();
        }
        if (first == '?') {
            at++;
            char digit = peek();
            require(digit == '0' || digit == '1');
            at++;
            return digit == '1';
        }
        if (first == '"') {
            return string();
        }
        if (first == ':') {
            bytes();
        } else if (first == '@') {
            at++;
            require(number() instanceof Long);
        } else if (first == '%') {
            displayString();
        } else {
            token();
        }
        return OTHER;
    }

    private Object number() throws Invalid {
        int start = at;
        if (peek() == '-') {
            at++;
        }
        int digits = digits();
        require(digits > 0);
        if (peek() != '.') {
            require(digits <= INTEGER_DIGITS_MAX);
            return Long.valueOf(text.substring(start, at));
        }
        at++;
        int fraction = digits();
        require(digits <= DECIMAL_INTEGER_DIGITS_MAX && fraction > 0 && fraction <= DECIMAL_FRACTION_DIGITS_MAX);
        return OTHER;
    }

    private int digits() {
        int start = at;
        while (isDigit(peek())) {
            at++;
        }
        return at - start;
    }

    private String string() throws Invalid {
        StringBuilder unquoted = new StringBuilder();
        expect('"');
        while (peek() != '"') {
            if (peek() == '\\') {
                at++;
                require(peek() == '"' || peek() == '\\');
            }
            require(peek() >= ' ' && peek() < 0x7f);
            unquoted.append(peek());
            at++;
        }
        at++;
        return unquoted.toString();
    }

    /** Text of any script, its octets beyond ASCII as {@code %} and two digits: RFC 9651 §4.2.10. */
    private void displayString() throws Invalid {
        ByteBuffer octets = ByteBuffer.allocate(text.length());
        expect('%');
        expect('"');
        while (peek() != '"') {
            char c = peek();
            require(c >= ' ' && c < 0x7f);
            at++;
            octets.put((byte) (c == '%' ? 16 * lowerHexDigit() + lowerHexDigit() : c));
        }
        at++;
        try {
            StandardCharsets.UTF_8.newDecoder().decode(octets.flip());
        } catch (CharacterCodingException e) {
            throw new Invalid();
        }
    }

    private int lowerHexDigit() throws Invalid {
        char c = peek();
        require(isDigit(c) || (c >= 'a' && c <= 'f'));
        at++;
        return Character.digit(c, 16);
    }

    private void bytes() throws Invalid {
        expect(':');
        while (isAlpha(peek()) || isDigit(peek()) || "+/=".indexOf(peek()) >= 0) {
            at++;
        }
        expect(':');
    }

    private void token() throws Invalid {
        require(isAlpha(peek()) || peek() == '*');
        while (isAlpha(peek()) || isDigit(peek()) || "!#$%&'*+-.^_`|~:/".indexOf(peek()) >= 0) {
            at++;
        }
    }

    /** The character at hand; NUL, which no rule accepts, at the end. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private void skip(String blanks) {
        while (at < text.length() && blanks.indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private void expect(char wanted) throws Invalid {
        require(peek() == wanted);
        at++;
    }

    private static void require(boolean holds) throws Invalid {
        if (!holds) {
            throw new Invalid();
        }
    }

    private static boolean isLowerAlpha(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static boolean isAlpha(char c) {
        return isLowerAlpha(c) || (c >= 'A' && c <= 'Z');
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
