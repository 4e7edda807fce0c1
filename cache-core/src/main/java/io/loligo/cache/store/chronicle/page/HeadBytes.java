package io.loligo.cache.store.chronicle.page;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.FieldNames;
import io.loligo.cache.http.Fields;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.SelectingFields;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A head but for what depends on its id, encoded as {@link EntryLayout} draws it. Immutable. */
public final class HeadBytes {
    private static final String CONTENT_LENGTH = "Content-Length";

    private final StoredHead head;
    private final long bodyLength;
    private final boolean inline;
    private final long bodyId;
    private final Parts parts;
    private final int numbersLength;

    /** What the same head has in every page that it may lie in. */
    private static final class Parts {
        /** Wire, hidden fields, key and selecting fields, one behind the other. */
        private final byte[] bytes;

        private final int wireLength;
        private final int hiddenLength;
        private final int keyLength;
        private final int selectingLength;
        /** The number of hidden fields. */
        private final int unsent;
        /** Whether its fields are read again just as they are. */
        private final boolean same;

        private Parts(byte[] bytes, int wireEnd, int hiddenEnd, int keyEnd, int unsent, boolean same) {
            this.bytes = bytes;
            this.wireLength = wireEnd;
            this.hiddenLength = hiddenEnd - wireEnd;
            this.keyLength = keyEnd - hiddenEnd;
            this.selectingLength = bytes.length - keyEnd;
            this.unsent = unsent;
            this.same = same;
        }
    }

    private HeadBytes(StoredHead head, long bodyLength, boolean inline, long bodyId, Parts parts) {
        this.head = head;
        this.bodyLength = bodyLength;
        this.inline = inline;
        this.bodyId = bodyId;
        this.parts = parts;
        this.numbersLength = VarInt.size(toResponse())
                + VarInt.size(bodyLength)
                + VarInt.size(parts.wireLength)
                + VarInt.size(parts.hiddenLength)
                + VarInt.size(parts.keyLength)
                + VarInt.size(parts.selectingLength)
                + (bodyId == 0 ? 0 : VarInt.size(bodyId))
                + (head.staleSince() == null ? 0 : VarInt.size(toStale(head.staleSince())));
    }

    private long toResponse() {
        return VarInt.zigzag(EntryLayout.nanos(head.times().responseTime())
                - EntryLayout.nanos(head.times().requestTime()));
    }

    private long toStale(Instant staleSince) {
        return VarInt.zigzag(
                EntryLayout.nanos(staleSince) - EntryLayout.nanos(head.times().requestTime()));
    }

    /**
     * {@code head} with a body of {@code bodyLength} bytes in chunks under its own id; null when it cannot be kept as it
     * is: too long, or with characters that no field line may hold.
     *
     * @param hidden the names of fields that are kept, but not sent
     * @param draft scratch
     */
    public static @Nullable HeadBytes of(StoredHead head, long bodyLength, FieldNames hidden, Draft draft) {
        Fields fields = head.fields();
        int unsent = 0;
        int lengths = 0;
        boolean storable = true;
        draft.begin();
        draft.add("HTTP/1.1 ");
        draft.addDecimal(head.status());
        draft.add(' ');
        storable &= draft.addLineText(head.reason());
        draft.endLine();
        for (int i = 0; i < fields.size(); i++) {
            String name = fields.name(i);
            if (FieldNames.isSame(name, CONTENT_LENGTH)) {
                lengths++;
                storable &= draft.isLineText(fields.value(i));
            } else if (hidden.contains(name)) {
                unsent++;
            } else {
                storable &= draft.addLine(name, fields.value(i));
            }
        }
        if (EntryLayout.hasLengthLine(head.status())) {
            draft.add(CONTENT_LENGTH);
            draft.add(": ");
            draft.addDecimal(bodyLength);
            draft.endLine();
        }
        int wireEnd = draft.length;
        for (int i = 0; i < fields.size() && unsent > 0; i++) {
            String name = fields.name(i);
            if (hidden.contains(name) && !FieldNames.isSame(name, CONTENT_LENGTH)) {
                storable &= draft.addLine(name, fields.value(i));
            }
        }
        int hiddenEnd = draft.length;
        draft.add(head.key());
        int keyEnd = draft.length;
        draft.add(head.selecting());
        if (!storable) {
            return null;
        }
        Parts parts = new Parts(draft.taken(), wireEnd, hiddenEnd, keyEnd, unsent, unsent == 0 && lengths == 0);
        HeadBytes bytes = new HeadBytes(head, bodyLength, false, 0, parts);
        return bytes.length() > EntryLayout.HEAD_MAX ? null : bytes;
    }

