package io.loligo.proxy.origin;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.ResponseHead;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;
import org.xnio.conduits.StreamSourceConduit;

/**
 * One TCP connection to a peer: one exchange after the other, idle in between. Used on its I/O thread only.
 *
 * <p>Reads stay resumed from one exchange to the next, so that a small exchange costs one write and one read and no
 * change of interest. A body that its reader suspended is noticed, and interest taken away, only when more of it comes.
 */
final class OriginConnection {
    private static final System.Logger LOG = System.getLogger(OriginConnection.class.getName());

    /** 1xx answers before the final one; one more is malformed. */
    static final int INTERIM_MAX = 16;

    /**
     * How long an origin may keep a client waiting that sends its body only after 100: the origin may not know Expect at
     * all. The client is told to go on then.
     */
    static final Duration CONTINUE_WAIT = Duration.ofSeconds(1);

    private final OriginContext context;
    private final IdleConnections idle;
    private final Peer peer;
    private final InetSocketAddress address;
    private final StreamConnection connection;
    private final StreamSourceConduit source;
    private final OriginInput input;
    private final RequestSending sending;
    private final ResponseHeadParser heads;
    private final Deadline deadline;
    private @Nullable ChunkedDecoder chunks;
    private boolean closed;
    /** Whether the last answer had no body by rule: HEAD, 204 and 304 are where origins send one nevertheless. */
    private boolean mayTrail;

    // The exchange under way, if any.
    private @Nullable OriginExchange call;
    private @Nullable AnswerBody body;
    private boolean reused;
    private int interims;
    private String method = "";
    private Duration readTimeout = Duration.ZERO;
    private boolean persistent;

    private final Runnable readStep = this::readable;
    private final Runnable writeStep;

    OriginConnection(
            OriginContext context,
            IdleConnections idle,
            Peer peer,
            InetSocketAddress address,
            StreamConnection connection) {
        this.context = context;
        this.idle = idle;
        this.peer = peer;
        this.address = address;
        this.connection = connection;
        this.source = connection.getSourceChannel().getConduit();
        this.input = new OriginInput(source, context.buffers(), context.traffic());
        this.sending = new RequestSending(
                this, connection.getSinkChannel().getConduit(), context.buffers(), context.traffic());
        this.writeStep = sending::write;
        this.heads = new ResponseHeadParser(context.settings().get().headMax());
        this.deadline = new Deadline(connection.getIoThread(), () -> guarded(this::timedOut));
        connection.getSourceChannel().setReadListener(channel -> guarded(readStep));
        connection.getSinkChannel().setWriteListener(channel -> guarded(writeStep));
    }

    /** Starts an exchange; the connection is fresh or was idle. Never calls back within this, but for {@code lost}. */
    void begin(OriginExchange next, boolean wasIdle) {
        OriginRequest request = next.request();
        call = next;
        reused = wasIdle;
        interims = 0;
        method = request.method();
        readTimeout = next.settings().readTimeout();
        persistent = false;
        heads.reset(next.settings().headMax());
        sending.begin(next.head(), request.body());
        source.resumeReads();
        sending.write();
    }

    /**
     * Whether an idle connection may be used again: to an address that the peer still has, and quiet. Bytes that nobody asked for would be read as the next answer; they
     * are noticed by their event, and where they are likely looked for once more.
     */
    boolean isReusable() {
        return peer.isAt(address) && isQuiet();
    }

    private boolean isQuiet() {
        if (!mayTrail) {
            return true;
        }
        try {
            int count = input.fill();
            input.release();
            return count == 0;
        } catch (IOException dead) {
            input.release();
            return false;
        }
    }

