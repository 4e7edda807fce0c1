package io.loligo.cache.status;

import org.jspecify.annotations.Nullable;

/**
 * What this cache did with a request, as the {@code Cache-Status} field says it. RFC 9211.
 *
 * @param forward why it went to the origin, or null for a hit
 * @param forwardStatus the status that the origin answered with; 0 when it did not, or is the one sent
 * @param ttl seconds of freshness left, negative when stale; null when there is nothing to say
 * @param stored whether the origin's answer was stored
 * @param collapsed whether it shared another request's fetch
 * @param key the cache key, or null to keep it to ourselves
 * @param detail more, in words of ours; or null
 */
public record CacheStatus(
        @Nullable ForwardReason forward,
        int forwardStatus,
        @Nullable Long ttl,
        boolean stored,
        boolean collapsed,
        @Nullable String key,
        @Nullable String detail) {
    private static final int USUAL_LENGTH = 80;

    /** A hit with so many seconds left. */
    public static CacheStatus hit(long ttl) {
        return new CacheStatus(null, 0, ttl, false, false, null, null);
    }

    /** A request that went to the origin. */
    public static CacheStatus forwarded(ForwardReason why) {
        return new CacheStatus(why, 0, null, false, false, null, null);
    }

    public CacheStatus withForwardStatus(int status) {
        return new CacheStatus(forward, status, ttl, stored, collapsed, key, detail);
    }

    public CacheStatus withTtl(long seconds) {
        return new CacheStatus(forward, forwardStatus, seconds, stored, collapsed, key, detail);
    }

    public CacheStatus withStored() {
        return new CacheStatus(forward, forwardStatus, ttl, true, collapsed, key, detail);
    }

    public CacheStatus withCollapsed() {
        return new CacheStatus(forward, forwardStatus, ttl, stored, true, key, detail);
    }

    public CacheStatus withKey(String text) {
        return new CacheStatus(forward, forwardStatus, ttl, stored, collapsed, text, detail);
    }

    public CacheStatus withDetail(String text) {
        return new CacheStatus(forward, forwardStatus, ttl, stored, collapsed, key, text);
    }

    /** How every hit of a cache called {@code name} starts; the ttl's digits follow. For senders that write bytes. */
    public static String hitPrefix(String name) {
        return name(name) + ";hit;ttl=";
    }

    /** The field's value for a cache called {@code name}; the members of caches before us are not in it. */
    public String format(String name) {
        return formatAfter(name(name));
    }

    /** As {@link #format}, for whoever has the cache's name in its {@linkplain #name written form} already. */
    public String formatAfter(String writtenName) {
        StringBuilder text = new StringBuilder(USUAL_LENGTH).append(writtenName);
        if (forward == null) {
            text.append(";hit");
        } else {
            text.append(";fwd=").append(forward.token());
        }
        if (forwardStatus != 0) {
            text.append(";fwd-status=").append(forwardStatus);
        }
        if (ttl != null) {
            text.append(";ttl=").append(ttl.longValue());
        }
        if (stored) {
            text.append(";stored");
        }
        if (collapsed) {
            text.append(";collapsed");
        }
        if (key != null) {
            text.append(";key=").append(string(key));
        }
        if (detail != null) {
            text.append(";detail=").append(isToken(detail) ? detail : string(detail));
        }
        return text.toString();
    }

    /** A cache's name: a token where it can be one, else a string. RFC 9211 §2. */
    public static String name(String name) {
        return isToken(name) ? name : string(name);
    }

    /** RFC 9651 §3.3.4. */
    private static boolean isToken(String text) {
        if (text.isEmpty() || !(isAlpha(text.charAt(0)) || text.charAt(0) == '*')) {
            return false;
        }
        for (int i = 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isAlpha(c) && !(c >= '0' && c <= '9') && c != '-' && "!#$%&'*+.^_`|~:/".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    /** RFC 9651 §3.3.3; what a string cannot hold becomes a question mark. */
    private static String string(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\');
            }
            quoted.append(c >= ' ' && c < 0x7f ? c : '?');
        }
        return quoted.append('"').toString();
    }

    private static boolean isAlpha(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
}
