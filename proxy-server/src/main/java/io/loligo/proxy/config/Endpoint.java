package io.loligo.proxy.config;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where to listen: {@code PORT}, {@code HOST:PORT} or {@code [IPv6]:PORT}.
 *
 * @param host without brackets; null for every address
 * @param port 0 to 65535
 */
record Endpoint(@Nullable String host, int port) {

    static Optional<Endpoint> parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? null : text.substring(0, colon);
        if (host != null && host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host != null && host.indexOf(':') >= 0) {
            return Optional.empty();
        }
        String number = text.substring(colon + 1);
        if (!Values.isDigits(number) || number.length() > 5 || Integer.parseInt(number) > 65_535) {
            return Optional.empty();
        }
        boolean everywhere = host == null || host.isEmpty();
        return Optional.of(new Endpoint(everywhere ? null : host, Integer.parseInt(number)));
    }
}
