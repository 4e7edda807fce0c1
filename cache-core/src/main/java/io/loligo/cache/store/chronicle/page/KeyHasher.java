package io.loligo.cache.store.chronicle.page;

import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.store.chronicle.page.MapKeys.KeyHash;
import java.util.Arrays;
import java.util.HexFormat;
import net.openhft.chronicle.core.UnsafeMemory;
import org.apache.commons.codec.digest.MurmurHash3;
import org.jspecify.annotations.Nullable;

/**
 * Hashes cache keys: MurmurHash3, 128 bits, over a secret and the key's canonical text. The secret keeps strangers from
 * choosing URLs that collide; that a hash names the right page is never taken for granted anyway.
 */
public final class KeyHasher {
    public static final int SECRET_BYTES = 16;

    private final byte[] secret;
    private final int seed;

    /** With a secret of {@value #SECRET_BYTES} bytes in hexadecimal. */
    public KeyHasher(String secretHex) {
        this.secret = HexFormat.of().parseHex(secretHex);
        this.seed = secret[0] << 24 | (secret[1] & 0xFF) << 16 | (secret[2] & 0xFF) << 8 | (secret[3] & 0xFF);
    }

    /** The bytes to be hashed, reused from call to call. One thread, and one hasher. */
    public static final class Text {
        private byte[] bytes = new byte[512];
        private int length;

        /** The key hashed last, and its hash: a request is looked up more than once, and stored under the same key. */
        private @Nullable CacheKey key;

        private final KeyHash keyHash = new KeyHash();

        private void add(byte[] more) {
            add(more, 0, more.length);
        }

        private void add(Text more, int from, int to) {
            add(more.bytes, from, to - from);
        }

        private void add(byte[] more, int from, int count) {
            reserve(count);
            System.arraycopy(more, from, bytes, length, count);
            length += count;
        }

        /** Adds {@code count} bytes at {@code address}; false when not all of them are ASCII. */
        private boolean addAscii(long address, int count) {
            reserve(count);
            UnsafeMemory.MEMORY.readBytes(address, bytes, length, count);
            int all = 0;
            for (int i = 0; i < count; i++) {
                all |= bytes[length++];
            }
            return all >= 0;
        }

        private void add(String text) {
            // Two bytes at most: which bytes stand for a text is ours to choose, as long as they are always the same.
            reserve(2 * text.length());
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                bytes[length++] = (byte) c;
                if (c > 0xFF) {
                    bytes[length++] = (byte) (c >>> 8);
                }
            }
        }

        private void addByte(int c) {
            reserve(1);
            bytes[length++] = (byte) c;
        }

        private void reserve(int more) {
            if (length + more > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
            }
        }
    }

    /**
     * The key of a head, as {@link EntryLayout} draws it, copied from where it lies. Reused; one thread.
     *
     * <p>What is hashed of a text are the bytes that are stored of it, as long as it is ASCII.
     */
    static final class StoredKey {
        private final RawBytes in = new RawBytes();
        private final Text texts = new Text();
        private int schemeAndPort;
        private int hostEnd;
        private int pathEnd;

        /** Copies {@code length} bytes at {@code address}; false when it is not a key of http or https in ASCII. */
        boolean read(long address, int length) {
            in.of(address, length);
            texts.length = 0;
            schemeAndPort = in.length();
            boolean ascii = addText();
            hostEnd = texts.length;
            ascii &= addText();
            pathEnd = texts.length;
            ascii &= addText();
            return ascii && !in.isBroken() && schemeAndPort != 0;
        }

        private boolean addText() {
            int length = in.length();
            long from = in.skip(length);
            return !in.isBroken() && texts.addAscii(from, length);
        }

        private String scheme() {
            return (schemeAndPort & 1) == 0 ? EntryLayout.HTTP : EntryLayout.HTTPS;
        }

        private int port() {
            return schemeAndPort >>> 1;
        }
    }

    public void hash(CacheKey key, Text text, KeyHash into) {
        if (!key.equals(text.key)) {
            put(key.uri(), text);
            text.addByte(' ');
            text.add(key.peers());
            long[] hash = MurmurHash3.hash128x64(text.bytes, 0, text.length, seed);
            text.keyHash.of(hash[0], hash[1]);
            text.key = key;
        }
        into.of(text.keyHash.first, text.keyHash.second);
    }

    /** As of the same key decoded. */
    public void hash(StoredKey key, Text text, KeyHash into) {
        begin(key.scheme(), text);
        text.add(key.texts, 0, key.hostEnd);
        addPort(key.port(), text);
        text.add(key.texts, key.hostEnd, key.pathEnd);
        text.addByte(' ');
        text.add(key.texts, key.pathEnd, key.texts.length);
        long[] hash = MurmurHash3.hash128x64(text.bytes, 0, text.length, seed);
        into.of(hash[0], hash[1]);
    }

    /** A hash of the URI alone, whoever may serve it. */
    public long hash(EffectiveUri uri, Text text) {
        put(uri, text);
        return MurmurHash3.hash128x64(text.bytes, 0, text.length, seed)[0];
    }

    /** A hash of a tag. */
    public long hash(String tag, Text text) {
        text.length = 0;
        text.add(secret);
        text.add(tag);
        return MurmurHash3.hash128x64(text.bytes, 0, text.length, seed)[0];
    }

    private void put(EffectiveUri uri, Text text) {
        begin(uri.scheme(), text);
        text.add(uri.host());
        addPort(uri.port(), text);
        text.add(uri.pathAndQuery());
    }

    private void begin(String scheme, Text text) {
        text.length = 0;
        text.add(secret);
        text.add(scheme);
        text.addByte(':');
    }

    private static void addPort(int port, Text text) {
        text.addByte(':');
        text.addByte(port >>> 8);
        text.addByte(port);
    }
}
