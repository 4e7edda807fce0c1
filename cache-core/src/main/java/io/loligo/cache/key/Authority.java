package io.loligo.cache.key;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Host and port as Host and absolute-form targets name them. RFC 3986 §3.2, without userinfo and percent-encoding.
 *
 * @param host lower case, without the trailing dot; empty when unusable
 * @param port 1 to 65535, or 0 when there is none
 * @param why what is wrong with it, or null
 */
record Authority(String host, int port, @Nullable String why) {
    private static final int NAME_LENGTH_MAX = 253;
    private static final int PORT_DIGITS_MAX = 5;
    private static final int PORT_MAX = 65_535;

    static Authority parse(String text) {
        int hostEnd = text.startsWith("[") ? text.indexOf(']') + 1 : endOfName(text);
        if (hostEnd <= 0) {
            return unusable(text.isEmpty() ? "no host" : "no host before the port");
        }
        int port = 0;
        if (hostEnd < text.length()) {
            if (text.charAt(hostEnd) != ':') {
                return unusable("junk after the host");
            }
            port = port(text, hostEnd + 1);
            if (port < 0) {
                return unusable("a port that is no number from 1 to 65535");
            }
        }
        boolean address = text.charAt(0) == '[';
        int nameEnd = !address && text.charAt(hostEnd - 1) == '.' ? hostEnd - 1 : hostEnd;
        if (nameEnd == 0 || nameEnd > NAME_LENGTH_MAX) {
            return unusable("a host name that is empty or too long");
        }
        boolean upper = false;
        for (int i = address ? 1 : 0; i < (address ? nameEnd - 1 : nameEnd); i++) {
            char c = text.charAt(i);
            upper |= c >= 'A' && c <= 'Z';
            if (!(address ? isAddress(c) : isName(c))) {
                return unusable("a character that no host name has");
            }
        }
        if (!address
                && (text.charAt(0) == '.' || text.charAt(nameEnd - 1) == '.' || text.lastIndexOf("..", nameEnd) >= 0)) {
            return unusable("an empty label in the host name");
        }
        String host = nameEnd == text.length() ? text : text.substring(0, nameEnd);
        return new Authority(upper ? host.toLowerCase(Locale.ROOT) : host, port, null);
    }

    private static int endOfName(String text) {
        int colon = text.indexOf(':');
        return colon < 0 ? text.length() : colon;
    }

    /** The port, 0 when nothing follows the colon, -1 when it is none. */
    private static int port(String text, int from) {
        if (text.length() - from > PORT_DIGITS_MAX) {
            return -1;
        }
        int port = 0;
        for (int i = from; i < text.length(); i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            port = port * 10 + digit - '0';
        }
        return port > PORT_MAX || (port == 0 && from < text.length()) ? -1 : port;
    }

    private static boolean isName(char c) {
        return isLetterOrDigit(c) || "-._~!$&'()*+;=".indexOf(c) >= 0;
    }

    private static boolean isAddress(char c) {
        return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' || c == '.';
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private static Authority unusable(String why) {
        return new Authority("", 0, why);
    }
}
