package io.loligo.proxy.origin;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.IoFuture;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import org.xnio.XnioIoThread;

/**
 * One TCP connect to one address of a peer, and what it says of the peer's life. Used on its I/O thread only. The one
 * of max-conn's connections that the caller took is given back unless the connect succeeds.
 */
final class ConnectAttempt {
    private static final OptionMap OPTIONS = OptionMap.create(Options.TCP_NODELAY, true);

    /** How it ended: exactly one call, unless it was cancelled, and never within {@link #start}. */
    interface Listener {
        void connected(StreamConnection connection);

        void failed(OriginHandler.Cause cause, String message);
    }

    private final XnioIoThread thread;
    private final Peer peer;
    private final InetSocketAddress address;
    private final Listener listener;
    private boolean ended;
    private @Nullable IoFuture<StreamConnection> future;
    private XnioExecutor.@Nullable Key timer;

    private ConnectAttempt(XnioIoThread thread, Peer peer, InetSocketAddress address, Listener listener) {
        this.thread = thread;
        this.peer = peer;
        this.address = address;
        this.listener = listener;
    }

    /** @param wait how long this may take at most; the peer's connect-timeout holds too */
    static ConnectAttempt start(
            XnioIoThread thread, Peer peer, InetSocketAddress address, Duration wait, Listener listener) {
        ConnectAttempt attempt = new ConnectAttempt(thread, peer, address, listener);
        attempt.start(wait);
        return attempt;
    }

    private void start(Duration wait) {
        Duration patience = peer.config().connectTimeout();
        // A peer that is not given its full time is not proven down.
        boolean counts = wait.compareTo(patience) >= 0;
        long millis = Math.max(1, (counts ? patience : wait).toMillis());
        timer = thread.executeAfter(() -> timedOut(counts), millis, TimeUnit.MILLISECONDS);
        try {
            IoFuture<StreamConnection> opening = thread.openStreamConnection(address, this::opened, OPTIONS);
            future = opening;
            opening.addNotifier(
                    (done, attachment) -> {
                        if (done.getStatus() == IoFuture.Status.FAILED) {
                            IOException failure = done.getException();
                            thread.execute(() -> refused(failure));
                        }
                    },
                    null);
        } catch (RuntimeException unusable) {
            // NIO's unchecked ones, for example an IPv6 address on a machine without IPv6.
            thread.execute(() -> refused(unusable));
        }
    }

    void cancel() {
        if (!ended) {
            end();
            giveUp();
        }
    }

    private void opened(StreamConnection connection) {
        if (ended) {
            IoUtils.safeClose(connection);
            return;
        }
        end();
        peer.connectSucceeded(address);
        listener.connected(connection);
    }

    private void refused(Exception failure) {
        if (!ended) {
            end();
            peer.closed();
            if (isOurs(failure)) {
                peer.failed();
            } else {
                peer.connectFailed(address);
            }
            listener.failed(OriginHandler.Cause.REFUSED, "connect to " + describe() + " failed: " + failure);
        }
    }

    /** Whether this machine could not even try, for want of descriptors or local ports: that says nothing of the peer. */
    static boolean isOurs(Exception failure) {
        return failure instanceof BindException
                || (failure instanceof SocketException
                        && String.valueOf(failure.getMessage()).startsWith("Too many open files"));
    }

    private void timedOut(boolean counts) {
        if (!ended) {
            end();
            giveUp();
            if (counts) {
                peer.connectFailed(address);
            } else {
                peer.failed();
            }
            listener.failed(OriginHandler.Cause.CONNECT_TIMEOUT, "connect to " + describe() + " timed out");
        }
    }

    private void giveUp() {
        if (future != null) {
            future.cancel();
        }
        peer.closed();
    }

    private void end() {
        ended = true;
        if (timer != null) {
            timer.remove();
        }
    }

    private String describe() {
        return peer + " (" + address.getAddress().getHostAddress() + ":" + address.getPort() + ")";
    }
}
