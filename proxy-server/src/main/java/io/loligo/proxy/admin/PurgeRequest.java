package io.loligo.proxy.admin;

import com.fasterxml.jackson.databind.JsonNode;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.KeyPolicy;
import io.loligo.cache.key.SiteOptions;
import io.loligo.cache.key.TargetUri;
import io.loligo.cache.key.UnusableHost;
import io.loligo.cache.store.PurgeTarget;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What POST /purge asks for: one kind of target, of which {@code urls} and {@code tags} list several.
 *
 * @param wanted what is to be purged, in order
 * @param soft whether what is stored stays and is validated when it is asked for next
 * @param dryRun whether to count only
 */
record PurgeRequest(List<Wanted> wanted, boolean soft, boolean dryRun) {
    /** URLs or tags that one request may purge; more is 413. */
    static final int LIST_LIMIT = 1_000;

    /** URLs that a dry run shows of each target. */
    static final int SAMPLE_LIMIT = 20;

    private static final String KINDS = "urls, prefix, host, glob, pattern, tags, all";
    private static final Set<String> LISTS = Set.of("urls", "tags");
    private static final Set<String> OPTIONS = Set.of("soft", "dry_run");
    private static final List<String> SCHEMES = List.of("http://", "https://");

    PurgeRequest {
        wanted = List.copyOf(wanted);
    }

    /**
     * One target.
     *
     * @param kind as receipts name it
     * @param text as it was asked for
     * @param target null when it cannot be
     * @param problem why it cannot be; null when it can
     */
    record Wanted(
            String kind,
            String text,
            @Nullable PurgeTarget target,
            @Nullable String problem) {}

    /** The request cannot be understood, or is too large; the message says what was expected. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private final int status;

        private Refused(int status, String message) {
            super(message);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /** Whether what is wrong with one target leaves the others as they are. */
    boolean isList() {
        return wanted.size() > 1
                || (!wanted.isEmpty() && LISTS.contains(wanted.get(0).kind() + "s"));
    }

    static PurgeRequest parse(@Nullable JsonNode root) throws Refused {
        if (root == null || !root.isObject()) {
            throw bad("expected an object with one of " + KINDS);
        }
        List<String> kinds = new ArrayList<>();
        for (var names = root.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (List.of(KINDS.split(", ", -1)).contains(name)) {
                kinds.add(name);
            } else if (!OPTIONS.contains(name)) {
                throw bad("expected one of " + KINDS + ", and soft, dry_run as wanted; not " + name);
            }
        }
        if (kinds.size() != 1) {
            throw bad(
                    "expected exactly one of " + KINDS + (kinds.isEmpty() ? "" : ", not " + String.join(", ", kinds)));
        }
        boolean soft = flag(root, "soft");
        boolean dryRun = flag(root, "dry_run");
        String kind = kinds.get(0);
        List<Wanted> wanted = new ArrayList<>();
        for (String text : texts(root.path(kind), kind)) {
            wanted.add(wanted(kind, text));
        }
        return new PurgeRequest(wanted, soft, dryRun);
    }

    private static boolean flag(JsonNode root, String name) throws Refused {
        if (root.has(name) && !root.path(name).isBoolean()) {
            throw bad(name + " is true or false");
        }
        return root.path(name).asBoolean(false);
    }

    private static List<String> texts(JsonNode value, String kind) throws Refused {
        if (kind.equals("all")) {
            if (!value.isBoolean() || !value.booleanValue()) {
                throw bad("expected \"all\":true");
            }
            return List.of("");
        }
        if (!LISTS.contains(kind)) {
            if (!value.isTextual()) {
                throw bad("expected a text as " + kind);
            }
            return List.of(value.textValue());
        }
        List<String> texts = AdminJson.strings(value);
        if (texts == null || texts.isEmpty()) {
            throw bad(
                    kind.equals("urls")
                            ? "expected {\"urls\":[\"http://…\", …]} with at least one URL"
                            : "expected {\"tags\":[\"…\", …]} with at least one tag");
        }
        if (texts.size() > LIST_LIMIT) {
            throw new Refused(413, "one request may purge " + LIST_LIMIT + " " + kind);
        }
        return texts;
    }

    private static Wanted wanted(String kind, String text) throws Refused {
        try {
            return switch (kind) {
                case "urls" -> url(text);
                case "tags" -> new Wanted("tag", text, new PurgeTarget.Tag(octets(notEmpty(text, "tag"))), null);
                case "prefix" -> new Wanted(kind, text, new PurgeTarget.Prefix(prefix(text)), null);
                case "host" -> new Wanted(kind, text, new PurgeTarget.Host(host(text)), null);
                case "glob" -> new Wanted(kind, text, new PurgeTarget.Glob(glob(text)), null);
                case "pattern" -> new Wanted(kind, text, new PurgeTarget.Pattern(notEmpty(text, "pattern")), null);
                case "all" -> new Wanted(kind, text, new PurgeTarget.All(), null);
                default -> throw new IllegalStateException(kind);
            };
        } catch (Refused refused) {
            if (!LISTS.contains(kind)) {
                throw refused;
            }
            return new Wanted(kind.substring(0, kind.length() - 1), text, null, refused.getMessage());
        }
    }

