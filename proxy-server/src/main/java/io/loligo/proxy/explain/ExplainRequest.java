package io.loligo.proxy.explain;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.KeyPolicy;
import io.loligo.cache.key.SiteOptions;
import io.loligo.cache.key.TargetUri;
import io.loligo.cache.key.UnusableHost;
import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A request to be explained.
 *
 * @param head its head, with Host
 * @param url the URL that was asked for, by which the port is chosen; null where Host alone is known
 * @param port the number or name= of an http_port; null for the one that the URL belongs to
 * @param client the client's address
 */
public record ExplainRequest(
        RequestHead head,
        @Nullable EffectiveUri url,
        @Nullable String port,
        InetAddress client) {

    /** A question that makes no sense; the message says what was expected. */
    public static final class Unexplainable extends Exception {
        private static final long serialVersionUID = 1L;

        public Unexplainable(String message) {
            super(message);
        }
    }

    /**
     * A request of HTTP/1.1 for {@code url}, as a client would send it.
     *
     * @param url a whole one, http or https
     * @param fields the request's; Host is that of the URL unless it is among them
     */
    public static ExplainRequest of(String method, String url, Fields fields, @Nullable String port, InetAddress client)
            throws Unexplainable {
        int schemeEnd = url.indexOf("://");
        String scheme = schemeEnd < 0 ? "" : url.substring(0, schemeEnd).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new Unexplainable("expected a whole URL, http://host[:port]/path, not " + url);
        }
        int pathStart = schemeEnd + 3;
        while (pathStart < url.length() && "/?#".indexOf(url.charAt(pathStart)) < 0) {
            pathStart++;
        }
        String authority = url.substring(schemeEnd + 3, pathStart);
        String path = url.substring(pathStart);
        String target = path.startsWith("/") ? path : "/" + path;
        Fields all = fields.has("Host")
                ? fields
                : Fields.builder().add("Host", authority).addAll(fields).build();
        requireText(method, "a method");
        requireText(target, "a URL");
        for (int i = 0; i < all.size(); i++) {
            requireText(all.name(i), "a field name");
            requireLine(all.value(i));
        }
        RequestHead head = new RequestHead(method, target, HttpVersion.HTTP_1_1, all);
        TargetUri located = KeyPolicy.effectiveUri(
                head,
                authority,
                new SiteOptions(scheme, EffectiveUri.defaultPort(scheme), null, 0, true, -1, authority));
        if (located instanceof UnusableHost unusable) {
            throw new Unexplainable(unusable.why() + " in " + url);
        }
        return new ExplainRequest(head, (EffectiveUri) located, port, client);
    }

    private static void requireText(String text, String what) throws Unexplainable {
        if (text.isEmpty() || text.chars().anyMatch(c -> c <= ' ' || c == 0x7f || c > 0xff)) {
            throw new Unexplainable("not " + what + ": '" + text + "'");
        }
    }

    private static void requireLine(String value) throws Unexplainable {
        if (value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f || c > 0xff)) {
            throw new Unexplainable("a control character in a field's value");
        }
    }
}
