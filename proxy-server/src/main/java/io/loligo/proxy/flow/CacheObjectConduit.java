package io.loligo.proxy.flow;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Lets Squid's old manager clients in: {@code GET cache_object://host/page}. An underscore is no character of a URI
 * scheme (RFC 3986 §3.1), so the parser behind refuses it; in the first bytes of a connection, where those clients send
 * it, it becomes a hyphen, and {@link RequestCheck} turns it back.
 *
 * <p>Used on the connection's I/O thread. After the first bytes, of which it tells, it only passes on.
 */
public final class CacheObjectConduit extends AbstractStreamSourceConduit<StreamSourceConduit> {
    /** The scheme as it stands in Squid's URLs. */
    static final String SCHEME = "cache_object";

    /** The scheme as the parser sees it. */
    static final String PARSED_SCHEME = "cache-object";

    private static final byte[] START = ("GET " + SCHEME + "://").getBytes(StandardCharsets.US_ASCII);
    private static final int UNDERSCORE = "GET cache".length();

    private final Runnable started;
    private boolean first = true;

    /** @param started is told, once, that the client has sent something */
    public CacheObjectConduit(StreamSourceConduit next, Runnable started) {
        super(next);
        this.started = started;
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        int from = dst.position();
        int got = super.read(dst);
        if (first && got > 0) {
            first = false;
            started.run();
            if (got >= START.length && startsAt(dst, from)) {
                dst.put(from + UNDERSCORE, (byte) '-');
            }
        }
        return got;
    }

    private static boolean startsAt(ByteBuffer bytes, int from) {
        for (int i = 0; i < START.length; i++) {
            if (bytes.get(from + i) != START[i]) {
                return false;
            }
        }
        return true;
    }
}
