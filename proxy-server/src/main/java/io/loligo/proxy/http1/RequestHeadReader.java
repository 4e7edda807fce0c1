package io.loligo.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import io.loligo.cache.http.FieldNames;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.KeyPolicy;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the heads of requests, strictly: one message, one meaning. What two readers could read in two ways is refused, and so
 * is what is over a limit. RFC 9112 §2.2, §3, §5, §6 and §9.
 *
 * <p>A head is read from its first byte on each time; where the bytes end before it does, more are asked for. What was read of
 * a head that is not whole is never understood in another way later: a refusal comes as soon as the bytes that it is about, and
 * does not depend on how many bytes came with them.
 *
 * <p>Clients repeat themselves: of two requests of one client mostly the target alone differs. So the field sections seen last
 * are remembered with their meaning, and a section that comes again, byte for byte, is not parsed again.
 *
 * <p>What the accessors give belongs to the head read last. Used by one thread.
 */
public final class RequestHeadReader {
    /** Bytes of a request target; a longer one is refused with 414. Squid's limit on URLs. */
    public static final int TARGET_BYTES_MAX = 8 << 10;

    /** Field lines of one head; more are refused with 431. */
    public static final int FIELDS_MAX = 200;

    /** Empty lines before a request that are passed over; more are refused with 400. RFC 9112 §2.2. */
    public static final int EMPTY_LINES_MAX = 4;

    /** Field sections that are longer are parsed each time. */
    static final int REMEMBERED_BYTES_MAX = 2048;

    /** Field sections that are remembered; a newer one takes the place of an older one. A power of two. */
    static final int REMEMBERED_MAX = 256;

    /** The scheme of Squid's manager clients. No scheme of RFC 3986 §3.1 has an underscore. */
    private static final String CACHE_OBJECT = "cache_object";

    private static final byte[] VERSION_1_1 = ascii(" HTTP/1.1\r\n");
    private static final byte[] BEFORE_VERSION = ascii(" HTTP/");
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long MIX = 0x9E3779B97F4A7C15L;
    private static final String[] METHODS = {"GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE", "PURGE"};

    private static final Refusal OTHER_EXPECTATION = new Refusal(
            417, "Expectation Failed", Refusal.Page.INVALID_REQUEST, "an expectation other than 100-continue");

    /** What {@link #read} found. */
    public enum Result {
        /** A whole head with one meaning. */
        WHOLE,
        /** The beginning of a head, or nothing yet: more bytes are needed. */
        UNFINISHED,
        /** A head, or the beginning of one, that is not served. */
        REFUSED
    }

    private final byte[] own;
    private final @Nullable FieldSection[] sections = new FieldSection[REMEMBERED_MAX];
    private byte[] bytes;
    private int base;
    private int length;

    /** Where the head begins that is being read. */
    private int begin;
    /** Where the bytes end that may belong to it. */
    private int to;

    private int headBytesMax;

    /** Where the method and the target of the request line end; -1 where it has none. */
    private int lineMethodEnd;

    private int lineTargetEnd;
    private int end;
    private @Nullable Refusal refusal;
    private @Nullable RequestHead head;
    private @Nullable FieldSection section;
    private @Nullable String scheme;
    private @Nullable String authority;
    private HttpVersion version = HttpVersion.HTTP_1_1;
    private boolean plain;

    /**
     * What would be wrong with a request whose parts are each well-formed, and that came without a URL in its target; null for
     * nothing. For a request that nobody sent.
     */
    public static @Nullable Refusal problemOf(RequestHead request) {
        FieldSection section = new FieldSection(request.version(), request.fields());
        if (section.wrongHost != null) {
            return section.wrongHost;
        }
        byte[] target = request.target().getBytes(ISO_8859_1);
        RequestHeadReader reader = new RequestHeadReader(0);
        reader.load(ByteBuffer.wrap(Arrays.copyOf(target, target.length + 1)));
        reader.bytes[target.length] = ' ';
        reader.headBytesMax = Integer.MAX_VALUE;
        reader.to = target.length + 1;
        if (reader.endOfTarget(0) != target.length) {
            return reader.refusal != null
                    ? reader.refusal
                    : Refusal.invalidUrl("a blank or control character in the URL");
        }
        if (reader.target(request.method(), 0, target.length) == null) {
            return reader.refusal();
        }
        return section.expectsOther ? OTHER_EXPECTATION : null;
    }

