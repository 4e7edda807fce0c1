package io.loligo.cache.store.chronicle;

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
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Responses to store, and the two things that every test does with them. */
public final class Samples {
    public static final ResponseTimes TIMES = new ResponseTimes(
            Instant.ofEpochSecond(1_700_000_000L, 123_456_789), Instant.ofEpochSecond(1_700_000_001L, 5));

    private Samples() {}

    public static CacheKey key(String path) {
        return key(path, "backend");
    }

    public static CacheKey key(String path, String peers) {
        return new CacheKey(uri(path), peers);
    }

    public static EffectiveUri uri(String path) {
        return new EffectiveUri("http", "shop.example", 80, path);
    }

    public static StoredHead head(CacheKey key) {
        return head(key, SelectingFields.NONE);
    }

    public static StoredHead head(CacheKey key, SelectingFields selecting) {
        return new StoredHead(
                0,
                key,
                selecting,
                200,
                "OK",
                Fields.of("Content-Type", "text/plain", "Cache-Control", "max-age=60"),
                TIMES,
                -1);
    }

    public static SelectingFields language(String tag) {
        return new SelectingFields(false, Fields.of("accept-language", tag));
    }

    public static StoredHead withField(StoredHead head, String name, String value) {
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

    /** What a validation leaves of {@code head} that brought no news but {@code date}; so many seconds later. */
    public static StoredHead validated(StoredHead head, String date, long seconds) {
        return there(head.validated(
                date,
                new ResponseTimes(
                        head.times().requestTime().plusSeconds(seconds),
                        head.times().responseTime().plusSeconds(seconds))));
    }

    /** A body of {@code length} bytes that could only be that of {@code name}. */
    public static byte[] body(String name, int length) {
        byte[] body = new byte[length];
        new Random(name.hashCode()).nextBytes(body);
        byte[] start = name.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(start, 0, body, 0, Math.min(start.length, length));
        return body;
    }

    public static StoredHead put(ResponseStore store, StoredHead head, byte[] body) {
        return there(tryPut(store, head, body));
    }

    public static EntryReader open(ResponseStore store, StoredHead head) {
        return there(store.read(head));
    }

    public static StoredHead freshen(ResponseStore store, StoredHead old, StoredHead updated) {
        return there(store.freshen(old, updated, store.purgeOrder()));
    }

    public static <T> T there(@Nullable T value) {
        if (value == null) {
            throw new AssertionError("expected a value, got null");
        }
        return value;
    }

    /** Stores {@code body} in pieces as they come from a network; null when it was not taken. */
    public static @Nullable StoredHead tryPut(ResponseStore store, StoredHead head, byte[] body) {
        try (EntryWriter writer = store.write(head, store.purgeOrder())) {
            for (int i = 0; i < body.length; i += 10_000) {
                if (!writer.append(ByteBuffer.wrap(body, i, Math.min(10_000, body.length - i)))) {
                    return null;
                }
            }
            return writer.commit();
        }
    }

    /** The body stored under {@code key} as its only variant; null when there is none. */
    public static byte @Nullable [] get(ResponseStore store, CacheKey key) throws IOException {
        List<StoredHead> heads = store.lookup(key);
        return heads.isEmpty() ? null : get(store, heads.get(0));
    }

    public static byte @Nullable [] get(ResponseStore store, StoredHead head) throws IOException {
        try (EntryReader reader = store.read(head)) {
            if (reader == null) {
                return null;
            }
            ByteBuffer body = ByteBuffer.allocateDirect((int) reader.length() + 1);
            while (body.position() < reader.length()) {
                ByteBuffer piece = body.duplicate();
                piece.limit(Math.min(body.capacity(), body.position() + 16_384));
                body.position(body.position() + reader.read(body.position(), piece));
            }
            byte[] bytes = new byte[body.position()];
            body.get(0, bytes);
            return bytes;
        }
    }

    public static String text(ByteBuffer bytes) {
        return StandardCharsets.ISO_8859_1.decode(bytes).toString();
    }
}
