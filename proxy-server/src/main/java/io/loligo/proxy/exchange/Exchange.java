package io.loligo.proxy.exchange;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.FieldNames;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpDate;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.status.CacheStatus;
import io.loligo.cache.status.HierarchyCode;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.log.AddressText;
import io.loligo.proxy.log.SentHead;
import io.loligo.proxy.log.Transaction;
import io.loligo.proxy.origin.OriginAnswer;
import io.loligo.proxy.respond.Answer;
import io.loligo.proxy.respond.CacheRemarks;
import io.loligo.proxy.respond.ErrorPage;
import io.loligo.proxy.respond.HeaderFilter;
import io.loligo.proxy.respond.Lookup;
import io.loligo.proxy.respond.TextBody;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/**
 * One request of a client and what is known of it so far. Used on the client's I/O thread only; other threads hand over
 * with {@link #run}.
 */
public final class Exchange {
    private static final System.Logger LOG = System.getLogger(Exchange.class.getName());

    private final Client client;
    private final Rules rules;
    private final Rules.Site site;
    private final Consumer<Transaction> record;
    private final long startNanos = System.nanoTime();

    private @Nullable RequestHead head;
    private @Nullable RequestFacts facts;
    private @Nullable CacheKey key;
    private ResultCode result = ResultCode.NONE_NONE;
    private Lookup lookup = Lookup.NONE;
    private Transaction.Route route = Transaction.Route.NONE;
    private @Nullable String contentType;
    private @Nullable String errorPage;
    private int status;
    private boolean collapsed;
    private boolean gone;
    private Runnable goneListener = () -> {};

    /** @param record gets the transaction at the end, once */
    public Exchange(Client client, Rules rules, Rules.Site site, Consumer<Transaction> record) {
        this.client = client;
        this.rules = rules;
        this.site = site;
        this.record = record;
        client.onEnd(this::ended);
        client.onGone(this::gone);
    }

    public Rules rules() {
        return rules;
    }

    public Rules.Site site() {
        return site;
    }

    /** Who is answered. */
    public Client client() {
        return client;
    }

    public XnioIoThread thread() {
        return client.thread();
    }

    /** Runs {@code step} on this exchange's thread: at once when that is the current one. */
    public void run(Runnable step) {
        if (Thread.currentThread() == thread()) {
            step.run();
        } else {
            thread().execute(step);
        }
    }

    /**
     * Sets what is called, at most once, when the client leaves before its answer has begun. It takes the place of what was
     * set before: a request waits in one place at a time.
     */
    public void onGone(Runnable listener) {
        goneListener = listener;
    }

    /** Whether the client has left before its answer began: then none can be given. */
    public boolean isGone() {
        return gone;
    }

    private void gone() {
        gone = true;
        goneListener.run();
    }

    /** The request has been read, and has one meaning. */
    public void understood(RequestHead requestHead) {
        head = requestHead;
    }

    /** The URL that the request is about is known. */
    public void located(EffectiveUri uri) {
        located(site.clients()
                .of(new RequestFacts(
                        head(),
                        uri,
                        client.address(),
                        client.localAddress(),
                        site.port().name())));
    }

    /** As {@link #located(EffectiveUri)}, with facts that were made before the exchange was. */
    public void located(RequestFacts requestFacts) {
        facts = requestFacts;
    }

    /** The key under which the response is looked up and stored is known. */
    public void keyed(CacheKey cacheKey) {
        key = cacheKey;
    }

    public RequestHead head() {
        return Objects.requireNonNull(head, "before the request was understood");
    }

    public EffectiveUri uri() {
        return facts().uri();
    }

    public RequestFacts facts() {
        return Objects.requireNonNull(facts, "before the URL was rebuilt");
    }

    public CacheKey key() {
        return Objects.requireNonNull(key, "before the key was made");
    }

    /** The address that the request comes from. */
    public InetSocketAddress clientAddress() {
        return client.address();
    }

    /** Whether the client asks for the head alone. */
    public boolean isHead() {
        return head != null && head.isMethod("HEAD");
    }

    public HttpVersion version() {
        return head == null ? HttpVersion.HTTP_1_1 : head.version();
    }

    /** {@code fields} of an origin's answer as this client gets them. */
    public Fields forClient(Fields fields) {
        return (isSurrogate() ? rules.hiddenFromSurrogates() : rules.hidden()).removedFrom(fields);
    }

    /** {@code fields} of {@code stored} as this client gets them, which the answer was not fetched for. */
    public Fields forClient(Fields fields, StoredHead stored) {
        return unsent(stored).removedFrom(fields);
    }

    /** The names of the fields of {@code stored} that are not sent to this client. */
    public FieldNames unsent(StoredHead stored) {
        if (rules.sendsSetCookie(facts(), stored)) {
            return isSurrogate() ? rules.hiddenFromSurrogates() : rules.hidden();
        }
        return isSurrogate() ? rules.unsentFromStoreToSurrogates() : rules.unsentFromStore();
    }

    /** Whether the client says that it is a surrogate, to which Surrogate-Control may go. */
    private boolean isSurrogate() {
        return rules.isSurrogate() && head().fields().has("Surrogate-Capability");
    }

    public void result(ResultCode code) {
        result = collapsed ? code.collapsed() : code;
    }

    /** The request shares another request's fetch, or waits for it, whatever answers it in the end. */
    public void collapses() {
        collapsed = true;
    }

    public ResultCode result() {
        return result;
    }

    public void lookedUp(Lookup found) {
        lookup = found;
    }

    public Lookup lookup() {
        return lookup;
    }

