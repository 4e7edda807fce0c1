package io.loligo.proxy.origin;

import io.loligo.cache.freshness.ResponseTimes;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.status.HierarchyCode;
import io.loligo.proxy.config.PeerConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/**
 * The tries of one request: which connection to which peer next, and when to stop. Used on one I/O thread only.
 *
 * <p>A request that cannot be repeated goes out on a fresh connection, for an idle one may be dying: Squid's
 * server_pconn_for_nonretriable, which denies by default.
 */
final class OriginCall implements OriginClient.Call, OriginExchange, ConnectAttempt.Listener {
    private final OriginClient client;
    private final OriginContext context;
    private final OriginSettings settings;
    private final OriginRequest request;
    private final List<Candidate> candidates;
    private final IdleConnections connections;
    private final OriginHandler handler;
    /** The head in wire form for the first candidate, and for every other one when none changes it. */
    private final byte[] head;

    private final long deadline;

    private int candidate;
    private int tries;
    /** The addresses of the present candidate that are left to connect to; null before the first connect. */
    private @Nullable List<InetSocketAddress> addresses;

    private int address;
    private int connectsToAddress;
    private boolean freshOnly;
    private boolean starting;
    private boolean ended;
    private @Nullable ConnectAttempt connecting;
    private @Nullable OriginConnection connection;
    private Instant sentAt = Instant.EPOCH;
    private @Nullable Held held;
    private @Nullable OriginBody delivered;
    private OriginHandler.@Nullable Unreachable lastFailure;

    /** An answer that is delivered if no other peer gives one. */
    private record Held(OriginAnswer answer, OriginBody body) {}

    OriginCall(
            OriginClient client,
            OriginContext context,
            OriginSettings settings,
            OriginRequest request,
            List<Candidate> candidates,
            IdleConnections connections,
            OriginHandler handler) {
        this.client = client;
        this.context = context;
        this.settings = settings;
        this.request = request;
        this.candidates = candidates;
        this.connections = connections;
        this.handler = handler;
        this.deadline = System.nanoTime() + settings.forwardTimeout().toNanos();
        this.head = candidates.isEmpty()
                ? new byte[0]
                : RequestHeadWriter.write(request, candidates.get(0).peer().config(), settings.persistent());
    }

    /** The handler is not called within this. */
    void start() {
        starting = true;
        tryCandidate();
        starting = false;
    }

    @Override
    public OriginRequest request() {
        return request;
    }

    @Override
    public OriginSettings settings() {
        return settings;
    }

    @Override
    public void cancel() {
        ended = true;
        if (connecting != null) {
            connecting.cancel();
        }
        if (connection != null) {
            connection.close();
        }
        if (held != null) {
            held.body().abort();
        }
        if (delivered != null) {
            delivered.abort();
        }
    }

    @Override
    public byte[] head() {
        PeerConfig tried = peer().config();
        if (candidate == 0) {
            return head;
        }
        boolean common = !RequestHeadWriter.isOwn(candidates.get(0).peer().config()) && !RequestHeadWriter.isOwn(tried);
        return common ? head : RequestHeadWriter.write(request, tried, settings.persistent());
    }

    // ---- one try after the other

    private void tryCandidate() {
        if (candidate >= candidates.size() || isExhausted()) {
            giveUp();
            return;
        }
        Peer peer = peer();
        OriginConnection idle = freshOnly || !isRepeatable() ? null : connections.take(peer);
        if (idle != null) {
            tries++;
            use(idle, true);
        } else {
            addresses = peer.addressesToTry();
            address = 0;
            connectsToAddress = 0;
            tryAddress();
        }
    }

    private void tryNextCandidate() {
        candidate++;
        freshOnly = false;
        tryCandidate();
    }

    private void tryAddress() {
        List<InetSocketAddress> known = addresses == null ? List.of() : addresses;
        if (address >= known.size()) {
            tryNextCandidate();
        } else if (isExhausted()) {
            giveUp();
        } else if (peer().tryOpen()) {
            connect(known.get(address));
        } else if (connections.closeOne(peer()) && peer().tryOpen()) {
            connect(known.get(address));
        } else if (peer().idleConnections() > 0) {
            client.closeIdleElsewhere(peer(), connections, this::connectIfRoom);
        } else {
            noRoom();
        }
    }

    private void connectIfRoom() {
        if (ended) {
            return;
        }
        if (addresses != null && peer().tryOpen()) {
            connect(addresses.get(address));
        } else {
            noRoom();
        }
    }

    private void noRoom() {
        if (lastFailure == null) {
            // What failed before tells more.
            remember(OriginHandler.Cause.NO_PEER, peer() + " has max-conn connections", null);
        }
        tryNextCandidate();
    }

