package io.loligo.proxy.client;

import io.loligo.proxy.client.http1.Http1Door;
import io.loligo.proxy.client.http1.NamedAddresses;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.config.PortConfig;
import io.loligo.proxy.exchange.LiveConfiguration;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.log.RecurringWarning;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/**
 * The listening sockets, one or more per http_port. They survive reloads: a line that stays keeps its socket and its
 * connections. Used by one thread at a time.
 */
public final class Listeners {
    private static final System.Logger LOG = System.getLogger(Listeners.class.getName());
    private static final int BACKLOG = 4096;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final String NOT_ALLOWED =
            "a port with require-proxy-header closed a connection: proxy_protocol_access does not allow its sender";

    private final RecurringWarning warnings = new RecurringWarning(LOG);

    private final XnioWorker worker;
    private final LiveConfiguration live;
    private final Function<String, Http1Door> doors;
    private final ClientConnections connections;
    private final Map<String, Listener> open = new LinkedHashMap<>();

    private record Listener(
            PortConfig port, List<AcceptingChannel<StreamConnection>> sockets, List<AcceptBackOff> backOffs) {
        private void close() {
            backOffs.forEach(AcceptBackOff::stop);
            sockets.forEach(IoUtils::safeClose);
        }
    }

    /**
     * @param live the configuration in force at any time
     * @param doors makes what serves the connections of a {@link Rules#portKey}
     */
    public Listeners(XnioWorker worker, LiveConfiguration live, Function<String, Http1Door> doors) {
        this.worker = worker;
        this.live = live;
        this.doors = doors;
        this.connections = new ClientConnections(
                () -> live.current().configuration().limits().clientConnections());
    }

    /**
     * Binds what {@code configuration} has and is not open; closes nothing. Clients may connect and wait until {@link
     * #accept}.
     *
     * @throws IOException naming the line whose address cannot be had; then nothing new is left open
     */
    public void openFor(Configuration configuration) throws IOException {
        List<String> opened = new ArrayList<>();
        try {
            for (PortConfig port : configuration.ports()) {
                String key = Rules.portKey(port);
                if (!open.containsKey(key)) {
                    open.put(key, listen(port));
                    opened.add(key);
                }
            }
        } catch (IOException e) {
            opened.forEach(this::close);
            throw e;
        }
    }

    /** Serves the ports of {@code configuration}, which is in force by now. */
    public void accept(Configuration configuration) {
        for (PortConfig port : configuration.ports()) {
            Listener listener = open.get(Rules.portKey(port));
            if (listener != null) {
                listener.sockets().forEach(AcceptingChannel::resumeAccepts);
            }
        }
    }

    /** Closes what {@code configuration} no longer has; connections that are open are served to their end. */
    public void closeOthers(Configuration configuration) {
        List<String> kept = configuration.ports().stream().map(Rules::portKey).toList();
        open.keySet().stream().filter(key -> !kept.contains(key)).toList().forEach(this::close);
    }

    /** Stops accepting, everywhere. */
    public void stopAccepting() {
        open.values().forEach(Listener::close);
    }

    /** Cuts every connection that is still open. */
    public void closeConnections() {
        connections.closeAll();
    }

    /** Client connections that are open now. */
    public int connections() {
        return connections.count();
    }

    /** The addresses that are listened on. */
    public List<InetSocketAddress> addresses() {
        return open.values().stream()
                .flatMap(listener -> listener.sockets().stream())
                .map(socket -> (InetSocketAddress) socket.getLocalAddress())
                .toList();
    }

    private void close(String key) {
        Listener listener = open.remove(key);
        if (listener != null) {
            listener.close();
        }
    }

    private Listener listen(PortConfig port) throws IOException {
        String key = Rules.portKey(port);
        Http1Door door = doors.apply(key);
        List<AcceptingChannel<StreamConnection>> sockets = new ArrayList<>();
        try {
            for (InetSocketAddress address : addresses(port)) {
                sockets.add(listen(address, key, door));
            }
        } catch (IOException e) {
            sockets.forEach(IoUtils::safeClose);
            throw new IOException(
                    port.where() + ": http_port cannot listen on " + (port.host() == null ? "*" : port.host()) + ":"
                            + port.port() + ": " + e.getMessage() + "; expected an address of this machine and a port"
                            + " that nobody else has (ports below 1024 need a privilege)",
                    e);
        }
        return new Listener(
                port,
                sockets,
                sockets.stream()
                        .map(AcceptBackOff::watch)
                        .filter(Objects::nonNull)
                        .toList());
    }

    private AcceptingChannel<StreamConnection> listen(InetSocketAddress address, String key, Http1Door door)
            throws IOException {
        OptionMap options = OptionMap.builder()
                .set(Options.WORKER_IO_THREADS, worker.getIoThreadCount())
                .set(Options.TCP_NODELAY, true)
                .set(Options.REUSE_ADDRESSES, true)
                .set(Options.BALANCING_TOKENS, 1)
                .set(Options.BALANCING_CONNECTIONS, 2)
                .set(Options.BACKLOG, BACKLOG)
                .getMap();
        return worker.createStreamConnectionServer(
                address, ChannelListeners.openListenerAdapter(connection -> accepted(connection, key, door)), options);
    }

    private void accepted(StreamConnection connection, String key, Http1Door door) {
        ClientConnections.Place place = connections.admit(connection);
        if (place == null) {
            return;
        }
        Runnable closed = () -> connections.closed(place);
        Rules rules = live.current();
        Rules.Site site = rules.site(key);
        if (site == null || !site.port().requireProxyHeader()) {
            door.serve(connection, null, NOTHING, closed);
        } else if (mayNameClients(connection, site)) {
            ProxyHeaderReader.read(
                    connection,
                    rules.configuration().timeouts().requestStartTimeout(),
                    closed,
                    (header, behind) -> door.serve(connection, named(header), behind, closed));
        } else {
            connections.closed(place);
            IoUtils.safeClose(connection);
            warnings.met(NOT_ALLOWED, () -> NOT_ALLOWED);
        }
    }

    private static boolean mayNameClients(StreamConnection connection, Rules.Site site) {
        InetSocketAddress client = connection.getPeerAddress(InetSocketAddress.class);
        InetSocketAddress local = connection.getLocalAddress(InetSocketAddress.class);
        return client != null && local != null && site.clients().mayNameClients(client, local, site.port());
    }

    /** The addresses that {@code header} names; null where it names none. */
    private static @Nullable NamedAddresses named(ProxyProtocolHeader header) {
        ProxyProtocolHeader.Addresses addresses = header.addresses();
        return addresses == null ? null : new NamedAddresses(addresses.source(), addresses.destination());
    }

    private static List<InetSocketAddress> addresses(PortConfig port) throws UnknownHostException {
        if (port.host() == null) {
            return List.of(new InetSocketAddress(port.port()));
        }
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (InetAddress address : InetAddress.getAllByName(port.host())) {
            addresses.add(new InetSocketAddress(address, port.port()));
        }
        return addresses;
    }
}
