package io.loligo.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.jspecify.annotations.Nullable;

/** The names that most fields of requests and answers have, so that they are not made anew for each of them. */
final class CommonNames {
    private static final int SLOTS = 256;
    private static final @Nullable String[] NAMES = new String[SLOTS];

    static {
        String[] all = {
            "Accept",
            "Accept-Encoding",
            "Accept-Language",
            "Accept-Ranges",
            "Access-Control-Allow-Origin",
            "Age",
            "Alt-Svc",
            "Authorization",
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
            "Cookie",
            "DNT",
            "Date",
            "ETag",
            "Expect",
            "Expires",
            "Forwarded",
            "Host",
            "If-Match",
            "If-Modified-Since",
            "If-None-Match",
            "If-Range",
            "If-Unmodified-Since",
            "Keep-Alive",
            "Last-Modified",
            "Link",
            "Location",
            "Max-Forwards",
            "Origin",
            "Permissions-Policy",
            "Pragma",
            "Priority",
            "Range",
            "Referer",
            "Referrer-Policy",
            "Retry-After",
            "Sec-CH-UA",
            "Sec-CH-UA-Mobile",
            "Sec-CH-UA-Platform",
            "Sec-Fetch-Dest",
            "Sec-Fetch-Mode",
            "Sec-Fetch-Site",
            "Sec-Fetch-User",
            "Server",
            "Set-Cookie",
            "Strict-Transport-Security",
            "Surrogate-Control",
            "Surrogate-Key",
            "TE",
            "Traceparent",
            "Transfer-Encoding",
            "Upgrade",
            "Upgrade-Insecure-Requests",
            "User-Agent",
            "Vary",
            "Via",
            "X-Cache",
            "X-Content-Type-Options",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "X-Frame-Options",
            "X-Powered-By",
            "X-Real-IP",
            "X-Request-Id",
            "X-Requested-With",
            "X-XSS-Protection",
        };
        for (String name : all) {
            byte[] octets = name.getBytes(ISO_8859_1);
            int slot = slot(octets, 0, octets.length);
            if (NAMES[slot] != null) {
                throw new IllegalStateException(name + " and " + NAMES[slot] + " have one slot");
            }
            NAMES[slot] = name;
        }
    }

    private CommonNames() {}

    /** The name that stands in {@code bytes} from {@code from} to {@code to}, which is not empty, as it is spelled there. */
    static String of(byte[] bytes, int from, int to) {
        int length = to - from;
        String common = NAMES[slot(bytes, from, to)];
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

    /** Tells the names above apart, by length, first, last but two and last octet; any other is for none of them. */
    private static int slot(byte[] name, int from, int to) {
        int length = to - from;
        return (9 * length + 21 * name[from] + 6 * name[to - Math.min(3, length)] + name[to - 1]) & (SLOTS - 1);
    }
}