    private static Wanted url(String text) throws Refused {
        return new Wanted("url", text, new PurgeTarget.Url(effectiveUri(notEmpty(text, "URL"))), null);
    }

    /** A tag as fields have it, in which a character is a byte: applications write what is not ASCII as UTF-8. */
    private static String octets(String tag) {
        return new String(tag.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** The URL as a request for it has it. */
    private static EffectiveUri effectiveUri(String text) throws Refused {
        int schemeEnd = schemeEnd(text);
        if (schemeEnd < 0) {
            throw bad("expected a whole URL, http://host[:port]/path");
        }
        if (text.chars().anyMatch(c -> c <= ' ' || c == 0x7f || c > 0xff)) {
            throw bad("not a URL: a character that must be percent-encoded in it");
        }
        String scheme = text.substring(0, text.indexOf(':')).toLowerCase(Locale.ROOT);
        int authorityEnd = authorityEnd(text, schemeEnd);
        String authority = text.substring(schemeEnd, authorityEnd);
        int fragment = text.indexOf('#');
        String path = text.substring(authorityEnd, fragment < 0 ? text.length() : fragment);
        TargetUri located = KeyPolicy.effectiveUri(
                new RequestHead("GET", path.startsWith("/") ? path : "/" + path, HttpVersion.HTTP_1_1, Fields.EMPTY),
                authority,
                new SiteOptions(scheme, EffectiveUri.defaultPort(scheme), null, 0, true, -1, authority));
        if (located instanceof UnusableHost unusable) {
            throw bad("not a URL: " + unusable.why());
        }
        if (authority.isEmpty()) {
            throw bad("not a URL: no host");
        }
        return (EffectiveUri) located;
    }

    /** What URLs begin with, as stored ones are written: scheme and host in lower case, no default port. */
    private static String prefix(String text) throws Refused {
        notEmpty(text, "prefix");
        String lower = text.toLowerCase(Locale.ROOT);
        if (SCHEMES.stream().anyMatch(scheme -> scheme.startsWith(lower))) {
            return lower;
        }
        int schemeEnd = schemeEnd(text);
        if (schemeEnd < 0) {
            throw bad("expected what whole URLs begin with, http://host[:port]/path: no URL begins with " + text);
        }
        int authorityEnd = authorityEnd(text, schemeEnd);
        String begin = lower.substring(0, authorityEnd);
        return (authorityEnd < text.length() ? withoutDefaultPort(begin) : begin) + text.substring(authorityEnd);
    }

    private static String glob(String text) throws Refused {
        notEmpty(text, "glob");
        int schemeEnd = schemeEnd(text);
        if (schemeEnd >= 0) {
            int slash = text.indexOf('/', schemeEnd);
            int authorityEnd = slash < 0 ? text.length() : slash;
            return withoutDefaultPort(text.substring(0, authorityEnd).toLowerCase(Locale.ROOT))
                    + text.substring(authorityEnd);
        }
        if ("*?hH".indexOf(text.charAt(0)) < 0) {
            throw bad("expected a glob for whole URLs, http://www.example.org/news/* or */news/*: no URL begins as "
                    + text + " does");
        }
        return text;
    }

    private static String withoutDefaultPort(String begin) {
        String port = begin.startsWith("https:") ? ":443" : ":80";
        return begin.endsWith(port) ? begin.substring(0, begin.length() - port.length()) : begin;
    }

    private static String host(String text) throws Refused {
        notEmpty(text, "host");
        TargetUri located = KeyPolicy.effectiveUri(
                new RequestHead("GET", "/", HttpVersion.HTTP_1_1, Fields.EMPTY),
                text,
                new SiteOptions("http", 0, null, 0, true, -1, text));
        if (located instanceof UnusableHost unusable) {
            throw bad("expected a host's name: " + unusable.why() + " in " + text);
        }
        if (text.indexOf('*') >= 0) {
            throw bad("expected one host's name; for several there is glob");
        }
        String host = ((EffectiveUri) located).host();
        if (text.length() > host.length() + 1) {
            throw bad("expected a host's name without a port: every port of it is purged");
        }
        return host;
    }

    /** Where the authority begins in what begins as a URL does; else -1. */
    private static int schemeEnd(String text) {
        return SCHEMES.stream()
                .filter(scheme -> text.regionMatches(true, 0, scheme, 0, scheme.length()))
                .mapToInt(String::length)
                .findFirst()
                .orElse(-1);
    }

    private static int authorityEnd(String text, int from) {
        int end = from;
        while (end < text.length() && "/?#".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    private static String notEmpty(String text, String what) throws Refused {
        if (text.isEmpty()) {
            throw bad("expected a " + what + " that is not empty");
        }
        return text;
    }

    private static Refused bad(String message) {
        return new Refused(400, message);
    }
}
