package io.loligo.proxy.log;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.status.HierarchyCode;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.access.RequestFacts;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What happened in one exchange: made once, at its end, by the thread that served it; read by the log and the counters.
 * There is a factory for each kind of exchange: a {@linkplain #plainHit plain hit}, {@linkplain #exchange any other} and a
 * request that {@linkplain #unreadable could not be read}.
 *
 * <p>Immutable. A plain hit costs this one object: what can be worked out later, such as the URL's text, is worked out by
 * the thread that writes the log.
 */
public final class Transaction {
    /** Logged in place of a URL when the request had none. */
    public static final String INVALID_REQUEST = "error:invalid-request";

    private static final String NO_METHOD = "NONE";
    /** What an exchange holds of heap besides texts that a client can make long, and what a field line holds so. */
    private static final int FIXED_BYTES = 512;

    private static final int LINE_BYTES = 48;

    private final long endMillis;
    private final long elapsedMillis;
    private final InetAddress client;
    private final @Nullable RequestHead head;
    private final @Nullable RequestFacts facts;
    /** Logged as the URL; null where the facts know it. */
    private final @Nullable String url;

    private final ResultCode result;
    private final int status;
    private final @Nullable String contentType;
    private final SentHead sentHead;
    private final long bytesSent;
    private final long bodyBytesSent;
    private final boolean aborted;
    private final Route route;

    /**
     * How the answer's peer was chosen.
     *
     * @param hierarchy Squid's hierarchy code
     * @param peerAddress the IP address of the peer that was connected to, or null when none was
     */
    public record Route(HierarchyCode hierarchy, @Nullable String peerAddress) {
        /** No peer was asked. */
        public static final Route NONE = new Route(HierarchyCode.HIER_NONE, null);
    }

    /**
     * What the client got.
     *
     * @param status the status sent; 0 when none was
     * @param contentType the media type without parameters, or null
     * @param head the head as sent; {@link SentHead#NONE} while log_mime_hdrs is off
     * @param bytes sent, the head included
     * @param bodyBytes sent, the head excluded
     * @param aborted whether the client left before it had all of the answer
     */
    public record Reply(
            int status, @Nullable String contentType, SentHead head, long bytes, long bodyBytes, boolean aborted) {}

    Transaction(
            long endMillis,
            long elapsedMillis,
            InetAddress client,
            @Nullable RequestHead head,
            @Nullable RequestFacts facts,
            @Nullable String url,
            ResultCode result,
            int status,
            @Nullable String contentType,
            SentHead sentHead,
            long bytesSent,
            long bodyBytesSent,
            boolean aborted,
            Route route) {
        this.endMillis = endMillis;
        this.elapsedMillis = elapsedMillis;
        this.client = client;
        this.head = head;
        this.facts = facts;
        this.url = url;
        this.result = result;
        this.status = status;
        this.contentType = contentType;
        this.sentHead = sentHead;
        this.bytesSent = bytesSent;
        this.bodyBytesSent = bodyBytesSent;
        this.aborted = aborted;
        this.route = route;
    }

    /**
     * A hit that went out as it is stored: no peer was asked. It ends now.
     *
     * @param since when the request was read, epoch milliseconds
     * @param status of the stored response
     * @param contentType its media type without parameters, or null
     * @param head as sent; {@link SentHead#NONE} while log_mime_hdrs is off
     * @param headBytes the length of the head
     * @param bytes sent, as much of the head as was sent included
     * @param aborted whether that is not all
     */
    public static Transaction plainHit(
            RequestFacts facts,
            long since,
            ResultCode result,
            int status,
            @Nullable String contentType,
            SentHead head,
            int headBytes,
            long bytes,
            boolean aborted) {
        long now = System.currentTimeMillis();
        return new Transaction(
                now,
                Math.max(0, now - since),
                facts.loggedClient(),
                facts.head(),
                facts,
                null,
                result,
                status,
                contentType,
                head,
                bytes,
                Math.max(0, bytes - headBytes),
                aborted,
                Route.NONE);
    }

    /**
     * An exchange that came as far as a request's head. It ends now.
     *
     * <p>A client that left before anything was decided or answered is a miss to Squid: {@code TCP_MISS_ABORTED/000}.
     *
     * @param elapsedMillis since the first byte of the request
     * @param head the request's head, or null when it was not understood
     * @param facts null when the request has no effective URL
     */
    public static Transaction exchange(
            long elapsedMillis,
            InetAddress client,
            @Nullable RequestHead head,
            @Nullable RequestFacts facts,
            ResultCode result,
            Reply reply,
            Route route) {
        boolean leftWaiting = facts != null && result == ResultCode.NONE_NONE && reply.aborted() && reply.status() == 0;
        return new Transaction(
                System.currentTimeMillis(),
                elapsedMillis,
                client,
                head,
                facts,
                facts != null ? null : head != null ? head.target() : INVALID_REQUEST,
                leftWaiting ? ResultCode.TCP_MISS : result,
                reply.status(),
                reply.contentType(),
                reply.head(),
                reply.bytes(),
                reply.bodyBytes(),
                reply.aborted(),
                route);
    }

    /**
     * Bytes that could not be read as a request, and were answered. It ends now.
     *
     * @param url logged as the URL, {@link #INVALID_REQUEST} for example
     * @param status the status sent
     * @param bytes sent
     */
    public static Transaction unreadable(InetAddress client, String url, int status, long bytes) {
        return new Transaction(
                System.currentTimeMillis(),
                0,
                client,
                null,
                null,
                url,
                ResultCode.NONE_NONE,
                status,
                null,
                SentHead.NONE,
                bytes,
                0,
                false,
                Route.NONE);
    }

    /** When the answer was finished, epoch milliseconds. */
    public long endMillis() {
        return endMillis;
    }

    /** Milliseconds since the first byte of the request. */
    public long elapsedMillis() {
        return elapsedMillis;
    }

    /** The client's address. */
    public InetAddress client() {
        return client;
    }

    /** Squid's result code. */
    public ResultCode result() {
        return result;
    }

    /** Whether the client left before it had all of the answer; logged as a suffix {@code _ABORTED}. */
    public boolean aborted() {
        return aborted;
    }

    /** The status sent; 0 when none was. */
    public int status() {
        return status;
    }

    /** Bytes sent to the client, head included. */
    public long bytesSent() {
        return bytesSent;
    }

    /** Bytes sent to the client, head excluded. */
    public long bodyBytesSent() {
        return bodyBytesSent;
    }

    /** The request's method; {@code NONE} when it could not be read. */
    public String method() {
        return head == null ? NO_METHOD : head.method();
    }

    /** The effective URL, whole; {@code error:invalid-request} and the like when there is none. Made at each call. */
    public String url() {
        if (url != null) {
            return url;
        }
        return facts == null ? INVALID_REQUEST : facts.uri().toString();
    }

    /** The request's version; HTTP/1.1 when it could not be read. */
    public HttpVersion version() {
        return head == null ? HttpVersion.HTTP_1_1 : head.version();
    }

    /** How the peer was chosen, and its address. */
    public Route route() {
        return route;
    }

    /** The answer's media type without parameters, or null. */
    public @Nullable String contentType() {
        return contentType;
    }

    /** The request's fields; none when it could not be read. */
    public Fields requestFields() {
        return head == null ? Fields.EMPTY : head.fields();
    }

    /** The answer's head as sent; {@link SentHead#NONE} while log_mime_hdrs is off. */
    public SentHead sentHead() {
        return sentHead;
    }

    /** The bytes of heap that this keeps from being freed, roughly. */
    int heapBytes() {
        int bytes = FIXED_BYTES + sentHead.heapBytes();
        if (head != null) {
            bytes += 2 * head.target().length() + heapBytes(head.fields());
        }
        return bytes;
    }

    /** The bytes of heap that {@code fields} hold, roughly: Latin-1 has one for each character. */
    static int heapBytes(Fields fields) {
        int bytes = fields.size() * LINE_BYTES;
        for (int i = 0; i < fields.size(); i++) {
            bytes += fields.name(i).length() + fields.value(i).length();
        }
        return bytes;
    }

    /** For the acls of access_log; null when the request has no effective URL. */
    public @Nullable RequestFacts facts() {
        return facts;
    }
}