    /** @param capacity how many bytes of a buffer without an array may be loaded at a time */
    public RequestHeadReader(int capacity) {
        own = new byte[capacity];
        bytes = own;
    }

    /**
     * Takes the remaining bytes of {@code received}, whose position stays. A buffer with an array is read in place and must not
     * change before the next one is loaded; another one is copied and must not have more bytes than the capacity.
     */
    public void load(ByteBuffer received) {
        int count = received.remaining();
        if (received.hasArray()) {
            bytes = received.array();
            base = received.arrayOffset() + received.position();
        } else {
            bytes = own;
            base = 0;
            received.get(received.position(), own, 0, count);
        }
        length = base + count;
    }

    /**
     * Reads the head that begins at {@code from}, counted from the first byte loaded. Empty lines before it are passed over.
     *
     * @return what is there; then the accessors below tell more
     */
    public Result read(int from, RequestLimits limits) {
        refusal = null;
        head = null;
        lineTargetEnd = -1;
        headBytesMax = limits.headBytesMax();
        begin = base + from;
        to = length;
        int start = afterEmptyLines(begin);
        begin = start < 0 ? length : start;
        if (start < 0) {
            return unfinishedOrRefused();
        }
        to = (int) Math.min(length, (long) start + headBytesMax);
        int methodEnd = endOfMethod(start);
        int targetEnd = methodEnd < 0 ? -1 : endOfTarget(methodEnd + 1);
        lineMethodEnd = methodEnd;
        lineTargetEnd = targetEnd;
        int fields = targetEnd < 0 ? -1 : afterVersion(targetEnd);
        FieldSection read = fields < 0 ? null : fieldSection(fields);
        if (read == null) {
            return unfinishedOrRefused();
        }
        section = read;
        understand(method(start, methodEnd), methodEnd + 1, targetEnd, read, limits);
        return refusal == null ? Result.WHOLE : Result.REFUSED;
    }

    private Result unfinishedOrRefused() {
        return refusal == null ? Result.UNFINISHED : Result.REFUSED;
    }

    /** Whether any byte of a head was there, {@link Result#UNFINISHED} as it is: then it is not an idle connection's. */
    public boolean hasBegun() {
        return begin < length;
    }

    /** The head. Where {@link Result#WHOLE} was found. */
    public RequestHead head() {
        return requireNonNull(head);
    }

    /**
     * Whether the request may go the short way to a stored response: a GET in HTTP/1.1 for a path, without a body, that asks for
     * nothing but the page. Where {@link Result#WHOLE} was found.
     */
    public boolean isPlain() {
        return plain;
    }

    /** Whether the client lets the connection stay. RFC 9112 §9.3. Where {@link Result#WHOLE} was found. */
    public boolean keepsAlive() {
        return requireNonNull(section).keepAlive;
    }

    /** The bytes of the head, its empty line included. Where {@link Result#WHOLE} was found. */
    public int size() {
        return end - begin;
    }

    /** Where what follows the head begins, counted from the first byte loaded. Where {@link Result#WHOLE} was found. */
    public int end() {
        return end - base;
    }

    /** All that the head says. Where {@link Result#WHOLE} was found. */
    public ReceivedRequest request() {
        FieldSection read = requireNonNull(section);
        BodyFraming framing = requireNonNull(read.framing);
        return new ReceivedRequest(
                head(),
                authority,
                scheme,
                framing,
                read.keepAlive,
                read.expects && version == HttpVersion.HTTP_1_1 && framing.kind() != BodyFraming.Kind.NONE,
                size());
    }

    /**
     * What is known of a request that is not served: method and target as they were sent, without fields; null when its request
     * line has no target that could be read. Where {@link Result#REFUSED} was found.
     */
    public @Nullable RequestHead refused() {
        return lineTargetEnd < 0
                ? null
                : new RequestHead(
                        method(begin, lineMethodEnd), text(lineMethodEnd + 1, lineTargetEnd), version, Fields.EMPTY);
    }

