package io.loligo.proxy.client;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.KeyPolicy;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the heads of plain requests: a GET in HTTP/1.1 for a path, whole, without a body, that
 * asks for nothing but the page. It accepts less than {@link RequestCheck} does, never more, and understands what it accepts
 * in the same way; whatever else it is given it leaves to the ordinary way. RFC 9112 §3 and §5.
 *
 * <p>Clients repeat themselves: of two requests of one client mostly the target alone differs. So the field sections seen
 * last are remembered, and one that comes again, byte for byte, is not parsed again.
 *
 * <p>Used by one thread.
 */
final class PlainHeadParser {
    /** Longer sections are parsed each time. */
    static final int REMEMBERED_BYTES_MAX = 2048;

    /** Field sections that are remembered; a newer one takes the place of an older one. A power of two. */
    static final int REMEMBERED_MAX = 256;

    /** As many lines as the parser of the ordinary way takes. */
    static final int FIELDS_MAX = 200;

    private static final String CLOSE = "close";
    private static final byte[] GET = ascii("GET ");
    private static final byte[] VERSION = ascii(" HTTP/1.1\r\n");
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long MIX = 0x9E3779B97F4A7C15L;

    /** What a byte may be part of. */
    private static final byte TARGET = 1;

    private static final byte TOKEN = 1 << 1;
    private static final byte VALUE = 1 << 2;
    private static final byte HEX = 1 << 3;
    private static final byte[] KINDS = new byte[256];

    static {
        for (int c = 0; c < KINDS.length; c++) {
            boolean alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            // RFC 3986 §3.3 and §3.4, without the percent sign.
            boolean target = alphanumeric || "-._~!$&'()*+,;=:@/?".indexOf(c) >= 0;
            boolean token = alphanumeric || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
            boolean value = c == '\t' || (c >= ' ' && c != 0x7f);
            boolean hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
            KINDS[c] = (byte) ((target ? TARGET : 0) | (token ? TOKEN : 0) | (value ? VALUE : 0) | (hex ? HEX : 0));
        }
    }

    /** Fields that ask for more than the page, or that speak of a body. */
    private static final Set<String> NOT_PLAIN = Set.of(
            "content-length",
            "transfer-encoding",
            "expect",
            "upgrade",
            "range",
            "if-range",
            "if-match",
            "if-none-match",
            "if-modified-since",
            "if-unmodified-since");

    private static final int SHORTEST_NOT_PLAIN = "range".length();
    private static final int LONGEST_NOT_PLAIN = "if-unmodified-since".length();

    private final byte[] bytes;
    private final @Nullable Section[] sections = new Section[REMEMBERED_MAX];
    private int length;
    private int end;

    /** A field section, the empty line included, and what it says. */
    private static final class Section {
        private final byte[] text;
        private final Fields fields;

        private Section(byte[] text, Fields fields) {
            this.text = text;
            this.fields = fields;
        }
    }

    /** @param capacity how many bytes may be loaded at a time */
    PlainHeadParser(int capacity) {
        this.bytes = new byte[capacity];
    }

    /** Takes the remaining bytes of {@code received}, whose position stays. At most the capacity. */
    void load(ByteBuffer received) {
        length = received.remaining();
        received.get(received.position(), bytes, 0, length);
    }

    /**
     * The plain head that begins at {@code from}, counted from the first byte loaded; null when none does, or not all of it
     * is here.
     */
    @Nullable RequestHead parse(int from) {
        int target = from + GET.length;
        if (length - from < GET.length + 1 || !isAt(from, GET) || bytes[target] != '/') {
            return null;
        }
        int targetEnd = endOfTarget(target);
        if (targetEnd < 0 || length - targetEnd < VERSION.length || !isAt(targetEnd, VERSION)) {
            return null;
        }
        Fields fields = fields(targetEnd + VERSION.length);
        return fields == null ? null : new RequestHead("GET", text(target, targetEnd), HttpVersion.HTTP_1_1, fields);
    }

    /** Where what follows the head parsed last begins. */
    int end() {
        return end;
    }

    private boolean isAt(int at, byte[] expected) {
        return Arrays.equals(bytes, at, at + expected.length, expected, 0, expected.length);
    }

