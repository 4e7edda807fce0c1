package io.loligo.proxy.config;

import java.util.Set;
import java.util.TreeSet;

/** The fields that Squid 5 knows by name: to those, a rule for {@code Other} does not apply. */
public final class SquidFieldNames {
    private static final Set<String> KNOWN = known(
            "Accept Accept-Charset Accept-Encoding Accept-Language Accept-Ranges Age Allow Alternate-Protocol",
            "Authentication-Info Authorization Cache-Control Cache-Status CDN-Loop Connection Content-Base",
            "Content-Disposition Content-Encoding Content-Language Content-Length Content-Location Content-MD5",
            "Content-Range Content-Type Cookie Cookie2 Date ETag Expect Expires Forwarded From Front-End-Https",
            "FTP-Arguments FTP-Command FTP-Pre FTP-Reason FTP-Status Host HTTP2-Settings If-Match If-Modified-Since",
            "If-None-Match If-Range If-Unmodified-Since Keep-Alive Key Last-Modified Link Location Max-Forwards",
            "Mime-Version Negotiate Origin Pragma Proxy-Authenticate Proxy-Authentication-Info Proxy-Authorization",
            "Proxy-Connection Proxy-Support Public Range Referer Request-Range Retry-After Server Set-Cookie",
            "Set-Cookie2 Surrogate-Capability Surrogate-Control TE Title Trailer Transfer-Encoding Translate",
            "Unless-Modified-Since Upgrade User-Agent Vary Via Warning WWW-Authenticate X-Accelerator-Vary X-Cache",
            "X-Cache-Lookup X-Forwarded-For X-Next-Services X-Request-URI X-Squid-Error");

    private SquidFieldNames() {}

    private static Set<String> known(String... lines) {
        Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        names.addAll(Set.of(String.join(" ", lines).split(" ", -1)));
        return names;
    }

    /** Whether Squid knows {@code name}, in whatever case. */
    public static boolean contains(String name) {
        return KNOWN.contains(name);
    }
}
