package io.loligo.cache.store.chronicle;

import io.loligo.cache.freshness.ResponseTimes;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.http.Fields;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.SelectingFields;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
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
 *  +--------------------------------------------------------------+
 *  | body id                                                      | 16
 *  +--------------------------------------------------------------+
 *  | request time, ns since the epoch                             | 24
 *  +--------------------------------------------------------------+
 *  | response time, ns since the epoch                            | 32
 *  +--------------------------------------------------------------+
 *  | body length                                                  | 40
 *  +-------------------------------+------------------------------+
 *  | crc32c of the body; 0 if large| wire length                  | 48
 *  +-------------------------------+------------------------------+
 *  | key length                    | selecting fields' length     | 56
 *  +-------------------------------+------------------------------+
 *  | when a soft purge ended its lifetime, ns; 0: none did        | 64
 *  +--------------------------------------------------------------+
 *  | wire: status line, field lines, each with CR LF; no empty    | 72
 *  |       line; Content-Length last, unless status is 204 or 304 |
 *  | key: port (4 bytes), scheme, host, path and query, peers     |
 *  | selecting fields: whether unmatched (1 byte), number of      |
 *  |       lines (4 bytes), name, value, name, value ...          |
 *  | body, if small                                               |
 *  +--------------------------------------------------------------+
 *    A text in key and selecting fields is its length in bytes (4 bytes), then UTF-8.
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
final class EntryLayout {
    static final byte VERSION = 1;

    static final byte KIND_SMALL = 1;
    static final byte KIND_LARGE = 2;
    static final byte KIND_VARIANTS = 3;

    static final int VERSION_OFFSET = 0;
    static final int KIND_OFFSET = VERSION_OFFSET + Byte.BYTES;
    static final int STATUS_OFFSET = KIND_OFFSET + Byte.BYTES;
    static final int CHECKSUM_OFFSET = STATUS_OFFSET + Short.BYTES;
    static final int ID_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;
    static final int BODY_ID_OFFSET = ID_OFFSET + Long.BYTES;
    static final int REQUEST_TIME_OFFSET = BODY_ID_OFFSET + Long.BYTES;
    static final int RESPONSE_TIME_OFFSET = REQUEST_TIME_OFFSET + Long.BYTES;
    static final int BODY_LENGTH_OFFSET = RESPONSE_TIME_OFFSET + Long.BYTES;
    static final int BODY_CHECKSUM_OFFSET = BODY_LENGTH_OFFSET + Long.BYTES;
    static final int WIRE_LENGTH_OFFSET = BODY_CHECKSUM_OFFSET + Integer.BYTES;
    static final int KEY_LENGTH_OFFSET = WIRE_LENGTH_OFFSET + Integer.BYTES;
    static final int SELECTING_LENGTH_OFFSET = KEY_LENGTH_OFFSET + Integer.BYTES;
    static final int STALE_SINCE_OFFSET = SELECTING_LENGTH_OFFSET + Integer.BYTES;
    static final int WIRE_OFFSET = STALE_SINCE_OFFSET + Long.BYTES;

    static final int LIST_KEY_OFFSET = ID_OFFSET + Long.BYTES;
    static final int LIST_MEMBERS_OFFSET = LIST_KEY_OFFSET + 2 * Long.BYTES;

    static final int CHUNK_ID_OFFSET = 0;
    static final int CHUNK_NUMBER_OFFSET = CHUNK_ID_OFFSET + Long.BYTES;
    static final int CHUNK_LENGTH_OFFSET = CHUNK_NUMBER_OFFSET + Integer.BYTES;
    static final int CHUNK_CHECKSUM_OFFSET = CHUNK_LENGTH_OFFSET + Integer.BYTES;
    static final int CHUNK_VERSION_OFFSET = CHUNK_CHECKSUM_OFFSET + Integer.BYTES;
    static final int CHUNK_DATA_OFFSET = CHUNK_VERSION_OFFSET + Integer.BYTES;

    /** Data bytes of a full chunk: with the map's own bytes just below 16 of its 4096-byte units. */
    static final int CHUNK_DATA = 65_472;

    /** A head and its body are one value up to this size. */
    static final int SMALL_MAX = 32 << 10;
    /** The longest head without a body that is stored; a response with a longer one is not stored. */
    static final int HEAD_MAX = 256 << 10;

    private static final String CONTENT_LENGTH = "Content-Length";

    private EntryLayout() {}

    /** The number of chunks of a body of {@code length} bytes. */
    static int chunks(long length) {
        return Math.toIntExact((length + CHUNK_DATA - 1) / CHUNK_DATA);
    }

