package io.loligo.proxy.admin;

import io.loligo.proxy.config.Configuration.Admin;
import io.undertow.UndertowOptions;
import io.undertow.io.IoCallback;
import io.undertow.io.Receiver;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RequestTooBigException;
import io.undertow.server.ServerConnection;
import io.undertow.server.handlers.HttpContinueReadHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import io.undertow.util.AttachmentKey;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioExecutor;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/**
 * The operator's door: JSON over HTTP/1.1 on admin_port, with the bearer token that stands in admin_token_file. {@link
 * AdminRoutes} has the table of requests.
 *
 * <table>
 *   <caption>Requests</caption>
 *   <tr><td>GET /status</td><td>who is running, its ports and peers</td></tr>
 *   <tr><td>GET /stats</td><td>the numbers</td></tr>
 *   <tr><td>POST /purge</td><td>{@code {"urls":["http://…"]}} or {@code tags}, or one {@code prefix}, {@code host},
 *       {@code glob} or {@code pattern}, or {@code "all":true}; {@code "soft":true} as wanted; a receipt for each. With
 *       {@code "dry_run":true} nothing changes and what would be purged is counted, with a sample of its URLs</td></tr>
 *   <tr><td>GET /purges</td><td>the receipts of the latest purges, the latest first</td></tr>
 *   <tr><td>GET /purges/ID</td><td>the receipt of one purge as it stands now</td></tr>
 *   <tr><td>POST /explain</td><td>{@code {"url":"http://…"}} and, as wanted, {@code method}, {@code fields} (pairs of name
 *       and value), {@code at}, {@code port}, {@code client}; what would be done with that request</td></tr>
 *   <tr><td>POST /reload</td><td>reads the configuration again; 409 with the problems when it stays as it was</td></tr>
 *   <tr><td>POST /stop</td><td>begins an orderly stop; 202</td></tr>
 * </table>
 *
 * <p>Anything else is 4xx with {@code {"error":"…"}}. The token is made anew at each start. An I/O thread of the
 * listener's own reads and writes; it also checks the token, so that the body of a stranger's request is never read.
 * Requests are then worked on by at most {@link #THREADS} threads, which may wait. {@link #QUEUE_LIMIT} more requests
 * may wait for such a thread; further ones are answered with 503.
 */
public final class AdminListener implements AutoCloseable {
    /** Bytes that a request's body may have; more is 413. */
    public static final int BODY_LIMIT = 1 << 20;

    /** Bytes of a refused body that are read and thrown away, so that its sender gets to read the answer. */
    private static final long DISCARD_LIMIT = 4L * BODY_LIMIT;

    /** Bytes of a request's line and fields together. */
    private static final int HEAD_LIMIT = 16 << 10;

    private static final int FIELDS_LIMIT = 100;
    private static final int THREADS = 4;
    private static final int QUEUE_LIMIT = 64;

    /** Connections that are open at a time. Further ones wait in the backlog until some have closed. */
    private static final int CONNECTIONS_LIMIT = 128;

    private static final int BACKLOG = 64;

    /** Digits of a Content-Length that is looked at; no body that long is read. */
    private static final int LENGTH_DIGITS_LIMIT = 18;

    private static final String BEARER = "Bearer ";
    private static final byte[] NO_BODY = {};
    private static final AttachmentKey<Call> CURRENT = AttachmentKey.create(Call.class);
    private static final int BUFFER_BYTES = 4 << 10;
    private static final int POOLED_BUFFERS = 32;
    private static final Duration THREAD_KEPT = Duration.ofMinutes(1);
    private static final System.Logger LOG = System.getLogger(AdminListener.class.getName());

    private final Limits limits;
    private final TokenFile token;
    private final AdminRoutes routes;
    private final XnioWorker worker;
    private final ThreadPoolExecutor threads;
    private final Semaphore places = new Semaphore(THREADS + QUEUE_LIMIT);
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AcceptingChannel<StreamConnection> socket;

    /**
     * Time limits.
     *
     * @param request from the end of one request to the end of the head of the next, for the head alone, and for the
     *     body; the connection is then closed
     * @param idle without a byte in either direction; the connection is then closed. A dry run looks at everything that
     *     is stored before it answers
     * @param stop for requests under way when the listener is closed
     */
    record Limits(Duration request, Duration idle, Duration stop) {
        static final Limits DEFAULT =
                new Limits(Duration.ofSeconds(30), Duration.ofSeconds(120), Duration.ofSeconds(2));
    }

