package io.loligo.proxy.respond;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.status.CacheStatus;
import io.loligo.proxy.config.Configuration.Identity;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The heads that go out to clients, in wire form: the answer's own fields and those that this cache adds (Age, Via,
 * Cache-Status, X-Cache, X-Cache-Lookup). RFC 9111 §5.1, RFC 9110 §7.6.3, RFC 9211.
 *
 * <p>Immutable but for what it remembers per port; used by every I/O thread. What does not change from one answer to the
 * next is encoded once.
 */
public final class ResponseFields {
    private static final int SCRATCH_BYTES = 16 << 10;
    private static final ThreadLocal<ByteBuffer> SCRATCH =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(SCRATCH_BYTES));
    private static final byte[] AGE = ascii("Age: ");
    private static final String CACHE_STATUS_NAME = "Cache-Status";
    private static final byte[] NOTHING = {};
    private static final byte[] CACHE_STATUS = ascii("Cache-Status: ");
    private static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n");
    private static final ThreadLocal<Text> TEXT = ThreadLocal.withInitial(Text::new);
    /** The ends of a head whose last line has its own end. */
    private static final byte[] END = ascii("\r\n");

    private static final byte[] END_CLOSE = ascii("Connection: close\r\n\r\n");
    private static final byte[] END_KEEP_ALIVE = ascii("Connection: keep-alive\r\n\r\n");
    /** Longest run of digits of a long, and a sign. */
    private static final int NUMBER_BYTES = 20;

    private final Identity identity;
    private final boolean via;
    private final String viaValue;
    private final String cacheName;
    private final byte[] ttl;
    /** The rules that make no difference between answers; null for none. */
    private final @Nullable HeaderFilter constant;

    private final boolean showsAge;
    private final boolean showsCacheStatus;
    /** Copied when a port comes for the first time. There are as many as listening ports. */
    private volatile List<PortLines> hitLines = List.of();

    private final Map<OwnLines, byte[]> ownLines = new ConcurrentHashMap<>();

    /**
     * @param product what stands in Via and Server, for example {@code loligo/0.1.0}
     * @param via whether Via is added
     */
    public ResponseFields(Identity identity, String product, boolean via) {
        this(identity, product, via, null);
    }

    /**
     * Fields on which the operator's rules decide. Here they are applied where they are {@linkplain
     * HeaderFilter#isConstant constant} and an answer goes out as it is stored; every other answer comes with its rules applied.
     *
     * @param filter reply_header_access and what stands beside it; null for nothing
     */
    public ResponseFields(Identity identity, String product, boolean via, @Nullable HeaderFilter filter) {
        this.constant = filter != null && filter.isConstant() ? filter : null;
        this.identity = identity;
        this.via = via;
        this.viaValue = "1.1 " + identity.uniqueHostname() + " (" + product + ")";
        this.cacheName = CacheStatus.name(identity.uniqueHostname());
        this.ttl = ascii("Cache-Status: " + CacheStatus.hitPrefix(identity.uniqueHostname()));
        this.showsAge = constant == null || !constant.deniesAlways("Age");
        this.showsCacheStatus = constant == null || !constant.deniesAlways(CACHE_STATUS_NAME);
    }

    /**
     * The head of an answer from the store that needs no {@link Answer}: a plain hit.
     *
     * @param storedHead status line and stored fields in wire form, without the empty line; its position is moved
     * @param port the listening port, for X-Cache-Lookup
     * @param ageSeconds the current age, RFC 9111 §4.2.3
     * @param ttlSeconds what is left of its freshness; negative when stale
     * @return a scratch of this thread's, or a buffer of its own where the head is large
     */
    public ByteBuffer hit(
            ByteBuffer storedHead, int port, long ageSeconds, long ttlSeconds, boolean keepAlive, HttpVersion version) {
        byte[] lines = hitLines(port);
        byte[] end = end(keepAlive, version);
        int needed =
                storedHead.remaining() + lines.length + ttl.length + AGE.length + end.length + 2 * NUMBER_BYTES + 4;
        ByteBuffer head = needed <= SCRATCH_BYTES ? SCRATCH.get().clear() : ByteBuffer.allocate(needed);
        head.put(storedHead);
        putAge(head, ageSeconds);
        head.put(lines);
        if (showsCacheStatus) {
            head.put(ttl);
            putNumber(head, ttlSeconds);
            head.put((byte) '\r').put((byte) '\n');
        }
        return head.put(end).flip();
    }

    /**
     * The head of any other answer.
     *
     * @param chunked whether the body goes out in chunks, which the head announces
     * @return as {@link #hit}
     */
    public ByteBuffer head(Answer answer, boolean chunked, boolean keepAlive, HttpVersion version) {
        CacheRemarks remarks = answer.remarks();
        if (answer.isRemarked()) {
            return composed(answer, chunked, NOTHING, null, end(keepAlive, version));
        }
        byte[] lines = lines(new OwnLines(remarks.hit(), remarks.lookup(), remarks.port()));
        CacheStatus status = remarks.status();
        String cacheStatus = status == null ? null : status.formatAfter(cacheName);
        byte[] end = end(keepAlive, version);
        Answer.StoredForm stored = answer.storedForm();
        return stored != null && cacheStatus != null && !chunked
                ? stored(stored, lines, cacheStatus, end)
                : composed(answer, chunked, lines, cacheStatus, end);
    }

    private ByteBuffer stored(Answer.StoredForm stored, byte[] lines, String cacheStatus, byte[] end) {
        int needed = stored.head().remaining()
                + lines.length
                + AGE.length
                + CACHE_STATUS.length
                + cacheStatus.length()
                + end.length
                + NUMBER_BYTES
                + 4;
        ByteBuffer head = needed <= SCRATCH_BYTES ? SCRATCH.get().clear() : ByteBuffer.allocate(needed);
        head.put(stored.head());
        putAge(head, stored.ageSeconds());
        head.put(lines);
        if (showsCacheStatus) {
            head.put(CACHE_STATUS);
            for (int i = 0; i < cacheStatus.length(); i++) {
                head.put((byte) cacheStatus.charAt(i));
            }
            head.put((byte) '\r').put((byte) '\n');
        }
        return head.put(end).flip();
    }

    private void putAge(ByteBuffer head, long seconds) {
        if (showsAge) {
            head.put(AGE);
            putNumber(head, seconds);
            head.put((byte) '\r').put((byte) '\n');
        }
    }

    private static ByteBuffer composed(
            Answer answer, boolean chunked, byte[] lines, @Nullable String cacheStatus, byte[] end) {
        Text head = TEXT.get();
        head.begin(answer.status(), answer.reason());
        Fields fields = answer.fields();
        for (int i = 0; i < fields.size(); i++) {
            head.line(fields.name(i), fields.value(i));
        }
        if (chunked) {
            head.add(CHUNKED);
        }
        head.add(lines);
        if (cacheStatus != null) {
            head.line(CACHE_STATUS_NAME, cacheStatus);
        }
        head.add(end);
        ByteBuffer out = head.length <= SCRATCH_BYTES ? SCRATCH.get().clear() : ByteBuffer.allocate(head.length);
        return out.put(head.bytes, 0, head.length).flip();
    }

    /** What Via, X-Cache and X-Cache-Lookup depend on. */
    private record OwnLines(boolean hit, Lookup lookup, int port) {}

    private byte[] lines(OwnLines of) {
        byte[] known = ownLines.get(of);
        return known == null ? ownLines.computeIfAbsent(of, this::encode) : known;
    }

    private byte[] encode(OwnLines lines) {
        Fields fields = own(lines);
        StringBuilder text = new StringBuilder();
        (constant == null ? fields : constant.constantly(fields))
                .forEach((name, value) ->
                        text.append(name).append(": ").append(value).append("\r\n"));
        return ascii(text.toString());
    }

    private Fields own(OwnLines lines) {
        String host = identity.visibleHostname();
        Fields.Builder fields = Fields.builder(4);
        if (via) {
            fields.add("Via", viaValue);
        }
        return fields.add("X-Cache", (lines.hit() ? "HIT" : "MISS") + " from " + host)
                .add("X-Cache-Lookup", lines.lookup().name() + " from " + host + ":" + lines.port())
                .build();
    }

    /** The fields that this cache adds to an answer, besides Age. */
    public Fields own(CacheRemarks remarks) {
        Fields lines = own(new OwnLines(remarks.hit(), remarks.lookup(), remarks.port()));
        CacheStatus status = remarks.status();
        return status == null ? lines : lines.plus(CACHE_STATUS_NAME, status.formatAfter(cacheName));
    }

    /** A head in the making. Used by one thread, which has one for all its heads. */
    private static final class Text {
        private byte[] bytes = new byte[2 << 10];
        private int length;

        void begin(int status, String reason) {
            if (bytes.length > SCRATCH_BYTES) {
                bytes = new byte[2 << 10];
            }
            length = 0;
            add("HTTP/1.1 ");
            add(Integer.toString(status));
            add(' ');
            add(reason);
            crlf();
        }

        void line(String name, String value) {
            add(name);
            add(':');
            add(' ');
            add(value);
            crlf();
        }

        private void crlf() {
            add('\r');
            add('\n');
        }

        private void add(char octet) {
            reserve(1);
            bytes[length++] = (byte) octet;
        }

        void add(byte[] more) {
            reserve(more.length);
            System.arraycopy(more, 0, bytes, length, more.length);
            length += more.length;
        }

        @SuppressWarnings("deprecation") // it cuts each character to a byte, and these are Latin-1: a mere copy
        private void add(String latin1) {
            reserve(latin1.length());
            latin1.getBytes(0, latin1.length(), bytes, length);
            length += latin1.length();
        }

        private void reserve(int more) {
            if (length + more > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
            }
        }
    }

    /** An interim head, complete. RFC 9110 §15.2. */
    public static ByteBuffer interim(int status, String reason, Fields fields) {
        StringBuilder head = new StringBuilder(128);
        head.append("HTTP/1.1 ").append(status).append(' ').append(reason).append("\r\n");
        fields.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("\r\n");
        return ByteBuffer.wrap(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    /** What a hit that came by a port says of this cache. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
    private record PortLines(int port, byte[] lines) {}

    private byte[] hitLines(int port) {
        List<PortLines> known = hitLines;
        for (int i = 0; i < known.size(); i++) {
            if (known.get(i).port() == port) {
                return known.get(i).lines();
            }
        }
        byte[] lines = encode(new OwnLines(true, Lookup.HIT, port));
        remember(new PortLines(port, lines));
        return lines;
    }

    private synchronized void remember(PortLines lines) {
        if (hitLines.stream().noneMatch(known -> known.port() == lines.port())) {
            List<PortLines> all = new ArrayList<>(hitLines);
            all.add(lines);
            hitLines = List.copyOf(all);
        }
    }

    private static byte[] end(boolean keepAlive, HttpVersion version) {
        if (!keepAlive) {
            return END_CLOSE;
        }
        return version == HttpVersion.HTTP_1_0 ? END_KEEP_ALIVE : END;
    }

    private static void putNumber(ByteBuffer to, long number) {
        long rest = Math.max(number, -Long.MAX_VALUE); // the smallest long has no positive twin
        if (rest < 0) {
            to.put((byte) '-');
            rest = -rest;
        }
        int digits = 1;
        for (long power = 10; digits < NUMBER_BYTES - 1 && rest >= power; power *= 10) {
            digits++;
        }
        int at = to.position() + digits;
        to.position(at);
        do {
            to.put(--at, (byte) ('0' + rest % 10));
            rest /= 10;
        } while (rest > 0);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
