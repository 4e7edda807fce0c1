package io.loligo.proxy.respond;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpDate;
import io.loligo.proxy.config.Configuration;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * The pages that this server answers by itself, named as Squid names its error pages. The texts are our own; everything
 * a client sent is escaped.
 */
public enum ErrorPage {
    ERR_INVALID_REQ(400, "Bad Request", "The request could not be understood."),
    ERR_PROTOCOL_UNKNOWN(400, "Bad Request", "What was sent is not a request of HTTP."),
    ERR_INVALID_URL(400, "Bad Request", "The URL of the request is not valid."),
    ERR_ACCESS_DENIED(403, "Forbidden", "Access to this page is not allowed here."),
    ERR_UNSUP_REQ(405, "Method Not Allowed", "This method is not served here."),
    ERR_UNSUP_HTTPVERSION(505, "HTTP Version Not Supported", "This version of HTTP is not served here."),
    ERR_TOO_BIG(413, "Content Too Large", "The request or its answer is larger than this server takes."),
    ERR_CANNOT_FORWARD(503, "Service Unavailable", "No server can take this request now."),
    ERR_CONNECT_FAIL(503, "Service Unavailable", "The origin server does not accept connections."),
    ERR_CONNECT_TIMEOUT(504, "Gateway Timeout", "The origin server could not be reached in time."),
    ERR_READ_TIMEOUT(504, "Gateway Timeout", "The origin server did not answer in time."),
    ERR_ZERO_SIZE_OBJECT(502, "Bad Gateway", "The origin server closed the connection without an answer."),
    ERR_INVALID_RESP(502, "Bad Gateway", "The origin server's answer could not be understood."),
    ERR_ONLY_IF_CACHED_MISS(
            504, "Gateway Timeout", "The page is not in the cache, and the request asked for nothing else."),
    ERR_PRECONDITION_FAILED(412, "Precondition Failed", "The page is not in the state that the request asked for."),
    ERR_SHUTTING_DOWN(503, "Service Unavailable", "This server is about to stop."),
    ERR_INTERNAL(500, "Internal Server Error", "This server made a mistake. Its log says more.");

    /** Methods are passed on whatever they are, but for CONNECT: these are the registered ones. RFC 9110 §9.3, RFC 5789. */
    private static final String METHODS = "GET, HEAD, POST, PUT, DELETE, OPTIONS, TRACE, PATCH";

    private final int status;
    private final String reason;
    private final String text;

    ErrorPage(int status, String reason, String text) {
        this.status = status;
        this.reason = reason;
        this.text = text;
    }

    public int status() {
        return status;
    }

    /** The reason phrase for the page's own status. */
    public String reason() {
        return reason;
    }

    /**
     * The page as HTML, in UTF-8.
     *
     * @param answerStatus the status of the answer that carries it, mostly {@link #status}
     * @param answerReason the phrase of that status
     * @param url what was asked for, or empty
     * @param detail one more sentence, or empty
     * @param identity names this server, and whom to write to about it
     */
    public byte[] body(
            int answerStatus, String answerReason, String url, String detail, Configuration.Identity identity) {
        StringBuilder page = new StringBuilder(512);
        page.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                .append(answerStatus)
                .append(' ')
                .append(answerReason)
                .append("</title></head>\n<body><h1>")
                .append(answerReason)
                .append("</h1>\n<p>")
                .append(text)
                .append("</p>\n");
        if (!detail.isEmpty()) {
            page.append("<p>").append(escape(detail)).append("</p>\n");
        }
        if (!url.isEmpty()) {
            page.append("<p>URL: <code>").append(escape(url)).append("</code></p>\n");
        }
        page.append("<hr><p>")
                .append(squidName())
                .append(", from ")
                .append(escape(identity.visibleHostname()))
                .append(". Its administrator is ")
                .append(escape(identity.cacheManagerAddress()))
                .append(".</p></body></html>\n");
        return page.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The fields of the page: Date, Content-Length and, with 405, Allow. RFC 9110 §15.5.6.
     *
     * @param bodyLength in bytes
     */
    public Fields fields(int bodyLength, String product, Instant now) {
        Fields fields = Fields.of(
                "Server",
                product,
                "Date",
                HttpDate.format(now),
                "Content-Type",
                "text/html;charset=utf-8",
                "Content-Length",
                Integer.toString(bodyLength),
                "Cache-Control",
                "no-store",
                "X-Squid-Error",
                squidName() + " 0");
        return this == ERR_UNSUP_REQ ? fields.plus("Allow", METHODS) : fields;
    }

    /** The name of Squid's page for the same event. */
    private String squidName() {
        return switch (this) {
            case ERR_CONNECT_TIMEOUT -> "ERR_CONNECT_FAIL";
            case ERR_INTERNAL -> "ERR_GATEWAY_FAILURE";
            default -> name();
        };
    }

    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(c < ' ' || c == 0x7f ? '?' : c);
            }
        }
        return escaped.toString();
    }
}