    /** Why the head is not served. Where {@link Result#REFUSED} was found. */
    public Refusal refusal() {
        return requireNonNull(refusal);
    }

    // Each step below gives the place after what it read; or -1, and then has set the refusal or needs more bytes.

    private int afterEmptyLines(int from) {
        int i = from;
        for (int lines = 0; i < length && (bytes[i] == '\r' || bytes[i] == '\n'); lines++) {
            if (bytes[i] == '\n') {
                return refuse(Refusal.malformed("a bare LF before the request line"));
            }
            if (lines == EMPTY_LINES_MAX) {
                return refuse(Refusal.malformed("too many empty lines before the request line"));
            }
            if (i + 1 == length) {
                return -1;
            }
            if (bytes[i + 1] != '\n') {
                return refuse(Refusal.malformed("a bare CR before the request line"));
            }
            i += 2;
        }
        return i < length ? i : -1;
    }

    private int endOfMethod(int from) {
        int i = Octets.skip(bytes, from, to, Octets.TOKEN);
        if (i == to) {
            return needMore();
        }
        return i == from || bytes[i] != ' '
                ? refuse(Refusal.unknownProtocol("a method that is not a token and a blank"))
                : i;
    }

    private int endOfTarget(int from) {
        int stop = (int) Math.min(to, (long) from + TARGET_BYTES_MAX + 1);
        boolean encoded = false;
        int i = Octets.skip(bytes, from, stop, Octets.TARGET);
        while (i < stop && bytes[i] == '%') {
            encoded = true;
            i = Octets.skip(bytes, i + 1, stop, Octets.TARGET);
        }
        if (i - from > TARGET_BYTES_MAX) {
            return refuse(new Refusal(
                    414,
                    "URI Too Long",
                    Refusal.Page.INVALID_URL,
                    "a URL of more than " + TARGET_BYTES_MAX + " bytes"));
        }
        if (i == to) {
            return needMore();
        }
        return switch (bytes[i]) {
            case ' ' -> {
                if (i == from) {
                    yield refuse(Refusal.invalidUrl("a blank where the URL should be"));
                }
                yield encoded && hasEncodedNul(from, i) ? refuse(Refusal.invalidUrl("an encoded NUL in the URL")) : i;
            }
            case '#' -> refuse(Refusal.invalidUrl("a fragment in the URL"));
            case '\r', '\n' -> refuse(Refusal.malformed("a request line without a version"));
            default -> refuse(Refusal.invalidUrl("a blank or control character in the URL"));
        };
    }

    private boolean hasEncodedNul(int from, int targetEnd) {
        for (int i = from; i + 2 < targetEnd; i++) {
            if (bytes[i] == '%' && bytes[i + 1] == '0' && bytes[i + 2] == '0') {
                return true;
            }
        }
        return false;
    }

    /** The blank, the version and the end of the request line. RFC 9112 §2.3. */
    private int afterVersion(int from) {
        if (to - from >= VERSION_1_1.length && isAt(from, VERSION_1_1)) {
            version = HttpVersion.HTTP_1_1;
            return from + VERSION_1_1.length;
        }
        int i = from;
        for (byte expected : BEFORE_VERSION) {
            if (i == to) {
                return needMore();
            }
            if (bytes[i++] != expected) {
                String why = "a blank in the URL, or something else than a version after it";
                return refuse(i - from > 2 ? Refusal.unknownProtocol(why) : Refusal.invalidUrl(why));
            }
        }
        for (int part = 0; part < 3; part++) {
            if (i == to) {
                return needMore();
            }
            byte b = bytes[i++];
            if (part == 1 ? b != '.' : b < '0' || b > '9') {
                return refuse(Refusal.unknownProtocol("something else than a version after the URL"));
            }
        }
        int after = afterLineEnd(i, "something after the version");
        if (after < 0) {
            return -1;
        }
        byte major = bytes[i - 3];
        if (major == '0') {
            return refuse(Refusal.malformed("a version before HTTP/1.0"));
        }
        if (major != '1') {
            return refuse(new Refusal(
                    505, "HTTP Version Not Supported", Refusal.Page.UNSUPPORTED_VERSION, "a version after HTTP/1.1"));
        }
        version = bytes[i - 1] == '0' ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1;
        return after;
    }

