package io.loligo.cache.key;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Resolves the references that Location and Content-Location hold, byte for byte. RFC 3986 §5.2. */
final class UriReference {
    private UriReference() {}

    static @Nullable EffectiveUri resolve(EffectiveUri base, String reference) {
        int fragment = reference.indexOf('#');
        String text = fragment < 0 ? reference : reference.substring(0, fragment);
        int schemeEnd = schemeEnd(text);
        String scheme = base.scheme();
        if (schemeEnd > 0) {
            scheme = text.substring(0, schemeEnd).toLowerCase(Locale.ROOT);
            text = text.substring(schemeEnd + 1);
            boolean http = scheme.equals("http") || scheme.equals("https");
            if (!http || !text.startsWith("//")) {
                return null;
            }
        }
        if (text.startsWith("//")) {
            return withAuthority(scheme, text.substring(2));
        }
        return new EffectiveUri(scheme, base.host(), base.port(), path(base.pathAndQuery(), text));
    }

    private static @Nullable EffectiveUri withAuthority(String scheme, String text) {
        int end = 0;
        while (end < text.length() && text.charAt(end) != '/' && text.charAt(end) != '?') {
            end++;
        }
        Authority authority = Authority.parse(text.substring(0, end));
        if (authority.why() != null) {
            return null;
        }
        int port = authority.port() == 0 ? EffectiveUri.defaultPort(scheme) : authority.port();
        String path = text.substring(end);
        return new EffectiveUri(scheme, authority.host(), port, path.startsWith("/") ? undotted(path) : "/" + path);
    }

    private static String path(String base, String reference) {
        if (reference.isEmpty()) {
            return base;
        }
        String basePath = base.equals("*") ? "/" : beforeQuery(base);
        if (reference.startsWith("?")) {
            return basePath + reference;
        }
        return undotted(
                reference.startsWith("/")
                        ? reference
                        : basePath.substring(0, basePath.lastIndexOf('/') + 1) + reference);
    }

    /** Takes {@code .} and {@code ..} out of the path, not of the query. RFC 3986 §5.2.4. */
    private static String undotted(String pathAndQuery) {
        String path = beforeQuery(pathAndQuery);
        if (!path.contains("/.")) {
            return pathAndQuery;
        }
        Deque<String> kept = new ArrayDeque<>();
        String[] segments = path.substring(1).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            boolean last = i == segments.length - 1;
            boolean dots = segments[i].equals(".") || segments[i].equals("..");
            if (segments[i].equals("..")) {
                kept.pollLast();
            }
            if (!dots) {
                kept.addLast(segments[i]);
            } else if (last) {
                kept.addLast("");
            }
        }
        return "/" + String.join("/", kept) + pathAndQuery.substring(path.length());
    }

    private static String beforeQuery(String pathAndQuery) {
        int query = pathAndQuery.indexOf('?');
        return query < 0 ? pathAndQuery : pathAndQuery.substring(0, query);
    }

    /** The index of the colon that ends a scheme, or -1. */
    private static int schemeEnd(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ':') {
                return i;
            }
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'))) {
                return -1;
            }
        }
        return -1;
    }
}
