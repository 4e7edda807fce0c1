package io.loligo.proxy.client;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.KeyPolicy;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.flow.Deliberation;
import io.loligo.proxy.origin.BodyFraming;
import io.loligo.proxy.origin.MalformedMessageException;
import io.loligo.proxy.respond.ErrorPage;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The strict check in front of everything: one message, one meaning. RFC 9112 §3 and §6, where Undertow's parser lets
 * ambiguity through. A request that fails is answered and its connection closed: nothing after it is read as another.
 */
public final class RequestCheck {
    /** Colon, blank, CR and LF. */
    private static final int LINE_OVERHEAD = 4;

    private RequestCheck() {}

    /** What the check says. */
    public sealed interface Checked {}

    /**
     * A request with one meaning.
     *
     * @param head its head; the target in origin form
     * @param authority the authority of an absolute-form target, else null
     * @param scheme the scheme of an absolute-form target, else null
     * @param framing how the body's end is told
     * @param keepAlive whether the client lets the connection stay
     * @param expectsContinue whether the client waits for 100
     */
    public record Accepted(
            RequestHead head,
            @Nullable String authority,
            @Nullable String scheme,
            BodyFraming framing,
            boolean keepAlive,
            boolean expectsContinue)
            implements Checked {}

    /**
     * A request that is refused.
     *
     * @param status the status, mostly 400
     * @param reason its phrase
     * @param page the page to answer with
     * @param why what is wrong, for the page
     */
    public record Refused(int status, String reason, ErrorPage page, String why) implements Checked {}

    /**
     * @param facts what the parser does not tell; null when the head went past the scanner
     * @param limits request_header_max_size and request_body_max_size are asked
     */
    static Checked check(HttpServerExchange exchange, @Nullable HeadFacts facts, Configuration.Limits limits) {
        if (facts == null) {
            return malformed("a head that does not begin where the message before it ends");
        }
        if (facts.version() == HeadFacts.Version.NEWER) {
            return new Refused(
                    505, "HTTP Version Not Supported", ErrorPage.ERR_UNSUP_HTTPVERSION, "a version after HTTP/1.1");
        }
        if (facts.version() == HeadFacts.Version.OLDER) {
            return malformed("a version before HTTP/1.0");
        }
        if (facts.folded()) {
            return malformed("a field that goes on in a second line");
        }
        if (facts.hostAliasSent()) {
            return malformed("a field name that this server keeps for itself");
        }
        Fields fields = fields(exchange.getRequestHeaders());
        HttpVersion version =
                facts.version() == HeadFacts.Version.HTTP_1_1 ? HttpVersion.HTTP_1_1 : HttpVersion.HTTP_1_0;
        String method = exchange.getRequestMethod().toString();

        BodyFraming framing;
        try {
            framing = BodyFraming.ofRequest(version, fields);
        } catch (MalformedMessageException e) {
            return malformed(String.valueOf(e.getMessage()));
        }
        if (method.equals("CONNECT")) {
            return new Refused(405, "Method Not Allowed", ErrorPage.ERR_UNSUP_REQ, "a request for a tunnel");
        }
        if (size(method, exchange, fields) > limits.requestHeaderMaxSize()) {
            return new Refused(
                    431,
                    "Request Header Fields Too Large",
                    ErrorPage.ERR_TOO_BIG,
                    "a head beyond request_header_max_size");
        }
        if (limits.requestBodyMaxSize() > 0 && framing.length() > limits.requestBodyMaxSize()) {
            return new Refused(
                    ErrorPage.ERR_TOO_BIG.status(),
                    ErrorPage.ERR_TOO_BIG.reason(),
                    ErrorPage.ERR_TOO_BIG,
                    "a body beyond request_body_max_size");
        }

        String target = exchange.getRequestURI();
        String authority = null;
        String scheme = null;
        if (exchange.isHostIncludedInRequestURI()) {
            int schemeEnd = target.indexOf("://");
            if (schemeEnd < 0) {
                return invalidUrl("an absolute URL without a scheme");
            }
            scheme = target.substring(0, schemeEnd).toLowerCase(Locale.ROOT);
            if (facts.cacheObject()) {
                scheme = Deliberation.CACHE_OBJECT;
            } else if (facts.underscoreInScheme()) {
                return invalidUrl("an underscore in the scheme");
            }
            int pathStart = target.indexOf('/', schemeEnd + 3);
            authority = target.substring(schemeEnd + 3, pathStart < 0 ? target.length() : pathStart);
            target = pathStart < 0 ? "/" : target.substring(pathStart);
            if (authority.indexOf('@') >= 0) {
                return invalidUrl("user information in the URL");
            }
        }
        target = target + queryOf(exchange.getQueryString(), facts.queryMark());
        Refused meaningless = meaningless(target, fields, version, facts.cacheObject() ? null : authority, scheme);
        if (meaningless != null) {
            return meaningless;
        }
        return new Accepted(
                new RequestHead(method, target, version, fields),
                authority,
                scheme,
                framing,
                keepsAlive(fields, version),
                fields.has("Expect") && version == HttpVersion.HTTP_1_1 && framing.kind() != BodyFraming.Kind.NONE);
    }

