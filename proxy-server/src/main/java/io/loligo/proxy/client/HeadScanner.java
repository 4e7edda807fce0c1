package io.loligo.proxy.client;

import io.loligo.proxy.flow.Deliberation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Follows the bytes of one client connection through its request heads, ahead of Undertow's parser, and keeps what that
 * parser would lose or would answer by itself: see {@link HeadFacts}. One pass, byte by byte, in whatever pieces they
 * arrive; of a head it remembers no more than the place it is at.
 *
 * <p>It understands just enough to know where heads begin and end. Wherever it would read a head otherwise than the
 * parser does, the parser refuses that head and the connection ends, so the two never disagree about a request that is
 * served.
 *
 * <p>Some bytes are changed in place, so that the parser leaves the verdict to {@link RequestCheck}:
 *
 * <ul>
 *   <li>the version always becomes HTTP/1.0: the parser's own handler answers a missing Host in HTTP/1.1, and later
 *       versions, with a bare 400;
 *   <li>the field name Host becomes {@link #HOST_ALIAS}, for the same reason;
 *   <li>the scheme {@code cache_object} of Squid's manager clients becomes {@link #PARSED_SCHEME}: an underscore is no
 *       character of a scheme (RFC 3986 §3.1).
 * </ul>
 *
 * <p>Used on the connection's I/O thread.
 */
final class HeadScanner {

    /** The scheme as the parser sees it. */
    static final String PARSED_SCHEME = "cache-object";

    /** The name under which Host passes the parser, in any case; a client that sends it is refused. */
    static final String HOST_ALIAS = "Hos~";

    /** Heads that may be scanned and not yet taken: more than one buffer of the parser can hold. */
    static final int HEADS_MAX = 4096;

    private static final byte[] SCHEME = (Deliberation.CACHE_OBJECT + ":").getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HOST = "host".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CONTENT_LENGTH = "content-length".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRANSFER_ENCODING = "transfer-encoding".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OTHER = {};

    private static final int LAST_OF_HOST = 3;
    private static final byte LAST_OF_ALIAS = '~';
    private static final int MAJOR_AT = "HTTP/".length();
    private static final int MINOR_AT = "HTTP/1.".length();
    private static final int LOWER_CASE = 0x20;
    private static final int FIRST_QUEUE = 4;

    /** Where in a head the next byte stands. */
    private enum Place {
        METHOD,
        TARGET,
        SCHEME_OF_TARGET,
        PATH,
        AFTER_QUESTION_MARK,
        QUERY,
        VERSION,
        LINE,
        NAME,
        VALUE,
        LENGTH_VALUE,
        LAST_LINE,
        BODY
    }

    private Place place = Place.METHOD;
    private int index;
    private byte[] candidate = OTHER;
    private boolean alias;
    private byte major;
    private byte minor;
    private int bits;
    private boolean bodyFollows;
    private boolean begun;

    /** The last byte of {@code Host} when what follows it has not arrived; 0 for none. */
    private byte held;

    private short[] heads = new short[FIRST_QUEUE];
    private int first;
    private int count;

    /**
     * Scans {@code bytes} from {@code from} to {@code to}, as they arrived; stops by itself where a body begins.
     *
     * @return where what may be handed on ends: {@code to}, or one byte before it, which is then {@link #held} and must
     *     stand at the beginning of what is scanned next
     * @throws IllegalStateException when more than {@link #HEADS_MAX} heads wait to be taken
     */
    int scan(ByteBuffer bytes, int from, int to) {
        held = 0;
        int i = from;
        while (i < to) {
            byte b = bytes.get(i);
            switch (place) {
                case METHOD -> {
                    begun = true;
                    if (b == ' ') {
                        place = Place.TARGET;
                    }
                    i++;
                }
                case TARGET -> {
                    index = 0;
                    place = b == SCHEME[0] ? Place.SCHEME_OF_TARGET : Place.PATH;
                }
                case SCHEME_OF_TARGET -> {
                    if (b != SCHEME[index]) {
                        place = Place.PATH;
                    } else {
                        scheme(bytes, i++, b);
                    }
                }
                case PATH -> i = path(bytes, i, to);
                case AFTER_QUESTION_MARK -> {
                    if (b == ' ') {
                        bits |= HeadFacts.BARE_MARK;
                    } else if (b == '?') {
                        bits |= HeadFacts.DOUBLE_MARK;
                    }
                    place = Place.QUERY;
                }
                case QUERY -> i = query(bytes, i, to);
                case VERSION -> version(bytes, i++, b);
                case LINE -> {
                    if (b == '\r') {
                        place = Place.LAST_LINE;
                        i++;
                    } else if (b == ' ' || b == '\t') {
                        bits |= HeadFacts.FOLDED;
                        place = Place.VALUE;
                        i++;
                    } else {
                        beginName(b);
                    }
                }
                case NAME -> {
                    if (candidate == HOST && index == LAST_OF_HOST && (b | LOWER_CASE) == HOST[LAST_OF_HOST]) {
                        if (i + 1 == to) {
                            held = b;
                            return i;
                        }
                        if (bytes.get(i + 1) == ':') {
                            bytes.put(i, LAST_OF_ALIAS);
                        }
                    }
                    i = candidate == OTHER ? otherName(bytes, i, to) : name(i, b);
                }
                case VALUE -> i = value(bytes, i, to);
                case LENGTH_VALUE -> {
                    if (b == '\n') {
                        place = Place.LINE;
                    } else if (b != '0' && b != ' ' && b != '\t' && b != '\r') {
                        bodyFollows = true;
                    }
                    i++;
                }
                case LAST_LINE -> {
                    if (b == '\n') {
                        endHead();
                    } else {
                        place = Place.VALUE;
                    }
                    i++;
                }
                case BODY -> i = to;
            }
        }
        return to;
    }

    /** The byte that was not handed on, or 0. */
    byte held() {
        return held;
    }

    /** Whether bytes that come now belong to a body: then they need no scan. */
    boolean inBody() {
        return place == Place.BODY;
    }

    /** The body that the last head announced has ended: a head comes next. */
    void bodyEnded() {
        if (place == Place.BODY) {
            place = Place.METHOD;
        }
    }

    /** The facts of the oldest head not yet taken; null when none is whole, which is a mistake. */
    @Nullable HeadFacts take() {
        if (count == 0) {
            return null;
        }
        HeadFacts facts = HeadFacts.of(heads[first]);
        first = (first + 1) % heads.length;
        count--;
        return facts;
    }

    /** Whether part of a head, or a head that was not taken, has arrived. */
    boolean hasUntaken() {
        return begun || count > 0;
    }

    private void scheme(ByteBuffer bytes, int at, byte b) {
        if (b == '_') {
            bytes.put(at, (byte) '-');
            bits |= HeadFacts.UNDERSCORE_SCHEME;
        }
        index++;
        if (index == SCHEME.length) {
            bits |= HeadFacts.CACHE_OBJECT;
            place = Place.PATH;
        }
    }

    private int path(ByteBuffer bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            byte b = bytes.get(i);
            if (b == ' ') {
                beginVersion();
                return i + 1;
            }
            if (b == '?') {
                place = Place.AFTER_QUESTION_MARK;
                return i + 1;
            }
        }
        return to;
    }

    private int query(ByteBuffer bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes.get(i) == ' ') {
                beginVersion();
                return i + 1;
            }
        }
        return to;
    }

    private void beginVersion() {
        place = Place.VERSION;
        index = 0;
        major = '0';
        minor = '0';
    }

    private void version(ByteBuffer bytes, int at, byte b) {
        if (b == '\n') {
            bits |= versionRead();
            place = Place.LINE;
            return;
        }
        boolean digit = b >= '0' && b <= '9';
        if (digit && index == MAJOR_AT) {
            major = b;
            bytes.put(at, (byte) '1');
        } else if (digit && index == MINOR_AT) {
            minor = b;
            bytes.put(at, (byte) '0');
        }
        index++;
    }

    private int versionRead() {
        if (major == '1') {
            return minor == '0' ? HeadFacts.HTTP_1_0 : 0;
        }
        return major == '0' ? HeadFacts.OLDER : HeadFacts.NEWER;
    }

    private void beginName(byte b) {
        place = Place.NAME;
        index = 0;
        alias = false;
        candidate = switch (b) {
            case 'H', 'h' -> HOST;
            case 'C', 'c' -> CONTENT_LENGTH;
            case 'T', 't' -> TRANSFER_ENCODING;
            default -> OTHER;
        };
    }

    private int name(int at, byte b) {
        if (b == ':') {
            endName();
        } else if (index < candidate.length && (b | LOWER_CASE) == candidate[index]) {
            index++;
        } else if (candidate == HOST && index == LAST_OF_HOST && b == LAST_OF_ALIAS) {
            alias = true;
            index++;
        } else {
            candidate = OTHER;
        }
        return at + 1;
    }

    private void endName() {
        place = Place.VALUE;
        if (index < candidate.length) {
            return;
        }
        if (candidate == CONTENT_LENGTH) {
            place = Place.LENGTH_VALUE;
        } else if (candidate == TRANSFER_ENCODING) {
            bodyFollows = true;
        } else if (alias) {
            bits |= HeadFacts.HOST_ALIAS;
        }
    }

    private int otherName(ByteBuffer bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            byte b = bytes.get(i);
            if (b == ':' || b == '\n') {
                place = b == ':' ? Place.VALUE : Place.LINE;
                return i + 1;
            }
        }
        return to;
    }

    private int value(ByteBuffer bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes.get(i) == '\n') {
                place = Place.LINE;
                return i + 1;
            }
        }
        return to;
    }

    private void endHead() {
        if (count == heads.length) {
            grow();
        }
        heads[(first + count) % heads.length] = (short) bits;
        count++;
        place = bodyFollows ? Place.BODY : Place.METHOD;
        bits = 0;
        bodyFollows = false;
        begun = false;
    }

    private void grow() {
        if (count >= HEADS_MAX) {
            throw new IllegalStateException("more than " + HEADS_MAX + " requests at once");
        }
        short[] larger = new short[heads.length * 2];
        for (int i = 0; i < count; i++) {
            larger[i] = heads[(first + i) % heads.length];
        }
        heads = larger;
        first = 0;
    }
}
