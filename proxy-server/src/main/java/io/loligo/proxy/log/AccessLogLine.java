package io.loligo.proxy.log;

import io.loligo.cache.http.Fields;
import io.loligo.proxy.config.ClientMask;
import io.loligo.proxy.config.LogFormat;
import java.net.InetAddress;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes transactions as lines of the built-in formats of Squid's access_log. Everything that came over the wire is
 * encoded by {@link LogEncoding}, so one transaction is one line whatever it holds.
 *
 * <p>Used by one thread: it keeps the text of the last second and of the last client.
 */
final class AccessLogLine {
    private static final DateTimeFormatter LOCAL_TIME =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH);
    private static final int ELAPSED_WIDTH = 6;
    private static final int SECONDS_WIDTH = 9;
    /** Fields whose values are secrets: log_mime_hdrs shows that they were there, not what they said. */
    static final Set<String> SECRET =
            Set.of("authorization", "proxy-authorization", "cookie", "set-cookie", "authentication-info");

    private final LineSettings settings;
    private final boolean mimeHeaders;

    private long lastSecond = Long.MIN_VALUE;
    private String lastLocalTime = "";
    private @Nullable InetAddress lastClient;
    private String lastClientText = "";

    /**
     * @param stripQueryTerms strip_query_terms: the URL ends with its {@code ?}
     * @param mimeHeaders log_mime_hdrs: both heads at the end of each line
     * @param zone of the times in {@code common}, {@code combined} and {@code useragent}
     */
    AccessLogLine(boolean stripQueryTerms, boolean mimeHeaders, ZoneId zone) {
        this(new LineSettings(stripQueryTerms, ClientMask.NONE, zone), mimeHeaders);
    }

    /** @param mimeHeaders log_mime_hdrs: both heads at the end of each line */
    AccessLogLine(LineSettings settings, boolean mimeHeaders) {
        this.settings = settings;
        this.mimeHeaders = mimeHeaders;
    }

    /** Adds the line of {@code transaction}, line feed included. */
    void append(StringBuilder line, LogFormat.BuiltIn format, Transaction transaction) {
        switch (format) {
            case SQUID -> squid(line, transaction);
            case COMMON -> common(line, transaction);
            case COMBINED -> combined(line, transaction);
            case REFERRER -> referrer(line, transaction);
            case USERAGENT -> userAgent(line, transaction);
            case JSON -> json(line, transaction);
        }
        if (mimeHeaders && showsMime(format)) {
            mime(line, transaction.requestFields());
            mime(line, transaction.sentHead().fields());
        }
        line.append('\n');
    }

    private static boolean showsMime(LogFormat.BuiltIn format) {
        return switch (format) {
            case SQUID, COMMON, COMBINED -> true;
            case REFERRER, USERAGENT, JSON -> false;
        };
    }

    /** {@code %9ld.%03d %6ld %s %s/%03d %lld %s %s %s %s%s/%s %s}. */
    private void squid(StringBuilder line, Transaction t) {
        seconds(line, t.endMillis());
        line.append(' ');
        padded(line, t.elapsedMillis(), ELAPSED_WIDTH, ' ');
        line.append(' ').append(client(t.client())).append(' ');
        tag(line, t);
        line.append('/');
        padded(line, t.status(), 3, '0');
        line.append(' ').append(t.bytesSent()).append(' ');
        LogEncoding.word(line, t.method());
        line.append(' ');
        LogEncoding.word(line, settings.url(t));
        // Who asked is not known: proxy authentication is not an accelerator's business.
        line.append(" - ").append(t.route().hierarchy()).append('/');
        LogEncoding.word(line, orEmpty(t.route().peerAddress()));
        line.append(' ');
        LogEncoding.word(line, orEmpty(t.contentType()));
    }

    /** Apache's common format and Squid's {@code TAG:HIERARCHY}. */
    private void common(StringBuilder line, Transaction t) {
        apache(line, t);
        line.append(' ');
        tag(line, t);
        line.append(':').append(t.route().hierarchy());
    }

    /** Apache's combined format and Squid's {@code TAG:HIERARCHY}. */
    private void combined(StringBuilder line, Transaction t) {
        apache(line, t);
        line.append(" \"");
        quotedField(line, t, "Referer");
        line.append("\" \"");
        quotedField(line, t, "User-Agent");
        line.append("\" ");
        tag(line, t);
        line.append(':').append(t.route().hierarchy());
    }

    private void apache(StringBuilder line, Transaction t) {
        line.append(client(t.client())).append(" - - [").append(localTime(t)).append("] \"");
        LogEncoding.word(line, t.method());
        line.append(' ');
        LogEncoding.word(line, settings.url(t));
        line.append(" HTTP/").append(t.version().number()).append("\" ");
        line.append(t.status()).append(' ').append(t.bytesSent());
    }

    private void referrer(StringBuilder line, Transaction t) {
        seconds(line, t.endMillis());
        line.append(' ').append(client(t.client())).append(' ');
        LogEncoding.word(line, orEmpty(t.requestFields().first("Referer")));
        line.append(' ');
        LogEncoding.word(line, settings.url(t));
    }

    private void userAgent(StringBuilder line, Transaction t) {
        line.append(client(t.client())).append(" [").append(localTime(t)).append("] \"");
        quotedField(line, t, "User-Agent");
        line.append('"');
    }

    /** One object; what has no value is null. RFC 8259. */
    private void json(StringBuilder line, Transaction t) {
        line.append("{\"time\":").append(Math.floorDiv(t.endMillis(), 1000)).append('.');
        padded(line, Math.floorMod(t.endMillis(), 1000), 3, '0');
        line.append(",\"elapsed_ms\":").append(t.elapsedMillis());
        line.append(",\"client\":\"").append(client(t.client())).append("\",\"result\":\"");
        tag(line, t);
        line.append("\",\"status\":").append(t.status());
        line.append(",\"bytes\":").append(t.bytesSent());
        member(line, "method", t.method());
        member(line, "url", settings.url(t));
        member(line, "hierarchy", t.route().hierarchy().toString());
        member(line, "peer", t.route().peerAddress());
        member(line, "content_type", t.contentType());
        member(line, "referer", t.requestFields().first("Referer"));
        member(line, "user_agent", t.requestFields().first("User-Agent"));
        line.append('}');
    }

    private static void member(StringBuilder line, String name, @Nullable String value) {
        line.append(",\"").append(name).append("\":");
        if (value == null) {
            line.append("null");
        } else {
            line.append('"');
            FieldEncoding.QUOTED.append(line, value, Integer.MAX_VALUE);
            line.append('"');
        }
    }

    private static void mime(StringBuilder line, Fields fields) {
        line.append(" [");
        for (int i = 0; i < fields.size(); i++) {
            LogEncoding.bracketed(line, fields.name(i));
            line.append(": ");
            boolean secret = SECRET.contains(fields.name(i).toLowerCase(Locale.ROOT));
            LogEncoding.bracketed(line, secret ? "***" : fields.value(i));
            line.append("\\r\\n");
        }
        line.append(']');
    }

    private static void quotedField(StringBuilder line, Transaction t, String name) {
        String value = t.requestFields().first(name);
        if (value == null || value.isEmpty()) {
            line.append('-');
        } else {
            LogEncoding.quoted(line, value);
        }
    }

    private static void tag(StringBuilder line, Transaction t) {
        line.append(t.result());
        if (t.aborted()) {
            line.append("_ABORTED");
        }
    }

    private String client(InetAddress client) {
        if (!client.equals(lastClient)) {
            lastClientText = AddressText.of(settings.mask().of(client));
            lastClient = client;
        }
        return lastClientText;
    }

    private String localTime(Transaction t) {
        long second = Math.floorDiv(t.endMillis(), 1000);
        if (second != lastSecond) {
            lastLocalTime = LOCAL_TIME.format(Instant.ofEpochSecond(second).atZone(settings.zone()));
            lastSecond = second;
        }
        return lastLocalTime;
    }

    private static void seconds(StringBuilder line, long millis) {
        padded(line, Math.floorDiv(millis, 1000), SECONDS_WIDTH, ' ');
        line.append('.');
        padded(line, Math.floorMod(millis, 1000), 3, '0');
    }

    private static void padded(StringBuilder line, long number, int width, char with) {
        String digits = Long.toString(number);
        for (int i = digits.length(); i < width; i++) {
            line.append(with);
        }
        line.append(digits);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