    /** The length of the whole head. */
    public int length() {
        return EntryLayout.NUMBERS_OFFSET + numbersLength + parts.bytes.length;
    }

    /** The same for {@code other}, which differs in its staleness at most. */
    public HeadBytes of(StoredHead other) {
        return new HeadBytes(other, bodyLength, inline, bodyId, parts);
    }

    /** The same head in front of its body in one page. */
    public HeadBytes inline() {
        return new HeadBytes(head, bodyLength, true, 0, parts);
    }

    /** The same head with the chunks of {@code otherBodyId}. */
    public HeadBytes withBody(long otherBodyId) {
        return new HeadBytes(head, bodyLength, false, otherBodyId, parts);
    }

    /** Whether it is short enough to lie in one page with its body. */
    public boolean isSmall() {
        return bodyLength == 0 || length() + bodyLength <= EntryLayout.SMALL_MAX;
    }

    public boolean isInline() {
        return inline;
    }

    public long bodyLength() {
        return bodyLength;
    }

    /** Lays the head out in {@code into} as that of object {@code id}, without the body. */
    public void put(PageBuffer into, long id, int bodyChecksum) {
        int length = length();
        into.reserve(length);
        ByteBuffer out = into.buffer();
        Instant staleSince = head.staleSince();
        int kind = inline ? EntryLayout.KIND_SMALL : EntryLayout.KIND_LARGE;
        int flags = (bodyId == 0 ? 0 : EntryLayout.FLAG_BODY_ID) | (staleSince == null ? 0 : EntryLayout.FLAG_STALE);
        out.put(EntryLayout.VERSION_OFFSET, EntryLayout.VERSION);
        out.put(EntryLayout.KIND_OFFSET, (byte) (kind | flags));
        out.putShort(EntryLayout.STATUS_OFFSET, (short) head.status());
        out.putLong(EntryLayout.ID_OFFSET, id);
        out.putInt(EntryLayout.BODY_CHECKSUM_OFFSET, bodyChecksum);
        out.putLong(
                EntryLayout.REQUEST_TIME_OFFSET, EntryLayout.nanos(head.times().requestTime()));
        int at = EntryLayout.NUMBERS_OFFSET;
        at = VarInt.put(out, at, toResponse());
        at = VarInt.put(out, at, bodyLength);
        at = VarInt.put(out, at, parts.wireLength);
        at = VarInt.put(out, at, parts.hiddenLength);
        at = VarInt.put(out, at, parts.keyLength);
        at = VarInt.put(out, at, parts.selectingLength);
        at = bodyId == 0 ? at : VarInt.put(out, at, bodyId);
        at = staleSince == null ? at : VarInt.put(out, at, toStale(staleSince));
        out.put(at, parts.bytes);
        into.length(length);
        out.putInt(EntryLayout.CHECKSUM_OFFSET, EntryLayout.headChecksum(into, length));
    }

    /**
     * What {@link EntryLayout#head} would give for the bytes that {@link #put} made.
     *
     * @param hidden as {@link #of} had it
     */
    public StoredObject object(long id, FieldNames hidden) {
        StoredHead named = parts.same
                ? head.withId(id, bodyLength)
                : new StoredHead(
                        id,
                        head.key(),
                        head.selecting(),
                        head.status(),
                        head.reason(),
                        asStored(head.fields(), hidden),
                        head.times(),
                        bodyLength,
                        head.targets());
        // Which purge it was is not kept.
        StoredHead stored = parts.same && head.latestPurge() == 0 ? named : named.withStaleness(head.staleSince(), 0);
        return new StoredObject(
                stored,
                List.of(stored),
                bodyId == 0 ? ObjectId.unsalted(id) : bodyId,
                inline,
                EntryLayout.NUMBERS_OFFSET + numbersLength,
                parts.wireLength,
                parts.unsent,
                length(),
                length() + (inline ? (int) bodyLength : 0));
    }

    /** The fields as they are read again: without Content-Length, the hidden ones last. */
    private static Fields asStored(Fields fields, FieldNames hidden) {
        Fields stored = fields.without(CONTENT_LENGTH);
        if (!hidden.isIn(stored)) {
            return stored;
        }
        Fields.Builder ordered = Fields.builder();
        for (boolean last : new boolean[] {false, true}) {
            for (int i = 0; i < stored.size(); i++) {
                if (hidden.contains(stored.name(i)) == last) {
                    ordered.add(stored.name(i), stored.value(i));
                }
            }
        }
        return ordered.build();
    }

