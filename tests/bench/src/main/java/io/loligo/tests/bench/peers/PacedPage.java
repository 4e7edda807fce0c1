package io.loligo.tests.bench.peers;

import java.nio.ByteBuffer;
import java.util.Random;

/**
 * A page of the {@link PacedOrigin}. Its target says everything about it, so the origin needs no list of pages, and a
 * client can tell every byte of it.
 *
 * @param caching what the origin says of it
 * @param size bytes of the body
 * @param delayMillis how long the origin thinks before it says anything
 * @param overMillis how long the body takes; 0 for as fast as it is taken
 * @param id makes pages different that are the same otherwise
 */
record PacedPage(Caching caching, long size, int delayMillis, int overMillis, long id) {
    /** All their targets begin with it. */
    static final String PREFIX = "/paced/";

    /** A prime, so that the bytes at a position differ from page to page. */
    private static final int PATTERN_BYTES = 1_048_573;

    private static final byte[] PATTERN = pattern();

    enum Caching {
        STORABLE("max-age=36000"),
        NO_STORE("no-store");

        private final String cacheControl;

        Caching(String cacheControl) {
            this.cacheControl = cacheControl;
        }

        String cacheControl() {
            return cacheControl;
        }
    }

    static PacedPage storable(long size, long id) {
        return new PacedPage(Caching.STORABLE, size, 0, 0, id);
    }

    static PacedPage uncacheable(long size, long id) {
        return new PacedPage(Caching.NO_STORE, size, 0, 0, id);
    }

    PacedPage after(int millis) {
        return new PacedPage(caching, size, millis, overMillis, id);
    }

    PacedPage over(int millis) {
        return new PacedPage(caching, size, delayMillis, millis, id);
    }

    String target() {
        return PREFIX + caching + "/" + size + "/" + delayMillis + "/" + overMillis + "/" + id;
    }

    /** @throws IllegalArgumentException when {@code target} is none of ours */
    static PacedPage of(String target) {
        String[] parts = target.split("/", -1);
        if (parts.length != 7 || !target.startsWith(PREFIX)) {
            throw new IllegalArgumentException("not a page: " + target);
        }
        return new PacedPage(
                Caching.valueOf(parts[2]),
                Long.parseLong(parts[3]),
                Integer.parseInt(parts[4]),
                Integer.parseInt(parts[5]),
                Long.parseLong(parts[6]));
    }

    /** Bytes of the body from {@code position} on, as many as lie together and no more than {@code most}. */
    ByteBuffer bytes(long position, long most) {
        int from = patternAt(position);
        int count = (int) Math.min(Math.min(most, size - position), PATTERN_BYTES - from);
        return ByteBuffer.wrap(PATTERN, from, count);
    }

    /** Whether {@code received} is what stands in the body from {@code position} on. */
    boolean matches(long position, ByteBuffer received) {
        ByteBuffer rest = received.duplicate();
        long at = position;
        while (rest.hasRemaining()) {
            if (at >= size) {
                return false;
            }
            ByteBuffer expected = bytes(at, rest.remaining());
            ByteBuffer piece = rest.slice(rest.position(), expected.remaining());
            if (piece.mismatch(expected) >= 0) {
                return false;
            }
            rest.position(rest.position() + expected.remaining());
            at += expected.remaining();
        }
        return true;
    }

    private int patternAt(long position) {
        return (int) Math.floorMod(id * 7_919 + position, (long) PATTERN_BYTES);
    }

    private static byte[] pattern() {
        byte[] bytes = new byte[PATTERN_BYTES];
        new Random(20_261_128).nextBytes(bytes);
        return bytes;
    }
}