    /** How the peer was chosen and which address answered. */
    public void answeredBy(HierarchyCode code, @Nullable String address) {
        route = new Transaction.Route(code, address);
    }

    /** As {@link #answeredBy(HierarchyCode, String)}, with what the log says of {@code answer}. */
    public void answeredBy(OriginAnswer answer) {
        long asked = answer.times().requestTime().toEpochMilli();
        route = new Transaction.Route(
                answer.code(),
                AddressText.of(answer.address().getAddress()),
                new Transaction.Peered(
                        answer.peer().toString(),
                        answer.address().getPort(),
                        answer.head().status(),
                        asked,
                        Math.max(0, answer.times().responseTime().toEpochMilli() - asked)));
    }

    /** What this cache says of an answer to this request. */
    public CacheRemarks remarks(@Nullable CacheStatus cacheStatus, boolean hit, Lookup found) {
        return new CacheRemarks(cacheStatus, hit, found, site.port().port());
    }

    /** Sends the final answer. */
    public void send(Answer answer) {
        send(answer, answer.fields().first("Content-Type"));
    }

    /**
     * Sends the final answer.
     *
     * @param type the Content-Type that the log names, which the answer itself may lack; null for none
     */
    public void send(Answer answer, @Nullable String type) {
        status = answer.status();
        contentType = mediaType(type);
        client.send(filtered(answer));
    }

    /** Sends a 1xx answer before the final one, with its end-to-end fields. */
    public void interim(ResponseHead interim) {
        HeaderFilter filter = rules.replyFilter();
        if (filter == null) {
            client.interim(interim);
        } else {
            Fields fields = interim.fields();
            client.interim(new ResponseHead(
                    interim.status(),
                    interim.reason(),
                    filter.apply(fields, message(filter, interim.status(), interim.reason(), fields))));
        }
    }

    /** {@code answer} as reply_header_access and its like have it. */
    private Answer filtered(Answer answer) {
        HeaderFilter filter = rules.replyFilter();
        if (filter == null || (filter.isConstant() && answer.storedForm() != null)) {
            return answer;
        }
        Fields fields = Fields.builder()
                .addAll(answer.fields())
                .addAll(rules.responseFields().own(answer.remarks()))
                .build();
        return answer.remarked(filter.apply(fields, message(filter, answer.status(), answer.reason(), fields)));
    }

    private HeaderFilter.Message message(HeaderFilter filter, int answerStatus, String reason, Fields fields) {
        RequestFacts known = facts == null
                ? RequestFacts.ofConnection(
                        client.address(), client.localAddress(), site.port().name())
                : facts;
        return new HeaderFilter.Message(
                filter.withReply(known, answerStatus, reason, fields),
                facts != null,
                () -> transaction(
                        new Transaction.Reply(answerStatus, contentType, SentHead.NONE, 0, 0, false, errorPage)));
    }

    /** Answers with one of our own pages. */
    public void refuse(ErrorPage page, ResultCode code, String detail) {
        refuse(page, page.status(), page.reason(), code, detail);
    }

    /** As {@link #refuse(ErrorPage, ResultCode, String)}, with another status than the page's own. */
    public void refuse(ErrorPage page, int answerStatus, String reason, ResultCode code, String detail) {
        byte[] html = page.body(
                answerStatus,
                reason,
                facts == null ? "" : uri().toString(),
                detail,
                rules.configuration().identity());
        errorPage = client.answerBegun() ? null : page.name();
        own(answerStatus, reason, page.fields(html.length, rules.product(), Instant.now()), html, code);
    }

    /** Answers with a text of our own. */
    public void answerText(int answerStatus, String reason, String type, byte[] text, ResultCode code) {
        Fields fields = Fields.of(
                "Server", rules.product(),
                "Date", HttpDate.format(Instant.now()),
                "Content-Type", type,
                "Content-Length", Integer.toString(text.length),
                "Cache-Control", "no-store");
        own(answerStatus, reason, fields, text, code);
    }

    private void own(int answerStatus, String reason, Fields fields, byte[] text, ResultCode code) {
        if (client.answerBegun()) {
            client.abort();
            return;
        }
        result(code);
        CacheRemarks remarks = remarks(null, false, lookup);
        send(
                isHead() || text.length == 0
                        ? Answer.withoutBody(answerStatus, reason, fields, remarks)
                        : Answer.of(answerStatus, reason, fields, remarks, new TextBody(text), text.length));
    }

    /** A mistake of ours costs this request, not the server. */
    public void failed(Throwable mistake) {
        LOG.log(System.Logger.Level.ERROR, "an exchange failed inside the server", mistake);
        client.closeAfterwards();
        refuse(ErrorPage.ERR_INTERNAL, ResultCode.TCP_MISS, "");
    }

    private void ended() {
        record.accept(transaction(new Transaction.Reply(
                status,
                contentType,
                client.sentHead(),
                client.bytesSent(),
                client.bodyBytesSent(),
                client.aborted(),
                errorPage)));
    }

    private Transaction transaction(Transaction.Reply reply) {
        return Transaction.exchange(
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos),
                facts == null ? clientAddress().getAddress() : facts.loggedClient(),
                head,
                facts,
                result,
                reply,
                route);
    }

    /** The media type of a Content-Type, without its parameters; null for null. RFC 9110 §8.3.1. */
    public static @Nullable String mediaType(@Nullable String type) {
        if (type == null) {
            return null;
        }
        int end = type.indexOf(';');
        return (end < 0 ? type : type.substring(0, end)).trim().toLowerCase(Locale.ROOT);
    }
}
