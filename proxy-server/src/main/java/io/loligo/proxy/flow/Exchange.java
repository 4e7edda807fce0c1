package io.loligo.proxy.flow;

import io.loligo.cache.http.FieldNames;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpDate;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.status.HierarchyCode;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.log.Transaction;
import io.loligo.proxy.respond.ErrorPage;
import io.loligo.proxy.respond.Lookup;
import io.loligo.proxy.respond.ResponseSender;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/**
 * One request of a client and what is known of it so far. Used on the client connection's I/O thread only; other threads
 * hand over with {@link #run}.
 */
final class Exchange implements ResponseSender.Ending {
    private final ClientConnection client;
    private final Rules rules;
    private final Rules.Site site;
    private final ResponseSender sender;
    private final Consumer<Transaction> record;
    private final Sequel sequel;
    private final long startNanos = System.nanoTime();

    private @Nullable RequestHead head;
    private @Nullable EffectiveUri uri;
    private @Nullable RequestFacts facts;
    private @Nullable CacheKey key;
    private @Nullable ClientRequestBody body;
    private boolean keepAlive;
    private ResultCode result = ResultCode.NONE_NONE;
    private Lookup lookup = Lookup.NONE;
    private HierarchyCode hierarchy = HierarchyCode.HIER_NONE;
    private @Nullable String peerAddress;
    private @Nullable String contentType;
    private int status;
    private boolean finished;

    /** What follows an exchange on its connection. Called on the connection's I/O thread. */
    interface Sequel {
        /** All of the answer is written, and the exchange recorded. */
        void answered(boolean keepAlive);

        /** The client does not get all of it: the connection is being closed. */
        void cut();
    }

    /** @param record gets the transaction at the end, once */
    Exchange(ClientConnection client, Rules rules, Rules.Site site, Consumer<Transaction> record, Sequel sequel) {
        this.client = client;
        this.rules = rules;
        this.site = site;
        this.record = record;
        this.sequel = sequel;
        this.sender = new ResponseSender(
                client.channel(), rules.configuration().timeouts().writeTimeout(), this);
    }

    @Override
    public void answered() {
        sequel.answered(keepAlive);
    }

    @Override
    public void cut() {
        sequel.cut();
    }

    Rules rules() {
        return rules;
    }

    Rules.Site site() {
        return site;
    }

    ResponseSender sender() {
        return sender;
    }

    XnioIoThread thread() {
        return client.thread();
    }

    /** Runs {@code step} on this exchange's thread: at once when that is the current one. */
    void run(Runnable step) {
        if (Thread.currentThread() == thread()) {
            step.run();
        } else {
            thread().execute(step);
        }
    }

    /** The client's address. */
    InetSocketAddress client() {
        return client.peer();
    }

    void understood(RequestHead requestHead, @Nullable ClientRequestBody requestBody, boolean mayKeepAlive) {
        head = requestHead;
        body = requestBody;
        keepAlive = mayKeepAlive;
    }

    void located(EffectiveUri effectiveUri) {
        located(client.facts(head(), effectiveUri, site));
    }

    void located(RequestFacts requestFacts) {
        uri = requestFacts.uri();
        facts = requestFacts;
    }

    void keyed(CacheKey cacheKey) {
        key = cacheKey;
    }

    RequestHead head() {
        return Objects.requireNonNull(head, "before the request was understood");
    }

    EffectiveUri uri() {
        return Objects.requireNonNull(uri, "before the URL was rebuilt");
    }

    RequestFacts facts() {
        return Objects.requireNonNull(facts, "before the URL was rebuilt");
    }

    CacheKey key() {
        return Objects.requireNonNull(key, "before the key was made");
    }

    @Nullable ClientRequestBody body() {
        return body;
    }

    boolean isHead() {
        return head != null && head.isMethod("HEAD");
    }

    HttpVersion version() {
        return head == null ? HttpVersion.HTTP_1_1 : head.version();
    }