    /** Bytes of a head being gathered, reused from head to head. One thread. */
    static final class Draft {
        private static final int START = 1024;
        /** A larger one, which a rare long head made, is not kept. */
        private static final int KEPT_MAX = 64 << 10;

        private static final int ASCII_MAX = 0x7F;

        private byte[] bytes = new byte[START];
        private int length;

        private void begin() {
            if (bytes.length > KEPT_MAX) {
                bytes = new byte[START];
            }
            length = 0;
        }

        private byte[] taken() {
            return Arrays.copyOf(bytes, length);
        }

        private void reserve(int more) {
            if (length + more > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
            }
        }

        private void add(int octet) {
            reserve(1);
            bytes[length++] = (byte) octet;
        }

        /** Adds {@code ascii}, a text of ours. */
        @SuppressWarnings("deprecation") // it cuts each character to a byte, and these are ASCII: a mere copy
        private void add(String ascii) {
            reserve(ascii.length());
            ascii.getBytes(0, ascii.length(), bytes, length);
            length += ascii.length();
        }

        private void endLine() {
            add('\r');
            add('\n');
        }

        /** Adds a field line; false when there is a character in it that none may hold. */
        private boolean addLine(String name, String value) {
            boolean fine = addLineText(name) && name.indexOf(':') < 0;
            add(": ");
            fine &= addLineText(value);
            endLine();
            return fine;
        }

        /** Adds a text of a line as Latin-1; false when there is a character in it that no line may hold. */
        private boolean addLineText(String text) {
            int count = text.length();
            reserve(count);
            boolean fine = true;
            for (int i = 0; i < count; i++) {
                char c = text.charAt(i);
                fine &= c <= 0xFF && c != '\r' && c != '\n' && c != 0;
                bytes[length + i] = (byte) c;
            }
            length += count;
            return fine;
        }

        private boolean isLineText(String text) {
            int before = length;
            boolean fine = addLineText(text);
            length = before;
            return fine;
        }

        private void addDecimal(long number) {
            reserve(Long.SIZE / 3);
            int digits = 1;
            for (long rest = number / 10; rest > 0; rest /= 10) {
                digits++;
            }
            long rest = number;
            for (int i = length + digits - 1; i >= length; i--) {
                bytes[i] = (byte) ('0' + rest % 10);
                rest /= 10;
            }
            length += digits;
        }

        private void addNumber(long number) {
            reserve(VarInt.BYTES_MAX);
            length = VarInt.put(bytes, length, number);
        }

        /** Adds the length of {@code text} and then it, as UTF-8. */
        private void addText(String text) {
            int start = length;
            int count = text.length();
            addNumber(count);
            reserve(count);
            int all = 0;
            for (int i = 0; i < count; i++) {
                char c = text.charAt(i);
                all |= c;
                bytes[length + i] = (byte) c;
            }
            length += count;
            if (all > ASCII_MAX) {
                length = start;
                byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
                addNumber(encoded.length);
                reserve(encoded.length);
                System.arraycopy(encoded, 0, bytes, length, encoded.length);
                length += encoded.length;
            }
        }

        private void add(CacheKey key) {
            int port = key.uri().port();
            String scheme = key.uri().scheme();
            boolean https = scheme.equals(EntryLayout.HTTPS);
            if (port > 0 && (https || scheme.equals(EntryLayout.HTTP))) {
                addNumber(2L * port + (https ? 1 : 0));
            } else {
                addNumber(0);
                addNumber(port);
                addText(scheme);
            }
            addText(key.uri().host());
            addText(key.uri().pathAndQuery());
            addText(key.peers());
        }

        private void add(SelectingFields selecting) {
            Fields fields = selecting.fields();
            if (!selecting.unmatched() && fields.isEmpty()) {
                return;
            }
            add(selecting.unmatched() ? 1 : 0);
            addChoice(fields);
            for (Fields other : selecting.others()) {
                addChoice(other);
            }
        }

        private void addChoice(Fields choice) {
            addNumber(choice.size());
            for (int i = 0; i < choice.size(); i++) {
                addText(choice.name(i));
                addText(choice.value(i));
            }
        }
    }
}