    private AdminListener(Admin admin, AdminActions actions, Limits limits) throws IOException {
        this.limits = limits;
        routes = new AdminRoutes(actions);
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(admin.host()), admin.port());
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                THREAD_KEPT.toSeconds(),
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(THREADS + QUEUE_LIMIT),
                task -> {
                    Thread thread = new Thread(task, "loligo-admin-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        // Its own tasks would be one more pool of threads.
        worker = Xnio.getInstance()
                .createWorkerBuilder()
                .populateFromOptions(OptionMap.builder()
                        .set(Options.WORKER_NAME, "loligo-admin")
                        .set(Options.WORKER_IO_THREADS, 1)
                        .set(Options.THREAD_DAEMON, true)
                        .getMap())
                .setExternalExecutorService(threads)
                .build();
        try {
            socket = listen(address, admin);
        } catch (IOException failure) {
            endThreads();
            throw failure;
        }
        try {
            token = TokenFile.create(admin.tokenFile());
        } catch (IOException failure) {
            IoUtils.safeClose(socket);
            endThreads();
            throw failure;
        }
    }

    /**
     * Listens, then writes the token file, so that a second server that finds the port taken leaves the first one's
     * token alone.
     *
     * @param admin where; its port must not be 0 unless any free port will do
     * @throws IOException when the port is taken or the token file cannot be written; the message says which
     */
    public static AdminListener start(Admin admin, AdminActions actions) throws IOException {
        return start(admin, actions, Limits.DEFAULT);
    }

    static AdminListener start(Admin admin, AdminActions actions, Limits limits) throws IOException {
        AdminListener listener = new AdminListener(admin, actions, limits);
        listener.socket.resumeAccepts();
        return listener;
    }

    private AcceptingChannel<StreamConnection> listen(InetSocketAddress address, Admin admin) throws IOException {
        HttpOpenListener protocol = new HttpOpenListener(
                new DefaultByteBufferPool(false, BUFFER_BYTES, POOLED_BUFFERS, 0),
                OptionMap.builder()
                        .set(UndertowOptions.MAX_HEADER_SIZE, HEAD_LIMIT)
                        .set(UndertowOptions.MAX_HEADERS, FIELDS_LIMIT)
                        .set(UndertowOptions.MAX_COOKIES, FIELDS_LIMIT)
                        .set(UndertowOptions.MAX_ENTITY_SIZE, DISCARD_LIMIT)
                        .set(UndertowOptions.NO_REQUEST_TIMEOUT, millis(limits.request()))
                        .set(UndertowOptions.REQUEST_PARSE_TIMEOUT, millis(limits.request()))
                        .set(UndertowOptions.IDLE_TIMEOUT, millis(limits.idle()))
                        .set(UndertowOptions.DECODE_URL, false)
                        .set(UndertowOptions.ENABLE_HTTP2, false)
                        .getMap());
        protocol.setRootHandler(new HttpContinueReadHandler(this::received));
        try {
            return worker.createStreamConnectionServer(
                    address,
                    ChannelListeners.openListenerAdapter(protocol),
                    OptionMap.builder()
                            .set(Options.WORKER_IO_THREADS, 1)
                            .set(Options.TCP_NODELAY, true)
                            .set(Options.REUSE_ADDRESSES, true)
                            .set(Options.BACKLOG, BACKLOG)
                            .set(Options.CONNECTION_HIGH_WATER, CONNECTIONS_LIMIT)
                            .set(Options.CONNECTION_LOW_WATER, CONNECTIONS_LIMIT - 1)
                            .getMap());
        } catch (IOException failure) {
            throw new IOException(
                    "admin_port " + admin.host() + ":" + admin.port() + ": " + failure.getMessage()
                            + "; expected an address of this machine and a port that nobody else has: another Loligo"
                            + " needs another admin_port",
                    failure);
        }
    }

    private static int millis(Duration duration) {
        return Math.toIntExact(duration.toMillis());
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalAddress();
    }

    /** Requests that wait or are worked on now. */
    int underWay() {
        return THREADS + QUEUE_LIMIT - places.availablePermits();
    }

    /** Whether there is one way only to tell where the body ends. What Undertow lets through here is refused. */
    private static boolean isFramedPlainly(HttpServerExchange exchange) {
        HeaderValues codings = exchange.getRequestHeaders().get(Headers.TRANSFER_ENCODING);
        HeaderValues lengths = exchange.getRequestHeaders().get(Headers.CONTENT_LENGTH);
        if (codings != null) {
            return lengths == null && codings.size() == 1 && codings.get(0).equalsIgnoreCase("chunked");
        }
        return lengths == null
                || (lengths.size() == 1
                        && lengths.get(0).length() <= LENGTH_DIGITS_LIMIT
                        && lengths.get(0).chars().allMatch(digit -> digit >= '0' && digit <= '9'));
    }

    private @Nullable AdminRole role(HttpServerExchange exchange) {
        HeaderValues fields = exchange.getRequestHeaders().get(Headers.AUTHORIZATION);
        if (fields == null || fields.size() != 1 || !fields.get(0).regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return null;
        }
        return token.role(fields.get(0).substring(BEARER.length()).trim());
    }

    /** The path as received: Undertow's own leaves out what follows a semicolon. */
    private static String path(HttpServerExchange exchange) {
        return exchange.isHostIncludedInRequestURI() ? exchange.getRequestPath() : exchange.getRequestURI();
    }

    /** Gets each request as soon as its head is there. Called by the I/O thread. */
    private void received(HttpServerExchange exchange) {
        Call call = new Call(exchange);
        if (!isFramedPlainly(exchange)) {
            call.send(AdminAnswer.error(400, "it is not clear where the body ends"));
            return;
        }
        AdminRole role = role(exchange);
        if (role == null) {
            call.send(AdminAnswer.error(401, "a bearer token is needed; it stands in admin_token_file")
                    .with("WWW-Authenticate", "Bearer realm=\"loligo\""));
            return;
        }
        AdminRoutes.Match match = routes.match(exchange.getRequestMethod().toString(), path(exchange), role);
        if (match instanceof AdminRoutes.Match.Refused refused) {
            call.send(refused.answer());
        } else if (match instanceof AdminRoutes.Match.Found found) {
            call.take(found);
        }
    }

    /**
     * One request. The I/O thread receives it, one of {@link #threads} makes the answer and begins to send it, and the
     * I/O thread sends what is left.
     */
    private final class Call implements ExchangeCompletionListener {
        private final HttpServerExchange exchange;
        /** Closes the connection of a request that is not received in time. */
        private final XnioExecutor.Key cutOff;

        private final AtomicBoolean hasPlace = new AtomicBoolean();
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile boolean working;
        private volatile @Nullable Runnable afterwards;

        Call(HttpServerExchange exchange) {
            this.exchange = exchange;
            exchange.addExchangeCompleteListener(this);
            ServerConnection connection = exchange.getConnection();
            boolean first = connection.getAttachment(CURRENT) == null;
            connection.putAttachment(CURRENT, this);
            if (first) {
                connection.addCloseListener(
                        closed -> closed.getAttachment(CURRENT).closed());
            }
            cutOff = exchange.getIoThread()
                    .executeAfter(
                            () -> IoUtils.safeClose(connection),
                            limits.request().toMillis(),
                            TimeUnit.MILLISECONDS);
        }

        /** Receives the body, if the request's row takes one, and has the request worked on. */
        void take(AdminRoutes.Match.Found found) {
            if (!places.tryAcquire()) {
                send(AdminAnswer.error(503, "more than " + (THREADS + QUEUE_LIMIT) + " requests are under way"));
                return;
            }
            hasPlace.set(true);
            if (found.route().body() == AdminRoutes.Body.NONE) {
                work(found, NO_BODY);
                return;
            }
            Receiver receiver = exchange.getRequestReceiver();
            receiver.setMaxBufferSize(BODY_LIMIT);
            receiver.receiveFullBytes((same, body) -> work(found, body), (same, failure) -> notReceived(failure));
        }

        private void notReceived(IOException failure) {
            if (failure instanceof Receiver.RequestToLargeException || failure instanceof RequestTooBigException) {
                send(AdminAnswer.error(413, "a body may have " + BODY_LIMIT + " bytes"));
            } else {
                // The client is gone; nobody is left to tell.
                exchange.endExchange();
            }
        }

        private void work(AdminRoutes.Match.Found found, byte[] body) {
            cutOff.remove();
            working = true;
            exchange.dispatch(threads, same -> {
                AdminAnswer answer;
                try {
                    answer = found.answer(body);
                } catch (RuntimeException | Error bug) {
                    LOG.log(
                            System.Logger.Level.ERROR,
                            "admin request failed: " + exchange.getRequestMethod() + " " + path(exchange),
                            bug);
                    answer = AdminAnswer.error(500, "internal error; see cache_log");
                }
                send(answer);
            });
        }

        void send(AdminAnswer answer) {
            afterwards = answer.afterwards();
            working = false;
            exchange.setStatusCode(answer.status());
            exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, answer.contentType());
            exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
            answer.fields()
                    .forEach((name, value) -> exchange.getResponseHeaders().put(new HttpString(name), value));
            if (answer.status() >= 400) {
                // The rest of a body that was not wanted may still be on its way.
                exchange.setPersistent(false);
            }
            exchange.getResponseSender().send(answer.body().duplicate(), IoCallback.END_EXCHANGE);
            if (!exchange.getConnection().isOpen()) {
                end();
            }
        }

        /** The connection was closed. A request that is worked on ends when its answer cannot be sent. */
        private void closed() {
            if (!working) {
                end();
            }
        }

        @Override
        public void exchangeEvent(HttpServerExchange same, NextListener next) {
            end();
            next.proceed();
        }

        private void end() {
            if (!ended.compareAndSet(false, true)) {
                return;
            }
            cutOff.remove();
            if (hasPlace.get()) {
                places.release();
            }
            Runnable next = afterwards;
            if (next != null) {
                next.run();
            }
        }
    }

    /** Stops listening, ends the requests under way, for at most {@link Limits#stop}, and removes the token file. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        IoUtils.safeClose(socket);
        try {
            // Whoever has all places has outlived every request, and none begins any more.
            if (!places.tryAcquire(THREADS + QUEUE_LIMIT, limits.stop().toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.log(System.Logger.Level.WARNING, "an admin request was cut off by the stop");
            }
            endThreads();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            endThreads();
        }
        token.close();
    }

    private void endThreads() {
        worker.shutdownNow();
        threads.shutdownNow();
    }
}