    /** Whether the connection stays after this answer; asked when its head is made. */
    boolean keepAlive() {
        boolean unread = body != null && !body.isComplete();
        keepAlive = keepAlive && !unread && rules.configuration().forwarding().clientPersistentConnections();
        return keepAlive;
    }

    /** {@code fields} as this client gets them. */
    Fields forClient(Fields fields) {
        return hidden().removedFrom(fields);
    }

    /** The fields that end here, as they are not for this client. */
    FieldNames hidden() {
        return rules.isSurrogate() && head().fields().has("Surrogate-Capability")
                ? rules.hiddenFromSurrogates()
                : rules.hidden();
    }

    void closeAfterwards() {
        keepAlive = false;
    }

    void result(ResultCode code) {
        result = code;
    }

    ResultCode result() {
        return result;
    }

    void lookedUp(Lookup found) {
        lookup = found;
    }

    Lookup lookup() {
        return lookup;
    }

    void answeredBy(HierarchyCode code, @Nullable String address) {
        hierarchy = code;
        peerAddress = address;
    }

    /** What the log says of the answer that is about to go out. */
    void answering(int answerStatus, @Nullable String type) {
        status = answerStatus;
        contentType = mediaType(type);
    }

    /** Answers with one of our own pages. */
    void refuse(ErrorPage page, ResultCode code, String detail) {
        refuse(page, page.status(), page.reason(), code, detail);
    }

    void refuse(ErrorPage page, int answerStatus, String reason, ResultCode code, String detail) {
        byte[] html = page.body(
                uri == null ? "" : uri.toString(), detail, rules.configuration().identity());
        own(answerStatus, reason, page.fields(html.length, rules.product(), Instant.now()), html, code);
    }

    /** Answers with a text of our own. */
    void answerText(int answerStatus, String reason, String type, byte[] text, ResultCode code) {
        Fields fields = Fields.of(
                "Server", rules.product(),
                "Date", HttpDate.format(Instant.now()),
                "Content-Type", type,
                "Content-Length", Integer.toString(text.length),
                "Cache-Control", "no-store");
        own(answerStatus, reason, fields, text, code);
    }

    private void own(int answerStatus, String reason, Fields fields, byte[] text, ResultCode code) {
        if (sender.started()) {
            sender.abort();
            return;
        }
        result(code);
        answering(answerStatus, fields.first("Content-Type"));
        ByteBuffer answerHead = rules.responseFields()
                .head(
                        answerStatus,
                        reason,
                        fields,
                        null,
                        false,
                        lookup,
                        site.port().port(),
                        keepAlive(),
                        version());
        sender.sendWhole(answerHead, isHead() ? null : ByteBuffer.wrap(text), this::finished);
    }

    /** Records the exchange; called by the sender's completion. */
    void finished() {
        if (finished) {
            return;
        }
        finished = true;
        Fields requestFields = head == null ? Fields.EMPTY : head.fields();
        try {
            record(requestFields);
        } finally {
            client.ended();
        }
    }

    private void record(Fields requestFields) {
        record.accept(new Transaction(
                System.currentTimeMillis(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos),
                facts == null ? client().getAddress() : facts.loggedClient(),
                result,
                sender.aborted(),
                status,
                sender.bytesSent(),
                sender.bodyBytesSent(),
                head == null ? "NONE" : head.method(),
                facts != null ? null : uri == null ? "error:invalid-request" : uri.toString(),
                version(),
                hierarchy,
                peerAddress,
                contentType,
                requestFields,
                Fields.EMPTY,
                facts));
    }

    /** The media type of a Content-Type, without its parameters; null for null. RFC 9110 §8.3.1. */
    static @Nullable String mediaType(@Nullable String type) {
        if (type == null) {
            return null;
        }
        int end = type.indexOf(';');
        return (end < 0 ? type : type.substring(0, end)).trim().toLowerCase(Locale.ROOT);
    }
}
