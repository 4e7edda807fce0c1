package io.loligo.proxy.origin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.loligo.cache.http.Fields;
import io.loligo.proxy.config.PeerConfig;
import io.loligo.proxy.config.PeerConfig.FrontEndHttps;
import io.loligo.proxy.http1.Octets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Writes request heads: RFC 9112 §3 and §5. A byte that would end a line or a field early is a bug and throws. */
final class RequestHeadWriter {
    private static final int USUAL_SIZE = 2 << 10;
    /** Larger ones are not kept for the next head. */
    private static final int KEPT_SIZE_MAX = 16 << 10;

    private static final ThreadLocal<RequestHeadWriter> WRITERS = ThreadLocal.withInitial(RequestHeadWriter::new);
    private static final String VERSION = " HTTP/1.1";
    private static final String FRONT_END_HTTPS = "Front-End-Https";

    private byte[] bytes = new byte[USUAL_SIZE];
    private int length;

    private RequestHeadWriter() {}

    /** Whether the head depends on the peer that it goes to. */
    static boolean isOwn(PeerConfig peer) {
        return peer.forcedDomain() != null
                || peer.frontEndHttps() != FrontEndHttps.OFF
                || switch (peer.login().kind()) {
                    case NONE, PASS -> false;
                    case FIXED, CLIENT_USER -> true;
                };
    }

    /**
     * The head in wire form.
     *
     * @param peer whose forceddomain=, login= and front-end-https= change Host, Authorization and Front-End-Https
     * @param persistent false asks for the close of the connection
     */
    static byte[] write(OriginRequest request, PeerConfig peer, boolean persistent) {
        RequestHeadWriter writer = WRITERS.get();
        writer.begin();
        writer.requestLine(request);
        writer.fields(request, peer);
        RequestBody body = request.body();
        if (body != null) {
            if (body.length() >= 0) {
                writer.field("Content-Length", Long.toString(body.length()));
            } else {
                writer.field("Transfer-Encoding", "chunked");
            }
            if (body.awaitsContinue()) {
                writer.field("Expect", "100-continue");
            }
        } else if (expectsBody(request.method())) {
            // RFC 9110 §8.6: some servers refuse a POST that does not say that it is empty.
            writer.field("Content-Length", "0");
        }
        if (!persistent) {
            writer.field("Connection", "close");
        }
        writer.crlf();
        return Arrays.copyOf(writer.bytes, writer.length);
    }

    private void begin() {
        length = 0;
        if (bytes.length > KEPT_SIZE_MAX) {
            bytes = new byte[USUAL_SIZE];
        }
    }

    private static boolean expectsBody(String method) {
        return method.equals("POST") || method.equals("PUT") || method.equals("PATCH");
    }

    private void requestLine(OriginRequest request) {
        token(request.method());
        octet(' ');
        String target = request.target();
        if (target.isEmpty() || target.indexOf(' ') >= 0 || target.indexOf('\t') >= 0) {
            throw new IllegalArgumentException("blank in a request target, or none at all");
        }
        text(target, "a request target");
        text(VERSION, "a version");
        crlf();
    }

    private void fields(OriginRequest request, PeerConfig peer) {
        Fields fields = request.fields();
        FrontEndHttps frontEndHttps = peer.frontEndHttps();
        String host = peer.forcedDomain();
        String authorization = authorization(fields, peer.login());
        for (int i = 0; i < fields.size(); i++) {
            String name = fields.name(i);
            if (host != null && name.equalsIgnoreCase("Host")) {
                field("Host", host);
            } else if ((authorization == null || !name.equalsIgnoreCase("Authorization"))
                    && (frontEndHttps == FrontEndHttps.OFF || !name.equalsIgnoreCase(FRONT_END_HTTPS))) {
                field(name, fields.value(i));
            }
        }
        if (frontEndHttps == FrontEndHttps.ON || (frontEndHttps == FrontEndHttps.AUTO && request.https())) {
            field(FRONT_END_HTTPS, "On");
        }
        if (authorization != null) {
            field("Authorization", authorization);
        }
    }

    /** What login= puts in place of the client's Authorization, or null when that goes on. */
    private static @Nullable String authorization(Fields fields, PeerConfig.Login login) {
        return switch (login.kind()) {
            case NONE, PASS -> null;
            case FIXED -> basic(login.user(), login.password());
            case CLIENT_USER ->
                basic(
                        new String(
                                BasicUser.bytes(fields.first("Authorization")).getBytes(ISO_8859_1), UTF_8),
                        login.password());
        };
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
    }

    private void field(String name, String value) {
        token(name);
        octet(':');
        octet(' ');
        text(value, "a field value");
        crlf();
    }

    private void text(String text, String where) {
        reserve(text.length());
        byte[] to = bytes;
        int at = length;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 0xff || !Octets.isFieldContent(c)) {
                throw new IllegalArgumentException("control byte in " + where);
            }
            to[at + i] = (byte) c;
        }
        length = at + text.length();
    }

    private void token(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("empty method or field name");
        }
        reserve(text.length());
        byte[] to = bytes;
        int at = length;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 0xff || !Octets.isToken(c)) {
                throw new IllegalArgumentException("not a token: a method or a field name");
            }
            to[at + i] = (byte) c;
        }
        length = at + text.length();
    }

    private void crlf() {
        reserve(2);
        bytes[length++] = '\r';
        bytes[length++] = '\n';
    }

    private void octet(char c) {
        reserve(1);
        bytes[length++] = (byte) c;
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }
}
