package io.loligo.cache.store.chronicle;

import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.store.chronicle.MapKeys.KeyHash;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * Hashes cache keys: MurmurHash3, 128 bits, over a secret and the key's canonical text. The secret keeps strangers from
 * choosing URLs that collide; that a hash names the right page is never taken for granted anyway.
 */
final class KeyHasher {
    static final int SECRET_BYTES = 16;

    private final byte[] secret;
    private final int seed;

    /** With a secret of {@value #SECRET_BYTES} bytes in hexadecimal. */
    KeyHasher(String secretHex) {
        this.secret = HexFormat.of().parseHex(secretHex);
        this.seed = secret[0] << 24 | (secret[1] & 0xFF) << 16 | (secret[2] & 0xFF) << 8 | (secret[3] & 0xFF);
    }

    /** The bytes to be hashed, reused from call to call. One thread. */
    static final class Text {
        private byte[] bytes = new byte[512];
        private int length;

        private void add(byte[] more) {
            reserve(more.length);
            System.arraycopy(more, 0, bytes, length, more.length);
            length += more.length;
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

    void hash(CacheKey key, Text text, KeyHash into) {
        put(key.uri(), text);
        text.addByte(' ');
        text.add(key.peers());
        long[] hash = MurmurHash3.hash128x64(text.bytes, 0, text.length, seed);
        into.of(hash[0], hash[1]);
    }

    /** A hash of the URI alone, whoever may serve it. */
    long hash(EffectiveUri uri, Text text) {
        put(uri, text);
        return MurmurHash3.hash128x64(text.bytes, 0, text.length, seed)[0];
    }

    /** A hash of a tag. */
    long hash(String tag, Text text) {
        text.length = 0;
        text.add(secret);
        text.add(tag);
        return MurmurHash3.hash128x64(text.bytes, 0, text.length, seed)[0];
    }

    private void put(EffectiveUri uri, Text text) {
        text.length = 0;
        text.add(secret);
        text.add(uri.scheme());
        text.addByte(':');
        text.add(uri.host());
        text.addByte(':');
        text.addByte(uri.port() >>> 8);
        text.addByte(uri.port());
        text.add(uri.pathAndQuery());
    }
}
