package io.loligo.tests.bench;

import io.loligo.cache.freshness.ResponseTimes;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.Fields;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.SelectingFields;
import io.loligo.cache.store.EntryReader;
import io.loligo.cache.store.EntryWriter;
import io.loligo.cache.store.ResponseStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Pages as a news site's origin gives them: number N has always the same URL, and ten fields. */
public final class Pages {
    /** The longest body, as maximum_object_size is without a line: it says how many shards a store has. */
    public static final long LARGEST = 4 << 20;

    private static final Instant START = Instant.parse("2026-11-21T00:00:00Z");
    private static final String PEERS = "origin";
    private static final int PIECE_BYTES = 16 << 10;

    /** Bytes that do not compress and of which no two pages have the same. */
    private final ByteBuffer source;

    public Pages() {
        byte[] random = new byte[1 << 20];
        new Random(1).nextBytes(random);
        source = ByteBuffer.allocateDirect(random.length).put(random).flip();
    }

    public static CacheKey key(long number) {
        return new CacheKey(uri(number), PEERS);
    }

    static EffectiveUri uri(long number) {
        return new EffectiveUri("http", "www.example.org", 80, "/news/2026/" + number % 40 + "/article-" + number);
    }

    public static StoredHead head(long number) {
        return new StoredHead(
                0,
                key(number),
                SelectingFields.NONE,
                200,
                "OK",
                Fields.of(
                        "Date", "Sat, 21 Nov 2026 00:00:00 GMT",
                        "Server", "Apache/2.4.62 (Debian)",
                        "Content-Type", "text/html; charset=utf-8",
                        "Last-Modified", "Fri, 20 Nov 2026 10:11:12 GMT",
                        "ETag", "\"" + Long.toHexString(0x1000_0000_0000L + number) + "\"",
                        "Cache-Control", "public, max-age=3600, stale-while-revalidate=60",
                        "Vary", "Accept-Encoding",
                        "X-Content-Type-Options", "nosniff",
                        "Strict-Transport-Security", "max-age=31536000; includeSubDomains",
                        "Content-Language", "en"),
                new ResponseTimes(START, START.plusMillis(20)),
                -1);
    }

    /** Page {@code number} with one more field. */
    static StoredHead head(long number, String name, String value) {
        StoredHead head = head(number);
        return new StoredHead(
                head.id(),
                head.key(),
                head.selecting(),
                head.status(),
                head.reason(),
                head.fields().with(name, value),
                head.times(),
                head.bodyLength());
    }

    /** The bytes of status line and field lines of page {@code number} as they go over the wire, of some thousand bytes. */
    static long fieldBytes(long number) {
        Fields fields = head(number).fields();
        long bytes = (long) "HTTP/1.1 200 OK\r\n".length() + "Content-Length: 1234\r\n".length();
        for (int i = 0; i < fields.size(); i++) {
            bytes += fields.name(i).length() + ": ".length() + fields.value(i).length() + "\r\n".length();
        }
        return bytes;
    }

    /** The bytes of what page {@code number} is found by. */
    static long keyBytes(long number) {
        return uri(number).toString().length() + (long) PEERS.length();
    }

    /** Stores a page as it comes from a network; null when the store does not take it. */
    public @Nullable StoredHead put(ResponseStore store, long number, long length) {
        return put(store, head(number), number, length);
    }

    /** As {@link #put(ResponseStore, long, long)}, with the head {@code head}. */
    @Nullable StoredHead put(ResponseStore store, StoredHead head, long number, long length) {
        try (EntryWriter writer = store.write(head, store.purgeOrder())) {
            for (long done = 0; done < length; ) {
                int piece = (int) Math.min(PIECE_BYTES, length - done);
                int from = (int) ((number * 31 + done) % (source.capacity() - PIECE_BYTES));
                ByteBuffer body = source.duplicate().limit(from + piece).position(from);
                if (!writer.append(body)) {
                    return null;
                }
                done += piece;
            }
            return writer.commit();
        }
    }

    /** Looks page {@code number} up and reads it whole; the bytes read, or -1 when it is not there. */
    public static long get(ResponseStore store, long number, ByteBuffer into) throws IOException {
        List<StoredHead> found = store.lookup(key(number));
        return found.isEmpty() ? -1 : read(store, found.get(0), into);
    }

    static long read(ResponseStore store, StoredHead head, ByteBuffer into) throws IOException {
        try (EntryReader reader = store.read(head)) {
            if (reader == null) {
                return -1;
            }
            long position = 0;
            while (position < reader.length()) {
                position += reader.read(position, into.clear());
            }
            return position;
        }
    }
}
