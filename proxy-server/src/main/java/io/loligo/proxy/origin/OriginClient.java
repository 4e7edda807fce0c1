package io.loligo.proxy.origin;

import io.loligo.proxy.config.PeerConfig;
import io.undertow.connector.ByteBufferPool;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;

/**
 * Our own HTTP/1.1 client towards the peers: strict, bounded, with back-pressure both ways. {@link #send} runs on the
 * client connection's I/O thread, and so does all that follows from it: nothing blocks, nothing is handed to another
 * thread. Each I/O thread keeps its own idle connections, per peer; max-conn counts over all of them.
 */
public final class OriginClient implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(OriginClient.class.getName());

    private final XnioWorker worker;
    private final OriginContext context;
    private final NameResolution names;
    private final Map<XnioIoThread, IdleConnections> idle = new ConcurrentHashMap<>();
    private volatile OriginSettings settings;

    /** A request on its way. */
    public interface Call {
        /**
         * The client left: gives up trying, or aborts the answer's body. On the I/O thread of the request; harmless when
         * all is over. The handler is not called again.
         */
        void cancel();
    }

    /**
     * @param worker whose I/O threads probe dead peers
     * @param buffers pooled buffers, direct, of 16 KB or so
     * @param clock the time of {@link OriginAnswer#times}
     * @param traffic is told what goes over the connections
     */
    public OriginClient(
            XnioWorker worker,
            ByteBufferPool buffers,
            InstantSource clock,
            OriginSettings settings,
            OriginTraffic traffic) {
        this(worker, buffers, clock, settings, traffic, InetAddress::getAllByName, new NameResolution.Threads());
    }

    OriginClient(
            XnioWorker worker,
            ByteBufferPool buffers,
            InstantSource clock,
            OriginSettings settings,
            OriginTraffic traffic,
            NameResolution.Resolver resolver,
            NameResolution.Schedule lookups) {
        this.worker = worker;
        this.settings = settings;
        this.context = new OriginContext(buffers, clock, traffic, () -> this.settings);
        this.names = new NameResolution(resolver, lookups, () -> this.settings.dns());
    }

    /**
     * Takes care of these peers from now on: resolves their names, now and again, and probes them when dead.
     *
     * @param wait how long to wait for the first lookups; a peer whose name takes longer comes up later. Blocks the
     *     calling thread, which must not be an I/O thread
     */
    public void start(List<Peer> peers, Duration wait) throws InterruptedException {
        CountDownLatch lookups = new CountDownLatch(peers.size());
        for (Peer peer : peers) {
            peer.probeWith(this::probe);
            names.follow(peer, lookups);
        }
        if (!lookups.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.log(System.Logger.Level.WARNING, "looking up the names of " + lookups.getCount() + " peers takes long");
        }
    }

    /**
     * The peers of a new configuration. One that is {@linkplain Peer#isStill still} there stays, with its connections
     * and its life; one that is gone {@linkplain #retire retires}; the others {@linkplain #start start}.
     *
     * @param before the peers of the configuration so far
     * @return peers for {@code next}, in its order
     */
    public List<Peer> renew(List<Peer> before, List<PeerConfig> next, Duration wait) throws InterruptedException {
        List<Peer> gone = new ArrayList<>(before);
        List<Peer> fresh = new ArrayList<>();
        List<Peer> peers = new ArrayList<>();
        for (PeerConfig config : next) {
            Peer peer = null;
            for (Peer old : gone) {
                if (old.isStill(config)) {
                    peer = old;
                }
            }
            if (peer == null) {
                peer = new Peer(config);
                fresh.add(peer);
            } else {
                gone.remove(peer);
                peer.reconfigure(config);
                peer.lookUpAgain();
            }
            peers.add(peer);
        }
        retire(gone);
        start(fresh, wait);
        return List.copyOf(peers);
    }

    /** Values for requests sent from now on. */
    public void reconfigure(OriginSettings next) {
        settings = next;
    }

    /** These peers are no longer configured: their idle connections close now, the busy ones after their exchange. */
    public void retire(List<Peer> peers) {
        peers.forEach(Peer::retire);
        onEachThread(connections -> peers.forEach(connections::closeAll));
    }

    /**
     * Sends a request to the first of {@code candidates} that answers. Retries as RFC 9110 §9.2.2 permits and Squid's
     * forward_max_tries, forward_timeout and retry_on_error say.
     *
     * @param candidates from {@link PeerSelection#select}; none means {@link OriginHandler.Cause#NO_PEER}
     * @param thread the I/O thread of the client's connection, which must be the calling thread
     * @param handler called on {@code thread}, and never within this method
     * @throws IllegalArgumentException when the request cannot be written without breaking its own framing: a bug
     */
    public Call send(OriginRequest request, List<Candidate> candidates, XnioIoThread thread, OriginHandler handler) {
        OriginCall call = new OriginCall(this, context, settings, request, candidates, idleOn(thread), handler);
        call.start();
        return call;
    }

    /** Closes the idle connections and ends name resolution; exchanges under way go on. */
    @Override
    public void close() {
        names.close();
        onEachThread(IdleConnections::closeAll);
    }

    /** Closes an idle connection that another I/O thread keeps to {@code peer}, then runs {@code then} on ours. */
    void closeIdleElsewhere(Peer peer, IdleConnections ours, Runnable then) {
        closeIdleElsewhere(peer, ours, then, idle.values().iterator());
    }

    private void closeIdleElsewhere(Peer peer, IdleConnections ours, Runnable then, Iterator<IdleConnections> others) {
        while (others.hasNext()) {
            IdleConnections other = others.next();
            if (other != ours) {
                other.thread().execute(() -> {
                    if (other.closeOne(peer)) {
                        ours.thread().execute(then);
                    } else {
                        closeIdleElsewhere(peer, ours, then, others);
                    }
                });
                return;
            }
        }
        ours.thread().execute(then);
    }

    private IdleConnections idleOn(XnioIoThread thread) {
        IdleConnections connections = idle.get(thread);
        return connections == null ? idle.computeIfAbsent(thread, IdleConnections::new) : connections;
    }

    private void onEachThread(Consumer<IdleConnections> task) {
        for (IdleConnections connections : idle.values()) {
            try {
                connections.thread().execute(() -> task.accept(connections));
            } catch (RejectedExecutionException stopped) {
                LOG.log(System.Logger.Level.DEBUG, "an I/O thread has stopped, and its connections with it");
            }
        }
    }

    /**
     * Asks a dead peer whether it lives: one connect to each of its addresses in turn until one succeeds. Where max-conn leaves
     * no room, an idle connection makes some: nobody uses those of a dead peer.
     */
    private void probe(Peer peer) {
        XnioIoThread thread = worker.getIoThread();
        thread.execute(() -> {
            Iterator<InetSocketAddress> addresses = peer.addressesToTry().iterator();
            IdleConnections ours = idleOn(thread);
            if (peer.hasRoomToOpen() || ours.closeOne(peer)) {
                probe(thread, peer, addresses);
            } else {
                closeIdleElsewhere(peer, ours, () -> probe(thread, peer, addresses));
            }
        });
    }

    private void probe(XnioIoThread thread, Peer peer, Iterator<InetSocketAddress> addresses) {
        if (!addresses.hasNext() || !peer.tryOpen()) {
            return;
        }
        ConnectAttempt.start(
                thread, peer, addresses.next(), peer.config().connectTimeout(), new ConnectAttempt.Listener() {
                    @Override
                    public void connected(StreamConnection connection) {
                        IoUtils.safeClose(connection);
                        peer.closed();
                    }

                    @Override
                    public void failed(OriginHandler.Cause cause, String message) {
                        probe(thread, peer, addresses);
                    }
                });
    }
}