    /** What the chunks of a body of {@code length} bytes take of the budget. */
    static long chunksCharge(long length) {
        long full = length / CHUNK_DATA;
        int rest = (int) (length % CHUNK_DATA);
        return full * ShardMaps.chunkCharge(CHUNK_DATA_OFFSET + CHUNK_DATA)
                + (rest == 0 ? 0 : ShardMaps.chunkCharge(CHUNK_DATA_OFFSET + rest));
    }

    /** The parts of a head that vary in length, encoded. */
    static final class HeadBytes {
        private final byte[] wire;
        private final byte[] key;
        private final byte[] selecting;

        private HeadBytes(byte[] wire, byte[] key, byte[] selecting) {
            this.wire = wire;
            this.key = key;
            this.selecting = selecting;
        }

        /** The length of the whole head. */
        int length() {
            return WIRE_OFFSET + wire.length + key.length + selecting.length;
        }
    }

    /**
     * The variable parts of {@code head} with a body of {@code bodyLength} bytes; null when it cannot be kept as it is: too
     * long, or with characters that no field line may hold.
     */
    static @Nullable HeadBytes encode(StoredHead head, long bodyLength) {
        StringBuilder wire = new StringBuilder(512);
        wire.append("HTTP/1.1 ").append(head.status()).append(' ').append(head.reason());
        boolean storable = isLineText(head.reason());
        wire.append("\r\n");
        Fields fields = head.fields();
        for (int i = 0; i < fields.size(); i++) {
            String name = fields.name(i);
            String value = fields.value(i);
            storable &= isLineText(name) && name.indexOf(':') < 0 && isLineText(value);
            if (!name.equalsIgnoreCase(CONTENT_LENGTH)) {
                wire.append(name).append(": ").append(value).append("\r\n");
            }
        }
        if (hasLengthLine(head.status())) {
            wire.append(CONTENT_LENGTH).append(": ").append(bodyLength).append("\r\n");
        }
        if (!storable || wire.length() > HEAD_MAX) {
            return null;
        }
        HeadBytes bytes = new HeadBytes(
                wire.toString().getBytes(StandardCharsets.ISO_8859_1), encode(head.key()), encode(head.selecting()));
        return bytes.length() > HEAD_MAX ? null : bytes;
    }

    /** RFC 9110 §8.6: 1xx and 204 have none, and a 304's would be about another message. */
    private static boolean hasLengthLine(int status) {
        return status >= 200 && status != 204 && status != 304;
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

    private static byte[] encode(CacheKey key) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(128);
        putInt(out, key.uri().port());
        putText(out, key.uri().scheme());
        putText(out, key.uri().host());
        putText(out, key.uri().pathAndQuery());
        putText(out, key.peers());
        return out.toByteArray();
    }

