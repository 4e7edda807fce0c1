package io.loligo.cache.http;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a field is treated on its way through the cache: one row per field, read by every step. */
public enum FieldRule {
    CONNECTION("Connection", Use.HOP_BY_HOP),
    KEEP_ALIVE("Keep-Alive", Use.HOP_BY_HOP),
    PROXY_AUTHENTICATE("Proxy-Authenticate", Use.HOP_BY_HOP),
    PROXY_AUTHENTICATION_INFO("Proxy-Authentication-Info", Use.HOP_BY_HOP),
    PROXY_AUTHORIZATION("Proxy-Authorization", Use.HOP_BY_HOP, Use.SECRET),
    PROXY_CONNECTION("Proxy-Connection", Use.HOP_BY_HOP),
    TE("TE", Use.HOP_BY_HOP),
    TRAILER("Trailer", Use.HOP_BY_HOP),
    TRANSFER_ENCODING("Transfer-Encoding", Use.HOP_BY_HOP),
    UPGRADE("Upgrade", Use.HOP_BY_HOP),

    AGE("Age", Use.REWRITTEN, Use.END_TO_END, Use.NOT_WITHHELD),
    CONTENT_LENGTH("Content-Length", Use.REWRITTEN, Use.KEPT_ON_304, Use.NOT_ON_304, Use.END_TO_END, Use.NOT_WITHHELD),

    CONTENT_ENCODING("Content-Encoding", Use.KEPT_ON_304, Use.NOT_ON_304, Use.END_TO_END, Use.NOT_WITHHELD),
    CONTENT_RANGE("Content-Range", Use.KEPT_ON_304, Use.NOT_ON_304, Use.END_TO_END, Use.NOT_WITHHELD),
    CONTENT_TYPE("Content-Type", Use.KEPT_ON_304, Use.NOT_ON_304, Use.END_TO_END, Use.NOT_WITHHELD),
    CONTENT_DIGEST("Content-Digest", Use.KEPT_ON_304, Use.NOT_ON_304, Use.NOT_WITHHELD),
    CONTENT_MD5("Content-MD5", Use.KEPT_ON_304, Use.NOT_ON_304, Use.NOT_WITHHELD),
    REPR_DIGEST("Repr-Digest", Use.KEPT_ON_304, Use.NOT_ON_304, Use.NOT_WITHHELD),
    CONTENT_LANGUAGE("Content-Language", Use.NOT_ON_304, Use.NOT_WITHHELD),
    ACCEPT_RANGES("Accept-Ranges", Use.NOT_ON_304),

    IF_MATCH("If-Match", Use.CONDITIONAL, Use.END_TO_END),
    IF_MODIFIED_SINCE("If-Modified-Since", Use.CONDITIONAL, Use.END_TO_END),
    IF_NONE_MATCH("If-None-Match", Use.CONDITIONAL, Use.END_TO_END),
    IF_RANGE("If-Range", Use.CONDITIONAL, Use.RANGE, Use.END_TO_END),
    IF_UNMODIFIED_SINCE("If-Unmodified-Since", Use.CONDITIONAL, Use.END_TO_END),
    RANGE("Range", Use.CONDITIONAL, Use.RANGE, Use.END_TO_END),

    AUTHORIZATION("Authorization", Use.END_TO_END, Use.SECRET),
    CACHE_CONTROL("Cache-Control", Use.END_TO_END, Use.NOT_WITHHELD),
    CDN_CACHE_CONTROL("CDN-Cache-Control", Use.END_TO_END, Use.NOT_WITHHELD),
    CACHE_GROUPS("Cache-Groups", Use.END_TO_END, Use.NOT_WITHHELD, Use.TAGS),
    CACHE_TAG("Cache-Tag", Use.END_TO_END, Use.NOT_WITHHELD, Use.TAGS),
    CONTENT_LOCATION("Content-Location", Use.END_TO_END),
    COOKIE("Cookie", Use.END_TO_END, Use.SECRET),
    DATE("Date", Use.END_TO_END, Use.NOT_WITHHELD),
    ETAG("ETag", Use.END_TO_END, Use.NOT_WITHHELD),
    EXPIRES("Expires", Use.END_TO_END, Use.NOT_WITHHELD),
    FORWARDED("Forwarded", Use.END_TO_END),
    HOST("Host", Use.END_TO_END),
    LAST_MODIFIED("Last-Modified", Use.END_TO_END, Use.NOT_WITHHELD),
    LOCATION("Location", Use.END_TO_END),
    NO_VARY_SEARCH("No-Vary-Search", Use.END_TO_END, Use.NOT_WITHHELD),
    PRAGMA("Pragma", Use.END_TO_END, Use.NOT_WITHHELD),
    SET_COOKIE("Set-Cookie", Use.KEPT_ON_304, Use.END_TO_END),
    SURROGATE_CONTROL("Surrogate-Control", Use.END_TO_END, Use.NOT_WITHHELD),
    SURROGATE_KEY("Surrogate-Key", Use.END_TO_END, Use.NOT_WITHHELD, Use.TAGS),
    VARY("Vary", Use.END_TO_END, Use.NOT_WITHHELD),
    VIA("Via", Use.END_TO_END),
    X_FORWARDED_FOR("X-Forwarded-For", Use.END_TO_END),
    X_FORWARDED_HOST("X-Forwarded-Host", Use.END_TO_END),
    X_FORWARDED_PROTO("X-Forwarded-Proto", Use.END_TO_END),
    XKEY("xkey", Use.END_TO_END, Use.NOT_WITHHELD, Use.TAGS);