    /**
     * What is wrong with a request whose parts are each well-formed; null for nothing.
     *
     * @param target in origin form
     * @param authority the authority of an absolute-form target, else null
     * @param scheme its scheme, else null
     */
    public static @Nullable Refused meaningless(
            String target, Fields fields, HttpVersion version, @Nullable String authority, @Nullable String scheme) {
        String wrongHost = wrongHost(fields, version, authority, scheme);
        if (wrongHost != null) {
            return malformed(wrongHost);
        }
        String badTarget = badTarget(target);
        if (badTarget != null) {
            return invalidUrl(badTarget);
        }
        String expect = fields.combined("Expect");
        if (expect != null && !isContinue(expect)) {
            return new Refused(
                    417, "Expectation Failed", ErrorPage.ERR_INVALID_REQ, "an expectation other than 100-continue");
        }
        return null;
    }

    /** RFC 9110 §10.1.1: Expect is a list, and there is one expectation. */
    private static boolean isContinue(String expect) {
        for (String member : expect.split(",", -1)) {
            String expectation = member.strip();
            if (!expectation.isEmpty() && !expectation.equalsIgnoreCase("100-continue")) {
                return false;
            }
        }
        return true;
    }

    /** The query with its mark, byte by byte as it was sent: the parser drops a mark that stands first or alone. */
    private static String queryOf(String parsed, HeadFacts.QueryMark mark) {
        return switch (mark) {
            case ORDINARY -> parsed.isEmpty() ? "" : "?" + parsed;
            case BARE -> "?";
            case DOUBLE -> "??" + parsed;
        };
    }

    /** RFC 9112 §3.2: one Host, well-formed, the same as in an absolute target. */
    private static @Nullable String wrongHost(
            Fields fields, HttpVersion version, @Nullable String authority, @Nullable String scheme) {
        List<String> hosts = fields.all("Host");
        if (hosts.size() > 1) {
            return "more than one Host";
        }
        if (hosts.isEmpty()) {
            return version == HttpVersion.HTTP_1_1 ? "no Host" : null;
        }
        String host = hosts.get(0);
        String problem = host.isEmpty() ? null : KeyPolicy.problemOf(host);
        if (problem != null) {
            return problem + " in Host";
        }
        if (authority != null && !KeyPolicy.sameAuthority(host, authority, scheme == null ? "http" : scheme)) {
            return "a Host that is not the URL's";
        }
        return null;
    }

    /** The bytes of the head, give or take white space. */
    private static int size(String method, HttpServerExchange exchange, Fields fields) {
        int bytes = method.length()
                + exchange.getRequestURI().length()
                + exchange.getQueryString().length()
                + LINE_OVERHEAD;
        for (int i = 0; i < fields.size(); i++) {
            bytes += fields.name(i).length() + fields.value(i).length() + LINE_OVERHEAD;
        }
        return bytes;
    }

    private static @Nullable String badTarget(String target) {
        if (!target.startsWith("/") && !target.equals("*")) {
            return "a target that is neither a path nor a URL";
        }
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= ' ' || c == 0x7f) {
                return "a blank or control character in the URL";
            }
            if (c == '#') {
                return "a fragment in the URL";
            }
            if (c == '%' && target.startsWith("00", i + 1)) {
                return "an encoded NUL in the URL";
            }
        }
        return null;
    }

    /** RFC 9112 §9.3: Connection is a list. */
    private static boolean keepsAlive(Fields fields, HttpVersion version) {
        boolean keepAlive = version == HttpVersion.HTTP_1_1;
        String connection = fields.combined("Connection");
        if (connection == null) {
            return keepAlive;
        }
        for (String option : connection.split(",", -1)) {
            if (option.trim().equalsIgnoreCase("close")) {
                return false;
            }
            keepAlive |= option.trim().equalsIgnoreCase("keep-alive");
        }
        return keepAlive;
    }

    private static Fields fields(HeaderMap headers) {
        Fields.Builder fields = Fields.builder();
        for (long cookie = headers.fastIterate(); cookie != -1L; cookie = headers.fiNext(cookie)) {
            HeaderValues values = headers.fiCurrent(cookie);
            String name = values.getHeaderName().toString();
            if (name.equalsIgnoreCase(HeadScanner.HOST_ALIAS)) {
                name = "Host";
            }
            for (int i = 0; i < values.size(); i++) {
                fields.add(name, values.get(i).strip());
            }
        }
        return fields.build();
    }

    private static Refused malformed(String why) {
        return new Refused(400, "Bad Request", ErrorPage.ERR_INVALID_REQ, why);
    }

    private static Refused invalidUrl(String why) {
        return new Refused(400, "Bad Request", ErrorPage.ERR_INVALID_URL, why);
    }
}
