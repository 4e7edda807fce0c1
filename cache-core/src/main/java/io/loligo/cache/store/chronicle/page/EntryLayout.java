package io.loligo.cache.store.chronicle.page;

import io.loligo.cache.freshness.ResponseTimes;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.http.Fields;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.SelectingFields;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of the stored values, little-endian.
 *
 * <p>A head, small (kind 1: the body follows) or large (kind 2: the body is in chunks of object {@code body id}):
 *
 * <pre>
 *   0       1       2               4                              8
 *  +-------+-------+---------------+------------------------------+
 *  |version| kind  | status        | crc32c of 0..4, 8..body      |
 *  +-------+-------+---------------+------------------------------+
 *  | object id                                                    |  8
 *  +-------------------------------+------------------------------+
 *  | crc32c of the body; 0 if large| request time, ns since the   | 16
 *  +-------------------------------+------------------------------+
 *  |   epoch, 8 bytes              | numbers, see below           | 24
 *  +-------------------------------+------------------------------+
 *  | wire: status line, field lines, each with CR LF; no empty    |
 *  |       line; Content-Length last, unless status is 204 or 304 |
 *  | hidden: further field lines, which are not sent              |
 *  | key: scheme and port (see below), host, path and query, peers|
 *  | selecting fields: whether unmatched (1 byte); then, for each |
 *  |       choice, number of lines, name, value, name, value ...  |
 *  | body, if small                                               |
 *  +--------------------------------------------------------------+
 *    Numbers are VarInts: ns from request to response time (zigzag), length of the body, of wire, hidden, key and
 *    selecting fields (0 when none is selecting); the body id if kind has the bit FLAG_BODY_ID, else it is the object
 *    id without its salt; ns from request time to when a soft purge ended the lifetime (zigzag) if kind has FLAG_STALE.
 *    A text is its length in bytes (VarInt), then UTF-8. Scheme and port are a VarInt, 2 * port + 1 for https, 2 * port
 *    for http; 0 for another scheme, after which come the port (VarInt) and the scheme as a text.
 * </pre>
 *
 * <p>A list of variants (kind 3), newest first:
 *
 * <pre>
 *   0       1       2               4                              8
 *  +-------+-------+---------------+------------------------------+
 *  |version| kind  | members       | crc32c of 0..4 and 8..end    |
 *  +-------+-------+---------------+------------------------------+
 *  | object id of the list                                        |  8
 *  +--------------------------------------------------------------+
 *  | hash of the key, 16 bytes                                    | 16
 *  +--------------------------------------------------------------+
 *  | object ids, 8 bytes each                                     | 32
 *  +--------------------------------------------------------------+
 * </pre>
 *
 * <p>A chunk of a long body; every chunk but the last holds {@link #CHUNK_DATA} bytes:
 *
 * <pre>
 *   0                               4                              8
 *  +--------------------------------------------------------------+
 *  | object id                                                    |  0
 *  +-------------------------------+------------------------------+
 *  | number, from 0                | length of the data           |  8
 *  +-------------------------------+------------------------------+
 *  | crc32c of the data            | version                      | 16
 *  +-------------------------------+------------------------------+
 *  | data ...                                                     | 24
 *  +--------------------------------------------------------------+
 * </pre>
 */
public final class EntryLayout {
    static final byte VERSION = 2;

    static final byte KIND_SMALL = 1;
    static final byte KIND_LARGE = 2;
    static final byte KIND_VARIANTS = 3;

    static final int VERSION_OFFSET = 0;
    static final int KIND_OFFSET = VERSION_OFFSET + Byte.BYTES;
    static final int STATUS_OFFSET = KIND_OFFSET + Byte.BYTES;
    static final int CHECKSUM_OFFSET = STATUS_OFFSET + Short.BYTES;
    public static final int ID_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;
    public static final int BODY_CHECKSUM_OFFSET = ID_OFFSET + Long.BYTES;
    static final int REQUEST_TIME_OFFSET = BODY_CHECKSUM_OFFSET + Integer.BYTES;
    static final int NUMBERS_OFFSET = REQUEST_TIME_OFFSET + Long.BYTES;

    /** Set in kind: there is a body id. */
    static final byte FLAG_BODY_ID = 0x10;

    /** Set in kind: a soft purge ended its lifetime. */
    static final byte FLAG_STALE = 0x20;

    static final byte KIND_MASK = 0x0F;

    static final int LIST_KEY_OFFSET = ID_OFFSET + Long.BYTES;
    public static final int LIST_MEMBERS_OFFSET = LIST_KEY_OFFSET + 2 * Long.BYTES;

    static final int CHUNK_ID_OFFSET = 0;
    static final int CHUNK_NUMBER_OFFSET = CHUNK_ID_OFFSET + Long.BYTES;
    static final int CHUNK_LENGTH_OFFSET = CHUNK_NUMBER_OFFSET + Integer.BYTES;
    static final int CHUNK_CHECKSUM_OFFSET = CHUNK_LENGTH_OFFSET + Integer.BYTES;
    static final int CHUNK_VERSION_OFFSET = CHUNK_CHECKSUM_OFFSET + Integer.BYTES;
    public static final int CHUNK_DATA_OFFSET = CHUNK_VERSION_OFFSET + Integer.BYTES;

    /** Data bytes of a full chunk: with all that is added just 130 of the map's units, and a body of 16 KiB fits in one. */
    public static final int CHUNK_DATA = 16_600;

    /** A head and its body are one page up to this size: longer ones find no room in a map that is nearly full. */
    public static final int SMALL_MAX = 18 << 10;
    /** The longest head without a body that is stored; a response with a longer one is not stored. */
    static final int HEAD_MAX = 256 << 10;

    static final String HTTPS = "https";
    static final String HTTP = "http";

    private static final String DATE = "Date";
    private static final int CRLF_LENGTH = "\r\n".length();
    private static final int COLON_LENGTH = ": ".length();

    private EntryLayout() {}

    /** The number of chunks of a body of {@code length} bytes. */
    public static int chunks(long length) {
        return Math.toIntExact((length + CHUNK_DATA - 1) / CHUNK_DATA);
    }

    /** What the chunks of a body of {@code length} bytes take of the budget. */
    public static long chunksCharge(long length) {
        long full = length / CHUNK_DATA;
        int rest = (int) (length % CHUNK_DATA);
        return full * PageCharge.pageCharge(CHUNK_DATA_OFFSET + CHUNK_DATA)
                + (rest == 0 ? 0 : PageCharge.pageCharge(CHUNK_DATA_OFFSET + rest));
    }

    /** RFC 9110 §8.6: 1xx and 204 have none, and a 304's would be about another message. */
    static boolean hasLengthLine(int status) {
        return status >= 200 && status != 204 && status != 304;
    }

    /**
     * Writes the times and the Date of {@code updated} over those in {@code page}, which is {@code object}'s as far as its
     * body.
     *
     * @param updated differs from the object's head in these at most
     * @return false, and nothing is changed, when they do not fit in, or the page is not what it should be
     */
    static boolean putTimes(PageBuffer page, StoredObject object, StoredHead updated) {
        ByteBuffer bytes = page.buffer();
        if (bytes.getLong(ID_OFFSET) != object.id()
                || (bytes.get(KIND_OFFSET) & FLAG_STALE) != 0
                // Lest a new checksum makes good what is damaged.
                || bytes.getInt(CHECKSUM_OFFSET) != headChecksum(page, object.bodyOffset())) {
            return false;
        }
        int line = updated.fields().indexOf(DATE, 0);
        long delay = VarInt.zigzag(
                nanos(updated.times().responseTime()) - nanos(updated.times().requestTime()));
        int delayLength = VarInt.lengthAt(bytes, NUMBERS_OFFSET);
        if (!VarInt.fits(delay, delayLength) || line >= updated.fields().size() - object.unsent()) {
            return false;
        }
        if (line >= 0) {
            String date = updated.fields().value(line);
            int at = object.wireOffset() + valueOffset(object.head(), line);
            if (date.length() != object.head().fields().value(line).length() || !isLineText(date)) {
                return false;
            }
            for (int i = 0; i < date.length(); i++) {
                bytes.put(at + i, (byte) date.charAt(i));
            }
        }
        bytes.putLong(REQUEST_TIME_OFFSET, nanos(updated.times().requestTime()));
        VarInt.putAt(bytes, NUMBERS_OFFSET, delay, delayLength);
        bytes.putInt(CHECKSUM_OFFSET, headChecksum(page, object.bodyOffset()));
        return true;
    }

    private static boolean isLineText(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 0xFF || c == '\r' || c == '\n' || c == 0) {
                return false;
            }
        }
        return true;
    }

    /** Where in the wire form the value of line {@code line} is. */
    private static int valueOffset(StoredHead head, int line) {
        Fields fields = head.fields();
        int at = REASON_OFFSET + head.reason().length() + CRLF_LENGTH;
        for (int i = 0; i < line; i++) {
            at += fields.name(i).length() + COLON_LENGTH + fields.value(i).length() + CRLF_LENGTH;
        }
        return at + fields.name(line).length() + COLON_LENGTH;
    }

    /**
     * What the head in {@code buffer} says.
     *
     * @param id the object that it has to be
     * @param verify whether to compare the checksums; the caller's choice for bytes that this process wrote
     * @param targets the fields in which origins speak to this cache
     * @return null when the bytes are not those of object {@code id}, or damaged
     */
    public static @Nullable StoredObject head(PageBuffer buffer, long id, boolean verify, CacheControlTargets targets) {
        HeadPage page = new HeadPage();
        if (!page.read(buffer.address(), buffer.length(), id)
                || (verify && !isIntact(buffer, page.bodyOffset(), page.inline()))) {
            return null;
        }
        try {
            ByteBuffer bytes = buffer.buffer();
            String wire = latin1(bytes, page.wireOffset(), page.wireLength());
            String hidden = page.hiddenLength() == 0 ? "" : latin1(bytes, page.hiddenOffset(), page.hiddenLength());
            int status = bytes.getShort(STATUS_OFFSET) & 0xFFFF;
            long requestTime = bytes.getLong(REQUEST_TIME_OFFSET);
            StoredHead head = new StoredHead(
                    id,
                    key(buffer.view(page.keyOffset(), page.keyLength())),
                    selecting(buffer.view(page.selectingOffset(), page.selectingLength())),
                    status,
                    reason(wire),
                    fields(wire, hidden, hasLengthLine(status)),
                    new ResponseTimes(instant(requestTime), instant(requestTime + page.toResponse())),
                    page.bodyLength(),
                    targets);
            if (page.stale()) {
                head = head.withStaleness(instant(requestTime + page.toStale()), 0);
            }
            return new StoredObject(
                    head,
                    List.of(head),
                    page.bodyId(),
                    page.inline(),
                    page.wireOffset(),
                    page.wireLength(),
                    lines(hidden),
                    page.bodyOffset(),
                    buffer.length());
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
            // Lengths that contradict each other: damaged bytes that no checksum was compared for.
            return null;
        }
    }

    private static int lines(String wire) {
        int lines = 0;
        for (int end = wire.indexOf('\n'); end >= 0; end = wire.indexOf('\n', end + 1)) {
            lines++;
        }
        return lines;
    }

    private static String latin1(ByteBuffer bytes, int from, int length) {
        byte[] copy = new byte[length];
        bytes.get(from, copy);
        return new String(copy, StandardCharsets.ISO_8859_1);
    }

    /**
     * Whether what ends with {@code last} is to be checked although this run wrote it: where a file is cut, the rest of the
     * page reads as zeros until somebody notices.
     */
    public static boolean isPerhapsCut(byte last) {
        return last == 0;
    }

    /** Whether the checksums of a head and of its inline body hold. */
    public static boolean isIntact(PageBuffer buffer, int bodyOffset, boolean inline) {
        ByteBuffer in = buffer.buffer();
        return in.getInt(CHECKSUM_OFFSET) == headChecksum(buffer, bodyOffset)
                && (!inline
                        || in.getInt(BODY_CHECKSUM_OFFSET)
                                == checksum(buffer, bodyOffset, buffer.length() - bodyOffset));
    }

    public static boolean isList(PageBuffer buffer) {
        return buffer.length() >= LIST_MEMBERS_OFFSET && buffer.buffer().get(KIND_OFFSET) == KIND_VARIANTS;
    }

    public static void putList(PageBuffer into, long id, long keyFirst, long keySecond, LongList members) {
        int length = LIST_MEMBERS_OFFSET + members.size() * Long.BYTES;
        into.reserve(length);
        ByteBuffer out = into.buffer();
        out.put(VERSION_OFFSET, VERSION);
        out.put(KIND_OFFSET, KIND_VARIANTS);
        out.putShort(STATUS_OFFSET, (short) members.size());
        out.putLong(ID_OFFSET, id);
        out.putLong(LIST_KEY_OFFSET, keyFirst);
        out.putLong(LIST_KEY_OFFSET + Long.BYTES, keySecond);
        for (int i = 0; i < members.size(); i++) {
            out.putLong(LIST_MEMBERS_OFFSET + i * Long.BYTES, members.get(i));
        }
        into.length(length);
        out.putInt(CHECKSUM_OFFSET, headChecksum(into, length));
    }

    /** The list in {@code buffer}, without heads; null when it is not list {@code id}, or damaged. */
    public static @Nullable VariantList list(PageBuffer buffer, long id, boolean verify) {
        ByteBuffer in = buffer.buffer();
        if (!isList(buffer) || in.get(VERSION_OFFSET) != VERSION || in.getLong(ID_OFFSET) != id) {
            return null;
        }
        int count = in.getShort(STATUS_OFFSET) & 0xFFFF;
        int length = LIST_MEMBERS_OFFSET + count * Long.BYTES;
        if (length != buffer.length() || (verify && in.getInt(CHECKSUM_OFFSET) != headChecksum(buffer, length))) {
            return null;
        }
        LongList members = new LongList();
        for (int i = 0; i < count; i++) {
            members.add(in.getLong(LIST_MEMBERS_OFFSET + i * Long.BYTES));
        }
        return new VariantList(
                id, in.getLong(LIST_KEY_OFFSET), in.getLong(LIST_KEY_OFFSET + Long.BYTES), members, List.of());
    }

    /** Completes a chunk whose data already lies in {@code chunk} behind the header's room. */
    public static void putChunkHeader(PageBuffer chunk, long id, int number, int dataLength) {
        ByteBuffer out = chunk.buffer();
        out.putLong(CHUNK_ID_OFFSET, id);
        out.putInt(CHUNK_NUMBER_OFFSET, number);
        out.putInt(CHUNK_LENGTH_OFFSET, dataLength);
        out.putInt(CHUNK_CHECKSUM_OFFSET, checksum(chunk, CHUNK_DATA_OFFSET, dataLength));
        out.putInt(CHUNK_VERSION_OFFSET, VERSION);
        chunk.length(CHUNK_DATA_OFFSET + dataLength);
    }

    /** The number of data bytes of the chunk in {@code buffer}; -1 when it is not that chunk, or damaged. */
    public static int chunkData(PageBuffer buffer, long id, int number, boolean verify) {
        ByteBuffer in = buffer.buffer();
        if (buffer.length() < CHUNK_DATA_OFFSET
                || in.getLong(CHUNK_ID_OFFSET) != id
                || in.getInt(CHUNK_NUMBER_OFFSET) != number
                || in.getInt(CHUNK_VERSION_OFFSET) != VERSION) {
            return -1;
        }
        int length = in.getInt(CHUNK_LENGTH_OFFSET);
        if (length != buffer.length() - CHUNK_DATA_OFFSET
                || (verify && in.getInt(CHUNK_CHECKSUM_OFFSET) != checksum(buffer, CHUNK_DATA_OFFSET, length))) {
            return -1;
        }
        return length;
    }

    /** Over everything up to {@code end} but itself. */
    static int headChecksum(PageBuffer buffer, int end) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.view(0, CHECKSUM_OFFSET));
        crc.update(buffer.view(ID_OFFSET, end - ID_OFFSET));
        return (int) crc.getValue();
    }

    public static int checksum(PageBuffer buffer, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.view(from, length));
        return (int) crc.getValue();
    }

    private static CacheKey key(ByteBuffer in) {
        int schemeAndPort = VarInt.length(in);
        int port = schemeAndPort == 0 ? VarInt.length(in) : schemeAndPort >>> 1;
        String scheme = schemeAndPort == 0 ? text(in) : (schemeAndPort & 1) == 0 ? HTTP : HTTPS;
        String host = text(in);
        String pathAndQuery = text(in);
        return new CacheKey(new EffectiveUri(scheme, host, port, pathAndQuery), text(in));
    }

    private static SelectingFields selecting(ByteBuffer in) {
        if (!in.hasRemaining()) {
            return SelectingFields.NONE;
        }
        boolean unmatched = in.get() != 0;
        Fields fields = choice(in);
        List<Fields> others = new ArrayList<>();
        while (in.hasRemaining()) {
            others.add(choice(in));
        }
        return new SelectingFields(unmatched, fields, others);
    }

    private static Fields choice(ByteBuffer in) {
        int lines = VarInt.length(in);
        Fields.Builder fields = Fields.builder();
        for (int i = 0; i < lines; i++) {
            String name = text(in);
            fields.add(name, text(in));
        }
        return fields.build();
    }

    private static String text(ByteBuffer in) {
        int length = VarInt.length(in);
        if (length > in.remaining()) {
            throw new IllegalArgumentException("a text of " + length + " bytes where " + in.remaining() + " are left");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static final int REASON_OFFSET = "HTTP/1.1 200 ".length();

    private static String reason(String wire) {
        return wire.substring(REASON_OFFSET, wire.indexOf("\r\n"));
    }

    private static Fields fields(String wire, String hidden, boolean lengthLine) {
        Fields.Builder fields = Fields.builder();
        int end = lengthLine ? wire.lastIndexOf("\r\n", wire.length() - 3) + 2 : wire.length();
        addLines(wire, wire.indexOf("\r\n") + 2, end, fields);
        addLines(hidden, 0, hidden.length(), fields);
        return fields.build();
    }

    private static void addLines(String lines, int from, int to, Fields.Builder fields) {
        int line = from;
        while (line < to) {
            int end = lines.indexOf("\r\n", line);
            int colon = lines.indexOf(": ", line);
            fields.add(lines.substring(line, colon), lines.substring(colon + 2, end));
            line = end + 2;
        }
    }

    static long nanos(Instant time) {
        long seconds = Math.max(-9_000_000_000L, Math.min(9_000_000_000L, time.getEpochSecond()));
        return seconds * 1_000_000_000L + time.getNano();
    }

    private static Instant instant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
    }
}
