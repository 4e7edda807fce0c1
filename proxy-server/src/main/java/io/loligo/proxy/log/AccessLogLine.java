package io.loligo.proxy.log;

import io.loligo.cache.http.Fields;
import io.loligo.proxy.config.Configuration.LogFormat;
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
    private static final Set<String> SECRET =
            Set.of("authorization", "proxy-authorization", "cookie", "set-cookie", "authentication-info");

    private final boolean stripQueryTerms;
    private final boolean mimeHeaders;
    private final ZoneId zone;

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
        this.stripQueryTerms = stripQueryTerms;
        this.mimeHeaders = mimeHeaders;
        this.zone = zone;
    }

    /** Adds the line of {@code transaction}, line feed included. */
    void append(StringBuilder line, LogFormat format, Transaction transaction) {
        switch (format) {
            case SQUID -> squid(line, transaction);
            case COMMON -> common(line, transaction);
            case COMBINED -> combined(line, transaction);
            case REFERRER -> referrer(line, transaction);
            case USERAGENT -> userAgent(line, transaction);
        }
        if (mimeHeaders && format != LogFormat.REFERRER && format != LogFormat.USERAGENT) {
            mime(line, transaction.requestFields());
            mime(line, transaction.sentHead().fields());
        }
        line.append('\n');
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
        LogEncoding.word(line, url(t));
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
        LogEncoding.word(line, url(t));
        line.append(" HTTP/").append(t.version().number()).append("\" ");
        line.append(t.status()).append(' ').append(t.bytesSent());
    }

    private void referrer(StringBuilder line, Transaction t) {
        seconds(line, t.endMillis());
        line.append(' ').append(client(t.client())).append(' ');
        LogEncoding.word(line, orEmpty(t.requestFields().first("Referer")));
        line.append(' ');
        LogEncoding.word(line, url(t));
    }

    private void userAgent(StringBuilder line, Transaction t) {
        line.append(client(t.client())).append(" [").append(localTime(t)).append("] \"");
        quotedField(line, t, "User-Agent");
        line.append('"');
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

    private String url(Transaction t) {
        String url = t.url();
        int query = stripQueryTerms ? url.indexOf('?') : -1;
        return query < 0 ? url : url.substring(0, query + 1);
    }

    private static void tag(StringBuilder line, Transaction t) {
        line.append(t.result());
        if (t.aborted()) {
            line.append("_ABORTED");
        }
    }

    private String client(InetAddress client) {
        if (!client.equals(lastClient)) {
            lastClientText = AddressText.of(client);
            lastClient = client;
        }
        return lastClientText;
    }

    private String localTime(Transaction t) {
        long second = Math.floorDiv(t.endMillis(), 1000);
        if (second != lastSecond) {
            lastLocalTime = LOCAL_TIME.format(Instant.ofEpochSecond(second).atZone(zone));
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