    private static byte[] encode(SelectingFields selecting) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(64);
        out.write(selecting.unmatched() ? 1 : 0);
        Fields fields = selecting.fields();
        putInt(out, fields.size());
        for (int i = 0; i < fields.size(); i++) {
            putText(out, fields.name(i));
            putText(out, fields.value(i));
        }
        return out.toByteArray();
    }

    private static void putInt(ByteArrayOutputStream out, int value) {
        out.write(value);
        out.write(value >>> 8);
        out.write(value >>> 16);
        out.write(value >>> 24);
    }

    private static void putText(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        putInt(out, bytes.length);
        out.writeBytes(bytes);
    }

    /** Lays {@code head} out in {@code into}, without the body. */
    static void putHead(
            Slot into,
            HeadBytes bytes,
            StoredHead head,
            long id,
            long bodyId,
            long bodyLength,
            boolean inline,
            int bodyChecksum) {
        into.reserve(bytes.length());
        ByteBuffer out = into.buffer();
        out.put(VERSION_OFFSET, VERSION);
        out.put(KIND_OFFSET, inline ? KIND_SMALL : KIND_LARGE);
        out.putShort(STATUS_OFFSET, (short) head.status());
        out.putLong(ID_OFFSET, id);
        out.putLong(BODY_ID_OFFSET, bodyId);
        out.putLong(REQUEST_TIME_OFFSET, nanos(head.times().requestTime()));
        out.putLong(RESPONSE_TIME_OFFSET, nanos(head.times().responseTime()));
        out.putLong(BODY_LENGTH_OFFSET, bodyLength);
        out.putInt(BODY_CHECKSUM_OFFSET, bodyChecksum);
        out.putInt(WIRE_LENGTH_OFFSET, bytes.wire.length);
        out.putInt(KEY_LENGTH_OFFSET, bytes.key.length);
        out.putInt(SELECTING_LENGTH_OFFSET, bytes.selecting.length);
        Instant staleSince = head.staleSince();
        out.putLong(STALE_SINCE_OFFSET, staleSince == null ? 0 : nanos(staleSince));
        int keyOffset = WIRE_OFFSET + bytes.wire.length;
        out.put(WIRE_OFFSET, bytes.wire);
        out.put(keyOffset, bytes.key);
        out.put(keyOffset + bytes.key.length, bytes.selecting);
        into.length(bytes.length());
        out.putInt(CHECKSUM_OFFSET, headChecksum(into, bytes.length()));
    }

    /** What {@link #head} would give for the bytes that {@link #putHead} made of {@code head}. */
    static StoredObject object(
            HeadBytes bytes, StoredHead head, long id, long bodyId, long bodyLength, boolean inline) {
        StoredHead stored = new StoredHead(
                        id,
                        head.key(),
                        head.selecting(),
                        head.status(),
                        head.reason(),
                        head.fields().without(CONTENT_LENGTH),
                        head.times(),
                        bodyLength,
                        head.targets())
                .withStaleness(head.staleSince(), 0);
        int valueLength = bytes.length() + (inline ? (int) bodyLength : 0);
        return new StoredObject(
                stored, List.of(stored), bodyId, inline, bytes.wire.length, bytes.length(), valueLength);
    }

    /**
     * What the head in {@code slot} says.
     *
     * @param id the object that it has to be
     * @param verify whether to compare the checksums; the caller's choice for bytes that this process wrote
     * @param targets the fields in which origins speak to this cache
     * @return null when the bytes are not those of object {@code id}, or damaged
     */
    static @Nullable StoredObject head(Slot slot, long id, boolean verify, CacheControlTargets targets) {
        ByteBuffer in = slot.buffer();
        int length = slot.length();
        if (length < WIRE_OFFSET || in.get(VERSION_OFFSET) != VERSION || in.getLong(ID_OFFSET) != id) {
            return null;
        }
        int kind = in.get(KIND_OFFSET);
        int wireLength = in.getInt(WIRE_LENGTH_OFFSET);
        int keyLength = in.getInt(KEY_LENGTH_OFFSET);
        int selectingLength = in.getInt(SELECTING_LENGTH_OFFSET);
        long bodyLength = in.getLong(BODY_LENGTH_OFFSET);
        if ((kind != KIND_SMALL && kind != KIND_LARGE)
                || (wireLength | keyLength | selectingLength) < 0
                || bodyLength < 0) {
            return null;
        }
        long bodyOffset = (long) WIRE_OFFSET + wireLength + keyLength + selectingLength;
        boolean inline = kind == KIND_SMALL;
        if (bodyOffset + (inline ? bodyLength : 0) != length) {
            return null;
        }
        if (verify && !isIntact(slot, (int) bodyOffset, inline)) {
            return null;
        }
        try {
            int keyOffset = WIRE_OFFSET + wireLength;
            int status = in.getShort(STATUS_OFFSET) & 0xFFFF;
            byte[] wireBytes = new byte[wireLength];
            in.get(WIRE_OFFSET, wireBytes);
            String wire = new String(wireBytes, StandardCharsets.ISO_8859_1);
            StoredHead head = new StoredHead(
                    id,
                    key(slot.view(keyOffset, keyLength)),
                    selecting(slot.view(keyOffset + keyLength, selectingLength)),
                    status,
                    reason(wire),
                    fields(wire, hasLengthLine(status)),
                    new ResponseTimes(
                            instant(in.getLong(REQUEST_TIME_OFFSET)), instant(in.getLong(RESPONSE_TIME_OFFSET))),
                    bodyLength,
                    targets);
            long staleSince = in.getLong(STALE_SINCE_OFFSET);
            if (staleSince != 0) {
                head = head.withStaleness(instant(staleSince), 0);
            }
            return new StoredObject(
                    head, List.of(head), in.getLong(BODY_ID_OFFSET), inline, wireLength, (int) bodyOffset, length);
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
            // Lengths that contradict each other: damaged bytes that no checksum was compared for.
            return null;
        }
    }

    /** Whether the checksums of a head and of its inline body hold. */
    static boolean isIntact(Slot slot, int bodyOffset, boolean inline) {
        ByteBuffer in = slot.buffer();
        return in.getInt(CHECKSUM_OFFSET) == headChecksum(slot, bodyOffset)
                && (!inline
                        || in.getInt(BODY_CHECKSUM_OFFSET) == checksum(slot, bodyOffset, slot.length() - bodyOffset));
    }

    static boolean isList(Slot slot) {
        return slot.length() >= LIST_MEMBERS_OFFSET && slot.buffer().get(KIND_OFFSET) == KIND_VARIANTS;
    }

    static void putList(Slot into, long id, long keyFirst, long keySecond, LongList members) {
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

    /** The list in {@code slot}, without heads; null when it is not list {@code id}, or damaged. */
    static @Nullable Variants list(Slot slot, long id, boolean verify) {
        ByteBuffer in = slot.buffer();
        if (!isList(slot) || in.get(VERSION_OFFSET) != VERSION || in.getLong(ID_OFFSET) != id) {
            return null;
        }
        int count = in.getShort(STATUS_OFFSET) & 0xFFFF;
        int length = LIST_MEMBERS_OFFSET + count * Long.BYTES;
        if (length != slot.length() || (verify && in.getInt(CHECKSUM_OFFSET) != headChecksum(slot, length))) {
            return null;
        }
        LongList members = new LongList();
        for (int i = 0; i < count; i++) {
            members.add(in.getLong(LIST_MEMBERS_OFFSET + i * Long.BYTES));
        }
        return new Variants(
                id, in.getLong(LIST_KEY_OFFSET), in.getLong(LIST_KEY_OFFSET + Long.BYTES), members, List.of());
    }

    /** Completes a chunk whose data already lies in {@code chunk} behind the header's room. */
    static void putChunkHeader(Slot chunk, long id, int number, int dataLength) {
        ByteBuffer out = chunk.buffer();
        out.putLong(CHUNK_ID_OFFSET, id);
        out.putInt(CHUNK_NUMBER_OFFSET, number);
        out.putInt(CHUNK_LENGTH_OFFSET, dataLength);
        out.putInt(CHUNK_CHECKSUM_OFFSET, checksum(chunk, CHUNK_DATA_OFFSET, dataLength));
        out.putInt(CHUNK_VERSION_OFFSET, VERSION);
        chunk.length(CHUNK_DATA_OFFSET + dataLength);
    }

    /** The number of data bytes of the chunk in {@code slot}; -1 when it is not that chunk, or damaged. */
    static int chunkData(Slot slot, long id, int number, boolean verify) {
        ByteBuffer in = slot.buffer();
        if (slot.length() < CHUNK_DATA_OFFSET
                || in.getLong(CHUNK_ID_OFFSET) != id
                || in.getInt(CHUNK_NUMBER_OFFSET) != number
                || in.getInt(CHUNK_VERSION_OFFSET) != VERSION) {
            return -1;
        }
        int length = in.getInt(CHUNK_LENGTH_OFFSET);
        if (length != slot.length() - CHUNK_DATA_OFFSET
                || (verify && in.getInt(CHUNK_CHECKSUM_OFFSET) != checksum(slot, CHUNK_DATA_OFFSET, length))) {
            return -1;
        }
        return length;
    }

    /** Over everything up to {@code end} but itself. */
    private static int headChecksum(Slot slot, int end) {
        CRC32C crc = new CRC32C();
        crc.update(slot.view(0, CHECKSUM_OFFSET));
        crc.update(slot.view(ID_OFFSET, end - ID_OFFSET));
        return (int) crc.getValue();
    }

    static int checksum(Slot slot, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(slot.view(from, length));
        return (int) crc.getValue();
    }

    private static CacheKey key(ByteBuffer in) {
        in.order(ByteOrder.LITTLE_ENDIAN);
        int port = in.getInt();
        String scheme = text(in);
        String host = text(in);
        String pathAndQuery = text(in);
        return new CacheKey(new EffectiveUri(scheme, host, port, pathAndQuery), text(in));
    }

    private static SelectingFields selecting(ByteBuffer in) {
        in.order(ByteOrder.LITTLE_ENDIAN);
        boolean unmatched = in.get() != 0;
        int lines = in.getInt();
        if (lines == 0 && !unmatched) {
            return SelectingFields.NONE;
        }
        Fields.Builder fields = Fields.builder();
        for (int i = 0; i < lines; i++) {
            String name = text(in);
            fields.add(name, text(in));
        }
        return new SelectingFields(unmatched, fields.build());
    }

    private static String text(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
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

    private static Fields fields(String wire, boolean lengthLine) {
        Fields.Builder fields = Fields.builder();
        int line = wire.indexOf("\r\n") + 2;
        while (line < wire.length()) {
            int end = wire.indexOf("\r\n", line);
            int colon = wire.indexOf(": ", line);
            boolean last = end + 2 == wire.length();
            if (!(last && lengthLine)) {
                fields.add(wire.substring(line, colon), wire.substring(colon + 2, end));
            }
            line = end + 2;
        }
        return fields.build();
    }

    private static long nanos(Instant time) {
        long seconds = Math.max(-9_000_000_000L, Math.min(9_000_000_000L, time.getEpochSecond()));
        return seconds * 1_000_000_000L + time.getNano();
    }

    private static Instant instant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
    }
}