    /** Ends it, whatever its state, without telling anyone but the pool and the peer. Harmless when it is closed. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (call == null && body == null) {
            idle.remove(peer, this);
        }
        sending.stop();
        input.release();
        sending.release();
        deadline.cancel();
        IoUtils.safeClose(connection);
        peer.closed();
    }

    /** A bug must not leave the caller waiting: XNIO would log it, or not even that, and go on. */
    void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException bug) {
            LOG.log(System.Logger.Level.ERROR, "exchange with " + describe() + " failed", bug);
            lose(OriginHandler.Cause.MALFORMED, "internal error: " + bug);
        }
    }

    // ---- the answer's head

    private void readable() {
        if (closed) {
            return;
        }
        input.readable();
        if (body != null) {
            body.readable();
        } else if (call != null) {
            readHead();
        } else {
            // Closed by the peer, or it says what nobody asked for.
            close();
        }
    }

    private void readHead() {
        int count;
        try {
            count = input.fill();
        } catch (IOException reset) {
            lose(lossOf(), "connection lost: " + reset.getMessage());
            return;
        }
        if (count < 0) {
            lose(lossOf(), isUntouched() ? "closed without an answer" : "closed within the head of the answer");
        } else if (count > 0) {
            parseHeads();
        } else {
            input.release();
        }
    }

    private boolean isUntouched() {
        return !heads.hasBegun() && interims == 0;
    }

    private OriginHandler.Cause lossOf() {
        return isUntouched() ? OriginHandler.Cause.CLOSED : OriginHandler.Cause.RESET;
    }

    private void parseHeads() {
        ByteBuffer bytes = input.bytes();
        while (bytes != null) {
            ResponseHead head;
            BodyFraming framing = BodyFraming.NONE;
            try {
                head = heads.parse(bytes);
                if (head != null) {
                    if (head.status() == 101) {
                        throw new MalformedMessageException("101 without an upgrade");
                    }
                    framing = BodyFraming.ofResponse(method, head.status(), heads.version(), head.fields());
                }
            } catch (MalformedMessageException malformed) {
                interims++;
                lose(OriginHandler.Cause.MALFORMED, "malformed answer: " + malformed.getMessage());
                return;
            } catch (HeadTooBigException tooBig) {
                interims++;
                lose(OriginHandler.Cause.TOO_BIG, "answer too big: " + tooBig.getMessage());
                return;
            }
            if (head == null || !bytes.hasRemaining()) {
                input.release();
            }
            if (head == null) {
                return;
            }
            if (!head.isInterim()) {
                answered(head, framing);
                return;
            }
            if (++interims > INTERIM_MAX) {
                lose(OriginHandler.Cause.MALFORMED, "more than " + INTERIM_MAX + " interim answers");
                return;
            }
            awaitAnswer();
            if (call != null) {
                call.interim(head);
            }
            if (head.status() == 100 && sending.awaitsContinue() && !closed) {
                sending.goOn();
            }
            if (closed) {
                return;
            }
            bytes = input.bytes();
        }
    }

    private void answered(ResponseHead head, BodyFraming framing) {
        OriginExchange to = call;
        if (to == null) {
            throw new IllegalStateException("an answer without a call");
        }
        persistent = to.settings().persistent()
                && !sending.awaitsContinue()
                && framing.kind() != BodyFraming.Kind.UNTIL_CLOSE
                && keepsAlive(heads.version(), head.fields());
        AnswerBody answer = new AnswerBody(this, input, framing);
        body = answer;
        call = null;
        deadline.clear();
        if (sending.awaitsContinue()) {
            // It does not want the body, and the client, who then learns that too, does not send it.
            sending.stop();
        }
        mayTrail = framing.kind() == BodyFraming.Kind.NONE;
        if (mayTrail) {
            answer.complete();
        }
        // Last: whoever takes the answer may already send the next request on this connection.
        to.answered(head, answer);
    }

    /** RFC 9112 §9.3; Connection is a list of tokens on any number of lines. */
    static boolean keepsAlive(HttpVersion version, Fields fields) {
        boolean keepAlive = version != HttpVersion.HTTP_1_0;
        for (int i = 0; i < fields.size(); i++) {
            String name = fields.name(i);
            if (name.length() == 10 && name.equalsIgnoreCase("Connection")) {
                String value = fields.value(i);
                if (value.equalsIgnoreCase("keep-alive")) {
                    keepAlive = true;
                } else if (names(value, "close")) {
                    return false;
                } else {
                    keepAlive |= names(value, "keep-alive");
                }
            }
        }
        return keepAlive;
    }

    /** Whether a comma-separated list holds {@code token}. */
    private static boolean names(String list, String token) {
        int start = 0;
        while (start <= list.length()) {
            int comma = list.indexOf(',', start);
            int end = comma < 0 ? list.length() : comma;
            if (list.substring(start, end).strip().equalsIgnoreCase(token)) {
                return true;
            }
            start = end + 1;
        }
        return false;
    }

    /** Ends the exchange without an answer, or within its body. */
    void lose(OriginHandler.Cause cause, String message) {
        boolean untouched = isUntouched();
        boolean unsent = !sending.hasBegun();
        OriginExchange lost = call;
        AnswerBody cut = body;
        close();
        call = null;
        if (cut != null) {
            cut.fail(new IOException(message));
        }
        if (lost != null) {
            lost.lost(cause, describe() + ": " + message, reused, untouched, unsent);
        }
    }

    /** The answer was read to its end. */
    void exchangeDone() {
        ByteBuffer unread = input.bytes();
        boolean extra = unread != null && unread.hasRemaining();
        boolean reusable = persistent && sending.isWritten() && !extra && peer.isAt(address);
        sending.stop();
        body = null;
        input.release();
        OriginSettings settings = context.settings().get();
        if (reusable && !closed && idle.offer(peer, this, settings.idleMax())) {
            source.resumeReads();
            deadline.in(settings.idleTimeout());
        } else {
            close();
        }
    }

    // ---- what the body asks for

    /** Whether {@code answer} is the one under way: it may be asked for its end when that is long past. */
    boolean isReading(AnswerBody answer) {
        return body == answer;
    }

    /** {@code answer} failed, or nobody wants it. */
    void leave(AnswerBody answer) {
        if (body == answer) {
            body = null;
        }
    }

    void resumeReads() {
        source.resumeReads();
    }

    void suspendReads() {
        source.suspendReads();
    }

    /** A decoder for the answer under way. */
    ChunkedDecoder chunks() {
        ChunkedDecoder decoder = chunks;
        if (decoder == null) {
            decoder = new ChunkedDecoder();
            chunks = decoder;
        }
        decoder.reset();
        return decoder;
    }

    /** The address that it goes to. */
    InetSocketAddress address() {
        return address;
    }

    private String describe() {
        return peer + " (" + address.getAddress().getHostAddress() + ":" + address.getPort() + ")";
    }

    boolean isClosed() {
        return closed;
    }

    XnioIoThread thread() {
        return connection.getIoThread();
    }

    // ---- time

    /** The origin owes us an answer, or must take our bytes: its time runs. */
    void awaitAnswer() {
        if (call != null && !closed) {
            boolean shorter = sending.awaitsContinue() && CONTINUE_WAIT.compareTo(readTimeout) < 0;
            deadline.in(shorter ? CONTINUE_WAIT : readTimeout);
        }
    }

    /** It is not the origin's time that runs. */
    void awaitNothing() {
        deadline.clear();
    }

    /** The origin owes us more of the body. */
    void awaitMore() {
        deadline.in(readTimeout);
    }

    private void timedOut() {
        if (sending.awaitsContinue()) {
            sending.goOn();
        } else if (call == null && body == null) {
            close();
        } else {
            lose(OriginHandler.Cause.READ_TIMEOUT, "silent for " + readTimeout.toMillis() + " ms");
        }
    }
}