    /** CR LF and nothing else. */
    private int afterLineEnd(int from, String otherwise) {
        if (from == to) {
            return needMore();
        }
        if (bytes[from] != '\r') {
            return refuse(Refusal.malformed(bytes[from] == '\n' ? "a line that a bare LF ends" : otherwise));
        }
        if (from + 1 == to) {
            return needMore();
        }
        return bytes[from + 1] == '\n' ? from + 2 : refuse(Refusal.malformed("a bare CR"));
    }

    private int needMore() {
        if (to - begin >= headBytesMax) {
            refusal = Refusal.headTooBig("a head beyond request_header_max_size");
        }
        return -1;
    }

    private int refuse(Refusal why) {
        refusal = why;
        return -1;
    }

    /** The field section that begins at {@code from}; null when more is needed, or when it is refused. */
    private @Nullable FieldSection fieldSection(int from) {
        // Where nothing follows, as is usual, the section ends with what was loaded: it need not be parsed to know.
        int slot = to == length && length - from <= REMEMBERED_BYTES_MAX && version == HttpVersion.HTTP_1_1
                ? slot(from)
                : -1;
        if (slot >= 0) {
            FieldSection known = sections[slot];
            if (known != null && Arrays.equals(bytes, from, length, known.text, 0, known.text.length)) {
                end = length;
                return known;
            }
        }
        FieldSection parsed = parsed(from);
        if (parsed != null && slot >= 0 && end == length && parsed.isRight()) {
            parsed.text = Arrays.copyOfRange(bytes, from, length);
            sections[slot] = parsed;
        }
        return parsed;
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

    private @Nullable FieldSection parsed(int from) {
        Fields.Builder fields = Fields.builder();
        int i = from;
        while (i < to && bytes[i] != '\r') {
            if (fields.size() == FIELDS_MAX) {
                refuse(Refusal.headTooBig("more than " + FIELDS_MAX + " field lines"));
                return null;
            }
            i = line(i, fields);
            if (i < 0) {
                return null;
            }
        }
        end = afterLineEnd(i, "");
        return end < 0 ? null : new FieldSection(version, fields.build());
    }

    /** field-name ":" OWS field-value OWS CR LF. RFC 9112 §5. */
    private int line(int from, Fields.Builder fields) {
        int nameEnd = Octets.skip(bytes, from, to, Octets.TOKEN);
        if (nameEnd == to) {
            return needMore();
        }
        if (nameEnd == from || bytes[nameEnd] != ':') {
            return refuse(Refusal.malformed(wrongName(from, nameEnd)));
        }
        int lineEnd = Octets.skipFieldContent(bytes, nameEnd + 1, to);
        int after = afterLineEnd(lineEnd, "a control character in a field");
        if (after >= 0) {
            fields.add(CommonNames.of(bytes, from, nameEnd), value(nameEnd + 1, lineEnd));
        }
        return after;
    }

    private String wrongName(int from, int nameEnd) {
        if (bytes[nameEnd] == '\n') {
            return "a line that a bare LF ends";
        }
        if (nameEnd > from) {
            return "a field name that no colon follows";
        }
        return Octets.isBlank(bytes[from])
                ? "a field that goes on in a second line"
                : "a field name that is not a token";
    }

    private String value(int from, int lineEnd) {
        int first = from;
        int last = lineEnd;
        while (first < last && Octets.isBlank(bytes[first])) {
            first++;
        }
        while (last > first && Octets.isBlank(bytes[last - 1])) {
            last--;
        }
        return first == last ? "" : text(first, last);
    }

    /** Puts together what was read, or refuses it where its parts contradict each other. */
    private void understand(String method, int targetBegin, int targetEnd, FieldSection read, RequestLimits limits) {
        BodyFraming framing = read.framing;
        if (framing == null) {
            refuse(Refusal.malformed(read.wrongFraming));
            return;
        }
        if (method.equals("CONNECT")) {
            refuse(new Refusal(405, "Method Not Allowed", Refusal.Page.UNSUPPORTED_METHOD, "a request for a tunnel"));
            return;
        }
        if (limits.bodyBytesMax() > 0 && framing.length() > limits.bodyBytesMax()) {
            refuse(new Refusal(413, "Content Too Large", Refusal.Page.TOO_BIG, "a body beyond request_body_max_size"));
            return;
        }
        String target = target(method, targetBegin, targetEnd);
        if (target == null) {
            return;
        }
        Refusal wrongHost = read.wrongHost != null ? read.wrongHost : otherHost(read.fields);
        if (wrongHost != null) {
            refuse(wrongHost);
            return;
        }
        if (read.expectsOther) {
            refuse(new Refusal(
                    417, "Expectation Failed", Refusal.Page.INVALID_REQUEST, "an expectation other than 100-continue"));
            return;
        }
        head = new RequestHead(method, target, version, read.fields);
        plain = read.plain && version == HttpVersion.HTTP_1_1 && authority == null && method.equals("GET");
    }

    /** The target in origin form; sets scheme and authority. Null when it is refused. RFC 9112 §3.2. */
    private @Nullable String target(String method, int from, int targetEnd) {
        scheme = null;
        authority = null;
        if (bytes[from] == '/') {
            return text(from, targetEnd);
        }
        String target = text(from, targetEnd);
        if (target.equals("*")) {
            if (!method.equals("OPTIONS") && !method.equals("TRACE")) {
                refuse(Refusal.invalidUrl("an asterisk in the place of the URL"));
                return null;
            }
            return target;
        }
        int schemeEnd = target.indexOf("://");
        if (schemeEnd <= 0) {
            refuse(Refusal.invalidUrl("a target that is neither a path nor a URL"));
            return null;
        }
        String named = target.substring(0, schemeEnd).toLowerCase(Locale.ROOT);
        boolean cacheObject = named.equals(CACHE_OBJECT);
        if (!cacheObject && !isScheme(named)) {
            refuse(Refusal.invalidUrl(
                    named.indexOf('_') >= 0
                            ? "an underscore in the scheme"
                            : "a target that is neither a path nor a URL"));
            return null;
        }
        int authorityBegin = schemeEnd + "://".length();
        int authorityEnd = authorityBegin;
        while (authorityEnd < target.length() && "/?".indexOf(target.charAt(authorityEnd)) < 0) {
            authorityEnd++;
        }
        String host = target.substring(authorityBegin, authorityEnd);
        if (host.indexOf('@') >= 0) {
            refuse(Refusal.invalidUrl("user information in the URL"));
            return null;
        }
        if (host.isEmpty() && !cacheObject) {
            refuse(Refusal.invalidUrl("no host in the URL"));
            return null;
        }
        scheme = named;
        authority = host;
        String path = target.substring(authorityEnd);
        return path.startsWith("/") ? path : "/" + path;
    }

    /** RFC 3986 §3.1. */
    private static boolean isScheme(String lowerCase) {
        for (int i = 0; i < lowerCase.length(); i++) {
            char c = lowerCase.charAt(i);
            boolean letter = c >= 'a' && c <= 'z';
            if (!letter && (i == 0 || ((c < '0' || c > '9') && "+-.".indexOf(c) < 0))) {
                return false;
            }
        }
        return true;
    }

    /** What is wrong with Host beside an absolute-form target. RFC 9112 §3.2.2. */
    private @Nullable Refusal otherHost(Fields fields) {
        String named = authority;
        if (named == null || CACHE_OBJECT.equals(scheme)) {
            return null;
        }
        String host = fields.first("Host");
        return host == null || KeyPolicy.sameAuthority(host, named, requireNonNull(scheme))
                ? null
                : Refusal.malformed("a Host that is not the URL's");
    }

    private String method(int from, int methodEnd) {
        for (String known : METHODS) {
            if (known.length() == methodEnd - from && isAt(from, known)) {
                return known;
            }
        }
        return text(from, methodEnd);
    }

    private boolean isAt(int at, String expected) {
        for (int i = 0; i < expected.length(); i++) {
            if (bytes[at + i] != expected.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean isAt(int at, byte[] expected) {
        return Arrays.equals(bytes, at, at + expected.length, expected, 0, expected.length);
    }

    private String text(int from, int textEnd) {
        return new String(bytes, from, textEnd - from, ISO_8859_1);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    /** A field section, the empty line included, and what it says, whatever the request line is. */
    private static final class FieldSection {
        /** Fields that ask for more than the page, or that speak of a body. */
        private static final FieldNames NOT_PLAIN = FieldNames.of(List.of(
                "Content-Length",
                "Transfer-Encoding",
                "Expect",
                "Upgrade",
                "Range",
                "If-Range",
                "If-Match",
                "If-None-Match",
                "If-Modified-Since",
                "If-Unmodified-Since"));

        private static final byte[] NOTHING = {};

        /** The section as it was received, where it is remembered. */
        private byte[] text = NOTHING;

        private final Fields fields;
        private final @Nullable BodyFraming framing;
        private final String wrongFraming;
        private final @Nullable Refusal wrongHost;
        private final boolean keepAlive;
        private final boolean expects;
        private final boolean expectsOther;
        private final boolean plain;

        private FieldSection(HttpVersion version, Fields fields) {
            this.fields = fields;
            BodyFraming said = null;
            String wrong = "";
            try {
                said = BodyFraming.ofRequest(version, fields);
            } catch (MalformedMessageException e) {
                wrong = String.valueOf(e.getMessage());
            }
            framing = said;
            wrongFraming = wrong;
            wrongHost = wrongHost(version, fields);
            String connection = fields.combined("Connection");
            keepAlive = keepsAlive(version, connection);
            String expect = fields.combined("Expect");
            expects = expect != null;
            expectsOther = expect != null && !isContinue(expect);
            plain = fields.has("Host") && isPlain(connection) && !NOT_PLAIN.isIn(fields);
        }

        /** Whether nothing in it makes a request be refused. */
        private boolean isRight() {
            return framing != null && wrongHost == null && !expectsOther;
        }

        /** RFC 9112 §3.2: one Host, well-formed. */
        private static @Nullable Refusal wrongHost(HttpVersion version, Fields fields) {
            int line = fields.indexOf("Host", 0);
            if (line < 0) {
                return version == HttpVersion.HTTP_1_1 ? Refusal.malformed("no Host") : null;
            }
            if (fields.indexOf("Host", line + 1) >= 0) {
                return Refusal.malformed("more than one Host");
            }
            String host = fields.value(line);
            String problem = host.isEmpty() ? null : KeyPolicy.problemOf(host);
            return problem == null ? null : Refusal.invalidUrl(problem + " in Host");
        }

        /** RFC 9112 §9.3: Connection is a list. */
        private static boolean keepsAlive(HttpVersion version, @Nullable String connection) {
            boolean keepAlive = version == HttpVersion.HTTP_1_1;
            if (connection == null) {
                return keepAlive;
            }
            for (String option : connection.split(",", -1)) {
                if (option.trim().equalsIgnoreCase("close")) {
                    return false;
                }
                keepAlive |= option.trim().equalsIgnoreCase("keep-alive");
            }
            return keepAlive;
        }

        /** Whether Connection names no field and no protocol. */
        private static boolean isPlain(@Nullable String connection) {
            return connection == null
                    || connection.equalsIgnoreCase("keep-alive")
                    || connection.equalsIgnoreCase("close");
        }

        /** RFC 9110 §10.1.1: Expect is a list, and there is one expectation. */
        private static boolean isContinue(String expect) {
            for (String member : expect.split(",", -1)) {
                String expectation = member.strip();
                if (!expectation.isEmpty() && !expectation.equalsIgnoreCase("100-continue")) {
                    return false;
                }
            }
            return true;
        }
    }
}