    private void connect(InetSocketAddress to) {
        tries++;
        connectsToAddress++;
        Duration left = Duration.ofNanos(deadline - System.nanoTime());
        connecting = ConnectAttempt.start(connections.thread(), peer(), to, left, this);
    }

    @Override
    public void connected(StreamConnection opened) {
        connecting = null;
        InetSocketAddress to =
                Objects.requireNonNull(addresses, "no address was tried").get(address);
        use(new OriginConnection(context, connections, peer(), to, opened), false);
    }

    @Override
    public void failed(OriginHandler.Cause cause, String message) {
        connecting = null;
        remember(cause, message, null);
        if (connectsToAddress > settings.connectRetries()) {
            address++;
            connectsToAddress = 0;
        }
        tryAddress();
    }

    private void use(OriginConnection taken, boolean reused) {
        connection = taken;
        sentAt = context.clock().instant();
        taken.begin(this, reused);
    }

    // ---- what the connection says

    @Override
    public void interim(ResponseHead interim) {
        handler.interim(interim);
    }

    @Override
    public void answered(ResponseHead answer, OriginBody body) {
        InetSocketAddress address = Objects.requireNonNull(connection, "an answer without a connection")
                .address();
        Candidate from = candidates.get(candidate);
        from.peer().fetched();
        connection = null;
        Instant now = context.clock().instant();
        ResponseTimes times = new ResponseTimes(sentAt, now.isBefore(sentAt) ? sentAt : now);
        Held latest = new Held(new OriginAnswer(answer, times, from.peer(), address, from.code()), body);
        if (held != null) {
            held.body().abort();
        }
        if (isWorthAnotherTry(answer.status())) {
            held = latest;
            tryNextCandidate();
        } else {
            held = null;
            deliver(latest);
        }
    }

    @Override
    public void lost(OriginHandler.Cause cause, String message, boolean reused, boolean untouched, boolean unsent) {
        InetSocketAddress address = connection == null ? null : connection.address();
        connection = null;
        remember(cause, message, address);
        RequestBody body = request.body();
        boolean repeatable = untouched && (request.isIdempotent() || unsent) && (body == null || !body.started());
        if (repeatable && reused && cause == OriginHandler.Cause.CLOSED) {
            // It closed while idle and we had not heard of it yet: no fault of the peer, and no try.
            tries--;
            freshOnly = true;
            tryCandidate();
            return;
        }
        if (cause != OriginHandler.Cause.REQUEST_BODY) {
            peer().failed();
        }
        if (!repeatable) {
            giveUp();
        } else if (cause == OriginHandler.Cause.CLOSED || cause == OriginHandler.Cause.READ_TIMEOUT) {
            tryNextCandidate();
        } else {
            giveUp();
        }
    }

    // ---- the end

    private void giveUp() {
        if (held != null) {
            Held last = held;
            held = null;
            deliver(last);
            return;
        }
        OriginHandler.Unreachable failure = lastFailure;
        if (failure == null) {
            failure = new OriginHandler.Unreachable(
                    OriginHandler.Cause.NO_PEER, "no peer may serve the request", null, null, HierarchyCode.HIER_NONE);
        }
        OriginHandler.Unreachable why = failure;
        if (starting) {
            connections.thread().execute(() -> fail(why));
        } else {
            fail(why);
        }
    }

    private void fail(OriginHandler.Unreachable why) {
        if (!ended) {
            ended = true;
            handler.failed(why);
        }
    }

    private void deliver(Held answer) {
        ended = true;
        delivered = answer.body();
        handler.answered(answer.answer(), answer.body());
    }

    private void remember(OriginHandler.Cause cause, String message, @Nullable InetSocketAddress connectedTo) {
        Candidate tried = candidates.get(candidate);
        lastFailure = new OriginHandler.Unreachable(cause, message, tried.peer(), connectedTo, tried.code());
    }

    // ---- questions

    private Peer peer() {
        return candidates.get(candidate).peer();
    }

    private boolean isExhausted() {
        // The first try is never too late.
        return tries > 0 && (tries >= settings.maxTries() || System.nanoTime() - deadline >= 0);
    }

    private boolean isRepeatable() {
        return request.isIdempotent() && request.body() == null;
    }

    private boolean isWorthAnotherTry(int status) {
        boolean retried = switch (status) {
            case 502, 504 -> true;
            case 403, 500, 501, 503 -> settings.retryOnError();
            default -> false;
        };
        return retried && isRepeatable() && candidate + 1 < candidates.size() && !isExhausted();
    }
}
