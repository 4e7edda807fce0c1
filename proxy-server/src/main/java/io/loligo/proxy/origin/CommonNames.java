package io.loligo.proxy.origin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.jspecify.annotations.Nullable;

/** The names that most fields of answers have, so that they are not made anew for each of them. */
final class CommonNames {
    private static final int SLOTS = 128;
    private static final @Nullable String[] NAMES = new String[SLOTS];

    static {
        String[] all = {
            "Accept-Ranges",
            "Access-Control-Allow-Origin",
            "Age",
            "Alt-Svc",
            "Cache-Control",
            "Connection",
            "Content-Disposition",
            "Content-Encoding",
            "Content-Language",
            "Content-Length",
            "Content-Location",
            "Content-Range",
            "Content-Security-Policy",
            "Content-Type",
            "Date",
            "ETag",
            "Expires",
            "Keep-Alive",
            "Last-Modified",
            "Link",
            "Location",
            "Permissions-Policy",
            "Pragma",
            "Referrer-Policy",
            "Retry-After",
            "Server",
            "Set-Cookie",
            "Strict-Transport-Security",
            "Surrogate-Control",
            "Surrogate-Key",
            "Transfer-Encoding",
            "Vary",
            "Via",
            "X-Cache",
            "X-Content-Type-Options",
            "X-Frame-Options",
            "X-Powered-By",
            "X-Request-Id",
            "X-XSS-Protection",
        };
        for (String name : all) {
            NAMES[slot(name.length(), name.charAt(0), name.charAt(name.length() - 1))] = name;
        }
    }

    private CommonNames() {}

    /** The name that stands in {@code bytes} from {@code from} to {@code to}, which is not empty, as it is spelled there. */
    static String of(byte[] bytes, int from, int to) {
        int length = to - from;
        String common = NAMES[slot(length, (char) bytes[from], (char) bytes[to - 1])];
        return common != null && common.length() == length && isAt(bytes, from, common)
                ? common
                : new String(bytes, from, length, ISO_8859_1);
    }

    private static boolean isAt(byte[] bytes, int from, String name) {
        for (int i = 0; i < name.length(); i++) {
            if (bytes[from + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Tells the names above apart; any other is for none of them. */
    private static int slot(int length, char first, char last) {
        return (6 * length + 7 * first + 6 * last) & (SLOTS - 1);
    }
}
