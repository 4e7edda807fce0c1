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

    /** The digits of a Content-Length that are certain to fit. */
    private static final int LENGTH_DIGITS = 18;

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
    private final @Nullable String errorPage;

    /**
     * How the answer's peer was chosen.
     *
     * @param hierarchy Squid's hierarchy code
     * @param peerAddress the IP address of the peer that was connected to, or null when none was
     * @param peered what is known of the peer that was asked; null where nothing is
     */
    public record Route(
            HierarchyCode hierarchy,
            @Nullable String peerAddress,
            @Nullable Peered peered) {
        /** No peer was asked. */
        public static final Route NONE = new Route(HierarchyCode.HIER_NONE, null);

        /** A route of which no more is known. */
        public Route(HierarchyCode hierarchy, @Nullable String peerAddress) {
            this(hierarchy, peerAddress, null);
        }
    }

    /**
     * The peer that answered.
     *
     * @param name its name= in cache_peer
     * @param port that was connected to
     * @param status of its answer
     * @param askedMillis when the request was sent, epoch milliseconds
     * @param responseMillis from then to the answer's head
     */
    public record Peered(String name, int port, int status, long askedMillis, long responseMillis) {}

    /**
     * What the client got.
     *
     * @param status the status sent; 0 when none was
     * @param contentType the media type without parameters, or null
     * @param head the head as sent; {@link SentHead#NONE} where no log shows it
     * @param bytes sent, the head included
     * @param bodyBytes sent, the head excluded
     * @param aborted whether the client left before it had all of the answer
     * @param errorPage the name of the error page that was sent, or null
     */
    public record Reply(
            int status,
            @Nullable String contentType,
            SentHead head,
            long bytes,
            long bodyBytes,
            boolean aborted,
            @Nullable String errorPage) {
        /** A reply that is no error page. */
        public Reply(
                int status, @Nullable String contentType, SentHead head, long bytes, long bodyBytes, boolean aborted) {
            this(status, contentType, head, bytes, bodyBytes, aborted, null);
        }
    }

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
        this(
                endMillis,
                elapsedMillis,
                client,
                head,
                facts,
                url,
                result,
                status,
                contentType,
                sentHead,
                bytesSent,
                bodyBytesSent,
                aborted,
                route,
                null);
    }

    private Transaction(
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
            Route route,
            @Nullable String errorPage) {
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
        this.errorPage = errorPage;
    }

    /**
     * A hit that went out as it is stored: no peer was asked. It ends now.
     *
     * @param since when the request was read, epoch milliseconds
     * @param status of the stored response
     * @param contentType its media type without parameters, or null
     * @param head as sent; {@link SentHead#NONE} where no log shows it
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
                route,
                reply.errorPage());
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

    /** The name of the error page that was the answer, or null. */
    public @Nullable String errorPage() {
        return errorPage;
    }

    /** Whether the request's head was read. */
    boolean isUnderstood() {
        return head != null;
    }

    /** The request's head as it was on the wire, nearly: blanks around values are not counted. */
    public long receivedHeadBytes() {
        Fields fields = requestFields();
        int target = facts == null ? url().length() : facts.head().target().length();
        long bytes = (long) method().length() + target + " HTTP/1.1\r\n\r\n".length() + 1;
        for (int i = 0; i < fields.size(); i++) {
            bytes += fields.name(i).length() + fields.value(i).length() + ": \r\n".length();
        }
        return bytes;
    }

    /** The request's head and the body that it announces with Content-Length. */
    long receivedBytes() {
        long bytes = receivedHeadBytes();
        String length = requestFields().first("Content-Length");
        if (length == null || length.isEmpty() || length.length() > LENGTH_DIGITS) {
            return bytes;
        }
        for (int i = 0; i < length.length(); i++) {
            if (length.charAt(i) < '0' || length.charAt(i) > '9') {
                return bytes;
            }
        }
        return bytes + Long.parseLong(length);
    }

    /** The answer's media type without parameters, or null. */
    public @Nullable String contentType() {
        return contentType;
    }

    /** The request's fields; none when it could not be read. */
    public Fields requestFields() {
        return head == null ? Fields.EMPTY : head.fields();
    }

    /** The answer's head as sent; {@link SentHead#NONE} where no log shows it. */
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
