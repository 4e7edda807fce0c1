package io.loligo.proxy.origin;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/** The connections of one I/O thread that wait for a request, per peer. Used on that thread only. */
final class IdleConnections {
    private final XnioIoThread thread;
    private final Map<Peer, ArrayDeque<OriginConnection>> idle = new HashMap<>();

    IdleConnections(XnioIoThread thread) {
        this.thread = thread;
    }

    XnioIoThread thread() {
        return thread;
    }

    /** The connection that was used last, so that those in excess grow old; null when there is none. */
    @Nullable OriginConnection take(Peer peer) {
        ArrayDeque<OriginConnection> waiting = idle.get(peer);
        OriginConnection last = waiting == null ? null : waiting.peekLast();
        while (waiting != null && last != null && !last.isReusable()) {
            last.close();
            last = waiting.peekLast();
        }
        if (waiting != null && last != null) {
            waiting.removeLast();
            peer.noLongerIdle();
        }
        return last;
    }

    /** Keeps it; false when there are {@code max} already. */
    boolean offer(Peer peer, OriginConnection connection, int max) {
        if (peer.isRetired()) {
            return false;
        }
        ArrayDeque<OriginConnection> waiting = idle.computeIfAbsent(peer, first -> new ArrayDeque<>());
        if (waiting.size() >= max) {
            return false;
        }
        waiting.addLast(connection);
        peer.becameIdle();
        return true;
    }

    void remove(Peer peer, OriginConnection connection) {
        ArrayDeque<OriginConnection> waiting = idle.get(peer);
        if (waiting != null && waiting.removeLastOccurrence(connection)) {
            peer.noLongerIdle();
        }
    }

    /** Closes the connection that waits longest; false when there is none. */
    boolean closeOne(Peer peer) {
        ArrayDeque<OriginConnection> waiting = idle.get(peer);
        OriginConnection oldest = waiting == null ? null : waiting.peekFirst();
        if (oldest == null) {
            return false;
        }
        oldest.close();
        return true;
    }

    void closeAll(Peer peer) {
        while (closeOne(peer)) {}
        idle.remove(peer);
    }

    void closeAll() {
        List<Peer> peers = new ArrayList<>(idle.keySet());
        peers.forEach(this::closeAll);
    }
}
