package io.loligo.proxy.log;

import io.loligo.proxy.config.ClientMask;
import io.loligo.proxy.config.LogFormat;
import java.time.ZoneId;

/**
 * The value of a field that request_header_add or reply_header_add adds, made of text and logformat's codes. The codes know what
 * is known when the message is sent: the others show {@code -}. Immutable; used by any thread.
 */
public final class HeaderValue {
    /** Longest value, in octets; the rest of a longer one is cut off. */
    public static final int LENGTH_MAX = 16 << 10;

    private static final String NOTHING = "-";

    /** A line keeps what it showed last. */
    private final ThreadLocal<FormattedLine> lines;

    /** @param mask client_netmask */
    public HeaderValue(LogFormat.Custom value, ClientMask mask) {
        this.lines = ThreadLocal.withInitial(
                () -> new FormattedLine(value, new LineSettings(false, mask, ZoneId.systemDefault())));
    }

    /** The value for a message of {@code t}, which goes on; never empty. */
    public String of(Transaction t) {
        StringBuilder text = new StringBuilder(64);
        lines.get().append(text, t);
        text.setLength(Math.min(text.length() - 1, LENGTH_MAX));
        String value = text.toString().strip();
        return value.isEmpty() ? NOTHING : value;
    }
}