    private int endOfTarget(int from) {
        int i = from;
        while (i < length) {
            byte b = bytes[i];
            if ((KINDS[b & 0xFF] & TARGET) != 0) {
                i++;
            } else if (b == '%' && isEncoded(i)) {
                i += 3;
            } else {
                return i;
            }
        }
        return -1;
    }

    /** Whether an octet that is not NUL stands encoded at {@code at}. */
    private boolean isEncoded(int at) {
        return at + 2 < length
                && (KINDS[bytes[at + 1] & 0xFF] & HEX) != 0
                && (KINDS[bytes[at + 2] & 0xFF] & HEX) != 0
                && (bytes[at + 1] != '0' || bytes[at + 2] != '0');
    }

    /** The section that begins at {@code from}; null when it is not plain or not here. */
    private @Nullable Fields fields(int from) {
        // Where nothing follows, as is usual, the section ends with what was loaded: it need not be parsed to know.
        int slot = length - from <= REMEMBERED_BYTES_MAX ? slot(from) : -1;
        if (slot >= 0) {
            Section known = sections[slot];
            if (known != null && Arrays.equals(bytes, from, length, known.text, 0, known.text.length)) {
                end = length;
                return known.fields;
            }
        }
        Fields fields = parsed(from);
        if (fields != null && slot >= 0 && end == length) {
            sections[slot] = new Section(Arrays.copyOfRange(bytes, from, length), fields);
        }
        return fields;
    }

    private int slot(int from) {
        long hash = (long) length - from;
        int i = from;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            hash = (hash ^ (long) LONGS.get(bytes, i)) * MIX;
            hash ^= hash >>> 32;
        }
        for (; i < length; i++) {
            hash = (hash ^ bytes[i]) * MIX;
        }
        return (int) (hash >>> 40) & (REMEMBERED_MAX - 1);
    }

    private @Nullable Fields parsed(int from) {
        Fields.Builder fields = Fields.builder();
        String host = null;
        boolean connection = false;
        int i = from;
        while (i + 1 < length && bytes[i] != '\r') {
            int nameEnd = skip(i, TOKEN);
            if (nameEnd == i || nameEnd >= length || bytes[nameEnd] != ':') {
                return null;
            }
            String name = text(i, nameEnd);
            int lineEnd = skip(nameEnd + 1, VALUE);
            if (lineEnd + 1 >= length || bytes[lineEnd] != '\r' || bytes[lineEnd + 1] != '\n') {
                return null;
            }
            String value = value(nameEnd + 1, lineEnd);
            if (name.equalsIgnoreCase("Host")) {
                if (host != null) {
                    return null;
                }
                host = value;
            } else if (!isPlain(name, value)) {
                return null;
            } else if (name.equalsIgnoreCase("Connection")) {
                // One line, one option: nothing is left to be put together.
                if (connection) {
                    return null;
                }
                connection = true;
            }
            fields.add(name, value);
            if (fields.size() > FIELDS_MAX) {
                return null;
            }
            i = lineEnd + 2;
        }
        if (i + 1 >= length || bytes[i + 1] != '\n' || host == null) {
            return null;
        }
        if (!host.isEmpty() && KeyPolicy.problemOf(host) != null) {
            return null;
        }
        end = i + 2;
        return fields.build();
    }

    /** Whether the client of a plain request wants the connection to end after the answer. RFC 9112 §9.6. */
    static boolean closes(Fields plain) {
        String connection = plain.first("Connection");
        return connection != null && connection.equalsIgnoreCase(CLOSE);
    }

    private static boolean isPlain(String name, String value) {
        if (name.equalsIgnoreCase("Connection")) {
            return value.equalsIgnoreCase("keep-alive") || value.equalsIgnoreCase(CLOSE);
        }
        if (name.equalsIgnoreCase(HeadScanner.HOST_ALIAS)) {
            return false;
        }
        return name.length() < SHORTEST_NOT_PLAIN
                || name.length() > LONGEST_NOT_PLAIN
                || !NOT_PLAIN.contains(name.toLowerCase(Locale.ROOT));
    }

    private int skip(int from, byte kind) {
        int i = from;
        while (i < length && (KINDS[bytes[i] & 0xFF] & kind) != 0) {
            i++;
        }
        return i;
    }

    private String value(int from, int to) {
        int first = from;
        int last = to;
        while (first < last && isBlank(bytes[first])) {
            first++;
        }
        while (last > first && isBlank(bytes[last - 1])) {
            last--;
        }
        return text(first, last);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    private String text(int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