    /** What a row says. */
    public enum Use {
        /** Removed before storing and before forwarding. RFC 9110 §7.6.1, RFC 9111 §3.1. */
        HOP_BY_HOP,
        /** For every recipient: stays, even when the sender names it in Connection. RFC 9110 §7.6.1. */
        END_TO_END,
        /** Made anew for each response that we send; not stored. */
        REWRITTEN,
        /**
         * The stored one stays when a 304 brings another, because it belongs to the stored body (RFC 9111 §3.2), or because the
         * other is for one client only.
         */
        KEPT_ON_304,
        /** Describes a body that a 304 does not have. RFC 9110 §15.4.5. */
        NOT_ON_304,
        /**
         * The cache or the body depends on it: a response is not reused without it, so {@code no-cache} and {@code
         * private} that list it mean the whole response. RFC 9111 §5.2.2.4, §5.2.2.7.
         */
        NOT_WITHHELD,
        /** Who the client is: never shown to anybody but the origin. RFC 9110 §9.3.8. */
        SECRET,
        /** Makes a request depend on the client's copy; ours take its place when we validate. RFC 9111 §4.3.1. */
        CONDITIONAL,
        /** Asks for a part. RFC 9110 §14. */
        RANGE,
        /** Carries tags, by which an application drops what it has changed. */
        TAGS
    }

    /** The rows by length of name, which tells most fields apart at once. */
    private static final FieldRule[][] BY_LENGTH = byLength();

    private final String fieldName;

    @SuppressWarnings("ImmutableEnumChecker") // shown to nobody who could change it
    private final Set<Use> uses;

    FieldRule(String fieldName, Use first, Use... more) {
        this.fieldName = fieldName;
        this.uses = EnumSet.of(first, more);
    }

    public String fieldName() {
        return fieldName;
    }

    public boolean is(Use use) {
        return uses.contains(use);
    }

    /** The lines of {@code fields} that have this name. */
    public Fields linesIn(Fields fields) {
        return fields.has(fieldName) ? fields.without(name -> !FieldNames.isSame(name, fieldName)) : Fields.EMPTY;
    }

    /** The row of the field {@code name}, in any case; null when nothing is special about it. */
    public static @Nullable FieldRule of(String name) {
        if (name.length() < BY_LENGTH.length) {
            for (FieldRule rule : BY_LENGTH[name.length()]) {
                if (FieldNames.isSame(rule.fieldName, name)) {
                    return rule;
                }
            }
        }
        return null;
    }

    /** Whether the field {@code name} has {@code use}. */
    public static boolean is(String name, Use use) {
        FieldRule rule = of(name);
        return rule != null && rule.is(use);
    }

    /**
     * {@code fields} without those that concern only the connection they arrived on: the known ones, and what Connection
     * names. RFC 9110 §7.6.1.
     */
    public static Fields endToEnd(Fields fields) {
        List<String> named = namedByConnection(fields);
        return fields.without(name -> {
            FieldRule rule = of(name);
            if (rule != null && (rule.is(Use.HOP_BY_HOP) || rule.is(Use.END_TO_END))) {
                return rule.is(Use.HOP_BY_HOP);
            }
            return !named.isEmpty() && contains(named, name);
        });
    }

    private static boolean contains(List<String> names, String name) {
        for (String each : names) {
            if (FieldNames.isSame(each, name)) {
                return true;
            }
        }
        return false;
    }

    private static List<String> namedByConnection(Fields fields) {
        List<String> named = List.of();
        for (int i = 0; i < fields.size(); i++) {
            if (FieldNames.isSame(fields.name(i), CONNECTION.fieldName) && !isAboutItself(fields.value(i))) {
                for (String option : fields.value(i).split(",", -1)) {
                    String name = option.strip();
                    if (!name.isEmpty() && !name.equalsIgnoreCase("close") && !name.equalsIgnoreCase("keep-alive")) {
                        named = named.isEmpty() ? new ArrayList<>(2) : named;
                        named.add(name);
                    }
                }
            }
        }
        return named;
    }

    /** Whether a Connection line names no field, as most do. */
    private static boolean isAboutItself(String options) {
        return options.equalsIgnoreCase("keep-alive") || options.equalsIgnoreCase("close");
    }

    private static FieldRule[][] byLength() {
        int longest = 0;
        for (FieldRule rule : values()) {
            longest = Math.max(longest, rule.fieldName.length());
        }
        FieldRule[][] table = new FieldRule[longest + 1][];
        for (int length = 0; length <= longest; length++) {
            List<FieldRule> row = new ArrayList<>();
            for (FieldRule rule : values()) {
                if (rule.fieldName.length() == length) {
                    row.add(rule);
                }
            }
            table[length] = row.toArray(FieldRule[]::new);
        }
        return table;
    }
}
